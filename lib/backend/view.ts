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

export function viewBackend(backend: Backend, clock: Clock): BackendView {
  const nowMs = clock.nowMs();
  const servers = backend.servers.map((server) => viewServer(server, clock));
  return {
    name: backend.name,
    algorithm: backend.config.balance.algorithm,
    status: backend.usable || backend.servers.length === 0 ? 'UP' : 'DOWN',
    sessionsNow: backend.sessionsNow,
    queuedCount: backend.queue.length,
    fullconn: backend.fullconn,
    weight: servers.reduce((sum, server) => sum + (server.usable ? server.weight : 0), 0),
    activeServers: backend.usableActives,
    backupServers: backend.usableBackups,
    lastChangeWallMs: wallOf(backend.lastChangeMs, clock),
    downtimeMs: backend.downtimeMs(nowMs),
    counters: backend.counters,
    servers,
  };
}

export function viewServer(server: Server, clock: Clock): ServerView {
  const { lastCheck } = server;
  return {
    name: server.name,
    backendName: server.backendName,
    address: server.address,
    backup: server.backup,
    status: statusOf(server),
    statusWords: statusWords(server),
    usable: server.usable,
    servedCount: server.servedCount,
    queuedCount: server.queuedCount,
    maxconn: server.maxconn,
    currentLimit: server.currentLimit,
    maxqueue: server.config.maxqueue,
    weight: server.usable ? server.effectiveWeight / WEIGHT_SCALE : server.userWeight,
    userWeight: server.userWeight,
    throttlePercent: server.throttlePercent,
    lastChangeWallMs: wallOf(server.lastChangeMs, clock),
    downtimeMs: server.downtimeMs,
    check:
      server.check === null
        ? null
        : {
            status: lastCheck?.status ?? 'UNK',
            code: lastCheck?.code ?? null,
            durationMs: lastCheck?.durationMs ?? 0,
            info: lastCheck?.info ?? null,
          },
    counters: server.counters,
  };
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
