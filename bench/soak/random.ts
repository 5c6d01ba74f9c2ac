/**
 * Random numbers that come again with the same seed.
 *
 * Not here: what they decide.
 */
export class Random {
  #state: number;

  /** `seed`: a whole number of 32 bits. */
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1): "mulberry32", good enough for a mixture of loads. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** A whole number whose size class is drawn first, so small ones are as frequent as large ones. */
  size(least: number, most: number): number {
    return Math.round(least * (most / least) ** this.next());
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.between(0, choices.length - 1)] ?? choices[0];
  }
}
