/**
 * A connection that is not (yet) relayed: watched while its stream waits, then handed to a relay or ended.
 *
 *     fresh --watch--> watched --+--> relayed   (`handTo`: the relay hears the socket's events from here on)
 *       |                        |
 *       +------------------------+--> ended     (`close`, `reset`, or broken by the peer)
 *
 * Not here: the bytes' way to the other side (`public-relay.ts`).
 */
import * as net from 'node:net';
import type { Connection, ConnectionWatcher, Endpoint } from './transport.ts';
import { giveTo, type OwnedSocket, resetSocket, SocketOwner } from './public-socket.ts';

/** Linux's own values (tcp(7)): Node sets idle, interval and count together or not at all. */
const SYSTEM_KEEP_ALIVE = { idleMs: 7_200_000, intervalMs: 75_000, count: 9 };

/** Nodes before 24 know no more than the idle time. */
export const TUNES_KEEP_ALIVE = net.Socket.prototype.setKeepAlive.length >= 4;

/** `setKeepAlive` as Node 24 has it. */
interface KeepAliveSocket {
  setKeepAlive(enable: boolean, idleMs?: number, intervalMs?: number, count?: number): unknown;
}

export class PublicConnection extends SocketOwner implements Connection {
  readonly socket: OwnedSocket;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  pendingBytes = 0;
  peerEnded = false;
  /** `noLinger` was called: RST wherever FIN would be. */
  lingers = true;
  /** The descriptor is released. */
  closed = false;
  #chunks: Buffer[] = [];
  #limitBytes = 0;
  #watcher: ConnectionWatcher | null = null;
  #state: 'held' | 'relayed' | 'ended' = 'held';

  /** Takes charge of a connected socket that is not reading. `remote`: where it was dialled to; null: ask the system. */
  constructor(socket: OwnedSocket, remote: Endpoint | null) {
    super();
    // Addresses are read now: a socket that has ended does not know them any more.
    this.remote = remote ?? { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.local = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.socket = socket;
    giveTo(socket, this);
  }

  watch(watcher: ConnectionWatcher, limitBytes: number): void {
    if (this.#state !== 'held') return;
    this.#watcher = watcher;
    this.#limitBytes = limitBytes;
    // A limit of 0 still reads once, or the peer's end could never be seen.
    if (this.pendingBytes === 0 || this.pendingBytes < limitBytes) this.socket.resume();
    else this.socket.pause();
  }

  close(): void {
    if (this.#state !== 'held') return;
    this.#state = 'ended';
    this.release();
  }

  reset(): void {
    if (this.#state !== 'held') return;
    this.#state = 'ended';
    this.resetNow();
  }

  noLinger(): void {
    this.lingers = false;
  }

  keepAlive(idleMs: number, intervalMs: number, count: number): void {
    const socket: KeepAliveSocket = this.socket;
    if (!TUNES_KEEP_ALIVE) {
      socket.setKeepAlive(true, idleMs);
      return;
    }
    if (idleMs === 0 && intervalMs === 0 && count === 0) {
      socket.setKeepAlive(true);
      return;
    }
    const system = SYSTEM_KEEP_ALIVE;
    socket.setKeepAlive(
      true,
      idleMs || system.idleMs,
      intervalMs || system.intervalMs,
      count || system.count,
    );
  }

  /** For the relay: puts `owner` in charge and gives the bytes read ahead, in order. Throws if a relay has the connection. */
  handTo(owner: SocketOwner): readonly Buffer[] {
    if (this.#state === 'relayed') throw new TypeError('the connection belongs to a relay already');
    this.#state = 'relayed';
    giveTo(this.socket, owner);
    const chunks = this.#chunks;
    this.#chunks = [];
    this.#watcher = null;
    this.pendingBytes = 0;
    return chunks;
  }

  /** Closes the descriptor now, as `lingers` says: by FIN (RST if the peer's bytes were not all read) or RST. */
  release(): void {
    if (this.lingers) this.socket.destroy();
    else this.resetNow();
  }

  /** RST now. */
  resetNow(): void {
    // A TCP socket knows its own address even when the peer's is gone; a unix socket has none.
    resetSocket(this.socket, this.local.address !== '');
  }

  override socketRead(chunk: Buffer): void {
    if (this.#state !== 'held') return;
    const isFirst = this.pendingBytes === 0;
    this.#chunks.push(chunk);
    this.pendingBytes += chunk.length;
    if (this.pendingBytes >= this.#limitBytes) this.socket.pause();
    if (isFirst) this.#watcher?.peerSent();
  }

  override socketReadEnd(): void {
    if (this.#state !== 'held') return;
    this.peerEnded = true;
    this.#watcher?.peerEnded();
  }

  override socketBroke(code: string): void {
    if (this.#state !== 'held') return;
    this.#state = 'ended';
    this.#watcher?.peerReset(code);
  }

  override socketClosed(): void {
    this.closed = true;
  }
}
