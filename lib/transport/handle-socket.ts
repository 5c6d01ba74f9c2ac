/**
 * One libuv handle: the buffer it reads into, the bytes that wait in it, and the ways to end it.
 *
 * **A buffer belongs to its socket until the write that uses it is complete.** What a read brought is written to the other
 * side straight from the buffer; if the kernel does not take all of it, libuv goes on reading the rest out of the very
 * same memory. So whoever writes must stop reading into it (`lend`) until it is told that the write is complete.
 *
 *     fresh --readStart--> reading <--readStop, readStart--> stopped
 *       keeping: bytes are kept behind one another in the buffer, until `takeKept`
 *       passing: every read begins where the last one did, or in a larger or smaller buffer
 *
 * Not here: what the bytes are for (`handle-connection.ts`, `handle-relay.ts`).
 */
import { getSystemErrorName } from 'node:util';
import {
  type HandleAddress,
  type HandleRequest,
  isTcp,
  type NodeInternals,
  type StreamHandle,
} from './node-internals.ts';
import type { ReadBuffers, SizeClass } from './read-buffers.ts';
import type { Endpoint } from './transport.ts';

const SOCKET = Symbol('socket');

interface OwnedHandle extends StreamHandle {
  [SOCKET]: HandleSocket;
}

/** `bytes` are held for libuv, which has their address only. */
interface OwnedRequest extends HandleRequest {
  socket: HandleSocket | null;
  bytes: Uint8Array | null;
}

/** Whoever is in charge of a socket hears what happens to it. Nothing is told after `close`, `reset` or `socketBroke`. */
export interface SocketOwner {
  /** While the socket keeps: bytes came and are kept. */
  socketKept(length: number): void;
  /** While it passes: bytes came and lie in `bytesOf(length)`. True: they are done with; false: they are lent, and reading is stopped. */
  socketRead(length: number): boolean;
  /** The peer's FIN, behind all bytes. */
  socketReadEnd(): void;
  /** A write that was pending is complete. */
  socketDrained(): void;
  /** Broken, and closed already. `code` as Node names it. */
  socketBroke(code: string): void;
  /** The descriptor of a reset that had to wait is released. */
  socketClosed(): void;
}

const NOBODY: SocketOwner = {
  socketKept() {},
  socketRead: () => true,
  socketReadEnd() {},
  socketDrained() {},
  socketBroke() {},
  socketClosed() {},
};

/** What all sockets of one transport share. */
export class Workbench {
  readonly internals: NodeInternals;
  readonly buffers: ReadBuffers;
  readonly nowMs: () => number;
  /** What libuv's callbacks threw. */
  readonly threw: (error: unknown) => void;
  #spareWrite: OwnedRequest;

  constructor(
    internals: NodeInternals,
    buffers: ReadBuffers,
    nowMs: () => number,
    threw: (error: unknown) => void,
  ) {
    this.internals = internals;
    this.buffers = buffers;
    this.nowMs = nowMs;
    this.threw = threw;
    this.#spareWrite = this.#newWrite();
  }

  /** A request that stays untouched if the write leaves nothing over; one is enough for all sockets. */
  get spareWrite(): OwnedRequest {
    return this.#spareWrite;
  }

  /** The spare one was needed. */
  renewWrite(): void {
    this.#spareWrite = this.#newWrite();
  }

  #newWrite(): OwnedRequest {
    return Object.assign(this.internals.newWrite(), { socket: null, bytes: null, oncomplete: onWritten });
  }
}

/** Outcomes of `write` beside errors, which are below 0. */
export const WRITTEN = 0;
export const PENDING = 1;

const NOTHING = Buffer.alloc(0);
/** Size of buffers that bytes are kept in, at most: 64 KiB is what a limit may be exceeded by. */
const LARGEST_KEPT: SizeClass = 2;
/** After so many reads in a row that left a buffer nearly empty the next ones go into a smaller one. */
const SMALL_READS = 64;
const NOWHERE: Endpoint = { address: '', port: 0 };

export class HandleSocket {
  owner: SocketOwner = NOBODY;
  /** The descriptor is released. */
  closed = false;
  /** A write is not complete. */
  pending = false;
  readonly #bench: Workbench;
  readonly #handle: OwnedHandle;
  #buffer: Buffer | null = null;
  #size: SizeClass = 0;
  /** Where in the buffer the next read begins, as libuv knows it. */
  #at = 0;
  #keeping = true;
  /** Full buffers before the one that is read into, while bytes are kept. */
  #full: Buffer[] = [];
  /** The last part of the buffer that was asked for, since lengths repeat. */
  #part: Buffer | null = null;
  #smallReads = 0;
  #lent = false;
  #reading = false;
  #shutting = false;
  #hasShut = false;
  #resetOnceShut = false;

