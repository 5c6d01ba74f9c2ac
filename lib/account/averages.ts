/**
 * HAProxy's averages over the last 1024 sessions, and the longest.
 *
 * What is kept is how many sessions the averages are of, and that many times each average: of several threads these add up, and
 * the quotient weighs each thread's average by its sessions.
 *
 * Not here: the distribution (`histogram.ts`), how it is shown (`haproxy-names.ts`).
 */
import type { CounterMemory } from '../shared/memory.ts';
import { add, raise, read } from './cells.ts';

const WINDOW = 1024;

// The cells of either array; the count stands in the first one only.
const QUEUE = 0;
const CONNECT = 1;
const TOTAL = 2;
const RESPONSE = 3;
const COUNT = 4;

export class TimeAverages {
  readonly #sums: Float64Array;
  readonly #longest: Float64Array;

  constructor(memory: CounterMemory) {
    this.#sums = memory.counters(5);
    this.#longest = memory.peaks(4);
  }

  get queueMs(): number {
    return this.#average(QUEUE);
  }
  get connectMs(): number {
    return this.#average(CONNECT);
  }
  get totalMs(): number {
    return this.#average(TOTAL);
  }
  /** From the connection to the headers of the answer, of requests. */
  get responseMs(): number {
    return this.#average(RESPONSE);
  }
  get queueMaxMs(): number {
    return read(this.#longest, QUEUE);
  }
  get connectMaxMs(): number {
    return read(this.#longest, CONNECT);
  }
  get totalMaxMs(): number {
    return read(this.#longest, TOTAL);
  }
  get responseMaxMs(): number {
    return read(this.#longest, RESPONSE);
  }

  /** -1 where a session never came to that, which counts as 0. */
  add(queueMs: number, connectMs: number, totalMs: number, responseMs = -1): void {
    const count = read(this.#sums, COUNT);
    const kept = count < WINDOW ? 1 : 1 - 1 / WINDOW;
    if (count < WINDOW) add(this.#sums, COUNT, 1);
    this.#take(QUEUE, kept, queueMs);
    this.#take(CONNECT, kept, connectMs);
    this.#take(TOTAL, kept, totalMs);
    this.#take(RESPONSE, kept, responseMs);
  }

  /** Of what was there, `kept` stays. */
  #take(cell: number, kept: number, ms: number): void {
    const addedMs = Math.max(0, ms);
    this.#sums[cell] = read(this.#sums, cell) * kept + addedMs;
    raise(this.#longest, cell, addedMs);
  }

  #average(cell: number): number {
    return read(this.#sums, cell) / Math.max(1, read(this.#sums, COUNT));
  }
}
