/**
 * RELAY as its owner sees it: bytes go both ways until both ends have ended, one breaks, or a timer strikes; then one reason says why.
 *
 *     relaying --> finishing --> ended     (`finishing`: a side broke, the other still takes what was read before)
 *        |                        ^
 *        +------------------------+
 *
 * Not here: moving bytes (`../transport/`), when a timer strikes (`timeouts.ts`), what the end means (`stream.ts`).
 */
import type { EndReason } from '../account/session.ts';
import type { Clock } from '../time/clock.ts';
import type { Connection, Relay, RelayHandler, SideName, Transport } from '../transport/transport.ts';
import {
  endsShorten,
  nextLookMs,
  receiveDeadlineMs,
  sendDeadlineMs,
  type RelayTimeouts,
} from './timeouts.ts';

export interface RelayingOwner {
  /** `look` is to be called at that time; `NEVER_MS`: not at all. Replaces the time said before. */
  lookAt(atMs: number): void;
  /** The last thing told. */
  relayingEnded(reason: EndReason): void;
}

export class Relaying implements RelayHandler {
  readonly relay: Relay;
  readonly #timeouts: RelayTimeouts;
  readonly #clock: Clock;
  readonly #owner: RelayingOwner;
  #phase: 'relaying' | 'finishing' | 'ended' = 'relaying';
  /** Set by the first timer that strikes or side that breaks; decides the ending once everything is closed. */
  #reason: EndReason | null = null;

  /** Owns both connections from here on; `look` sets the first timer. */
  constructor(
    between: { readonly client: Connection; readonly server: Connection; readonly transport: Transport },
    timeouts: RelayTimeouts,
    clock: Clock,
    owner: RelayingOwner,
  ) {
    this.#timeouts = timeouts;
    this.#clock = clock;
    this.#owner = owner;
    this.relay = between.transport.relay(between.client, between.server, this);
  }

  /** Ends it from outside: both sides get FIN, the owner is not told. */
  abandon(): void {
    this.#phase = 'ended';
    this.relay.abandon();
  }

  relaySideEnded(): void {
    this.#lookAfterEnd();
  }

  relaySideShut(): void {
    this.#lookAfterEnd();
  }

  /** The next look is soon enough, unless a direction that has ended shortens timeouts. */
  #lookAfterEnd(): void {
    if (endsShorten(this.#timeouts)) this.look(this.#clock.nowMs());
  }

  /** A client that breaks breaks its server connection too; a client only sees the end of a server (reference 5.8). */
  relayBroken(side: SideName): void {
    if (side === 'client') {
      this.relay.resetBoth();
      this.#end(this.#reason ?? 'client-reset');
      return;
    }
    this.#reason ??= 'server-reset';
    this.#phase = 'finishing';
    this.relay.closeAfterPending();
    this.look(this.#clock.nowMs());
  }

  relayFinished(): void {
    this.#end(this.#reason ?? 'normal');
  }

  /** Looks at all four timers, the client's first, and says when to look next. */
  look(nowMs: number): void {
    if (this.#phase === 'ended') return;
    const timeouts = this.#timeouts;
    const { client, server } = this.relay;
    if (this.#phase === 'finishing') {
      // Nothing is read any more; only the client's unwillingness to take the rest can make this last.
      const cutAtMs = sendDeadlineMs(client, timeouts.client);
      if (cutAtMs <= nowMs) this.#cut('client-timeout');
      else this.#owner.lookAt(cutAtMs);
      return;
    }
    if (sendDeadlineMs(client, timeouts.client) <= nowMs) return this.#cut('client-timeout');
    if (sendDeadlineMs(server, timeouts.server) <= nowMs) return this.#cut('server-timeout');
    if (receiveDeadlineMs(client, server, timeouts.client) <= nowMs) this.#shut('client', 'client-timeout');
    if (receiveDeadlineMs(server, client, timeouts.server) <= nowMs) this.#shut('server', 'server-timeout');
    // Shutting the second side finishes the relay, at once or when the last bytes are through.
    if (!this.#hasEnded()) this.#owner.lookAt(nextLookMs(nowMs, client, server, timeouts));
  }

  #shut(side: SideName, reason: EndReason): void {
    if (this.#hasEnded()) return;
    this.#reason ??= reason;
    this.relay.shutRead(side);
  }

  /** A method, since the phase changes behind calls that the compiler cannot see through. */
  #hasEnded(): boolean {
    return this.#phase === 'ended';
  }

  #cut(reason: EndReason): void {
    this.relay.abandon();
    this.#end(this.#reason ?? reason);
  }

  #end(reason: EndReason): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    this.#owner.relayingEnded(reason);
  }
}
