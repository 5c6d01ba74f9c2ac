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
    return writeInRuns(pieces, write);
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }
}

/** Pieces that are large by themselves go out by themselves; those of a few bytes each would cost a write each. */
function writeInRuns(
  pieces: readonly (Buffer | string)[],
  write: (data: Buffer | string) => boolean,
): boolean {
  let taken = true;
  let run: (Buffer | string)[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    if (run.length > 0 && bytes + piece.length > JOINED_BYTES_MAX) {
      taken = write(joined(run, bytes));
      run = [];
      bytes = 0;
    }
    if (piece.length > JOINED_BYTES_MAX) {
      taken = write(piece);
    } else {
      run.push(piece);
      bytes += piece.length;
    }
  }
  return run.length === 0 ? taken : write(joined(run, bytes));
}

function joined(pieces: readonly (Buffer | string)[], bytes: number): Buffer {
  const whole = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const piece of pieces) {
    at += typeof piece === 'string' ? whole.write(piece, at, 'latin1') : piece.copy(whole, at);
  }
  return whole;
}
