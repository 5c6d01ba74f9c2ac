/**
 * A request that has become something else: after 101, or 2xx to CONNECT, its two connections are relayed as in mode tcp
 * (reference 14.6). Begins when all that is HTTP has left.
 *
 *     waiting --both sides have taken everything--> relaying --> ended
 *
 * Not here: relaying (`../stream/relaying.ts`).
 */
import type { EndReason } from '../account/session.ts';
import { Relaying, type RelayingOwner } from '../stream/relaying.ts';
import { NEVER_MS } from '../stream/timeouts.ts';
import type { ClientConnection } from './client-connection.ts';
import type { HttpTarget } from './route.ts';
import type { ServerConnection } from './server-connection.ts';

export interface TunnelOwner {
  tunnelLookAt(atMs: number): void;
  /** The last thing told. */
  tunnelEnded(reason: EndReason): void;
}

export class Tunnel implements RelayingOwner {
  readonly #client: ClientConnection;
  readonly #server: ServerConnection;
  readonly #target: HttpTarget;
  readonly #owner: TunnelOwner;
  #relaying: Relaying | null = null;

  constructor(client: ClientConnection, server: ServerConnection, target: HttpTarget, owner: TunnelOwner) {
    this.#client = client;
    this.#server = server;
    this.#target = target;
    this.#owner = owner;
  }

  /** What was written is with the kernel: begins if that is so on both sides. */
  sideDrained(): void {
    if (this.#relaying !== null) return;
    const { transport, clock } = this.#client.route;
    if (this.#client.blocked || this.#server.blocked) {
      // What it says in the new protocol would pile up.
      this.#server.pause();
      this.look(clock.nowMs());
      return;
    }
    const client = this.#client.releaseForTunnel();
    const server = this.#server.release();
    this.#relaying = new Relaying({ client, server, transport }, this.#target.tunnelTimeouts, clock, this);
    this.#relaying.look(clock.nowMs());
  }

  look(nowMs: number): void {
    if (this.#relaying === null) this.#lookAtWait(nowMs);
    else this.#relaying.look(nowMs);
  }

  /** A client that does not even take the answer would keep the server's place for ever. */
  #lookAtWait(nowMs: number): void {
    const { idleMs } = this.#target.tunnelTimeouts.client;
    const { blockedSinceMs } = this.#client;
    const dueMs = blockedSinceMs === 0 || idleMs === 0 ? NEVER_MS : blockedSinceMs + idleMs;
    if (dueMs > nowMs) {
      this.#owner.tunnelLookAt(dueMs);
      return;
    }
    this.#server.reset();
    this.#owner.tunnelEnded('client-timeout');
  }

  abandon(): void {
    if (this.#relaying === null) this.#server.reset();
    else this.#relaying.abandon();
  }

  /** Relayed so far. */
  get bytesIn(): number {
    return this.#relaying?.relay.client.bytesRead ?? 0;
  }
  get bytesOut(): number {
    return this.#relaying?.relay.server.bytesRead ?? 0;
  }

  lookAt(atMs: number): void {
    this.#owner.tunnelLookAt(atMs);
  }

  relayingEnded(reason: EndReason): void {
    this.#owner.tunnelEnded(reason);
  }
}
