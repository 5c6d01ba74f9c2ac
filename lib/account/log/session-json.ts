/**
 * One finished session, in mode http one request, as the object of a JSON line.
 *
 * Not here: whether a line is written (`session-log.ts`), pino (`logger.ts`).
 */
import type { HttpRecord, SessionRecord } from '../session.ts';
import type { LogDates } from './dates.ts';
import { unreadable } from './http-aliases.ts';
import { terminationLetters } from './letters.ts';

/** Times in milliseconds, -1: that stage was not reached. */
export interface SessionJson {
  readonly event: 'session';
  readonly id: number;
  readonly acceptedAt: string;
  readonly client: string;
  readonly frontend: string;
  readonly listener: string;
  readonly listenAddress: string;
  readonly backend: string;
  /** Null: none was chosen. */
  readonly server: string | null;
  readonly serverAddress: string | null;
  readonly sourceAddress: string | null;
  readonly queueMs: number;
  readonly connectMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly reason: string;
  readonly cause: string;
  readonly stage: string;
  /** HAProxy's two letters. */
  readonly termination: string;
  readonly retries: number;
  readonly redispatched: boolean;
  /** Absent in mode tcp. */
  readonly http?: HttpJson;
  /** Absent where the client spoke no TLS with us. */
  readonly tls?: { readonly version: string; readonly cipher: string | null };
}

/** Times as above. What was not captured is absent. */
interface HttpJson {
  /** These three are null for a request that could not be read. */
  readonly method: string | null;
  readonly target: string | null;
  readonly version: string | null;
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly handshakeMs: number;
  readonly idleMs: number;
  readonly requestMs: number;
  readonly responseMs: number;
  readonly activeMs: number;
  readonly requestHeaders?: readonly (string | null)[];
  readonly responseHeaders?: readonly (string | null)[];
  readonly requestCookie?: string;
  readonly responseCookie?: string;
  readonly persistence: string;
}

/** `dates` keeps what lines of one second have in common. */
export function sessionJson(record: SessionRecord, dates: LogDates): SessionJson {
  const { ending } = record;
  return {
    event: 'session',
    id: record.id,
    acceptedAt: dates.utc(record.acceptedWallMs),
    client: endpoint(record.clientAddress, record.clientPort),
    frontend: record.frontendName,
    listener: record.listenerName,
    listenAddress: endpoint(record.frontendAddress, record.frontendPort),
    backend: record.backendName,
    server: record.serverName,
    serverAddress: optionalEndpoint(record.serverAddress, record.serverPort),
    sourceAddress: optionalEndpoint(record.sourceAddress, record.sourcePort),
    queueMs: tenths(record.queueMs),
    connectMs: tenths(record.connectMs),
    firstByteMs: tenths(record.firstByteMs),
    totalMs: tenths(record.totalMs),
    bytesIn: record.bytesIn,
    bytesOut: record.bytesOut,
    reason: ending.reason,
    cause: ending.cause,
    stage: ending.stage,
    termination: terminationLetters(ending),
    retries: record.retries,
    redispatched: record.redispatched,
    // pino leaves out what is undefined.
    http: record.http === null ? undefined : httpJson(record.http),
    tls: record.tlsVersion === null ? undefined : { version: record.tlsVersion, cipher: record.tlsCipher },
  };
}

function httpJson(http: HttpRecord): HttpJson {
  const read = !unreadable(http);
  return {
    method: read ? http.method : null,
    target: read ? http.target : null,
    version: read ? http.version : null,
    status: http.status < 0 ? null : http.status,
    handshakeMs: tenths(http.handshakeMs),
    idleMs: tenths(http.idleMs),
    requestMs: tenths(http.requestMs),
    responseMs: tenths(http.responseMs),
    activeMs: tenths(http.activeMs),
    requestHeaders: http.requestHeaders.length === 0 ? undefined : http.requestHeaders,
    responseHeaders: http.responseHeaders.length === 0 ? undefined : http.responseHeaders,
    requestCookie: http.requestCookie ?? undefined,
    responseCookie: http.responseCookie ?? undefined,
    persistence: http.persistence,
  };
}

function optionalEndpoint(address: string | null, port: number): string | null {
  return address === null ? null : endpoint(address, port);
}

/** IPv6 in brackets; a unix socket has no address. */
function endpoint(address: string, port: number): string {
  if (address === '') return 'unix';
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The clock's fractions go further than anybody reads. */
function tenths(ms: number): number {
  return Math.round(ms * 10) / 10;
}
