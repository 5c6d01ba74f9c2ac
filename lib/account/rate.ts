/**
 * How many events happened in the last second, over a sliding window of two counting periods: the events of the running
 * second plus the share of the previous one that still lies within a second from now. One stamp and two counts, no timer.
 *
 * Not here: what is done about a limit (`../frontend/admit.ts`).
 */
export class Rate {
  /** Before any: the first event begins the first period. */
  #periodStartMs = Number.NEGATIVE_INFINITY;
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

  /**
   * How long from now until one more event keeps within `limit` a second; 0: now. What is left of the previous second is
   * rounded down, as HAProxy does: with a limit of 3, events come at 0, 0, 0, 1.0, 1.33, 1.67, 2.0 s.
   */
  waitMs(nowMs: number, limit: number): number {
    const sliding = this.#sliding(nowMs);
    const room = limit - 1 - this.#current;
    if (sliding - this.#current < room + 1) return 0;
    const elapsedMs = nowMs - this.#periodStartMs;
    // Either enough of the previous second fades away in this one, or of this one in the next.
    const fadedAtMs =
      room >= 0
        ? 1000 * (1 - (room + 1) / this.#previous)
        : 1000 + 1000 * Math.max(0, 1 - limit / this.#current);
    return Math.max(1, Math.floor(fadedAtMs - elapsedMs) + 1);
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
