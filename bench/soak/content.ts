/**
 * What is sent and how it is known again: every stream of bytes is a long pattern, entered somewhere and gone round. Its length
 * is a prime number, so a piece that is lost, repeated or swapped does not fit, and each received byte is compared.
 *
 * Not here: the sending (`exchange.ts`).
 */
import { createHash } from 'node:crypto';
import { Random } from './random.ts';

const LENGTH = 1_048_573;
const PATTERN_SEED = 7;

/** One direction of one session. */
export interface Passage {
  readonly bytes: number;
  /** Where in the pattern it begins; any whole number that is not negative. */
  readonly offset: number;
}

/** The pattern; made once in each process. */
export function makePattern(): Buffer {
  const random = new Random(PATTERN_SEED);
  const pattern = Buffer.allocUnsafe(LENGTH);
  for (let at = 0; at < LENGTH; at += 1) pattern[at] = Math.floor(random.next() * 256);
  return pattern;
}

/** Goes along a passage, and hashes what it passed. */
export class Reader {
  /** Bytes passed. */
  position = 0;
  readonly #pattern: Buffer;
  readonly #passage: Passage;
  readonly #hash = createHash('sha256');

  constructor(pattern: Buffer, passage: Passage) {
    this.#pattern = pattern;
    this.#passage = passage;
  }

  get done(): boolean {
    return this.position >= this.#passage.bytes;
  }

  /** The next piece to be sent, of `most` bytes at most: a view of the pattern, never to be written to. */
  take(most: number): Buffer {
    const piece = this.#piece(Math.min(most, this.#passage.bytes - this.position));
    this.#pass(piece);
    return piece;
  }

  /** Compares what was received with what follows; gives what is wrong with it, or null. */
  compare(chunk: Buffer): string | null {
    if (this.position + chunk.length > this.#passage.bytes) {
      return `${this.position + chunk.length} bytes came, ${this.#passage.bytes} were sent`;
    }
    for (let from = 0; from < chunk.length;) {
      const expected = this.#piece(chunk.length - from);
      const got = chunk.subarray(from, from + expected.length);
      if (!expected.equals(got)) return `wrong bytes after ${this.position} right ones`;
      this.#pass(expected);
      from += expected.length;
    }
    return null;
  }

  /** Hash of all that was passed; once. */
  digest(): string {
    return this.#hash.digest('hex');
  }

  /** From here on, up to the end of the pattern. */
  #piece(bytes: number): Buffer {
    const start = (this.#passage.offset + this.position) % LENGTH;
    return this.#pattern.subarray(start, Math.min(start + bytes, LENGTH));
  }

  #pass(piece: Buffer): void {
    this.position += piece.length;
    this.#hash.update(piece);
  }
}
