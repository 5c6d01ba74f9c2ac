/**
 * A connection that its owner reads and writes, on paper: its peer does what the test says.
 *
 * Not here: who makes one (`dry-balancer.ts`), a balancer of such (`http-dry.ts`).
 */
import type { Channel, ChannelHandler, Connection } from '../../lib/transport/transport.ts';

/** A channel on paper, with what its peer does. */
export class DryChannel implements Channel {
  readonly connection: Connection;
  readonly #handler: ChannelHandler;
  bytesRead = 0;
  bytesWritten = 0;
  blocked = false;
  state: 'open' | 'ended' | 'closed' | 'reset' | 'released' | 'broken' = 'open';
  paused = true;
  /** What its owner gave back with it. */
  unread: Buffer | null = null;
  #written = '';

  constructor(connection: Connection, handler: ChannelHandler) {
    this.connection = connection;
    this.#handler = handler;
  }

  write(piece: Buffer | string): boolean {
    this.bytesWritten += piece.length;
    this.#written += typeof piece === 'string' ? piece : piece.toString('latin1');
    return !this.blocked;
  }
  pause(): void {
    this.paused = true;
  }
  resume(): void {
    this.paused = false;
  }
  end(): void {
    if (this.state === 'open') this.state = 'ended';
  }
  close(): void {
    if (this.isOpen) this.state = 'closed';
  }
  reset(): void {
    if (this.isOpen) this.state = 'reset';
  }
  release(unread: Buffer | null): Connection {
    this.state = 'released';
    this.unread = unread;
    return this.connection;
  }

  get isOpen(): boolean {
    return this.state === 'open' || this.state === 'ended';
  }

  // What the peer does:

  say(text: string): void {
    if (this.paused) throw new Error('the peer is not read');
    this.bytesRead += text.length;
    this.#handler.channelRead(Buffer.from(text, 'latin1'));
  }
  finish(): void {
    this.#handler.channelEnded();
  }
  break(): void {
    this.state = 'broken';
    this.#handler.channelBroke('ECONNRESET');
  }
  /** Takes all that waits. */
  drain(): void {
    this.blocked = false;
    this.#handler.channelDrained();
  }
  /** What was written since the last time. */
  taken(): string {
    const written = this.#written;
    this.#written = '';
    return written;
  }
}
