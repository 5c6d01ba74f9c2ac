/**
 * Where a message's body ends (RFC 9112, 6 and 7): by its length, by its last chunk, or with the connection. Gives the body's bytes
 * without their framing, as views of what was read, never copied.
 *
 *     chunked:  size -> extension -> data -> data-end -> size ... -> trailers -> over
 *
 * Not here: which of these a message has (`strictness.ts`), what trailers say (`head-reader.ts`).
 */
import type { MessageFaultCode } from './faults.ts';
import { HeadScan } from './head-scan.ts';

/** How a body ends. `none`: there is none, or it is empty. */
export type BodyKind =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

/** Whether an answer has no body whatever its headers say (RFC 9112, 6.3); `method`: of the request. */
export function isBodiless(status: number, method: string): boolean {
  return method === 'HEAD' || status < 200 || status === 204 || status === 304;
}

/** Reads one body, step by step. */
export interface BodyReader {
  /** The last byte was read. */
  readonly over: boolean;
  /** The connection's end is this body's end. */
  readonly endsWithConnection: boolean;
  /** What the last step brought; null: framing only. */
  readonly piece: Buffer | null;
  /** The block behind the last chunk, its empty line included; null where there are no trailers. */
  readonly trailers: Buffer | null;
  /** One step into `bytes` from `at`: gives where the next one goes on. Takes at least a byte, or waits for more with `at` itself. */
  step(bytes: Buffer, at: number): number | MessageFaultCode;
}

/** The reader for a kind; null: nothing to read. `limitBytes` is for what stands around chunks, and for the trailers. */
export function bodyReader(kind: BodyKind, limitBytes: number): BodyReader | null {
  switch (kind.kind) {
    case 'none':
      return null;
    case 'length':
      return new LengthBody(kind.bytes);
    case 'chunked':
      return new ChunkedBody(limitBytes);
    case 'until-close':
      return new EndlessBody();
  }
}

class LengthBody implements BodyReader {
  readonly endsWithConnection = false;
  readonly trailers = null;
  piece: Buffer | null = null;
  #leftBytes: number;

  constructor(bytes: number) {
    this.#leftBytes = bytes;
  }

  get over(): boolean {
    return this.#leftBytes === 0;
  }

  step(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#leftBytes);
    this.#leftBytes -= end - at;
    this.piece = view(bytes, at, end);
    return end;
  }
}

class EndlessBody implements BodyReader {
  readonly over = false;
  readonly endsWithConnection = true;
  readonly trailers = null;
  piece: Buffer | null = null;

  step(bytes: Buffer, at: number): number {
    this.piece = view(bytes, at, bytes.length);
    return bytes.length;
  }
}

function view(bytes: Buffer, at: number, end: number): Buffer {
  return at === 0 && end === bytes.length ? bytes : bytes.subarray(at, end);
}

const LF = 10;
const CR = 13;
const SEMICOLON = 59;
/** 52 bits: the largest number of hexadecimal digits that is exact whatever they are. */
const MAX_SIZE_DIGITS = 13;

class ChunkedBody implements BodyReader {
  readonly endsWithConnection = false;
  piece: Buffer | null = null;
  trailers: Buffer | null = null;
  #stage: 'size' | 'extension' | 'size-end' | 'data' | 'data-end' | 'trailers' | 'over' = 'size';
  /** Of the chunk, then what is left of it. */
  #sizeBytes = 0;
  #digits = 0;
  /** CR was read, LF has to follow. */
  #sawCr = false;
  /** What may still come that is not the body's: a chunk of one byte can have an extension of thousands. */
  #spareBytes: number;
  readonly #scan = new HeadScan();
  /** Trailers that came so far. */
  #block: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number) {
    this.#spareBytes = limitBytes;
  }

  get over(): boolean {
    return this.#stage === 'over';
  }

  step(bytes: Buffer, at: number): number | MessageFaultCode {
    this.piece = null;
    switch (this.#stage) {
      case 'size':
        return this.#readSize(bytes, at);
      case 'extension':
        return this.#skipExtension(bytes, at);
      case 'size-end':
        return this.#readLineEnd(bytes, at, this.#sizeBytes > 0 ? 'data' : 'trailers');
      case 'data':
        return this.#readData(bytes, at);
      case 'data-end':
        return this.#readLineEnd(bytes, at, 'size');
      case 'trailers':
        return this.#readTrailers(bytes, at);
      case 'over':
        return at;
    }
  }

  #readSize(bytes: Buffer, from: number): number | MessageFaultCode {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      const digit = digitOf(byte);
      if (digit >= 0) {
        this.#digits += 1;
        if (this.#digits > MAX_SIZE_DIGITS) return 'bad-chunk';
        this.#sizeBytes = this.#sizeBytes * 16 + digit;
        continue;
      }
      if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON)) return 'bad-chunk';
      this.#digits = 0;
      this.#stage = byte === CR ? 'size-end' : 'extension';
      return at;
    }
    return bytes.length;
  }

  /** Extensions are for one hop and mean nothing to us (RFC 9112, 7.1.1). */
  #skipExtension(bytes: Buffer, from: number): number | MessageFaultCode {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] ?? 0;
      if (byte === CR) {
        this.#stage = 'size-end';
        return at;
      }
      this.#spareBytes -= 1;
      if (byte === LF || byte === 0 || this.#spareBytes < 0) return 'bad-chunk';
    }
    return bytes.length;
  }

  #readLineEnd(bytes: Buffer, from: number, next: 'data' | 'trailers' | 'size'): number | MessageFaultCode {
    for (let at = from; at < bytes.length; at += 1) {
      if (bytes[at] !== (this.#sawCr ? LF : CR)) return 'bad-chunk';
      if (this.#sawCr) {
        this.#sawCr = false;
        this.#stage = next;
        return at + 1;
      }
      this.#sawCr = true;
    }
    return bytes.length;
  }

  #readData(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#sizeBytes);
    this.#sizeBytes -= end - at;
    if (this.#sizeBytes === 0) this.#stage = 'data-end';
    this.piece = view(bytes, at, end);
    return end;
  }

  #readTrailers(bytes: Buffer, at: number): number | MessageFaultCode {
    const before = this.#block.length;
    this.#block = Buffer.concat([this.#block, bytes.subarray(at, at + this.#spareBytes - before + 1)]);
    const end = this.#scan.look(this.#block);
    if (typeof end !== 'number') return 'bad-trailer';
    if (end < 0) return this.#block.length > this.#spareBytes ? 'bad-trailer' : bytes.length;
    if (end > this.#spareBytes) return 'bad-trailer';
    if (this.#scan.lineCount > 0) this.trailers = this.#block.subarray(0, end);
    this.#stage = 'over';
    return at + end - before;
  }
}

/** Of a hexadecimal digit; -1: it is none. */
function digitOf(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
