/**
 * The stage between the door and the session: a client that has been counted in does its TLS handshake, under `timeout client`
 * (reference 5.2). It takes up its places like any session, so handshakes that are never finished are limited with the rest.
 *
 *     shaking --+--> secured   the session proper is opened and does everything from here on
 *               +--> failed    counted, told in HAProxy's words, places given back
 *               +--> killed    counted, places given back
 *
 * Not here: the handshake itself (`../transport/`), certificates (`../tls/`).
 */
import type { FrontendCounters } from '../account/counters.ts';
import type { EndReason, SessionRecord } from '../account/session.ts';
import type { ClientSession, Door } from '../stream/door.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline, type DeadlineOwner, type DeadlineWheel } from '../time/coarse.ts';
import type { AcceptTls, Handshake, HandshakeFailure, HandshakeHandler } from '../transport/secure.ts';
import type { Connection, SecureTransport } from '../transport/transport.ts';
import type { OpenSession } from './frontend.ts';

/** A handshake that came to nothing. */
export interface FailedHandshake {
  readonly acceptedWallMs: number;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly frontendName: string;
  /** As in HAProxy's line: the bind line's name, else its number. */
  readonly listenerLabel: string;
  readonly reason: Extract<EndReason, 'tls-handshake-failed' | 'tls-handshake-timeout'>;
  /** HAProxy's words, e.g. `SSL handshake failure`. */
  readonly text: string;
  /** What OpenSSL or Node says, e.g. `ERR_SSL_HTTP_REQUEST`; empty where there is nothing more to say. */
  readonly code: string;
}

export interface HandshakesParts {
  readonly frontendName: string;
  readonly counters: FrontendCounters;
  readonly transport: Pick<SecureTransport, 'secure'>;
  /** 0: no limit. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  /** Makes the session of a client that is secured. */
  readonly open: OpenSession;
  readonly failed: (handshake: FailedHandshake) => void;
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

const WORDS: Readonly<Record<HandshakeFailure['kind'], string>> = {
  closed: 'Connection closed during SSL handshake',
  certificate: 'SSL client certificate not trusted',
  protocol: 'SSL handshake failure',
};

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

  handshakeFailed({ kind, code }: HandshakeFailure): void {
    this.#fail('tls-handshake-failed', WORDS[kind], code);
  }

  deadlineDue(): void {
    this.#handshake?.cancel();
    this.#fail('tls-handshake-timeout', 'Timeout during SSL handshake', '');
  }

  kill(reason: EndReason): void {
    if (this.#session !== null) return this.#session.kill(reason);
    if (this.#ended) return;
    this.#handshake?.cancel();
    this.#end(reason);
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

  #fail(reason: FailedHandshake['reason'], text: string, code: string): void {
    const { frontendName, failed } = this.#parts;
    const { listenerName, listenerId } = this.#door;
    const { address, port } = this.#client.remote;
    this.#end(reason);
    failed({
      acceptedWallMs: this.#acceptedWallMs,
      clientAddress: address,
      clientPort: port,
      frontendName,
      listenerLabel: listenerName === `sock-${listenerId}` ? String(listenerId) : listenerName,
      reason,
      text,
      code,
    });
  }

  #end(reason: EndReason): void {
    const { wheel, clock, counters } = this.#parts;
    this.#ended = true;
    wheel.cancel(this.#deadline);
    counters.sessionEnded(reason, clock.nowMs() - this.#acceptedMs);
    this.#door.released(this);
  }
}

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
