/**
 * A connection on a bare handle that is not (yet) relayed: watched while its stream waits, then handed to a relay or ended.
 *
 *     fresh --watch--> watched --+--> relayed   (`handTo`: the relay hears the socket's events from here on)
 *       |                        |
 *       +------------------------+--> ended     (`close`, `reset`, or broken by the peer)
 *
 * Not here: the bytes' way to the other side (`handle-relay.ts`), the handle (`handle-socket.ts`).
 */
import type { Connection, ConnectionWatcher, Endpoint } from './transport.ts';
import type { HandleSocket, SocketOwner } from './handle-socket.ts';
import { keepAliveTimes } from './keep-alive.ts';

export class HandleConnection implements Connection, SocketOwner {
  readonly socket: HandleSocket;
  pendingBytes = 0;
  peerEnded = false;
  /** `noLinger` was called: RST wherever FIN would be. */
  lingers = true;
  readonly tls = null;
  readonly lastReadMs: number;
  #remote: Endpoint | null;
  #local: Endpoint | null;
  #limitBytes = 0;
  #watcher: ConnectionWatcher | null = null;
  /** Read by a channel and not used. */
  #unread: Buffer[] = [];
  #state: 'held' | 'relayed' | 'ended' = 'held';

  /** Takes charge of a connected socket that is not reading. Null: the system is asked when somebody wants to know. */
  constructor(socket: HandleSocket, nowMs: number, remote: Endpoint | null, local: Endpoint | null) {
    this.socket = socket;
    this.lastReadMs = nowMs;
    this.#remote = remote;
    this.#local = local;
    socket.owner = this;
  }

  get remote(): Endpoint {
    return (this.#remote ??= this.socket.remote);
  }

  get local(): Endpoint {
    return (this.#local ??= this.socket.local);
  }

  watch(watcher: ConnectionWatcher, limitBytes: number): void {
    if (this.#state !== 'held') return;
    this.#watcher = watcher;
    this.#limitBytes = limitBytes;
    // A limit of 0 still reads once, or the peer's end could never be seen.
    if (this.pendingBytes === 0 || this.pendingBytes < limitBytes) this.socket.readStart();
    else this.socket.readStop();
  }

  peek(): Uint8Array {
    return Buffer.concat([...this.#unread, this.socket.space.peekKept()]);
  }

  close(): void {
    if (this.#state !== 'held') return;
    this.#state = 'ended';
    this.release();
  }

  reset(): void {
    if (this.#state !== 'held') return;
    this.#state = 'ended';
    this.socket.reset();
  }

  noLinger(): void {
    this.lingers = false;
  }

  keepAlive(idleMs: number, intervalMs: number, count: number): void {
    this.socket.keepAlive(...keepAliveTimes(idleMs, intervalMs, count));
  }

  /** For the relay: puts `owner` in charge and gives the bytes read ahead, in order. Throws if a relay has the connection. */
  handTo(owner: SocketOwner): Buffer[] {
    if (this.#state === 'relayed') throw new TypeError('the connection belongs to a relay already');
    this.#state = 'relayed';
    this.#watcher = null;
    this.pendingBytes = 0;
    this.socket.owner = owner;
    const unread = this.#unread;
    this.#unread = [];
    const kept = this.socket.space.takeKept();
    return unread.length === 0 ? kept : [...unread, ...kept];
  }

  /** From a channel, which does not want it any more; to be given to a relay or another channel. */
  takeBack(unread: Buffer[], peerEnded: boolean): void {
    this.#state = 'held';
    this.socket.owner = this;
    this.#unread = unread;
    this.pendingBytes = unread.reduce((sum, { length }) => sum + length, 0);
    this.peerEnded = peerEnded;
  }

  /** Closes the descriptor now, as `lingers` says: by FIN (RST if the peer's bytes were not all read) or RST. */
  release(): void {
    if (this.lingers) this.socket.close();
    else this.socket.reset();
  }

  socketKept(length: number): void {
    const isFirst = this.pendingBytes === 0;
    this.pendingBytes += length;
    if (this.pendingBytes >= this.#limitBytes) this.socket.readStop();
    if (isFirst) this.#watcher?.peerSent();
  }

  socketReadEnd(): void {
    this.peerEnded = true;
    this.#watcher?.peerEnded();
  }

  socketBroke(code: string): void {
    this.#state = 'ended';
    this.#watcher?.peerReset(code);
  }

  socketWriteFailed(status: number): void {
    this.socket.broke(status);
  }

  socketRead(): boolean {
    return true;
  }
  socketDrained(): void {}
  socketClosed(): void {}
}
