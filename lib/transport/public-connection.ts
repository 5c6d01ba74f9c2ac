/**
 * A connection that is not (yet) relayed: watched while its stream waits, then handed to a relay or ended.
 *
 *     fresh --watch--> watched --+--> relayed   (`handTo`: a relay or a channel hears the socket's events from here on)
 *       |                        |       |
 *       |                        |       +--> fresh again   (`takeBack`)
 *       +------------------------+--> ended     (`close`, `reset`, or broken by the peer)
 *
 * Not here: the bytes' way to the other side (`public-relay.ts`).
 */
import type { Connection, ConnectionWatcher, Endpoint } from './transport.ts';
import { keepAliveTimes } from './keep-alive.ts';
import type { TlsView } from '../tls/view.ts';
import { closeSocket, giveTo, lowest, type OwnedSocket, resetSocket, SocketOwner } from './public-socket.ts';

/** `setKeepAlive` as Node 24 has it. */
interface KeepAliveSocket {
  setKeepAlive(enable: boolean, idleMs?: number, intervalMs?: number, count?: number): unknown;
}

/** What a connection with TLS has of the one that it lies over. */
export interface Secured {
  readonly local: Endpoint;
  readonly view: TlsView;
}

export class PublicConnection extends SocketOwner implements Connection {
  readonly socket: OwnedSocket;
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly tls: TlsView | null;
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
  constructor(socket: OwnedSocket, remote: Endpoint | null, secured: Secured | null = null) {
    super();
    // Addresses are read now: a socket that has ended does not know them any more.
    this.remote = remote ?? { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    this.local = secured?.local ?? { address: socket.localAddress ?? '', port: socket.localPort ?? 0 };
    this.tls = secured?.view ?? null;
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

  peek(): Uint8Array {
    return Buffer.concat(this.#chunks);
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
    const socket: KeepAliveSocket = lowest(this.socket);
    socket.setKeepAlive(true, ...keepAliveTimes(idleMs, intervalMs, count));
  }

  /** For a relay or a handshake: puts `owner` in charge and gives the bytes read ahead, in order. Throws if a relay has the connection. */
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

  /** For a channel, which had it by `handTo`: takes charge again. `unread`: what was read and not used; `peerEnded`: its FIN was seen. */
  takeBack(unread: readonly Buffer[], peerEnded: boolean): void {
    this.#state = 'held';
    giveTo(this.socket, this);
    this.#chunks = [...unread];
    this.pendingBytes = unread.reduce((sum, chunk) => sum + chunk.length, 0);
    this.peerEnded = peerEnded;
  }

  /** Closes the descriptor now, as `lingers` says: by FIN (RST if the peer's bytes were not all read; with TLS behind its own end) or RST. */
  release(): void {
    if (this.lingers) closeSocket(this.socket);
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
