/**
 * The ramp of a server that has just come back: its weight and its limit grow over `slowstart` (manual 5.2 "slowstart",
 * reference 4.9). Runs only after a recovery; steps once a second, or every twentieth of a longer ramp.
 *
 * Not here: what the figures are used for (`server.ts`).
 */
import type { Clock, Timer } from '../time/clock.ts';

const FULL_FACTOR = 16;

export class SlowStart {
  readonly #lengthSeconds: number;
  readonly #clock: Clock;
  readonly #stepped: () => void;
  #startedMs = 0;
  #timer: Timer | null = null;

  /** `lengthMs` 0: there is no ramp. `stepped` is called whenever the figures changed. */
  constructor(lengthMs: number, clock: Clock, stepped: () => void) {
    this.#lengthSeconds = Math.ceil(lengthMs / 1000);
    this.#clock = clock;
    this.#stepped = stepped;
  }

  get active(): boolean {
    return this.#timer !== null;
  }

  start(): void {
    this.stop();
    if (this.#lengthSeconds === 0) return;
    this.#startedMs = this.#clock.nowMs();
    const stepMs = Math.max(1000, (this.#lengthSeconds * 1000) / 20);
    this.#timer = this.#clock.every(stepMs, () => this.#step());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** 1 to 16: sixteenths of the weight in force now. */
  get weightFactor(): number {
    if (!this.active) return FULL_FACTOR;
    return Math.floor((FULL_FACTOR * this.#elapsedSeconds + this.#lengthSeconds) / this.#lengthSeconds);
  }

  /** Percent of the weight, as HAProxy's `throttle`. */
  get percent(): number {
    return Math.min(100, Math.floor((100 * this.weightFactor) / FULL_FACTOR));
  }

  /** Percent of the ramp that is over; the share of `maxconn` in force. */
  get elapsedPercent(): number {
    return Math.min(100, Math.floor((100 * this.#elapsedSeconds) / this.#lengthSeconds));
  }

  get #elapsedSeconds(): number {
    return Math.floor((this.#clock.nowMs() - this.#startedMs) / 1000 + 1e-6);
  }

  #step(): void {
    if (this.#elapsedSeconds >= this.#lengthSeconds) this.stop();
    this.#stepped();
  }
}
