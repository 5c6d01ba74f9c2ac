/**
 * What a change of a server's state does: to its balancer, to who waits, to who is connected, to the servers that track it, and
 * what is said about it. Changes come from checks, from traffic (passive health) and from the operator.
 *
 *     change --> weights --> server queue emptied or shared out --> sessions shut --> places given away --> log line, event
 *
 * Not here: the states (`server.ts`), the wording (`../check/messages.ts`), counting checks (`../check/health.ts`).
 */
import type { Flip } from '../check/health.ts';
import {
  checkLine,
  checkWorthLogging,
  downLine,
  downToMaintenanceLine,
  drainLeftLine,
  drainLine,
  drainRemainsLine,
  maintenanceLeftLine,
  maintenanceLine,
  noServerLine,
  upLine,
  type ChangeCause,
  type ServerNames,
  type StateCounts,
  type StateLine,
  type TrackedNames,
} from '../check/messages.ts';
import type { CheckResult } from '../check/result.ts';
import type { ServerStatus } from '../account/views.ts';
import type { Clock } from '../time/clock.ts';
import type { Backend } from './backend.ts';
import type { AdminState, Server } from './server.ts';

/** A server has a new status. */
export interface ServerStateEvent {
  readonly backendName: string;
  readonly serverName: string;
  readonly from: ServerStatus;
  readonly to: ServerStatus;
  /** The sentence that is logged, in HAProxy's words. */
  readonly text: string;
}

export interface StateListener {
  /** One line for the log targets of the backend. */
  stateLine(backend: Backend, line: StateLine): void;
  serverChanged(event: ServerStateEvent): void;
  /** A check or traffic has flipped this very server's health. */
  healthChanged(server: Server, up: boolean): void;
}

interface Before {
  readonly server: Server;
  readonly status: ServerStatus;
  readonly up: boolean;
  readonly forcedMaintenance: boolean;
}

/** Of a server's queue when its state changed: how many were sent elsewhere, how many wait on. Over all threads. */
type QueueCounts = Pick<StateCounts, 'requeuedCount' | 'queuedCount'>;

export class ServerStates {
  readonly #clock: Clock;
  readonly #listener: StateListener;
  readonly #backendOf = new Map<Server, Backend>();

  constructor(clock: Clock, listener: StateListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  add(backend: Backend): void {
    for (const server of backend.servers) this.#backendOf.set(server, backend);
  }

  /** A check or traffic has been counted into the server's health. */
  checkEnded(server: Server, result: CheckResult, flip: Flip | null): void {
    const backend = this.#backend(server);
    const wasUp = flip === null ? server.health.up : flip === 'down';
    if (result.status !== 'HANA') server.counters.checked(result.passed, wasUp);
    const line = checkLine(namesOf(server), result, server.health, server.userWeight === 0);
    const logged = backend.config.logHealthChecks && result.status !== 'HANA';
    const previous = server.lastCheck?.status ?? null;
    server.lastCheck = result;
    if (logged && checkWorthLogging(result, previous, server.health.moved))
      this.#listener.stateLine(backend, line);
    if (flip === null) return;
    this.#listener.healthChanged(server, flip === 'up');
    // Health has changed already, so what it was is said rather than looked up.
    const before = this.#before(server).map((one) => ({ ...one, ...asBeforeFlip(one.server, flip) }));
    this.#changed(before, logged ? { kind: 'check-logged' } : { kind: 'check', result });
  }

  /** The operator's word. Does nothing if the server is in that state. */
  setAdmin(server: Server, admin: AdminState): void {
    if (server.admin === admin) return;
    const before = this.#before(server);
    const leavesMaintenance = server.admin === 'maint';
    server.applyAdmin(admin);
    // As at process start: up, and one failure from down (reference 6.1).
    if (leavesMaintenance && admin !== 'maint') server.health.restart();
    this.#changed(before, { kind: 'operator' });
  }

  /** In a worker thread: what the control thread has found out about the server's health. Does nothing if it is known. */
  followHealth(server: Server, up: boolean): void {
    if (server.health.up === up) return;
    const before = this.#before(server);
    if (up) server.health.forceUp();
    else server.health.forceDown();
    this.#changed(before, { kind: 'check-logged' });
  }

  /** 0 to 256; for static algorithms 0 or the configured weight (the caller has checked). */
  setWeight(server: Server, weight: number): void {
    const backend = this.#backend(server);
    const hadUsable = backend.usable;
    const hadActives = backend.usableActives > 0;
    server.userWeight = weight;
    server.refresh();
    if (backend.usable !== hadUsable) this.#backendFlipped(backend);
    giveAwayPlaces(server, backend, hadActives);
  }

  // --- consequences ------------------------------------------------------------------------------------------

  #changed(befores: readonly Before[], cause: ChangeCause): void {
    for (const before of befores) {
      const { server } = before;
      const status = statusOf(server);
      if (status === before.status) {
        server.refresh();
        continue;
      }
      const first = befores[0]?.server === server;
      const via = server.tracked === null || first ? null : trackedNames(server.tracked);
      this.#apply(before, status, via === null ? cause : { kind: 'tracked', via });
    }
  }

