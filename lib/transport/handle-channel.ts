/**
 * A connection whose owner reads and writes it itself, on a bare handle.
 *
 *     held --resume--> open --+-- release --> held by a connection again
 *                             +-- close, reset, or broken --> ended     (nothing is told afterwards)
 *
 * A write that fails is no end yet: what the peer has said before is read first, such as the early answer to an upload.
 *
 * Not here: what the bytes mean (`../http/`), the handle (`handle-socket.ts`).
 */
import type { HandleConnection } from './handle-connection.ts';
import { type HandleSocket, PENDING, type SocketOwner, WRITTEN } from './handle-socket.ts';
import type { Channel, ChannelHandler, Connection } from './transport.ts';

export class HandleChannel implements Channel, SocketOwner {
  readonly #connection: HandleConnection;
  readonly #socket: HandleSocket;
  readonly #handler: ChannelHandler;
  readonly #nowMs: () => number;
  /** Read ahead before this was a channel, in order. */
  #ahead: Buffer[];
  /** The peer's end, seen before this was a channel and not told yet; or its break. */
  #earlier: 'nothing' | 'ended' | 'broke' = 'nothing';
  #paused = true;
  /** What came before is going to be told. */
  #telling = false;
  #open = true;
  #peerEnded = false;
  /** Behind the write that is pending. */
  #waiting: Buffer[] = [];
  /** A write said false, and the owner waits to hear of it. */
  #owesDrain = false;
  /** FIN is to follow what waits. */
  #ending = false;
  /** Why nothing is taken any more; 0: it is. */
  #failure = 0;
  bytesRead = 0;
  bytesWritten = 0;
  lastReadMs: number;

  /** Throws if the connection belongs to somebody already. Tells nothing before `resume`, and nothing from within it. */
  constructor(connection: HandleConnection, handler: ChannelHandler, nowMs: () => number) {
    this.#connection = connection;
    this.#socket = connection.socket;
    this.#handler = handler;
    this.#nowMs = nowMs;
    this.lastReadMs = nowMs();
    this.#socket.readStop();
    // What is kept lies where the next read goes.
    this.#ahead = connection.handTo(this).map((chunk) => Buffer.from(chunk));
    if (this.#socket.closed) this.#earlier = 'broke';
    else if (connection.peerEnded) this.#earlier = 'ended';
  }

  get blocked(): boolean {
    return this.#socket.pending || this.#waiting.length > 0;
  }

  write(piece: Buffer | string): boolean {
    if (!this.#open) return true;
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece;
    this.bytesWritten += bytes.length;
    if (this.#failure < 0 || this.#socket.closed) return true;
    if (this.blocked) this.#waiting.push(bytes);
    else if (this.#hand(bytes)) return true;
    this.#owesDrain = true;
    return false;
  }

  pause(): void {
    this.#paused = true;
    this.#socket.readStop();
  }

  resume(): void {
    if (!this.#open) return;
    this.#paused = false;
    if (this.#ahead.length === 0 && this.#earlier === 'nothing') {
      if (!this.#peerEnded) this.#socket.readStart();
    } else if (!this.#telling) {
      this.#telling = true;
      process.nextTick(tellEarlier, this);
    }
  }

  end(): void {
    if (!this.#open || this.#socket.closed) return;
    if (!this.#connection.lingers) this.reset();
    else if (this.blocked) this.#ending = true;
    else this.#socket.shutdown();
  }

  close(): void {
    this.#open = false;
    this.#connection.release();
  }

  reset(): void {
    this.#open = false;
    this.#socket.reset();
  }

  release(unread: Buffer | null): Connection {
    this.#open = false;
    this.#socket.readStop();
    const ahead = unread === null ? this.#ahead : [unread, ...this.#ahead];
    this.#connection.takeBack(ahead, this.#peerEnded || this.#earlier === 'ended');
    return this.#connection;
  }

  /** For `tellEarlier`: what came before this was a channel, as far as the owner wants it. */
  tellEarlier(): void {
    this.#telling = false;
    while (this.#open && !this.#paused) {
      const chunk = this.#ahead.shift();
      if (chunk === undefined) break;
      this.#told(chunk);
    }
    if (!this.#open || this.#paused) return;
    const earlier = this.#earlier;
    this.#earlier = 'nothing';
    if (earlier === 'ended') this.socketReadEnd();
    else if (earlier === 'broke') this.socketBroke('ERR_SOCKET_CLOSED');
    else this.#socket.readStart();
  }

  // --- what the socket tells -----------------------------------------------------------------------------------

  socketRead(length: number): boolean {
    this.lastReadMs = this.#nowMs();
    // Who hears of it may keep it, and the socket reads into the same place again.
    if (this.#open) this.#told(Buffer.from(this.#socket.space.bytesOf(length)));
    return true;
  }

  socketReadEnd(): void {
    if (this.#failure < 0) {
      this.#socket.broke(this.#failure);
      return;
    }
    if (!this.#open) return;
    this.#peerEnded = true;
    this.#handler.channelEnded();
  }

  socketDrained(): void {
    if (!this.#open) return;
    for (let bytes = this.#waiting.shift(); bytes !== undefined; bytes = this.#waiting.shift()) {
      if (!this.#hand(bytes)) return;
    }
    if (this.#ending && this.#failure === 0) this.#socket.shutdown();
    this.#ending = false;
    if (!this.#owesDrain) return;
    this.#owesDrain = false;
    this.#handler.channelDrained();
  }

  socketWriteFailed(status: number): void {
    this.#failure = status;
    this.#waiting = [];
    if (this.#peerEnded || !this.#open) process.nextTick(tellFailure, this.#socket, status);
    else if (!this.#paused) this.#socket.readStart();
  }

  socketBroke(code: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#handler.channelBroke(code);
  }

  socketKept(): void {}
  socketClosed(): void {}

  /** True: all of it is with the kernel, or nobody will ever take it. */
  #hand(bytes: Buffer): boolean {
    const outcome = this.#socket.write(bytes);
    if (outcome === PENDING) return false;
    if (outcome !== WRITTEN) this.socketWriteFailed(outcome);
    return true;
  }

  #told(chunk: Buffer): void {
    this.bytesRead += chunk.length;
    this.#handler.channelRead(chunk);
  }
}

function tellEarlier(channel: HandleChannel): void {
  channel.tellEarlier();
}

function tellFailure(socket: HandleSocket, status: number): void {
  socket.broke(status);
}
