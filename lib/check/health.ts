/**
 * Health of one server: counting successes and failures until it flips.
 *
 *     value:   0 ........ rise-1 | rise ........ rise+fall-1
 *              DOWN              | UP
 *
 *     fully down      rising            failing           fully up
 *        0     --+1-->  1..rise-1          rise..rise+fall-2  <--(-1)--  rise+fall-1
 *        ^                 |  |                |  |                           ^
 *        |_____failure_____|  |_____to rise____|__|____any success____________|
 *        |______________________below rise_____|
 *
 * A success adds one and, once `rise` is reached, goes on to fully up; a failure takes one and, once below `rise`,
 * goes on to fully down. So a server that is fully up falls after `fall` failures in a row, one that is fully down
 * rises after `rise` successes in a row. A starting server stands at `rise`: up, and one failure from down.
 *
 * HAProxy manual 5.2 "rise", "fall", "init-state".
 *
 * Not here: when to probe (`check.ts`), what an attempt is (`probe.ts`), what the operator wants (maintenance,
 * drain), what follows from a flip.
 */
import type { ServerConfig } from '../config/config.ts';

/** The direction in which health changed. */
export type Flip = 'up' | 'down';

/** Where counting begins (manual 5.2 "init-state"); `none` means `up`. */
export type InitState = ServerConfig['initState'];

export interface HealthOptions {
  /** Successes in a row that bring a server that is fully down up; 1 or more. */
  readonly rise: number;
  /** Failures in a row that bring a server that is fully up down; 1 or more. */
  readonly fall: number;
  readonly initState: InitState;
}

/** As logs and statistics show it: `2/3` while up, `1/2` while down. */
export interface HealthRatio {
  readonly count: number;
  readonly of: number;
}

export class Health {
  readonly rise: number;
  readonly fall: number;
  readonly #first: number;
  #value: number;
  #moved = false;

  constructor({ rise, fall, initState }: HealthOptions) {
    this.rise = rise;
    this.fall = fall;
    this.#first = firstValue(rise, fall, initState);
    this.#value = this.#first;
  }

  /** 0 (fully down) to `rise + fall - 1` (fully up). */
  get value(): number {
    return this.#value;
  }

  get up(): boolean {
    return this.#value >= this.rise;
  }

  get fullyUp(): boolean {
    return this.#value === this.rise + this.fall - 1;
  }

  get fullyDown(): boolean {
    return this.#value === 0;
  }

  /**
   * True if the last call changed the value. HAProxy counts a failed check, and logs a check whose status is the
   * same as before, only then: failures of a server that is fully down are not news.
   */
  get moved(): boolean {
    return this.#moved;
  }

  /** While up: how many of `fall` failures it still stands; while down: how many of `rise` successes it has. */
  get ratio(): HealthRatio {
    if (this.up) return { count: this.#value - this.rise + 1, of: this.fall };
    return { count: this.#value, of: this.rise };
  }

  /** A check succeeded. */
  passed(): Flip | null {
    const next = this.#value + 1;
    return this.#set(next >= this.rise ? this.rise + this.fall - 1 : next);
  }

  /** A check failed. */
  failed(): Flip | null {
    const next = this.#value - 1;
    return this.#set(next < this.rise ? 0 : next);
  }

  /**
   * A fault that leaves one failure to go, or none if only one was left (manual 5.2 "on-error", `sudden-death`).
   */
  failedSuddenly(): Flip | null {
    return this.#set(this.#value > this.rise ? this.rise : 0);
  }

  /** Fully up at once, whatever checks said. */
  forceUp(): Flip | null {
    return this.#set(this.rise + this.fall - 1);
  }

  /** Fully down at once, whatever checks said. */
  forceDown(): Flip | null {
    return this.#set(0);
  }

  /** Back to where counting began: what a server does that leaves maintenance. */
  restart(): Flip | null {
    return this.#set(this.#first);
  }

  #set(value: number): Flip | null {
    const wasUp = this.up;
    this.#moved = value !== this.#value;
    this.#value = value;
    if (this.up === wasUp) return null;
    return wasUp ? 'down' : 'up';
  }
}

function firstValue(rise: number, fall: number, initState: InitState): number {
  switch (initState) {
    case 'fully-up':
      return rise + fall - 1;
    case 'none':
    case 'up':
      return rise;
    case 'down':
      return rise - 1;
    case 'fully-down':
      return 0;
  }
}
