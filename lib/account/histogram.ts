/**
 * A histogram with fixed bounds: what Prometheus needs, as plain numbers.
 *
 * Not here: its exposition (`prometheus.ts`).
 */
import type { CounterMemory } from '../shared/memory.ts';
import { add, read } from './cells.ts';

/** Connect, queue and first byte: half a millisecond to a minute. */
export const WAIT_BUCKETS_SECONDS: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** Sessions: milliseconds to a week, since a WebSocket may stay for days. */
export const DURATION_BUCKETS_SECONDS: readonly number[] = [
  0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800,
];

export class Histogram {
  /** Upper bounds in seconds, rising. */
  readonly boundsSeconds: readonly number[];
  /** One for each bound, one for what is above the last, and the sum of seconds. */
  readonly #cells: Float64Array;

  constructor(memory: CounterMemory, boundsSeconds: readonly number[]) {
    this.boundsSeconds = boundsSeconds;
    this.#cells = memory.counters(boundsSeconds.length + 2);
  }

  /** Observations above the bound before `boundsSeconds[bucket]` and up to that one; the bucket after the last is +Inf. */
  countIn(bucket: number): number {
    return read(this.#cells, bucket);
  }

  get count(): number {
    let count = 0;
    for (let bucket = 0; bucket <= this.boundsSeconds.length; bucket += 1) count += this.countIn(bucket);
    return count;
  }

  get sumSeconds(): number {
    return read(this.#cells, this.#sumCell);
  }

  get #sumCell(): number {
    return this.boundsSeconds.length + 1;
  }

  observe(seconds: number): void {
    let low = 0;
    let high = this.boundsSeconds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (seconds <= (this.boundsSeconds[middle] ?? Number.POSITIVE_INFINITY)) high = middle;
      else low = middle + 1;
    }
    add(this.#cells, low, 1);
    add(this.#cells, this.#sumCell, seconds);
  }
}
