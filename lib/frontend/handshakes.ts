/**
 * The stage between the door and the session: a client that has been counted in does its TLS handshake, under `timeout client`
 * (reference 5.2). It takes up its places like any session, so handshakes that are never finished are limited with the rest.
 *
 *     shaking --+--> secured   the session proper is opened and does everything from here on
 *               +--> failed, killed   a session that has ended: counted, logged, announced, places given back
 *
 * Not here: the handshake itself (`../transport/`), certificates (`../tls/`).
 */
import type { FrontendCounters } from '../account/counters.ts';
import type { Session } from '../account/account.ts';
import type { EndReason, SessionRecord } from '../account/session.ts';
import type { ClientSession, Door } from '../stream/door.ts';
import { endingOf } from '../stream/ending.ts';
import type { StreamAccount } from '../stream/stream.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline, type DeadlineOwner, type DeadlineWheel } from '../time/coarse.ts';
import type { AcceptTls, Handshake, HandshakeFailure, HandshakeHandler } from '../transport/secure.ts';
import type { Connection, SecureTransport } from '../transport/transport.ts';
import type { OpenSession } from './frontend.ts';

export interface HandshakesParts {
  readonly frontendName: string;
  readonly counters: FrontendCounters;
  /** Told of handshakes that came to nothing, as of sessions that have ended; of others the session proper tells. */
  readonly account: Pick<StreamAccount, 'sessionEnded'>;
  readonly nextStreamId: () => number;
  readonly transport: Pick<SecureTransport, 'secure'>;
  /** 0: no limit. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  /** Makes the session of a client that is secured. */
  readonly open: OpenSession;
}

/** The handshakes of one frontend. */
export class Handshakes {
  readonly #parts: HandshakesParts;

  constructor(parts: HandshakesParts) {
    this.#parts = parts;
  }

  /** Makes a session that begins with the handshake: for a listener with TLS, in place of `open`. */
  openWith(contexts: AcceptTls): OpenSession {
    return (connection, door) => new SecuringSession(connection, door, contexts, this.#parts);
  }
}

class SecuringSession implements ClientSession, HandshakeHandler, DeadlineOwner {
  readonly #client: Connection;
  readonly #door: Door;
  readonly #contexts: AcceptTls;
  readonly #parts: HandshakesParts;
  readonly #acceptedMs: number;
  readonly #acceptedWallMs: number;
  readonly #deadline = new Deadline(this);
  #handshake: Handshake | null = null;
  #session: ClientSession | null = null;
  #finishing = false;
  #ended = false;

  constructor(client: Connection, door: Door, contexts: AcceptTls, parts: HandshakesParts) {
    this.#client = client;
    this.#door = door;
    this.#contexts = contexts;
    this.#parts = parts;
    this.#acceptedMs = parts.clock.nowMs();
    this.#acceptedWallMs = parts.clock.wallMs();
  }

  serve(): void {
    const { transport, timeoutMs, wheel } = this.#parts;
    if (timeoutMs > 0) wheel.set(this.#deadline, this.#acceptedMs + timeoutMs);
    this.#handshake = transport.secure(this.#client, this.#contexts, this);
  }

  handshakeSucceeded(connection: Connection): void {
    const { wheel, clock, open } = this.#parts;
    wheel.cancel(this.#deadline);
    const handshakeMs = clock.nowMs() - this.#acceptedMs;
    this.#session = open(connection, new SecuredDoor(this.#door, this, handshakeMs));
    this.#session.serve();
    if (this.#finishing) this.#session.finish();
  }

  handshakeFailed({ kind, bytesRead }: HandshakeFailure): void {
    // For the log a client that left has said nothing, however far it came.
    this.#end('tls-handshake-failed', kind === 'closed' ? 0 : bytesRead);
  }

  deadlineDue(): void {
    this.#handshake?.cancel();
    this.#end('tls-handshake-timeout', 0);
  }

  kill(reason: EndReason): void {
    if (this.#session !== null) return this.#session.kill(reason);
    if (this.#ended) return;
    this.#handshake?.cancel();
    this.#end(reason, 0);
  }

  finish(): void {
    this.#finishing = true;
    this.#session?.finish();
  }

  get placed(): boolean {
    return this.#session?.placed ?? false;
  }

  countBytes(): void {
    this.#session?.countBytes();
  }

  noteAddresses(): void {
    this.#session?.noteAddresses();
  }

  record(): SessionRecord | null {
    return this.#session?.record() ?? null;
  }

  /** Told like any session that has ended, so that it is counted, logged and announced in one go. */
  #end(reason: EndReason, bytesIn: number): void {
    const { wheel, clock, counters, account } = this.#parts;
    this.#ended = true;
    wheel.cancel(this.#deadline);
    const record = this.#lastRecord(reason, bytesIn, clock.nowMs() - this.#acceptedMs);
    const session: Session = { start: () => record, record: () => record };
    account.sessionEnded(session, record, { frontend: counters, backend: null, server: null });
    this.#door.released(this);
  }

  #lastRecord(reason: EndReason, bytesIn: number, totalMs: number): SessionRecord {
    const { frontendName, nextStreamId } = this.#parts;
    const { remote, local } = this.#client;
    const { listenerName, processSessions, frontendSessions } = this.#door;
    return {
      ...NOTHING_HAPPENED,
      id: nextStreamId(),
      acceptedWallMs: this.#acceptedWallMs,
      clientAddress: remote.address,
      clientPort: remote.port,
      frontendAddress: local.address,
      frontendPort: local.port,
      frontendName,
      listenerName,
      backendName: frontendName,
      bytesIn,
      totalMs,
      ending: endingOf(reason),
      processSessions,
      frontendSessions,
    };
  }
}

/** Of a session that no server ever heard of. */
const NOTHING_HAPPENED = {
  http: null,
  tlsVersion: null,
  tlsCipher: null,
  samples: [],
  serverName: null,
  serverAddress: null,
  serverPort: 0,
  sourceAddress: null,
  sourcePort: 0,
  queueMs: -1,
  connectMs: -1,
  firstByteMs: -1,
  bytesOut: 0,
  retries: 0,
  redispatched: false,
  backendSessions: 0,
  serverSessions: 0,
  serverQueuePosition: 0,
  backendQueuePosition: 0,
} as const;

/** The same door, which knows the client by the session that began with the handshake. */
class SecuredDoor implements Door {
  readonly handshakeMs: number;
  readonly #door: Door;
  readonly #known: ClientSession;

  constructor(door: Door, known: ClientSession, handshakeMs: number) {
    this.#door = door;
    this.#known = known;
    this.handshakeMs = handshakeMs;
  }

  get listenerName(): string {
    return this.#door.listenerName;
  }
  get listenerId(): number {
    return this.#door.listenerId;
  }
  get listenerCounters(): Door['listenerCounters'] {
    return this.#door.listenerCounters;
  }
  get processSessions(): number {
    return this.#door.processSessions;
  }
  get frontendSessions(): number {
    return this.#door.frontendSessions;
  }

  released(): void {
    this.#door.released(this.#known);
  }
}
