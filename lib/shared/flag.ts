/**
 * One yes or no that all threads see.
 *
 * Not here: numbers (`count.ts`).
 */
import type { CounterMemory } from './memory.ts';

export class Flag {
  readonly #cell: Int32Array;

  /** Not set. */
  constructor(memory: CounterMemory) {
    this.#cell = memory.together(1);
  }

  set(): void {
    Atomics.store(this.#cell, 0, 1);
  }

  /** True for the one thread that found it set and cleared it. */
  clear(): boolean {
    // A look costs less than an exchange, and as a rule there is nothing to clear.
    return Atomics.load(this.#cell, 0) === 1 && Atomics.exchange(this.#cell, 0, 0) === 1;
  }
}