  /** Takes charge of a connected handle that is not reading. */
  constructor(bench: Workbench, handle: StreamHandle) {
    this.#bench = bench;
    this.#handle = handle as OwnedHandle;
    this.#handle[SOCKET] = this;
  }

  /** Where the peer is; empty for a unix socket, or if it is gone. */
  get remote(): Endpoint {
    const out: HandleAddress = {};
    if (isTcp(this.#handle)) this.#handle.getpeername(out);
    return endpoint(out);
  }

  /** Its own address; empty for a unix socket. */
  get local(): Endpoint {
    const out: HandleAddress = {};
    if (isTcp(this.#handle)) this.#handle.getsockname(out);
    return endpoint(out);
  }

  /** SO_KEEPALIVE, by Node's rules; nothing on a unix socket. */
  keepAlive(idleMs = 0, intervalMs?: number, count?: number): void {
    if (!isTcp(this.#handle) || this.closed) return;
    const intervalSeconds = intervalMs === undefined ? undefined : Math.trunc(intervalMs / 1000);
    this.#handle.setKeepAlive(true, Math.trunc(idleMs / 1000), intervalSeconds, count);
  }

  /** Reads from now on. Not to be called again once the end was read. */
  readStart(): void {
    if (this.#reading || this.closed) return;
    this.#reading = true;
    if (this.#buffer === null) this.#prepare();
    const status = this.#handle.readStart();
    if (status < 0) process.nextTick(tellBroken, this, status);
  }

  readStop(): void {
    if (!this.#reading || this.closed) return;
    this.#reading = false;
    this.#handle.readStop();
  }

  /** The bytes that were just read; they may be written elsewhere, but not kept. */
  bytesOf(length: number): Buffer {
    const buffer = this.#buffer ?? NOTHING;
    if (this.#at > 0) return buffer.subarray(this.#at, this.#at + length);
    if (length === buffer.length) return buffer;
    if (this.#part?.length !== length) this.#part = buffer.subarray(0, length);
    return this.#part;
  }

  /** Ends the keeping and gives what was kept, in order. Stop reading and `lend` until all of it is written. */
  takeKept(): Buffer[] {
    const chunks = this.#full;
    if (this.#keeping && this.#buffer !== null && this.#at > 0)
      chunks.push(this.#buffer.subarray(0, this.#at));
    this.#full = [];
    this.#keeping = false;
    return chunks;
  }

  /** A write elsewhere still needs the buffer; nothing may be read meanwhile. */
  lend(): void {
    this.#lent = true;
    this.readStop();
  }

  /** The write is complete: the buffer may be read into again. */
  takeBack(): void {
    this.#lent = false;
  }

  /** Hands bytes to the kernel: WRITTEN, PENDING (what is left follows; one at a time), or an error below 0. */
  write(bytes: Uint8Array): number {
    const bench = this.#bench;
    const { internals, spareWrite: request } = bench;
    const status = this.#handle.writeBuffer(request, bytes);
    if (status === 0 && internals.state[internals.leftOverAt] === 0) return WRITTEN;
    bench.renewWrite();
    if (status !== 0) return status;
    request.socket = this;
    request.bytes = bytes;
    this.pending = true;
    return PENDING;
  }

  /** Bytes of the pending write that the kernel has not taken yet. */
  get pendingBytes(): number {
    return this.closed ? 0 : this.#handle.writeQueueSize;
  }

  /** FIN. Nothing may be pending. */
  shutdown(): void {
    const request = Object.assign(this.#bench.internals.newShutdown(), { socket: this, oncomplete: onShut });
    this.#hasShut = true;
    this.#shutting = this.#handle.shutdown(request) === 0;
  }

  /** Releases the descriptor: FIN if none was sent, RST if bytes of the peer were not read. */
  close(): void {
    if (this.closed) return;
    this.#forget();
    this.#handle.close();
  }

  /**
   * Releases it with RST; a unix socket is just closed. While a shutdown is under way libuv refuses that, and Node
   * then forgets the descriptor without closing it; so that moment is waited out.
   */
  reset(): void {
    if (this.closed) return;
    if (this.#shutting) {
      this.readStop();
      this.#resetOnceShut = true;
      return;
    }
    this.#forget();
    if (isTcp(this.#handle)) this.#handle.reset();
    else this.#handle.close();
  }

  /** For libuv: a read has ended in some way. Gives what to read into next if that changes. */
  heard(): Buffer | undefined {
    try {
      return this.#heard();
    } catch (error) {
      this.#bench.threw(error);
      return undefined;
    }
  }

  #heard(): Buffer | undefined {
    const { state, readAt, endOfFile, noBuffer } = this.#bench.internals;
    const length = state[readAt] ?? 0;
    if (length > 0) return this.#heardBytes(length);
    if (length === 0 || length === noBuffer || this.closed) return undefined;
    if (length !== endOfFile) this.broke(length);
    else if (this.#hasEndedInOrder()) this.owner.socketReadEnd();
    return undefined;
  }

  /** For libuv: the pending write is complete, or failed. */
  written(status: number): void {
    this.pending = false;
    if (this.closed) return;
    try {
      if (status < 0) this.broke(status);
      else this.owner.socketDrained();
    } catch (error) {
      this.#bench.threw(error);
    }
  }

  /** For libuv: the FIN is sent. */
  shut(): void {
    this.#shutting = false;
    if (this.closed || !this.#resetOnceShut) return;
    this.reset();
    this.owner.socketClosed();
  }

  /** Closes and tells, unless it is closed already. */
  broke(status: number): void {
    if (this.closed) return;
    this.close();
    this.owner.socketBroke(getSystemErrorName(status));
  }

  #prepare(): void {
    this.#buffer = this.#bench.buffers.take(0);
    this.#handle.onread = onRead;
    this.#handle.useUserBuffer(this.#buffer);
  }

  #heardBytes(length: number): Buffer | undefined {
    if (!this.#keeping) return this.owner.socketRead(length) ? this.#again(length) : undefined;
    const next = this.#behind(length);
    try {
      this.owner.socketKept(length);
    } catch (error) {
      // Libuv must hear where to read next, or the bytes kept would be read over.
      this.#bench.threw(error);
    }
    return this.closed ? undefined : next;
  }

  /** The room behind the bytes just kept. */
  #behind(length: number): Buffer {
    const buffer = this.#buffer ?? NOTHING;
    this.#at += length;
    if (this.#at < buffer.length) return buffer.subarray(this.#at);
    this.#full.push(buffer);
    return this.#replace(Math.min(this.#size + 1, LARGEST_KEPT) as SizeClass);
  }

  /** Where to read next when the last bytes are done with, if not where they were. */
  #again(length: number): Buffer | undefined {
    const buffer = this.#buffer;
    if (buffer === null) return undefined;
    if (this.#at > 0) {
      this.#at = 0;
      return buffer;
    }
    if (length === buffer.length) {
      if (this.#size < 3) return this.#exchange((this.#size + 1) as SizeClass);
    } else if (length * 16 > buffer.length || this.#size === 0) {
      this.#smallReads = 0;
    } else {
      this.#smallReads += 1;
      if (this.#smallReads > SMALL_READS) return this.#exchange((this.#size - 1) as SizeClass);
    }
    return undefined;
  }

  #exchange(size: SizeClass): Buffer {
    if (this.#buffer !== null) this.#bench.buffers.give(this.#buffer, this.#size);
    return this.#replace(size);
  }

  #replace(size: SizeClass): Buffer {
    this.#buffer = this.#bench.buffers.take(size);
    this.#size = size;
    this.#at = 0;
    this.#part = null;
    this.#smallReads = 0;
    return this.#buffer;
  }

  /**
   * Whether an end is no reset in truth, which is told here. The libuv of Node 20 (1.46) reports RST right behind bytes as
   * an orderly end, and a truncated stream would be passed on as a whole one; with every libuv RST may follow a FIN that
   * was not read yet, and nobody looks at a socket any more once its end was read. Writing nothing sends nothing but has
   * the kernel say how the connection stands, for one system call. A unix socket has no resets.
   */
  #hasEndedInOrder(): boolean {
    if (this.pending || this.#hasShut || !isTcp(this.#handle)) return true;
    const status = this.write(NOTHING);
    if (status < 0) this.broke(status);
    return status >= 0;
  }

  /** The buffer goes back, unless a write still needs it: then it is left to the garbage collector. */
  #forget(): void {
    this.closed = true;
    if (this.#buffer !== null && !this.#lent) this.#bench.buffers.give(this.#buffer, this.#size);
    this.#buffer = null;
    this.#part = null;
    this.#full = [];
  }
}

function endpoint({ address, port }: HandleAddress): Endpoint {
  return address === undefined || port === undefined ? NOWHERE : { address, port };
}

function onRead(this: OwnedHandle): Buffer | undefined {
  return this[SOCKET].heard();
}

function onWritten(this: OwnedRequest, status: number): void {
  this.socket?.written(status);
}

function onShut(this: OwnedRequest): void {
  this.socket?.shut();
}

function tellBroken(socket: HandleSocket, status: number): void {
  socket.broke(status);
}
