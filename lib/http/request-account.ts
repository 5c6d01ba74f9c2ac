/**
 * What one request has come to: moments, bytes, captures, and the record that is made of them (manual 8.2.3, 8.4).
 *
 * Not here: when any of it happens (`request-stream.ts`), how it is written (`../account/log/`).
 */
import type { Session } from '../account/account.ts';
import type { EndReason, HttpRecord, SessionRecord, SessionStart } from '../account/session.ts';
import type { SessionOutcome } from '../account/session-counts.ts';
import type { Connecting } from '../backend/connect.ts';
import type { Server } from '../backend/server.ts';
import type { Slot } from '../backend/slot.ts';
import type { SampleSource } from '../sample/sample.ts';
import { endingOf } from '../stream/ending.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Exchange } from './exchange.ts';
import type { Asker } from './forwarding.ts';
import type { HttpTarget } from './route.ts';
import type { ServerConnection } from './server-connection.ts';
import type { Tunnel } from './tunnel.ts';

/** Moments of the clock; 0: not reached. */
export interface RequestTimes {
  /** Since when it was awaited: the connection's handshake, or the end of the request before. */
  readonly awaitedMs: number;
  readonly firstByteMs: number;
  headMs: number;
  connectedMs: number;
  answeredMs: number;
  endedMs: number;
}

/** What a stream holds at the moment; null: not yet, or not any more. */
export interface RequestParts {
  readonly target: HttpTarget | null;
  readonly connecting: Connecting<ServerConnection> | null;
  readonly slot: Slot | null;
  /** The last one it had; kept after its end. */
  readonly serverConnection: ServerConnection | null;
  readonly exchange: Exchange | null;
  readonly tunnel: Tunnel | null;
  /** The server it holds a place on; after its end the last one. */
  readonly recordedServer: Server | null;
}

/** What one request has come to so far. */
export class RequestAccount implements Session {
  readonly id: number;
  readonly times: RequestTimes;
  /** Of the answer; -1: there was none. */
  status = -1;
  /** As they came, before rules changed them. */
  startLine: Pick<HttpRecord, 'method' | 'target' | 'version'> = NO_START_LINE;
  requestHeaders: readonly (string | null)[] = [];
  responseHeaders: readonly (string | null)[] = [];
  requestCookie: string | null = null;
  responseCookie: string | null = null;
  persistence = '--';
  /** What has answered in place of a server, as HAProxy's log names it. */
  service: string | null = null;
  /** What `set-log-level` has said. */
  logLevel: string | null = null;
  outcome: SessionOutcome | null = null;
  readonly #client: ClientConnection;
  readonly #parts: RequestParts;
  readonly #source: SampleSource;
  readonly #bytesOutBefore: number;
  #countedIn = 0;
  #countedOut = 0;

  constructor(
    id: number,
    parts: RequestParts,
    client: ClientConnection,
    source: SampleSource,
    times: Pick<RequestTimes, 'awaitedMs' | 'firstByteMs'>,
  ) {
    this.id = id;
    this.#parts = parts;
    this.#client = client;
    this.#source = source;
    this.#bytesOutBefore = client.bytesWritten;
    this.times = {
      awaitedMs: times.awaitedMs,
      firstByteMs: times.firstByteMs,
      headMs: 0,
      connectedMs: 0,
      answeredMs: 0,
      endedMs: 0,
    };
  }

  /** A server is there. `again`: in place of a kept connection that was dead. */
  connected({ backend }: HttpTarget, connection: ServerConnection, again: boolean): void {
    const { clock } = this.#client.route;
    const { counters, servedCount } = connection.server;
    const nowMs = clock.nowMs();
    this.times.connectedMs = nowMs;
    if (connection.requestsTotal > 0) {
      backend.counters.http?.connectionReused();
      counters.http?.connectionReused();
    }
    if (again) return;
    const wallMs = clock.wallMs();
    counters.sessionStarted(nowMs, servedCount);
    counters.connected(wallMs);
    backend.counters.connected(wallMs);
  }

