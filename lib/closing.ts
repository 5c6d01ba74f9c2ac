/**
 * The end of a thread's sessions: waits until the last one has ended or the time is over, then cuts what is left. A later call
 * may shorten the wait, never lengthen it.
 *
 *     waiting --last session ended--> over
 *        |                             ^
 *        +---- time is over: cut ------+
 *
 * Not here: closing the doors first, letting go of everything else (`traffic.ts`, `load-balancer.ts`).
 */
import type { House } from './house.ts';
import type { Clock, Timer } from './time/clock.ts';

export class Closing {
  /** How many sessions were cut, once none is left. */
  readonly outcome: Promise<number>;
  readonly #clock: Clock;
  readonly #house: House;
  readonly #resolveEmpty: () => void;
  #endsAtMs = Number.POSITIVE_INFINITY;
  #timer: Timer | null = null;
  #cutCount = 0;

  constructor(clock: Clock, house: House) {
    this.#clock = clock;
    this.#house = house;
    const { promise, resolve } = resolvable();
    this.#resolveEmpty = resolve;
    this.outcome = promise.then(() => this.#cutCount);
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
    const clients = this.#house.clients();
    // Those that wait come first: a place that is given back would send one of them to a server, only to be cut there.
    const waiting = clients.filter(({ placed }) => !placed);
    const placed = clients.filter((client) => client.placed);
    for (const client of [...waiting, ...placed]) {
      this.#cutCount += 1;
      client.kill('killed');
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
