/**
 * Pieces of a message on their way to one connection: what belongs together leaves in one write.
 *
 * Not here: what the pieces are (`writer.ts`), waiting for a peer that does not read (`exchange.ts`).
 */

/** Pieces are put together up to here; copying more would cost more than a second write. */
const JOINED_BYTES_MAX = 32_768;

export class Outbox {
  #pieces: (Buffer | string)[] = [];
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  /** A string is Latin-1. */
  add(piece: Buffer | string): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
  }

  /** Writes all there is; false: the last `write` said that bytes wait. */
  flush(write: (data: Buffer | string) => boolean): boolean {
    const pieces = this.#pieces;
    const [only] = pieces;
    if (only === undefined) return true;
    const bytes = this.#bytes;
    this.#pieces = [];
    this.#bytes = 0;
    if (pieces.length === 1) return write(only);
    if (bytes <= JOINED_BYTES_MAX) return write(joined(pieces, bytes));
    let taken = true;
    for (const piece of pieces) taken = write(piece);
    return taken;
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}

function joined(pieces: readonly (Buffer | string)[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const piece of pieces) {
    at += typeof piece === 'string' ? whole.write(piece, at, 'latin1') : piece.copy(whole, at);
  }
  return whole;
}
