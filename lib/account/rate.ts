/**
 * How many events happened in the last second, over a sliding window of two counting periods: the events of the running
 * second plus the share of the previous one that still lies within a second from now. No timer.
 *
 *     cells:   [ running period | highest | count | count | count | count ]
 *
 * All threads count in the same cells. One word says when the running period began and which of the four counts is its own; the
 * one before it is the previous period's, the one after it is 0 already. So whoever first sees that a period is over turns to the
 * next one by changing a single word, and nobody ever reads the counts of one period as those of another. Cells are changed
 * atomically but read like any others, which takes a fifth of the time: a cell is read whole or not at all.
 *
 * What is given up for that: a silence that lasts a multiple of 12.4 days, to the second, is overlooked; an event may go
 * uncounted if two threads find the silence of at least two seconds over within the same microsecond.
 *
 * Not here: what is done about a limit (`../frontend/admit.ts`).
 */
import type { CounterMemory } from '../shared/memory.ts';

const PERIOD_MS = 1000;

// The cells. A running period of 0: nothing has happened yet.
const RUNNING = 0;
const HIGHEST = 1;
const COUNTS = 2;
const CELL_COUNT = 6;

/** The word of a period: when it began, in milliseconds modulo 2^30, and in the last two bits which count is its own. */
const COUNT_BITS = 2;
const COUNT_MASK = 3;
const STAMP_MASK = 0x3fff_ffff;

export class Rate {
  readonly #cells: Int32Array;

  constructor(memory: CounterMemory) {
    this.#cells = memory.together(CELL_COUNT);
  }

  /** Highest value `perSecond` had right after an event. */
  get max(): number {
    return this.#cells[HIGHEST] ?? 0;
  }

  /** Counts one event. */
  add(nowMs: number): void {
    const period = this.#turn(nowMs);
    const current = Atomics.add(this.#cells, COUNTS + (period & COUNT_MASK), 1) + 1;
    this.#raise(Math.round(current + this.#remaining(period, nowMs)));
  }

  /** Events within the last second, rounded. */
  perSecond(nowMs: number): number {
    const period = this.#turn(nowMs);
    return Math.round(this.#count(period) + this.#remaining(period, nowMs));
  }

  /**
   * How long from now until one more event keeps within `limit` a second; 0: now. What is left of the previous second is
   * rounded down, as HAProxy does: with a limit of 3, events come at 0, 0, 0, 1.0, 1.33, 1.67, 2.0 s.
   */
  waitMs(nowMs: number, limit: number): number {
    const period = this.#turn(nowMs);
    const current = this.#count(period);
    const room = limit - 1 - current;
    if (this.#remaining(period, nowMs) < room + 1) return 0;
    // Either enough of the previous second fades away in this one, or of this one in the next.
    const fadedAtMs =
      room >= 0
        ? PERIOD_MS * (1 - (room + 1) / this.#count(period - 1))
        : PERIOD_MS + PERIOD_MS * Math.max(0, 1 - limit / current);
    return Math.max(1, Math.floor(fadedAtMs - elapsedMs(period, nowMs)) + 1);
  }

  /** What counts of the previous period. */
  #remaining(period: number, nowMs: number): number {
    return this.#count(period - 1) * (1 - elapsedMs(period, nowMs) / PERIOD_MS);
  }

  #count(period: number): number {
    return this.#cells[COUNTS + (period & COUNT_MASK)] ?? 0;
  }

  #raise(rate: number): void {
    for (let max = this.max; rate > max; max = this.max) {
      if (Atomics.compareExchange(this.#cells, HIGHEST, max, rate) === max) return;
    }
  }

  /** The word of the period that runs now. */
  #turn(nowMs: number): number {
    for (;;) {
      const period = this.#cells[RUNNING] ?? 0;
      const elapsed = elapsedMs(period, nowMs);
      if (elapsed < PERIOD_MS && period !== 0) return period;
      // After a silence, an empty period that has just ended comes first.
      const startMs =
        elapsed < 2 * PERIOD_MS && period !== 0 ? (period >>> COUNT_BITS) + PERIOD_MS : nowMs - PERIOD_MS;
      const next = ((startMs & STAMP_MASK) << COUNT_BITS) | ((period + 1) & COUNT_MASK);
      if (Atomics.compareExchange(this.#cells, RUNNING, period, next) !== period) continue;
      Atomics.store(this.#cells, COUNTS + ((next + 1) & COUNT_MASK), 0);
    }
  }
}

/** Since the period began; whole milliseconds. */
function elapsedMs(period: number, nowMs: number): number {
  const sinceMs = (nowMs - (period >>> COUNT_BITS)) & STAMP_MASK;
  // Another thread, a moment ahead, has begun it.
  return sinceMs > STAMP_MASK - PERIOD_MS ? 0 : sinceMs;
}
