/**
 * Figures of the whole proxy for samples (`nbsrv`, `be_conn`, `queue`, ...; manual 7.3.2), asked of the rooms at the moment of use.
 *
 * Not here: what a sample makes of them (`../sample/`).
 */
import type { Backend } from '../backend/backend.ts';
import type { Server } from '../backend/server.ts';
import type { Frontend } from '../frontend/frontend.ts';
import type { ProxyFigures } from '../sample/sample.ts';
import type { Clock } from '../time/clock.ts';

export class Figures implements ProxyFigures {
  readonly #clock: Clock;
  readonly #frontends = new Map<string, Frontend>();
  readonly #backends = new Map<string, Backend>();
  readonly #servers = new Map<string, Server>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Samples are compiled before what they look at is there. */
  addFrontend(frontend: Frontend): void {
    this.#frontends.set(frontend.name, frontend);
  }

  addBackend(backend: Backend): void {
    this.#backends.set(backend.name, backend);
    for (const server of backend.servers) this.#servers.set(`${backend.name}/${server.name}`, server);
  }

  usableServers(backendName: string): number | null {
    const backend = this.#backends.get(backendName);
    if (backend === undefined) return null;
    return backend.usableActives > 0 ? backend.usableActives : backend.usableBackups;
  }

  serverUp(backendName: string, serverName: string): boolean | null {
    return this.#server(backendName, serverName)?.running ?? null;
  }

  serverWeight(backendName: string, serverName: string): number | null {
    return this.#server(backendName, serverName)?.userWeight ?? null;
  }

  serverSessions(backendName: string, serverName: string): number | null {
    return this.#server(backendName, serverName)?.servedCount ?? null;
  }

  serverQueue(backendName: string, serverName: string): number | null {
    return this.#server(backendName, serverName)?.queuedCount ?? null;
  }

  queued(backendName: string): number | null {
    const backend = this.#backends.get(backendName);
    if (backend === undefined) return null;
    return backend.servers.reduce((sum, server) => sum + server.queuedCount, backend.queue.length);
  }

  backendSessions(backendName: string): number | null {
    return this.#backends.get(backendName)?.sessionsNow ?? null;
  }

  frontendSessions(frontendName: string): number | null {
    return this.#frontends.get(frontendName)?.sessionsNow ?? null;
  }

  /** Reference 8.3: without limit as soon as one server has no `maxconn` or no `maxqueue`. */
  freeSlots(backendName: string): number | null {
    const backend = this.#backends.get(backendName);
    if (backend === undefined) return null;
    let free = 0;
    for (const server of backend.servers) {
      if (server.effectiveWeight === 0) continue;
      if (server.maxconn === 0 || server.config.maxqueue === 0) return -1;
      free +=
        Math.max(0, server.maxconn - server.servedCount) +
        Math.max(0, server.config.maxqueue - server.queuedCount);
    }
    return free;
  }

  frontendSessionRate(frontendName: string): number | null {
    const frontend = this.#frontends.get(frontendName);
    return frontend?.counters.sessionRate.perSecond(this.#clock.nowMs()) ?? null;
  }

  backendSessionRate(backendName: string): number | null {
    return this.#backends.get(backendName)?.counters.sessionRate.perSecond(this.#clock.nowMs()) ?? null;
  }

  serverSessionRate(backendName: string, serverName: string): number | null {
    const server = this.#server(backendName, serverName);
    return server?.counters.sessionRate.perSecond(this.#clock.nowMs()) ?? null;
  }

  #server(backendName: string, serverName: string): Server | undefined {
    return this.#servers.get(`${backendName}/${serverName}`);
  }
}