  #apply(before: Before, status: ServerStatus, cause: ChangeCause): void {
    const { server } = before;
    const backend = this.#backend(server);
    const hadUsable = backend.usable;
    const hadActives = backend.usableActives > 0;
    server.lastChangeMs = this.#clock.nowMs();
    if (server.running && !isServing(before.status)) server.recovered();
    else server.refresh();
    if (status === 'DOWN' && backend.reports) server.counters.wentDown();
    const queued = this.#shareOutQueue(server, backend);
    this.#shutSessions(server, backend, before);
    if (backend.reports) this.#say(backend, server, before, status, cause, countsOf(server, backend, queued));
    if (backend.usable !== hadUsable) this.#backendFlipped(backend);
    giveAwayPlaces(server, backend, hadActives);
  }

  /** Nobody is left waiting for a server that will not come (reference 5.4). Every thread shares out its own part of the queue. */
  #shareOutQueue(server: Server, backend: Backend): QueueCounts {
    const queuedCount = server.queue.length;
    const stays = server.running || (!server.inMaintenance && backend.config.redispatchInterval === 0);
    if (stays) return { requeuedCount: 0, queuedCount };
    const sharedOutHere = server.queue.dismissAll('redistributed');
    const elsewhere = queuedCount - sharedOutHere;
    return { requeuedCount: queuedCount, queuedCount: server.queue.length - elsewhere };
  }

  #shutSessions(server: Server, backend: Backend, before: Before): void {
    const { onMarkedDown, onMarkedUp } = server.config;
    if (!server.running && isServing(before.status) && onMarkedDown === 'shutdown-sessions') {
      for (const session of backend.sessions) {
        if (session.server === server) session.kill('server-marked-down');
      }
    }
    const returned = server.usable && !isServing(before.status) && !server.backup;
    if (returned && onMarkedUp === 'shutdown-backup-sessions') {
      for (const session of backend.sessions) {
        if (session.server?.backup === true) session.kill('backup-released');
      }
    }
  }

  #backendFlipped(backend: Backend): void {
    backend.flipped(this.#clock.nowMs());
    if (backend.usable) return;
    backend.queue.dismissAll('no-server');
    if (!backend.reports) return;
    backend.counters.wentDown();
    this.#listener.stateLine(backend, noServerLine(backend.kind, backend.name));
  }

  #say(
    backend: Backend,
    server: Server,
    before: Before,
    status: ServerStatus,
    cause: ChangeCause,
    counts: StateCounts,
  ): void {
    const lines = stateLines(server, before, status, cause, counts);
    for (const line of lines) this.#listener.stateLine(backend, line);
    this.#listener.serverChanged({
      backendName: backend.name,
      serverName: server.name,
      from: before.status,
      to: status,
      text: lines[0]?.text ?? '',
    });
  }

  /** The server and all that follow it, nearest first, as they are before the change. */
  #before(server: Server): Before[] {
    const list: Before[] = [];
    const visit = (one: Server): void => {
      list.push({
        server: one,
        status: statusOf(one),
        up: one.up,
        forcedMaintenance: one.admin === 'maint',
      });
      for (const tracker of one.trackers) visit(tracker);
    };
    visit(server);
    return list;
  }

  #backend(server: Server): Backend {
    const backend = this.#backendOf.get(server);
    if (backend === undefined)
      throw new Error(`server ${server.backendName}/${server.name} belongs to no backend`);
    return backend;
  }
}

/** Only the server that changed can have a place to give, and other servers where another group is in use from now on. */
function giveAwayPlaces(server: Server, backend: Backend, hadActives: boolean): void {
  const hasActives = backend.usableActives > 0;
  if (hasActives !== hadActives || (server.backup && !hasActives)) backend.serveQueues();
  else backend.placeFreed(server);
}

/** The status in one word; a weight of 0 changes nothing about it (HAProxy's `show stat` says UP as well). */
export function statusOf(server: Server): ServerStatus {
  return statusFrom(server, server.up);
}

function statusFrom(server: Server, up: boolean): ServerStatus {
  if (server.inMaintenance) return 'MAINT';
  if (!up) return 'DOWN';
  return server.draining ? 'DRAIN' : 'UP';
}

function asBeforeFlip(server: Server, flip: Flip): Pick<Before, 'status' | 'up'> {
  const up = flip === 'down';
  return { up, status: statusFrom(server, up) };
}

/** Sessions may be on it. */
function isServing(status: ServerStatus): boolean {
  return status === 'UP' || status === 'DRAIN' || status === 'NOLB';
}

function stateLines(
  server: Server,
  before: Before,
  status: ServerStatus,
  cause: ChangeCause,
  counts: StateCounts,
): readonly StateLine[] {
  const via = cause.kind === 'tracked' ? cause.via : null;
  const names = namesOf(server);
  const wasLeaving = before.status === 'DRAIN';
  if (status === 'MAINT') {
    return before.up
      ? [maintenanceLine(names, via, counts, wasLeaving)]
      : [downToMaintenanceLine(names, via)];
  }
  if (before.status === 'MAINT') {
    const left = maintenanceLeftLine(names, {
      up: server.up,
      drained: server.draining,
      forced: before.forcedMaintenance,
    });
    return server.draining ? [left, drainRemainsLine(names)] : [left];
  }
  if (status === 'DOWN') return [downLine(names, cause, counts, wasLeaving)];
  if (before.status === 'DOWN') return [upLine(names, cause, counts)];
  return status === 'DRAIN' ? [drainLine(names, via, counts, server.up)] : [drainLeftLine(names, server.up)];
}

function namesOf(server: Server): ServerNames {
  return { backendName: server.backendName, serverName: server.name, backup: server.backup };
}

function trackedNames(server: Server): TrackedNames {
  return { backendName: server.backendName, serverName: server.name };
}

function countsOf(server: Server, backend: Backend, queued: QueueCounts): StateCounts {
  return {
    activeCount: backend.usableActives,
    backupCount: backend.usableBackups,
    sessionCount: server.servedCount,
    ...queued,
  };
}
