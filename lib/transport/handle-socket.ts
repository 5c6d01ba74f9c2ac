/**
 * One libuv handle: reading into a space of its own, writing, and the ways to end it.
 *
 *     fresh --readStart--> reading <--readStop, readStart--> stopped      and from anywhere: closed
 *
 * Not here: the space (`read-space.ts`), what the bytes are for (`handle-connection.ts`, `handle-relay.ts`).
 */
import { isIP } from 'node:net';
import { getSystemErrorName } from 'node:util';
import {
  type HandleAddress,
  type HandleRequest,
  isTcp,
  type NodeInternals,
  type StreamHandle,
  type TcpHandle,
} from './node-internals.ts';
import { type Holder, IdleSpaces, SILENT_MS } from './idle-spaces.ts';
import { ReadBuffers } from './read-buffers.ts';
import { NO_ROOM, ReadSpace } from './read-space.ts';
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
  /** When bytes were last read; the beginning before. */
  readonly lastReadMs: number;
  /** While the socket keeps: bytes came and are kept. */
  socketKept(length: number): void;
  /** While it passes: bytes came and lie in `space.bytesOf(length)`. True: they are done with; false: they are lent. */
  socketRead(length: number): boolean;
  /** The peer's FIN, behind all bytes. */
  socketReadEnd(): void;
  /** A write that was pending is complete. */
  socketDrained(): void;
  /** A write that was pending failed, by an error below 0; the socket is still open. */
  socketWriteFailed(status: number): void;
  /** Broken, and closed already. `code` as Node names it. */
  socketBroke(code: string): void;
  /** The descriptor of a reset that had to wait is released. */
  socketClosed(): void;
}

const NOBODY: SocketOwner = {
  lastReadMs: 0,
  socketKept() {},
  socketRead: () => true,
  socketReadEnd() {},
  socketDrained() {},
  socketWriteFailed() {},
  socketBroke() {},
  socketClosed() {},
};

/** What all sockets of one transport share. */
export class Workbench {
  readonly internals: NodeInternals;
  readonly buffers = new ReadBuffers();
  readonly idle = new IdleSpaces();
  readonly nowMs: () => number;
  /** 4, 6, or 0 for what is no address; dialled are a configuration's, time and again. */
  readonly #families = new Map<string, number>();
  /** What libuv's callbacks threw. */
  readonly threw: (error: unknown) => void;
  /** The socket libuv told of last, if that were bytes. */
  broughtBytes: HandleSocket | null = null;
  #spareWrite: OwnedRequest;

  constructor(internals: NodeInternals, nowMs: () => number, threw: (error: unknown) => void) {
    this.internals = internals;
    this.nowMs = nowMs;
    this.threw = threw;
    this.#spareWrite = this.#newWrite();
  }

