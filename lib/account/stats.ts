/**
 * The main figures as a plain object: what `stats()` returns to an embedding program.
 *
 * Not here: the full set with histograms (`metrics.ts`).
 */
import type { TrafficCounters } from './counters.ts';
import type { BackendView, FrontendView, ProcessView, ServerStatus, ServerView } from './views.ts';

export interface TrafficStats {
  readonly sessionsNow: number;
  readonly sessionsMax: number;
  readonly sessionsTotal: number;
  /** Client to server. */
  readonly bytesIn: number;
  /** Server to client. */
  readonly bytesOut: number;
}

export interface ListenerStats extends TrafficStats {
  readonly name: string;
  readonly address: string;
  /** By reason. */
  readonly refused: Readonly<Record<string, number>>;
}

export interface FrontendStats extends TrafficStats {
  readonly name: string;
  readonly status: FrontendView['status'];
  /** Ended sessions by reason. */
  readonly closed: Readonly<Record<string, number>>;
  readonly listeners: readonly ListenerStats[];
}

export interface TargetStats extends TrafficStats {
  readonly name: string;
  readonly queuedNow: number;
  readonly queuedMax: number;
  readonly connectErrors: number;
  readonly retries: number;
  readonly redispatches: number;
  readonly closed: Readonly<Record<string, number>>;
}

export interface ServerStats extends TargetStats {
  readonly status: ServerStatus;
  /** In HAProxy's words, e.g. `UP 1/3`. */
  readonly statusWords: string;
  readonly weight: number;
  readonly maxconn: number;
}

export interface BackendStats extends TargetStats {
  readonly status: BackendView['status'];
  readonly servers: readonly ServerStats[];
}

export interface Stats {
  readonly uptimeMs: number;
  readonly stopping: boolean;
  readonly sessionsNow: number;
  readonly sessionsTotal: number;
  readonly frontends: readonly FrontendStats[];
  readonly backends: readonly BackendStats[];
}

export function statsOf(view: ProcessView): Stats {
  return {
    uptimeMs: view.uptimeMs,
    stopping: view.stopping,
    sessionsNow: view.sessionsNow,
    sessionsTotal: view.sessionsTotal,
    frontends: view.frontends.map(frontendStats),
    backends: view.backends.map(backendStats),
  };
}

function frontendStats(view: FrontendView): FrontendStats {
  return {
    name: view.name,
    status: view.status,
    ...traffic(view.sessionsNow, view.counters),
    closed: record(view.counters.closed.entries),
    listeners: view.listeners.map((listener) => ({
      name: listener.name,
      address: listener.address,
      ...traffic(listener.sessionsNow, listener.counters),
      refused: record(listener.counters.refused.entries),
    })),
  };
}

function backendStats(view: BackendView): BackendStats {
  return { status: view.status, ...target(view, view.sessionsNow), servers: view.servers.map(serverStats) };
}

function serverStats(view: ServerView): ServerStats {
  const { status, statusWords, weight, maxconn } = view;
  return { status, statusWords, weight, maxconn, ...target(view, view.servedCount) };
}

function target(view: BackendView | ServerView, sessionsNow: number): TargetStats {
  const { counters } = view;
  return {
    name: view.name,
    ...traffic(sessionsNow, counters),
    queuedNow: view.queuedCount,
    queuedMax: counters.queuedMax,
    connectErrors: counters.connectErrorsTotal,
    retries: counters.retriesTotal,
    redispatches: counters.redispatchesTotal,
    closed: record(counters.closed.entries),
  };
}

function traffic(sessionsNow: number, counters: TrafficCounters): TrafficStats {
  const { sessionsMax, sessionsTotal, bytesIn, bytesOut } = counters;
  return { sessionsNow, sessionsMax, sessionsTotal, bytesIn, bytesOut };
}

function record(entries: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries(entries);
}
