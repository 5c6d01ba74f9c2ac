/**
 * How many events happened in the last second, over a sliding window of two counting periods: the events of the running
 * second plus the share of the previous one that still lies within a second from now. One stamp and two counts, no timer.
 *
 * Not here: limits on a rate (`../frontend/listener.ts` asks `perSecond`).
 */
export class Rate {
  #periodStartMs = 0;
  #current = 0;
  #previous = 0;
  /** Highest value `perSecond` had right after an event. */
  max = 0;

  /** Counts one event. */
  add(nowMs: number): void {
    this.#turn(nowMs);
    this.#current += 1;
    const rate = this.perSecond(nowMs);
    if (rate > this.max) this.max = rate;
  }

  /** Events within the last second, rounded. */
  perSecond(nowMs: number): number {
    return Math.round(this.#sliding(nowMs));
  }

  /** How long from now until one more event keeps within `limit` a second; 0: now. */
  waitMs(nowMs: number, limit: number): number {
    if (this.#sliding(nowMs) + 1 <= limit) return 0;
    const excess = this.#sliding(nowMs) + 1 - limit;
    // What leaves the window first is the previous period's share, evenly over the rest of this second.
    if (this.#previous > 0 && excess <= this.#previous) return Math.ceil((excess / this.#previous) * 1000);
    return Math.max(1, Math.ceil(1000 / limit));
  }

  #sliding(nowMs: number): number {
    this.#turn(nowMs);
    return this.#current + this.#previous * (1 - (nowMs - this.#periodStartMs) / 1000);
  }

  #turn(nowMs: number): void {
    const passedMs = nowMs - this.#periodStartMs;
    if (passedMs < 1000) return;
    this.#previous = passedMs < 2000 ? this.#current : 0;
    this.#current = 0;
    this.#periodStartMs = passedMs < 2000 ? this.#periodStartMs + 1000 : nowMs;
  }
}
