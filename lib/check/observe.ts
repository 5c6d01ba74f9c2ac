/**
 * Passive health: failures that traffic runs into count against a server between its checks
 * (HAProxy manual 5.2 "observe layer4", "error-limit", "on-error").
 *
 * Only consecutive failures count; a connection or a check that succeeds sets the count back.
 *
 * Not here: noticing a failed connection (the room that connects), counting into health (`health.ts`).
 */
import type { ServerConfig } from '../config/config.ts';
import type { Check } from './check.ts';
import type { Flip, Health } from './health.ts';
import { checkResult } from './result.ts';

/** What is done when the limit is reached; whatever it is, the next check comes after `fastinter` at the latest. */
export type OnError = ServerConfig['onError'];

export interface PassiveHealthOptions {
  /** `error-limit`: consecutive failures that make a fault; 1 or more. */
  readonly errorLimit: number;
  readonly onError: OnError;
}

const ON_ERROR: Readonly<Record<Exclude<OnError, 'fastinter'>, (health: Health) => Flip | null>> = {
  'fail-check': (health) => health.failed(),
  'sudden-death': (health) => health.failedSuddenly(),
  'mark-down': (health) => health.forceDown(),
};

export class PassiveHealth {
  readonly #check: Check;
  readonly #errorLimit: number;
  readonly #onError: OnError;
  #errorCount = 0;
  #faultCount = 0;
  /** `passedCount` of the check when `#errorCount` was last looked at. */
  #passedCountSeen: number;

  constructor(check: Check, { errorLimit, onError }: PassiveHealthOptions) {
    this.#check = check;
    this.#errorLimit = errorLimit;
    this.#onError = onError;
    this.#passedCountSeen = check.passedCount;
  }

  /** How often the limit was reached (CSV column `hanafail`). */
  get faultCount(): number {
    return this.#faultCount;
  }

  /** Traffic got a connection to the server. */
  connectPassed(): void {
    this.#errorCount = 0;
  }

  /** Traffic did not get one: refused, reset, timed out. Nothing is counted in maintenance. */
  connectFailed(): void {
    if (!this.#check.target.checkable) return;
    this.#forgetIfCheckPassed();
    this.#errorCount += 1;
    if (this.#errorCount < this.#errorLimit) return;
    const count = this.#errorCount;
    this.#errorCount = 0;
    this.#faultCount += 1;
    this.#act(count);
    this.#check.kick();
  }

  #act(count: number): void {
    if (this.#onError === 'fastinter') return;
    const info = `Detected ${count} consecutive errors, last one was: L4 unsuccessful connection`;
    const flip = ON_ERROR[this.#onError](this.#check.target.health);
    this.#check.conclude(checkResult('HANA', { durationMs: null, info }), flip);
  }

  #forgetIfCheckPassed(): void {
    const { passedCount } = this.#check;
    if (passedCount !== this.#passedCountSeen) this.#errorCount = 0;
    this.#passedCountSeen = passedCount;
  }
}
