/**
 * Where one socket reads to: its buffer, how much of it holds bytes that are still needed, and what comes next.
 *
 * **A buffer belongs to its socket until the write that uses it is complete.** What a read brought is written to the other
 * side straight from the buffer; if the kernel does not take all of it, libuv goes on reading the rest out of the very
 * same memory. So whoever writes must see to it that nothing is read meanwhile (`lend`, `takeBack`).
 *
 *     empty --open--> keeping --takeKept--> passing
 *       ^              (bytes stay, one behind the other)  (each read begins where the last one did, or elsewhere)
 *       +--------------------------------------+   `empty`: libuv is given no room and says when some is needed
 *
 * Not here: the handle (`handle-socket.ts`), when an idle socket is emptied (`idle-spaces.ts`).
 */
import type { ReadBuffers, SizeClass } from './read-buffers.ts';

/** No room at all: libuv then tells that there is something to read instead of reading it. */
export const NO_ROOM: Buffer = Buffer.alloc(1).subarray(0, 0);
/** Size of buffers that bytes are kept in, at most: 64 KiB is what a limit may be exceeded by. */
const LARGEST_KEPT: SizeClass = 2;
const LARGEST: SizeClass = 3;
/** After so many reads in a row that left a buffer nearly empty the next ones go into a smaller one. */
const SMALL_READS = 64;

export class ReadSpace {
  readonly #buffers: ReadBuffers;
  #buffer: Buffer | null = null;
  #size: SizeClass = 0;
  /** Where in the buffer the next read begins, as libuv knows it. */
  #at = 0;
  #keeping = true;
  /** Full buffers before the one that is read into, while bytes are kept. */
  #full: Buffer[] | null = null;
  /** The last part of the buffer that was asked for, since lengths repeat. */
  #part: Buffer | null = null;
  #smallReads = 0;
  #lent = false;

  constructor(buffers: ReadBuffers) {
    this.#buffers = buffers;
  }

  get isKeeping(): boolean {
    return this.#keeping;
  }

  /** Has a buffer that nobody needs. */
  get isFree(): boolean {
    return this.#buffer !== null && !this.#lent && !(this.#keeping && this.#at > 0);
  }

  /** Takes a small buffer, to be read into. */
  open(): Buffer {
    return this.#replace(0);
  }

  /** Gives the buffer back; only while it is free. */
  empty(): void {
    if (this.#buffer !== null) this.#buffers.give(this.#buffer, this.#size);
    this.#buffer = null;
    this.#part = null;
  }

  /** The socket is closed. What a write still needs is left to the garbage collector. */
  release(): void {
    if (this.#lent) this.#buffer = null;
    this.empty();
    this.#full = null;
  }

  /** The bytes that were just read; they may be written elsewhere, but not kept. */
  bytesOf(length: number): Buffer {
    const buffer = this.#buffer ?? NO_ROOM;
    if (this.#at > 0) return buffer.subarray(this.#at, this.#at + length);
    if (length === buffer.length) return buffer;
    if (this.#part?.length !== length) this.#part = buffer.subarray(0, length);
    return this.#part;
  }

  /** Bytes came and stay; gives the room behind them. */
  keep(length: number): Buffer {
    const buffer = this.#buffer ?? NO_ROOM;
    this.#at += length;
    if (this.#at < buffer.length) return buffer.subarray(this.#at);
    this.#full ??= [];
    this.#full.push(buffer);
    return this.#replace(Math.min(this.#size + 1, LARGEST_KEPT) as SizeClass);
  }

  /** A copy of what is kept. */
  peekKept(): Buffer {
    const last = this.#keeping && this.#buffer !== null ? [this.#buffer.subarray(0, this.#at)] : [];
    return Buffer.concat([...(this.#full ?? []), ...last]);
  }

  /** Ends the keeping and gives what was kept, in order. Stop reading and `lend` until all of it is written. */
  takeKept(): Buffer[] {
    const chunks = this.#full ?? [];
    if (this.#keeping && this.#buffer !== null && this.#at > 0)
      chunks.push(this.#buffer.subarray(0, this.#at));
    this.#full = null;
    this.#keeping = false;
    return chunks;
  }

  /** A write elsewhere still needs the buffer. */
  lend(): void {
    this.#lent = true;
  }

  /** The write is complete. */
  takeBack(): void {
    this.#lent = false;
  }

  /** Bytes came and are done with; gives what to read into next, if not the same again. */
  reuse(length: number): Buffer | undefined {
    const buffer = this.#buffer;
    if (buffer === null) return undefined;
    if (this.#at > 0) {
      this.#at = 0;
      return buffer;
    }
    if (length === buffer.length) return this.#size < LARGEST ? this.#exchange(this.#size + 1) : undefined;
    if (this.#size === 0) return undefined;
    this.#smallReads = length * 16 > buffer.length ? 0 : this.#smallReads + 1;
    return this.#smallReads > SMALL_READS ? this.#exchange(this.#size - 1) : undefined;
  }

  #exchange(size: number): Buffer {
    if (this.#buffer !== null) this.#buffers.give(this.#buffer, this.#size);
    return this.#replace(size as SizeClass);
  }

  #replace(size: SizeClass): Buffer {
    this.#buffer = this.#buffers.take(size);
    this.#size = size;
    this.#at = 0;
    this.#part = null;
    this.#smallReads = 0;
    return this.#buffer;
  }
}
