/**
 * What all clients of one frontend in mode http have in common, and where their requests may go; made once, when the proxy is built.
 *
 * Not here: making it (`../build/`), a client (`client-connection.ts`), a request (`request-stream.ts`).
 */
import type { FrontendCounters } from '../account/counters.ts';
import type { SessionRecord } from '../account/session.ts';
import type { Backend } from '../backend/backend.ts';
import type { ConnectWatcher } from '../backend/connect.ts';
import type { Server } from '../backend/server.ts';
import type { ProxyOptions } from '../config/config.ts';
import type { HttpBackendOptions, HttpOptions } from '../config/rules.ts';
import type { SampleSource, VariableStore } from '../sample/sample.ts';
import type { StreamVariables } from '../sample/variables.ts';
import type { StreamAccount } from '../stream/stream.ts';
import type { RelayTimeouts } from '../stream/timeouts.ts';
import type { Clock } from '../time/clock.ts';
import type { DeadlineWheel } from '../time/coarse.ts';
import type { Transport } from '../transport/transport.ts';
import type { HeadReader } from './head-reader.ts';
import type { KeptConnections } from './kept-connections.ts';
import type { HeadLimits } from './message-parser.ts';
import type { HttpProxy } from './proxy.ts';
import type { ServerConnectionParts } from './server-connection.ts';
import type { StatsPages } from './stats.ts';

export interface HttpRoute {
  readonly frontendName: string;
  readonly frontendOptions: ProxyOptions;
  readonly counters: FrontendCounters;
  /** The frontend's half of rules, pages and the rest. */
  readonly http: HttpProxy;
  /** 0: never. */
  readonly timeoutClientMs: number;
  /** As they hold, not as they were given: 0 only where nothing else was given either. */
  readonly timeoutHttpRequestMs: number;
  readonly timeoutHttpKeepAliveMs: number;
  readonly timeoutTarpitMs: number;
  readonly transport: Transport;
  readonly heads: HeadReader;
  readonly limits: HeadLimits;
  readonly serverParts: ServerConnectionParts;
  readonly kept: KeptConnections;
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  readonly watcher: ConnectWatcher;
  readonly account: StreamAccount;
  readonly stats: StatsPages;
  /** `option http-ignore-probes`. */
  readonly ignoresProbes: boolean;
  nextStreamId(): number;
  /** Of one request; `session`: of its client's connection. */
  variablesOf(session: VariableStore): StreamVariables;
  /** Where a request goes: `use_backend`, `default_backend`; null: nowhere. */
  targetOf(source: SampleSource, record: () => SessionRecord): HttpTarget | null;
  /** What the expressions of the frontend's log formats give, in their order; null: there are none. */
  readonly logSamples: ((source: SampleSource) => readonly string[]) | null;
}

/** One backend as one frontend's requests see it. */
export interface HttpTarget {
  readonly backend: Backend;
  readonly options: ProxyOptions;
  /** The backend's half; the frontend's own in a `listen`. */
  readonly http: HttpProxy;
  /** Of both halves, the one that closes more. */
  readonly connection: HttpOptions['connection'];
  readonly reuse: HttpBackendOptions['reuse'];
  readonly timeoutServerMs: number;
  /** Once it is a tunnel. */
  readonly tunnelTimeouts: RelayTimeouts;
  /** What a `use-server` rule wants; null: nothing. */
  imposed(source: SampleSource, record: () => SessionRecord): Server | null;
}