  /** 4 or 6; 0 for what is no IP address. */
  familyOf(address: string): number {
    let family = this.#families.get(address);
    if (family === undefined) {
      family = isIP(address);
      if (this.#families.size >= FAMILIES_MAX) this.#families.clear();
      this.#families.set(address, family);
    }
    return family;
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

/** Addresses whose family is kept in mind. */
const FAMILIES_MAX = 16_384;

/** Outcomes of `write` beside errors, which are below 0. */
export const WRITTEN = 0;
export const PENDING = 1;

/** An idle socket loses its buffer so often by a call that costs some bytes until it is closed; later only while it reads. */
const EMPTIED_MAX = 16;
const NOWHERE: Endpoint = { address: '', port: 0 };

export class HandleSocket implements Holder {
  owner: SocketOwner = NOBODY;
  /** The descriptor is released. */
  closed = false;
  /** A write is not complete. */
  pending = false;
  readonly space: ReadSpace;
  previous: Holder | null = null;
  next: Holder | null = null;
  readonly #bench: Workbench;
  readonly #handle: OwnedHandle;
  readonly #tcp: TcpHandle | null;
  #prepared = false;
  #emptiedCount = 0;
  /** Reads come so rarely that the buffer goes back after each. */
  #isRare = false;
  #reading = false;
  #shutting = false;
  #hasShut = false;
  #resetOnceShut = false;

  /** Takes charge of a connected handle that is not reading. */
  constructor(bench: Workbench, handle: StreamHandle) {
    this.#bench = bench;
    this.space = new ReadSpace(bench.buffers);
    this.#handle = handle as OwnedHandle;
    this.#tcp = isTcp(handle) ? handle : null;
    this.#handle[SOCKET] = this;
  }

  /** Where the peer is; empty for a unix socket, or if it is gone. */
  get remote(): Endpoint {
    const out: HandleAddress = {};
    if (!this.closed) this.#tcp?.getpeername(out);
    return endpoint(out);
  }

  /** Its own address; empty for a unix socket. */
  get local(): Endpoint {
    const out: HandleAddress = {};
    if (!this.closed) this.#tcp?.getsockname(out);
    return endpoint(out);
  }

  /** SO_KEEPALIVE, by Node's rules; nothing on a unix socket. */
  keepAlive(idleMs = 0, intervalMs?: number, count?: number): void {
    if (this.closed) return;
    const intervalSeconds = intervalMs === undefined ? undefined : Math.trunc(intervalMs / 1000);
    this.#tcp?.setKeepAlive(true, Math.trunc(idleMs / 1000), intervalSeconds, count);
  }

  /** Reads from now on. Not to be called again once the end was read. */
  readStart(): void {
    if (this.#reading || this.closed) return;
    this.#reading = true;
    if (!this.#prepared) this.#prepare();
    const status = this.#handle.readStart();
    if (status < 0) process.nextTick(tellBroken, this, status);
  }

  readStop(): void {
    if (!this.#reading || this.closed) return;
    this.#reading = false;
    this.#handle.readStop();
  }

  get lastReadMs(): number {
    return this.owner.lastReadMs;
  }

  /** For the ring of idle sockets. */
  emptied(): boolean {
    if (!this.space.isFree || this.#emptiedCount === EMPTIED_MAX) return false;
    this.#emptiedCount += 1;
    this.space.empty();
    this.#handle.useUserBuffer(NO_ROOM);
    return true;
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
    const request = this.#bench.internals.newShutdown() as OwnedRequest;
    request.socket = this;
    request.oncomplete = onShut;
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
    if (this.#tcp === null) this.#handle.close();
    else this.#tcp.reset();
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
    const bench = this.#bench;
    const { state, readAt, endOfFile, noBuffer } = bench.internals;
    const length = state[readAt] ?? 0;
    const isBehindBytes = bench.broughtBytes === this;
    bench.broughtBytes = length > 0 ? this : null;
    if (length > 0) return this.#heardBytes(length);
    if (length === 0 || this.closed) return undefined;
    if (length === noBuffer) return this.#room();
    if (length !== endOfFile) this.broke(length);
    else if (this.#hasEndedInOrder(isBehindBytes)) this.owner.socketReadEnd();
    return undefined;
  }

  /** For libuv: the pending write is complete, or failed. */
  written(status: number): void {
    this.pending = false;
    if (this.closed) return;
    try {
      if (status < 0) this.owner.socketWriteFailed(status);
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
    this.#prepared = true;
    this.#bench.idle.add(this, this.#bench.nowMs());
    this.#handle.onread = onRead;
    this.#handle.useUserBuffer(this.space.open());
  }

  /** Something is to be read, and there is no room for it. */
  #room(): Buffer {
    const { idle, nowMs } = this.#bench;
    const now = nowMs();
    this.#isRare = now - this.lastReadMs > SILENT_MS;
    idle.add(this, now);
    return this.space.open();
  }

  #heardBytes(length: number): Buffer | undefined {
    const { space } = this;
    if (!space.isKeeping) return this.owner.socketRead(length) ? this.#roomAfter(length) : undefined;
    const next = space.keep(length);
    try {
      this.owner.socketKept(length);
    } catch (error) {
      // Libuv must hear where to read next, or the bytes kept would be read over.
      this.#bench.threw(error);
    }
    return this.closed ? undefined : next;
  }

  #roomAfter(length: number): Buffer | undefined {
    if (!this.#isRare || this.closed) return this.space.reuse(length);
    this.#bench.idle.remove(this);
    this.space.empty();
    return NO_ROOM;
  }

  /**
   * Whether an end is no reset in truth, which is told here or later. The libuv of Node 20 (1.46) reports RST right behind
   * bytes as an orderly end, and a truncated stream would be passed on as a whole one; with every libuv RST may follow a FIN
   * that was not read yet, and nobody looks at a socket any more once its end was read. Writing nothing sends nothing but
   * has the kernel say how the connection stands, for one system call. Where that cannot be done, an end right behind bytes
   * is read once more. A unix socket has no resets.
   */
  #hasEndedInOrder(isBehindBytes: boolean): boolean {
    if (this.#tcp === null) return true;
    if (this.pending || this.#hasShut) {
      if (isBehindBytes) this.#readAgain();
      return !isBehindBytes;
    }
    const status = this.write(NO_ROOM);
    if (status < 0) this.broke(status);
    return status >= 0;
  }

  /** Libuv has stopped by itself at an end that it had not read but concluded. */
  #readAgain(): void {
    this.#reading = false;
    this.readStart();
  }

  #forget(): void {
    this.closed = true;
    this.#bench.idle.remove(this);
    this.space.release();
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
