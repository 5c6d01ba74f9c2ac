/**
 * How many entries stand at each of a row of positions, and which entry is the k-th of them all: a Fenwick tree, where
 * each node holds the sum of a range that ends at it and is as long as the lowest set bit of its number.
 *
 *     counts     3   1   0   2   1   1   0   4
 *     node 1    [3]
 *     node 2    [   4 ]
 *     node 3            [0]
 *     node 4    [      6      ] ...
 *
 * A change, a sum and a search take as many steps as the number of positions has bits.
 *
 * Not here: what the entries are (`points.ts`, `map.ts`, `custom.ts`).
 *
 * Source: Fenwick, "A New Data Structure for Cumulative Frequency Tables", 1994.
 */
export class Ranks {
  /** Node n at index n; index 0 is not used. */
  readonly #sums: Float64Array;
  /** The largest power of two that is a node. */
  readonly #top: number;
  #total = 0;

  /** Positions 0 to `size - 1`, nothing at any. */
  constructor(size: number) {
    this.#sums = new Float64Array(size + 1);
    this.#top = 2 ** Math.floor(Math.log2(Math.max(size, 1)));
  }

  /** Entries at all positions. */
  get total(): number {
    return this.#total;
  }

  /** `change` more entries at a position, or fewer. */
  add(position: number, change: number): void {
    const sums = this.#sums;
    this.#total += change;
    for (let node = position + 1; node < sums.length; node += node & -node) {
      sums[node] = (sums[node] ?? 0) + change;
    }
  }

  /** Entries at the positions before this one. */
  before(position: number): number {
    let sum = 0;
    for (let node = position; node > 0; node -= node & -node) sum += this.#sums[node] ?? 0;
    return sum;
  }

  /** The position of the entry that has `rank` entries before it, 0 to `total - 1`. */
  find(rank: number): number {
    const sums = this.#sums;
    let node = 0;
    let rest = rank;
    for (let step = this.#top; step > 0; step >>>= 1) {
      const sum = sums[node + step];
      if (sum === undefined || sum > rest) continue;
      node += step;
      rest -= sum;
    }
    return node;
  }
}
