/**
 * The check of one server, attempt after attempt: how long to wait between them, never two at once.
 *
 *     stopped --begin--> waiting --due--> running --result--> waiting
 *        ^                  |   ^            |
 *        |                  |   +--not checkable: look again one `inter` later
 *        |_______stop_______|________________|
 *
 * The pause is counted from the end of an attempt: `inter` while fully up, `downinter` while fully down, `fastinter`
 * in between and before the first result (HAProxy manual 5.2 "inter"), each with the random part that
 * `spread-checks` asks for.
 *
 * Not here: when the first attempt is made (`scheduler.ts`), the attempt itself (`probe.ts`), counting (`health.ts`),
 * failures seen in traffic (`observe.ts`).
 */
import type { ServerCheckConfig } from '../config/config.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { Flip, Health } from './health.ts';
import type { Probe, ProbeAddress, ProbeTimeouts, RunningProbe } from './probe.ts';
import type { CheckResult } from './result.ts';

/** A server as its check sees it. */
export interface CheckTarget {
  readonly backendName: string;
  readonly serverName: string;
  readonly backup: boolean;
  readonly health: Health;
  /** False in maintenance: it is not probed, and a result that comes then is thrown away. */
  readonly checkable: boolean;
  /** Where to probe (`addr` and `port` of the check regarded), or null while the server has no address. */
  probeAddress(): ProbeAddress | null;
  /**
   * A result has been counted into `health`; `flip` says whether that changed its direction, `health.moved` whether
   * it changed at all. Also called for failures found in traffic (status `HANA`).
   */
  checkEnded(result: CheckResult, flip: Flip | null): void;
}

/** Of the backend, in milliseconds; 0: not given. */
export interface CheckTimeouts {
  /** `timeout connect`. */
  readonly connectMs: number;
  /** `timeout check`. */
  readonly checkMs: number;
}

/** What all checks of a process share. */
export interface CheckPacing {
  readonly clock: Clock;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  /** 0 to 50: an interval is this share longer or shorter at most. */
  readonly spreadChecksPercent: number;
}

export interface CheckOptions {
  readonly target: CheckTarget;
  readonly config: ServerCheckConfig;
  readonly timeouts: CheckTimeouts;
  readonly probe: Probe;
  readonly pacing: CheckPacing;
}

/**
 * Limits of one attempt. Without `timeout check` all of it has one `inter`; with it, connecting has the shorter of
 * `inter` and `timeout connect`, and each answer after that `timeout check` (manual 4.2 "timeout check").
 */
export function probeTimeouts(interMs: number, { connectMs, checkMs }: CheckTimeouts): ProbeTimeouts {
  if (checkMs === 0) return { connectMs: interMs, readMs: 0 };
  return { connectMs: connectMs === 0 ? interMs : Math.min(interMs, connectMs), readMs: checkMs };
}

export class Check {
  readonly target: CheckTarget;
  readonly #config: ServerCheckConfig;
  readonly #timeouts: ProbeTimeouts;
  readonly #probe: Probe;
  readonly #pacing: CheckPacing;
  /** Set while waiting. */
  #timer: Timer | null = null;
  #dueMs = 0;
  /** The latest attempt: running, or still closing its connection. */
  #attempt: RunningProbe | null = null;
  #running = false;
  #last: CheckResult | null = null;
  #passedCount = 0;

  constructor({ target, config, timeouts, probe, pacing }: CheckOptions) {
    this.target = target;
    this.#config = config;
    this.#timeouts = probeTimeouts(config.interMs, timeouts);
    this.#probe = probe;
    this.#pacing = pacing;
  }

  /** True while an attempt has no result yet. */
  get running(): boolean {
    return this.#running;
  }

  /** The latest result, attempts and traffic alike; null before the first. */
  get last(): CheckResult | null {
    return this.#last;
  }

  /** Attempts that succeeded. */
  get passedCount(): number {
    return this.#passedCount;
  }

  /** Pause until the next attempt as health now stands, without its random part. */
  get intervalMs(): number {
    const { interMs, downinterMs, fastinterMs } = this.#config;
    const { health } = this.target;
    if (health.fullyUp) return interMs;
    if (health.fullyDown) return downinterMs || interMs;
    return fastinterMs || interMs;
  }

  /** Makes the first attempt after `delayMs`; only the scheduler calls this. */
  begin(delayMs: number): void {
    this.stop();
    this.#wait(delayMs);
  }

  /** Ends waiting and running at once; nothing is open and no timer set afterwards. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#attempt?.cancel();
    this.#attempt = null;
    this.#running = false;
  }

  /** Something looks wrong: the next attempt is no further away than `fastinter`. */
  kick(): void {
    if (this.#timer === null) return;
    const { clock } = this.#pacing;
    const soonMs = this.#config.fastinterMs || this.#config.interMs;
    if (clock.nowMs() + soonMs >= this.#dueMs) return;
    this.#timer.cancel();
    this.#wait(soonMs);
  }

  /** Takes in a result that has been counted into health: an attempt's, or one found in traffic. */
  conclude(result: CheckResult, flip: Flip | null): void {
    this.#last = result;
    this.target.checkEnded(result, flip);
  }

  #wait(delayMs: number): void {
    const { clock } = this.#pacing;
    this.#dueMs = clock.nowMs() + delayMs;
    this.#timer = clock.after(delayMs, () => this.#due());
  }

  #due(): void {
    this.#timer = null;
    const address = this.target.checkable ? this.target.probeAddress() : null;
    if (address === null) {
      this.#wait(this.#config.interMs);
      return;
    }
    // A peer that is slow to close must not keep a second socket of this server open.
    this.#attempt?.cancel();
    this.#running = true;
    this.#attempt = this.#probe.run(address, this.#timeouts, (result) => this.#ended(result));
  }

  #ended(result: CheckResult): void {
    this.#running = false;
    if (this.target.checkable) this.#count(result);
    // Whoever was told may have stopped this check, or begun it anew.
    const stopped = this.#attempt === null;
    if (!stopped && this.#timer === null) this.#wait(this.intervalMs + this.#jitterMs());
  }

  #count(result: CheckResult): void {
    const { health } = this.target;
    if (result.passed) this.#passedCount += 1;
    this.conclude(result, result.passed ? health.passed() : health.failed());
  }

  #jitterMs(): number {
    const { random, spreadChecksPercent } = this.#pacing;
    const mostMs = (this.intervalMs * spreadChecksPercent) / 100;
    return mostMs - 2 * mostMs * random();
  }
}
