/**
 * All checks of a process: their first attempts are spread over time, then each keeps its own pace, so a server that
 * answers slowly delays no other.
 *
 * Not here: the pace of one check (`check.ts`).
 */
import type { ServerCheckConfig } from '../config/config.ts';
import type { Clock } from '../time/clock.ts';
import type { CheckPacing, CheckTarget, CheckTimeouts } from './check.ts';
import { Check } from './check.ts';
import type { Probe } from './probe.ts';

/** Shorter intervals do not dictate how closely all first attempts are spread. */
const SPREAD_FROM_MS = 1000;

export interface CheckSchedulerOptions {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** `spread-checks`, 0 to 50. */
  readonly spreadChecksPercent: number;
  /** `max-spread-checks`; 0: no cap. */
  readonly maxSpreadChecksMs: number;
}

export class CheckScheduler {
  readonly #pacing: CheckPacing;
  readonly #maxSpreadMs: number;
  /** In the order in which they were added, which is the order of first attempts. */
  readonly #checks = new Set<Check>();
  #started = false;

  constructor({ clock, random, spreadChecksPercent, maxSpreadChecksMs }: CheckSchedulerOptions) {
    this.#pacing = { clock, random, spreadChecksPercent };
    this.#maxSpreadMs = maxSpreadChecksMs;
  }

  get checkCount(): number {
    return this.#checks.size;
  }

  /**
   * Takes in a server; `remove` gives it back. Before `start` nothing happens yet; after it the first attempt is made
   * at a random moment of the first interval, so that a reload with many new servers makes no burst.
   */
  add(target: CheckTarget, config: ServerCheckConfig, timeouts: CheckTimeouts, probe: Probe): Check {
    const check = new Check({ target, config, timeouts, probe, pacing: this.#pacing });
    this.#checks.add(check);
    if (this.#started) check.begin(Math.floor(this.#spreadMs(check, 0) * this.#pacing.random()));
    return check;
  }

  /** Ends a check for good: no attempt, no timer, no further call to its target. */
  remove(check: Check): void {
    check.stop();
    this.#checks.delete(check);
  }

  /**
   * Begins all checks, server k of n (from 0) after k/n of the shortest interval of at least a second; a check with
   * a longer interval takes its own as the measure (HAProxy manual 5.2 "inter", 3.2 "max-spread-checks").
   */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    const shortestMs = this.#shortestIntervalMs();
    let position = 0;
    for (const check of this.#checks) {
      check.begin(Math.floor((this.#spreadMs(check, shortestMs) * position) / this.#checks.size));
      position += 1;
    }
  }

  /** Ends all waiting and running; checks stay added, and `start` begins them again. */
  stop(): void {
    this.#started = false;
    for (const check of this.#checks) check.stop();
  }

  #shortestIntervalMs(): number {
    let shortestMs = 0;
    for (const { intervalMs } of this.#checks) {
      if (intervalMs >= SPREAD_FROM_MS && (shortestMs === 0 || intervalMs < shortestMs))
        shortestMs = intervalMs;
    }
    return shortestMs;
  }

  #spreadMs(check: Check, shortestMs: number): number {
    const spreadMs = Math.max(shortestMs, check.intervalMs);
    return this.#maxSpreadMs === 0 ? spreadMs : Math.min(spreadMs, this.#maxSpreadMs);
  }
}
