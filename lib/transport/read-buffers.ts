/**
 * Buffers to read into, kept for the next one who needs them.
 *
 * Four sizes: what is small stays small, and who fills a buffer gets the next size. The smallest are cut from slabs of
 * 64 KiB; a socket that comes and goes costs no allocation.
 *
 * Not here: who has which buffer, and until when (`handle-socket.ts`).
 */

/** Sizes in bytes, and how many of each are kept: 4 MiB in all. */
const SIZES = [
  { bytes: 4096, kept: 256 },
  { bytes: 16_384, kept: 64 },
  { bytes: 65_536, kept: 16 },
  { bytes: 262_144, kept: 4 },
] as const;
const SLAB_BYTES = 65_536;

/** An index into the sizes. */
export type SizeClass = 0 | 1 | 2 | 3;

export class ReadBuffers {
  readonly #free: Buffer[][] = SIZES.map(() => []);

  /** A buffer of the size, its content undefined; the taker's until it gives it back. */
  take(size: SizeClass): Buffer {
    return this.#free[size]?.pop() ?? this.#make(size);
  }

  /** Takes a buffer back that nobody reads or writes any more. */
  give(buffer: Buffer, size: SizeClass): void {
    const free = this.#free[size];
    if (free !== undefined && free.length < SIZES[size].kept) free.push(buffer);
  }

  #make(size: SizeClass): Buffer {
    const { bytes } = SIZES[size];
    if (size !== 0) return Buffer.allocUnsafeSlow(bytes);
    const slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    for (let at = bytes; at < SLAB_BYTES; at += bytes) this.give(slab.subarray(at, at + bytes), size);
    return slab.subarray(0, bytes);
  }
}
