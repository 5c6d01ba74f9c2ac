/**
 * Counts by a small closed set of words.
 *
 * Not here: which words there are (`counters.ts`, `session.ts`).
 */
import type { CounterMemory } from '../shared/memory.ts';
import { add, read } from './cells.ts';

export class Tally<Word extends string> {
  readonly #words: readonly Word[];
  /** One for each word. */
  readonly #cells: Float64Array;

  constructor(memory: CounterMemory, words: readonly Word[]) {
    this.#words = words;
    this.#cells = memory.counters(words.length);
  }

  add(word: Word, times = 1): void {
    add(this.#cells, this.#words.indexOf(word), times);
  }

  /** A word that never occurred reads 0. */
  get(word: Word): number {
    return read(this.#cells, this.#words.indexOf(word));
  }

  /** The words that occurred. */
  get entries(): ReadonlyMap<Word, number> {
    return new Map(
      this.#words.map((word) => [word, this.get(word)] as const).filter(([, count]) => count > 0),
    );
  }
}
