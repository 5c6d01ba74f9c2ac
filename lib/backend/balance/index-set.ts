/**
 * A set of small whole numbers that answers "which member comes next from here, or before?" in a few steps.
 *
 * A tree of bits, 32 to a word: a bit on one level says that the word below it has any bit set. With 10,000
 * numbers there are three levels, so adding, deleting and searching each touch three words.
 *
 *     level 2   [1......]
 *     level 1   [1.1....] [.......] ...
 *     level 0   [..1....] [.......] [1.1....] ...      members 2, 64, 66
 *
 * Not here: what the numbers stand for.
 */

/** Holds numbers from 0 to `size - 1`; starts empty. */
export class IndexSet {
  readonly #levels: Int32Array[] = [];

  constructor(size: number) {
    let bits = Math.max(size, 1);
    do {
      bits = (bits + 31) >>> 5;
      this.#levels.push(new Int32Array(bits));
    } while (bits > 1);
  }

  add(index: number): void {
    let bit = index;
    for (const words of this.#levels) {
      const word = bit >>> 5;
      const before = words[word] ?? 0;
      words[word] = before | (1 << (bit & 31));
      if (before !== 0) return;
      bit = word;
    }
  }

  delete(index: number): void {
    let bit = index;
    for (const words of this.#levels) {
      const word = bit >>> 5;
      const rest = (words[word] ?? 0) & ~(1 << (bit & 31));
      words[word] = rest;
      if (rest !== 0) return;
      bit = word;
    }
  }

  /** The smallest member that is `start` or greater; -1 if there is none. */
  firstFrom(start: number): number {
    let bit = start;
    for (let level = 0; level < this.#levels.length; level += 1) {
      const words = this.#levels[level];
      if (words === undefined) break;
      const word = bit >>> 5;
      const rest = (words[word] ?? 0) & (-1 << (bit & 31));
      if (rest !== 0) return this.#descend(level, (word << 5) + lowestBit(rest));
      bit = word + 1;
    }
    return -1;
  }

  /** The greatest member that is `end` or smaller; -1 if there is none. */
  lastTo(end: number): number {
    let bit = end;
    for (let level = 0; bit >= 0 && level < this.#levels.length; level += 1) {
      const word = bit >>> 5;
      const rest = (this.#levels[level]?.[word] ?? 0) & (-1 >>> (31 - (bit & 31)));
      if (rest !== 0) return this.#descendToLast(level, (word << 5) + highestBit(rest));
      bit = word - 1;
    }
    return -1;
  }

  /** From a bit set on `level` down to the smallest member it stands for. */
  #descend(level: number, bit: number): number {
    let found = bit;
    for (let below = level - 1; below >= 0; below -= 1) {
      found = (found << 5) + lowestBit(this.#levels[below]?.[found] ?? 0);
    }
    return found;
  }

  /** The same, to the greatest. */
  #descendToLast(level: number, bit: number): number {
    let found = bit;
    for (let below = level - 1; below >= 0; below -= 1) {
      found = (found << 5) + highestBit(this.#levels[below]?.[found] ?? 0);
    }
    return found;
  }
}

/** Position of the lowest set bit of a word that is not zero. */
function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** Position of the highest set bit of a word that is not zero. */
function highestBit(word: number): number {
  return 31 - Math.clz32(word);
}
