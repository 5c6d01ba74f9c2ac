/**
 * What metrics, statistics and dashboards may ask of the running proxy: read-only looks at frontends, backends and servers,
 * implemented by those rooms themselves.
 *
 * Not here: the counters (`counters.ts`), how anything is written down (`metrics.ts`, `prometheus.ts`).
 */
import type { BackendCounters, FrontendCounters, ListenerCounters, ServerCounters } from './counters.ts';

export interface ProcessView {
  readonly startedWallMs: number;
  readonly uptimeMs: number;
  readonly maxconn: number;
  readonly sessionsNow: number;
  readonly sessionsTotal: number;
  readonly sessionRateNow: number;
  readonly sessionRateMax: number;
  /** Most client connections a second (`maxconnrate`); 0: no limit. */
  readonly connectionRateLimit: number;
  /** Most sessions a second (`maxsessrate`); 0: no limit. */
  readonly sessionRateLimit: number;
  /** Draining: listeners are closed, sessions run out. */
  readonly stopping: boolean;
  readonly listenerCount: number;
  /** Threads that carry traffic. */
  readonly threadCount: number;
  /** How often one of them died and was replaced. */
  readonly threadsReplacedTotal: number;
  readonly maxDescriptors: number;
  /** Log lines that could not be written, by target. */
  readonly droppedLogLines: ReadonlyMap<string, number>;
  readonly frontends: readonly FrontendView[];
  readonly backends: readonly BackendView[];
}

export interface FrontendView {
  readonly name: string;
  readonly sessionsNow: number;
  /** 0 stands for the process-wide limit. */
  readonly maxconn: number;
  readonly rateLimitSessions: number;
  readonly status: 'OPEN' | 'FULL' | 'PAUSED' | 'STOP';
  readonly counters: FrontendCounters;
  readonly socketStats: boolean;
  readonly listeners: readonly ListenerView[];
}

export interface ListenerView {
  readonly name: string;
  /** As bound, e.g. `0.0.0.0:443`. */
  readonly address: string;
  readonly sessionsNow: number;
  readonly maxconn: number;
  readonly status: 'WAITING' | 'OPEN' | 'FULL';
  readonly counters: ListenerCounters;
}

export interface BackendView {
  readonly name: string;
  readonly algorithm: string;
  readonly status: 'UP' | 'DOWN';
  readonly sessionsNow: number;
  /** Waiting for any server; those that wait for one server stand there. */
  readonly queuedCount: number;
  readonly fullconn: number;
  /** Sum of the usable servers' weights. */
  readonly weight: number;
  readonly activeServers: number;
  readonly backupServers: number;
  readonly lastChangeWallMs: number;
  readonly downtimeMs: number;
  readonly counters: BackendCounters;
  readonly servers: readonly ServerView[];
}

export type ServerStatus = 'UP' | 'DOWN' | 'MAINT' | 'DRAIN' | 'NOLB';

export interface ServerView {
  readonly name: string;
  readonly backendName: string;
  readonly address: string;
  readonly backup: boolean;
  readonly status: ServerStatus;
  /** In HAProxy's words, e.g. `UP 1/3`, `no check`, `MAINT (via b/x)`. */
  readonly statusWords: string;
  /** May be chosen now. */
  readonly usable: boolean;
  readonly servedCount: number;
  readonly queuedCount: number;
  /** 0: no limit. */
  readonly maxconn: number;
  /** The limit in force now (`minconn`, slow start); 0: none. */
  readonly currentLimit: number;
  readonly maxqueue: number;
  /** Configured units, fractions during slow start. */
  readonly weight: number;
  readonly userWeight: number;
  /** Percent, during slow start only; null otherwise. */
  readonly throttlePercent: number | null;
  readonly lastChangeWallMs: number;
  readonly downtimeMs: number;
  /** Null: not checked. */
  readonly check: ServerCheckView | null;
  readonly counters: ServerCounters;
}

export interface ServerCheckView {
  /** `L4OK`, `L4CON`, ...; `UNK` before the first. */
  readonly status: string;
  readonly code: number | null;
  readonly durationMs: number;
  readonly info: string | null;
}
