/**
 * Backends and servers as statistics see them.
 *
 * Not here: the figures' names (`../account/metrics.ts`).
 */
import type { BackendView, ServerView } from '../account/views.ts';
import { serverStateWord, type MaintenanceCause } from '../check/state-words.ts';
import type { Clock } from '../time/clock.ts';
import type { Backend } from './backend.ts';
import { WEIGHT_SCALE, type Server } from './server.ts';
import { statusOf } from './states.ts';

/** A look costs nothing before it is used: with thousands of servers a scrape reads a family, then another. */
export function viewBackend(backend: Backend, clock: Clock): BackendView {
  return new BackendLook(backend, clock);
}

export function viewServer(server: Server, clock: Clock): ServerView {
  return new ServerLook(server, clock);
}

class BackendLook implements BackendView {
  readonly #backend: Backend;
  readonly #clock: Clock;
  #servers: readonly ServerView[] | null = null;

  constructor(backend: Backend, clock: Clock) {
    this.#backend = backend;
    this.#clock = clock;
  }

  get name(): string {
    return this.#backend.name;
  }
  get algorithm(): string {
    return this.#backend.config.balance.algorithm;
  }
  get status(): BackendView['status'] {
    return this.#backend.usable || this.#backend.servers.length === 0 ? 'UP' : 'DOWN';
  }
  get sessionsNow(): number {
    return this.#backend.sessionsNow;
  }
  get queuedCount(): number {
    return this.#backend.queue.length;
  }
  get fullconn(): number {
    return this.#backend.fullconn;
  }
  get weight(): number {
    let sum = 0;
    for (const server of this.#backend.servers) sum += server.effectiveWeight;
    return sum / WEIGHT_SCALE;
  }
  get activeServers(): number {
    return this.#backend.usableActives;
  }
  get backupServers(): number {
    return this.#backend.usableBackups;
  }
  get lastChangeWallMs(): number {
    return wallOf(this.#backend.lastChangeMs, this.#clock);
  }
  get downtimeMs(): number {
    return this.#backend.downtimeMs(this.#clock.nowMs());
  }
  get counters(): BackendView['counters'] {
    return this.#backend.counters;
  }
  get servers(): readonly ServerView[] {
    this.#servers ??= this.#backend.servers.map((server) => viewServer(server, this.#clock));
    return this.#servers;
  }
}

class ServerLook implements ServerView {
  readonly #server: Server;
  readonly #clock: Clock;

  constructor(server: Server, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
  }

  get name(): string {
    return this.#server.name;
  }
  get backendName(): string {
    return this.#server.backendName;
  }
  get address(): string {
    return this.#server.address;
  }
  get backup(): boolean {
    return this.#server.backup;
  }
  get status(): ServerView['status'] {
    return statusOf(this.#server);
  }
  get statusWords(): string {
    return statusWords(this.#server);
  }
  get usable(): boolean {
    return this.#server.usable;
  }
  get servedCount(): number {
    return this.#server.servedCount;
  }
  get queuedCount(): number {
    return this.#server.queuedCount;
  }
  get maxconn(): number {
    return this.#server.maxconn;
  }
  get currentLimit(): number {
    return this.#server.currentLimit;
  }
  get maxqueue(): number {
    return this.#server.config.maxqueue;
  }
  get weight(): number {
    return this.#server.usable ? this.#server.effectiveWeight / WEIGHT_SCALE : this.#server.userWeight;
  }
  get userWeight(): number {
    return this.#server.userWeight;
  }
  get throttlePercent(): number | null {
    return this.#server.throttlePercent;
  }
  get lastChangeWallMs(): number {
    return wallOf(this.#server.lastChangeMs, this.#clock);
  }
  get downtimeMs(): number {
    return this.#server.downtimeMs;
  }
  get check(): ServerView['check'] {
    const { check, lastCheck } = this.#server;
    if (check === null) return null;
    return {
      status: lastCheck?.status ?? 'UNK',
      code: lastCheck?.code ?? null,
      durationMs: lastCheck?.durationMs ?? 0,
      info: lastCheck?.info ?? null,
    };
  }
  get counters(): ServerView['counters'] {
    return this.#server.counters;
  }
}

function statusWords(server: Server): string {
  const source = endOfChain(server);
  return serverStateWord({
    maintenance: maintenanceOf(server),
    running: server.up ? 'up' : 'down',
    drain: server.draining,
    health: source.check === null ? null : source.health,
  });
}

function maintenanceOf(server: Server): MaintenanceCause | null {
  if (!server.inMaintenance) return null;
  if (server.admin === 'maint') return { kind: 'own' };
  if (server.target === null || server.tracked === null) return { kind: 'resolution' };
  return {
    kind: 'tracked',
    via: { backendName: server.tracked.backendName, serverName: server.tracked.name },
  };
}

function endOfChain(server: Server): Server {
  return server.tracked === null ? server : endOfChain(server.tracked);
}

function wallOf(atMs: number, clock: Clock): number {
  return clock.wallMs() - (clock.nowMs() - atMs);
}
