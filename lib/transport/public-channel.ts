/**
 * A connection whose owner reads and writes it itself, on Node's public API.
 *
 *     held --resume--> open --+-- release --> held by a connection again
 *                             +-- close, reset, or broken --> ended     (nothing is told afterwards)
 *
 * Not here: what the bytes mean (`../http/`).
 */
import type { Channel, ChannelHandler, Connection } from './transport.ts';
import type { PublicConnection } from './public-connection.ts';
import { SocketOwner, writeTo } from './public-socket.ts';

export class PublicChannel extends SocketOwner implements Channel {
  readonly #connection: PublicConnection;
  readonly #handler: ChannelHandler;
  /** Read ahead before this was a channel, in order. */
  #ahead: Buffer[];
  /** The peer's end, or its break, seen before this was a channel or while it was paused, and not told yet. */
  #earlier: 'nothing' | 'ended' | 'broke' = 'nothing';
  #paused = true;
  /** What came before is going to be told. */
  #telling = false;
  #open = true;
  #peerEnded = false;
  /** A write said false, and the owner waits to hear of it. */
  #owesDrain = false;
  bytesRead = 0;
  bytesWritten = 0;

  /** Throws if the connection belongs to somebody already. Tells nothing before `resume`, and nothing from within it. */
  constructor(connection: PublicConnection, handler: ChannelHandler) {
    super();
    this.#connection = connection;
    this.#handler = handler;
    this.#ahead = [...connection.handTo(this)];
    if (connection.socket.destroyed) this.#earlier = 'broke';
    else if (connection.peerEnded) this.#earlier = 'ended';
    connection.socket.pause();
  }

  get blocked(): boolean {
    return this.#connection.socket.writableLength > 0;
  }

  write(piece: Buffer | string): boolean {
    const { socket } = this.#connection;
    if (!this.#open) return true;
    this.bytesWritten += piece.length;
    writeTo(socket, piece);
    return this.#taken();
  }

  pause(): void {
    this.#paused = true;
    this.#connection.socket.pause();
  }

  resume(): void {
    if (!this.#open) return;
    this.#paused = false;
    if (this.#ahead.length === 0 && this.#earlier === 'nothing') {
      this.#connection.socket.resume();
    } else if (!this.#telling) {
      this.#telling = true;
      process.nextTick(tellEarlier, this);
    }
  }

  end(): void {
    if (!this.#open) return;
    const { socket, lingers } = this.#connection;
    if (lingers) socket.end();
    else this.reset();
  }

  close(): void {
    this.#open = false;
    this.#connection.release();
  }

  reset(): void {
    this.#open = false;
    this.#connection.resetNow();
  }

  release(unread: Buffer | null): Connection {
    this.#open = false;
    const { socket } = this.#connection;
    socket.pause();
    const ahead = unread === null ? this.#ahead : [unread, ...this.#ahead];
    this.#connection.takeBack(ahead, this.#peerEnded || this.#earlier === 'ended');
    return this.#connection;
  }

  /** For `tellEarlier`: what came before this was a channel, as far as the owner wants it. */
  tellEarlier(): void {
    this.#telling = false;
    this.#readAhead();
    if (!this.#open || this.#paused) return;
    const earlier = this.#earlier;
    this.#earlier = 'nothing';
    if (earlier === 'ended') this.socketReadEnd();
    else if (earlier === 'broke') this.socketBroke('ERR_SOCKET_CLOSED');
    else this.#connection.socket.resume();
  }

  override socketRead(chunk: Buffer): void {
    if (!this.#open) return;
    this.bytesRead += chunk.length;
    this.#handler.channelRead(chunk);
  }

  override socketReadEnd(): void {
    if (!this.#open) return;
    if (this.#paused) {
      // Node tells an end that it has seen also of a socket that was paused in the last chunk before it.
      this.#earlier = 'ended';
      return;
    }
    this.#peerEnded = true;
    this.#handler.channelEnded();
  }

  override socketDrained(): void {
    if (!this.#open || !this.#owesDrain || this.blocked) return;
    this.#owesDrain = false;
    this.#handler.channelDrained();
  }

  override socketBroke(code: string): void {
    this.#readAhead();
    if (!this.#open) return;
    this.#open = false;
    this.#handler.channelBroke(code);
  }

  override socketClosed(): void {
    this.#connection.socketClosed();
  }

  #readAhead(): void {
    while (this.#open && !this.#paused) {
      const chunk = this.#ahead.shift();
      if (chunk === undefined) return;
      this.socketRead(chunk);
    }
  }

  #taken(): boolean {
    if (!this.blocked) return true;
    this.#owesDrain = true;
    return false;
  }
}

function tellEarlier(channel: PublicChannel): void {
  channel.tellEarlier();
}
