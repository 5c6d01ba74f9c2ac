/**
 * One finished session as data: the log line, the counters and the metrics are all derived from this record, so they
 * cannot disagree.
 *
 * Not here: how an ending is found (`../stream/ending.ts`), how it is written (`log/`).
 */

/** Who or what ended the session (manual 8.5, first letter). */
export type EndCause =
  | 'normal' // -
  | 'client-abort' // C
  | 'server-abort' // S  refused, reset, no server
  | 'denied' // P
  | 'local' // L
  | 'resource' // R
  | 'internal' // I
  | 'server-down' // D
  | 'server-up' // U
  | 'killed' // K
  | 'client-timeout' // c
  | 'server-timeout'; // s  also timeout connect and timeout queue

/** How far the session had come (manual 8.5, second letter). */
export type EndStage =
  | 'none' // -
  | 'request' // R
  | 'queue' // Q
  | 'connect' // C
  | 'headers' // H  of the answer
  | 'data' // D
  | 'tarpit' // T
  | 'last'; // L

export interface Ending {
  readonly cause: EndCause;
  readonly stage: EndStage;
  /** The same in a word for people and metrics, e.g. `queue-timeout`, `connect-refused`, `no-server`, `normal`. */
  readonly reason: EndReason;
}

/** Closed set, used as the metric label `reason`; `ending.ts` maps each to cause and stage. */
export const END_REASONS = [
  'normal',
  'client-left-in-queue',
  'client-left-connecting',
  'client-reset',
  'client-timeout',
  'client-timeout-connecting',
  'client-timeout-in-queue',
  'server-reset',
  'server-timeout',
  'connect-failed',
  'connect-timeout',
  'queue-timeout',
  'queue-full',
  'no-server',
  'server-marked-down',
  'backup-released',
  'killed',
  'out-of-descriptors',
  'internal-error',
  // The handshake of `bind … ssl` failed.
  'tls-handshake-failed',
  'tls-handshake-timeout',
  // Of a request in mode http:
  'bad-request',
  'request-timeout',
  'client-left-request',
  'request-denied',
  'tarpitted',
  'answered-here',
  'client-left-waiting',
  'bad-response',
  'response-denied',
  'answer-replaced',
  'response-timeout',
  'server-left-waiting',
] as const;

export type EndReason = (typeof END_REASONS)[number];

/** A session that has just been let in. */
export interface SessionStart {
  /** Unique in the process, rising within a thread. */
  readonly id: number;
  /** Of a later request on a connection: when the one before it had ended. */
  readonly acceptedWallMs: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  /** Where the client connected to. */
  readonly frontendAddress: string;
  readonly frontendPort: number;
  readonly frontendName: string;
  /** Bind line's name or `sock-<id>`. */
  readonly listenerName: string;
}

/** What a request in mode http adds to its session's record. */
export interface HttpRecord {
  /** A request that could not be read has neither method nor target nor version, and no captures: `<BADREQ>` in HAProxy's log. */
  readonly method: string;
  readonly target: string;
  /** `HTTP/1.1`. */
  readonly version: string;
  /** Of the answer; -1: there was none. */
  readonly status: number;
  /** Milliseconds; -1: not reached. Handshakes of the connection (`%Th`). */
  readonly handshakeMs: number;
  /** Idle before the request's first byte (`%Ti`). */
  readonly idleMs: number;
  /** From the first byte to the end of the headers (`%TR`). */
  readonly requestMs: number;
  /** From the connection to the headers of the answer (`%Tr`). */
  readonly responseMs: number;
  /** From the first byte to the end, tunnel included (`%Ta`). */
  readonly activeMs: number;
  /** In the order of `capture …`; null: not sent. */
  readonly requestHeaders: readonly (string | null)[];
  readonly responseHeaders: readonly (string | null)[];
  readonly requestCookie: string | null;
  readonly responseCookie: string | null;
  /** Third and fourth letter of `%tsc`, e.g. `VN`, `--`. */
  readonly persistence: string;
  /** What `set-log-level` said: a level, or `silent`; null: nothing. */
  readonly logLevel: string | null;
}

/** A session that has ended, or as it stands now. */
export interface SessionRecord extends SessionStart {
  /** Null in mode tcp. */
  readonly http: HttpRecord | null;
  /** `TLSv1.3` and the cipher's name; null: the client spoke no TLS with us. */
  readonly tlsVersion: string | null;
  readonly tlsCipher: string | null;
  /** What the expressions (`%[…]`) of the frontend's formats gave, in the order of `logExpressions`. */
  readonly samples: readonly string[];
  /** The frontend's own name while none was chosen. */
  readonly backendName: string;
  /** Null: none was chosen. */
  readonly serverName: string | null;
  /** Address the server socket was connected to; null if it never was. */
  readonly serverAddress: string | null;
  readonly serverPort: number;
  /** Our own end of the connection to the server; null if never connected. */
  readonly sourceAddress: string | null;
  readonly sourcePort: number;
  /** Milliseconds; -1: that stage was not reached. */
  readonly queueMs: number;
  readonly connectMs: number;
  /** From accept to the first byte of the server; -1: none came. */
  readonly firstByteMs: number;
  /** In mode http as `activeMs`. */
  readonly totalMs: number;
  /** Client to server. */
  readonly bytesIn: number;
  /** Server to client. */
  readonly bytesOut: number;
  readonly ending: Ending;
  readonly retries: number;
  readonly redispatched: boolean;
  /** Sessions at the end, this one included where it still counts: process, frontend, backend, server. */
  readonly processSessions: number;
  readonly frontendSessions: number;
  readonly backendSessions: number;
  readonly serverSessions: number;
  /** Its position when it was put into a queue, from 1; 0 if it never was. HAProxy's `%sq` and `%bq`. */
  readonly serverQueuePosition: number;
  readonly backendQueuePosition: number;
}
