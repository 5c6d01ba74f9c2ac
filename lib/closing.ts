/**
 * The end of a balancer: waits until the last session has ended or the time is over, cuts what is left, then finishes. A later
 * call may shorten the wait, never lengthen it.
 *
 *     waiting --last session ended--> finishing --> over
 *        |                               ^
 *        +----- time is over: cut -------+
 *
 * Not here: what finishing means (`load-balancer.ts`).
 */
import type { House } from './house.ts';
import type { Clock, Timer } from './time/clock.ts';

/** What came of `close`. */
export interface CloseOutcome {
  /** Sessions that had not ended by themselves. */
  readonly cutSessions: number;
}

export class Closing {
  readonly outcome: Promise<CloseOutcome>;
  readonly #clock: Clock;
  readonly #house: House;
  readonly #resolveEmpty: () => void;
  #endsAtMs = Number.POSITIVE_INFINITY;
  #timer: Timer | null = null;
  #cutCount = 0;

  constructor(clock: Clock, house: House, finish: () => Promise<void>) {
    this.#clock = clock;
    this.#house = house;
    const { promise, resolve } = resolvable();
    this.#resolveEmpty = resolve;
    this.outcome = promise.then(finish).then(() => ({ cutSessions: this.#cutCount }));
    house.emptied = () => this.#empty();
    if (house.streamCount === 0) this.#empty();
  }

  /** Cuts in `drainMs` from now, unless that is later than agreed before. */
  within(drainMs: number): void {
    const endsAtMs = this.#clock.nowMs() + drainMs;
    if (endsAtMs >= this.#endsAtMs) return;
    this.#endsAtMs = endsAtMs;
    this.#timer?.cancel();
    this.#timer = null;
    if (drainMs <= 0) this.#cut();
    else if (this.#house.streamCount > 0) this.#timer = this.#clock.after(drainMs, () => this.#cut());
  }

  #cut(): void {
    const streams = this.#house.streams();
    // Those that wait come first: a place that is given back would send one of them to a server, only to be cut there.
    const waiting = streams.filter((stream) => stream.server === null);
    const placed = streams.filter((stream) => stream.server !== null);
    for (const stream of [...waiting, ...placed]) {
      this.#cutCount += 1;
      stream.kill('killed');
    }
  }

  #empty(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#resolveEmpty();
  }
}

function resolvable(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
