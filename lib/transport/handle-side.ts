/**
 * One side of a relay on bare handles: its numbers, and its socket's ears.
 *
 * Not here: what an event means for the relay (`handle-relay.ts`).
 */
import type { HandleConnection } from './handle-connection.ts';
import type { HandleRelay } from './handle-relay.ts';
import type { HandleSocket, SocketOwner } from './handle-socket.ts';
import type { RelaySide, SideName } from './transport.ts';

export class HandleSide implements RelaySide, SocketOwner {
  readonly name: SideName;
  readonly connection: HandleConnection;
  readonly socket: HandleSocket;
  readonly #relay: HandleRelay;
  bytesRead = 0;
  lastReadMs: number;
  firstReadMs = 0;
  writeEndedMs = 0;
  readPaused = false;
  readEnded = false;
  /** Our FIN, or RST in its place, has been sent. */
  writeEnded = false;
  /** Why nothing can be written to it any more while the rest is read of what it sent before; 0: it can. */
  failure = 0;
  /** Read ahead on the other side and not written yet, beside what is pending; null once all of it is. */
  waiting: Buffer[] | null = null;
  #lastWriteMs: number;
  #blockedSinceMs = 0;
  /** Of the pending write, when it was last looked at. */
  #pendingBytes = 0;

  constructor(relay: HandleRelay, name: SideName, connection: HandleConnection, nowMs: number) {
    this.#relay = relay;
    this.name = name;
    this.connection = connection;
    this.socket = connection.socket;
    this.lastReadMs = nowMs;
    this.#lastWriteMs = nowMs;
  }

  /** Bytes wait because the peer does not read. */
  get pending(): boolean {
    return this.socket.pending || (this.waiting !== null && this.waiting.length > 0);
  }

  get lastWriteMs(): number {
    this.#lookAtPending();
    return this.#lastWriteMs;
  }

  get blockedSinceMs(): number {
    this.#lookAtPending();
    return this.#blockedSinceMs;
  }

  noteRead(length: number, nowMs: number): void {
    this.bytesRead += length;
    this.lastReadMs = nowMs;
    if (this.firstReadMs === 0) this.firstReadMs = nowMs;
  }

  /** Everything written so far is with the kernel. */
  noteWritten(nowMs: number): void {
    this.#lastWriteMs = nowMs;
    this.#blockedSinceMs = 0;
  }

  /** A write has become pending. */
  noteBlocked(nowMs: number): void {
    if (this.#blockedSinceMs === 0) this.#blockedSinceMs = nowMs;
    this.#pendingBytes = this.socket.pendingBytes;
  }

  /** Nothing that waits for it will be taken any more. */
  fail(status: number): void {
    this.failure = status;
    this.waiting = null;
    this.#blockedSinceMs = 0;
  }

  /** What was read of it is still needed: nothing more may be read into its buffer. */
  lend(): void {
    this.socket.readStop();
    this.socket.space.lend();
  }

  socketRead(length: number): boolean {
    return this.#relay.sideRead(this, length);
  }
  socketReadEnd(): void {
    this.#relay.sideEnded(this);
  }
  socketDrained(): void {
    this.#relay.sideDrained(this);
  }
  socketWriteFailed(status: number): void {
    this.#relay.sideWriteFailed(this, status);
  }
  socketBroke(code: string): void {
    this.#relay.sideBroke(this, code);
  }
  socketClosed(): void {
    this.#relay.sideClosed();
  }
  socketKept(): void {}

  /** Libuv tells when all of a pending write is with the kernel; that part of it is can be seen by looking. */
  #lookAtPending(): void {
    if (!this.socket.pending) return;
    const { pendingBytes } = this.socket;
    if (pendingBytes >= this.#pendingBytes) return;
    this.#pendingBytes = pendingBytes;
    this.#lastWriteMs = this.#relay.nowMs;
    this.#blockedSinceMs = this.#lastWriteMs;
  }
}
