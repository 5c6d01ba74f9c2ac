/**
 * The bytes that are hashed for one choice after the other: a buffer that grows to the longest key there was, so that a choice
 * allocates nothing.
 *
 * Not here: which bytes (`expression.ts`, `request-keys.ts`), hashing (`hash-functions.ts`).
 */
import { writeAddress } from './address-bytes.ts';

/** Longer keys are hashed up to here; HAProxy's are no longer than its buffer. */
const KEY_BYTES_MAX = 16_384;

export class HashKey {
  #bytes = new Uint8Array(64);
  #length = 0;

  /** The key is the first `length` of them. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get length(): number {
    return this.#length;
  }

  /** 4 or 16 bytes; false: the text is no address. */
  setAddress(text: string): boolean {
    this.#length = writeAddress(text, this.#bytes);
    return this.#length > 0;
  }

  /** 0 to 2^32 - 1, as 8 bytes in network order. */
  setInteger(value: number): void {
    this.#reserve(8);
    this.#bytes.fill(0, 0, 4);
    for (let at = 0; at < 4; at += 1) this.#bytes[4 + at] = (value >>> (24 - 8 * at)) & 0xff;
  }

  /** Latin-1, from `start` to `end`. */
  setText(text: string, start = 0, end = text.length): void {
    this.#reserve(end - start);
    for (let at = 0; at < this.#length; at += 1) this.#bytes[at] = text.charCodeAt(start + at) & 0xff;
  }

  setBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes.subarray(0, this.#length));
  }

  #reserve(length: number): void {
    this.#length = Math.min(length, KEY_BYTES_MAX);
    if (this.#length > this.#bytes.length) this.#bytes = new Uint8Array(2 * this.#length);
  }
}