  /** Adds what has moved since the last time to the counters. */
  countBytes(): void {
    const { exchange, tunnel, target, slot } = this.#parts;
    const bytesIn = (exchange?.requestBytes ?? 0) + (tunnel?.bytesIn ?? 0);
    const bytesOut = this.#client.bytesWritten - this.#bytesOutBefore + (tunnel?.bytesOut ?? 0);
    // A request that is sent once more counts once.
    const newIn = Math.max(0, bytesIn - this.#countedIn);
    const newOut = bytesOut - this.#countedOut;
    if (newIn === 0 && newOut === 0) return;
    this.#countedIn += newIn;
    this.#countedOut = bytesOut;
    this.#client.route.counters.bytesMoved(newIn, newOut);
    this.#client.door.listenerCounters.bytesMoved(newIn, newOut);
    target?.backend.counters.bytesMoved(newIn, newOut);
    slot?.server.counters.bytesMoved(newIn, newOut);
  }

  outcomeNow(reason: EndReason): SessionOutcome {
    const { connecting } = this.#parts;
    const { firstByteMs, answeredMs, endedMs } = this.times;
    const nowMs = endedMs === 0 ? this.#client.route.clock.nowMs() : endedMs;
    return {
      queueMs: connecting?.queueMs ?? -1,
      connectMs: connecting?.connectMs ?? -1,
      firstByteMs: answeredMs === 0 ? -1 : answeredMs - firstByteMs,
      totalMs: nowMs - firstByteMs,
      ending: endingOf(reason),
      http: { status: this.status, responseMs: this.#responseMs },
    };
  }

  get #responseMs(): number {
    const { connectedMs, answeredMs } = this.times;
    return answeredMs === 0 || connectedMs === 0 ? -1 : answeredMs - connectedMs;
  }

  get #acceptedWallMs(): number {
    const { acceptedWallMs, acceptedMs, requestsBefore } = this.#client;
    return requestsBefore === 0 ? acceptedWallMs : acceptedWallMs + (this.times.awaitedMs - acceptedMs);
  }

  start(): SessionStart {
    const { route, door, peers } = this.#client;
    return {
      id: this.id,
      acceptedWallMs: this.#acceptedWallMs,
      clientAddress: peers.remote.address,
      clientPort: peers.remote.port,
      frontendAddress: peers.local.address,
      frontendPort: peers.local.port,
      frontendName: route.frontendName,
      listenerName: door.listenerName,
    };
  }

  // Field by field: putting it together from smaller objects costs V8 twenty times as much.
  record(): SessionRecord {
    this.countBytes();
    const { route, door, peers, connection } = this.#client;
    const { target, connecting, serverConnection, recordedServer: server } = this.#parts;
    const { remote, local } = peers;
    const outcome = this.outcome ?? this.outcomeNow('normal');
    return {
      id: this.id,
      acceptedWallMs: this.#acceptedWallMs,
      clientAddress: remote.address,
      clientPort: remote.port,
      frontendAddress: local.address,
      frontendPort: local.port,
      frontendName: route.frontendName,
      listenerName: door.listenerName,
      queueMs: outcome.queueMs,
      connectMs: outcome.connectMs,
      firstByteMs: outcome.firstByteMs,
      totalMs: outcome.totalMs,
      ending: outcome.ending,
      backendName: target?.backend.name ?? route.frontendName,
      serverName: this.service ?? server?.name ?? null,
      serverAddress: serverConnection?.peers?.remote.address ?? null,
      serverPort: serverConnection?.peers?.remote.port ?? 0,
      sourceAddress: serverConnection?.peers?.local.address ?? null,
      sourcePort: serverConnection?.peers?.local.port ?? 0,
      bytesIn: this.#countedIn,
      bytesOut: this.#countedOut,
      retries: connecting?.retries ?? 0,
      redispatched: connecting?.redispatched ?? false,
      processSessions: door.processSessions,
      frontendSessions: door.frontendSessions,
      backendSessions: target?.backend.sessionsNow ?? 0,
      serverSessions: server?.servedCount ?? 0,
      serverQueuePosition: connecting?.serverQueuePosition ?? 0,
      backendQueuePosition: connecting?.backendQueuePosition ?? 0,
      http: this.#httpRecord(outcome),
      tlsVersion: connection.tls?.version ?? null,
      tlsCipher: connection.tls?.cipher ?? null,
      samples: route.logSamples?.(this.#source) ?? NO_SAMPLES,
    };
  }

  /** Who gets an answer; of a request that could not be read nothing is known. */
  asker(keepAlive: boolean): Asker {
    return { version: this.#source.request?.version ?? '1.1', method: this.startLine.method, keepAlive };
  }

  #httpRecord(outcome: SessionOutcome): HttpRecord {
    const { awaitedMs, firstByteMs, headMs } = this.times;
    return {
      method: this.startLine.method,
      target: this.startLine.target,
      version: this.startLine.version,
      status: this.status,
      handshakeMs: this.#client.requestsBefore === 0 ? this.#client.handshakeMs : 0,
      idleMs: firstByteMs - awaitedMs,
      requestMs: headMs === 0 ? -1 : headMs - firstByteMs,
      responseMs: this.#responseMs,
      activeMs: outcome.totalMs,
      requestHeaders: this.requestHeaders,
      responseHeaders: this.responseHeaders,
      requestCookie: this.requestCookie,
      responseCookie: this.responseCookie,
      persistence: this.persistence,
      logLevel: this.logLevel,
    };
  }
}

const NO_SAMPLES: readonly string[] = [];
const NO_START_LINE = { method: '', target: '', version: '' };
