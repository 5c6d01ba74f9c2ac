/**
 * The one source of time: the present, and calls in the future. Tests pass a clock they turn by hand.
 *
 * Not here: deadlines of connections, which come by the ten thousand (`coarse.ts`).
 */

/** A call in the future; cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds that never go back, with fractions; only differences mean something. */
  nowMs(): number;
  /** Milliseconds since 1970 by the wall clock; may jump. For logs. */
  wallMs(): number;
  /** Calls once, not earlier than `delayMs` from now; Infinity is never. */
  after(delayMs: number, callback: () => void): Timer;
  /** Calls again and again, `periodMs` apart, first after one period. */
  every(periodMs: number, callback: () => void): Timer;
}

/** What Node's timers can hold; it fires longer ones at once. */
const LONGEST_MS = 2_147_483_647;

class OnceTimer implements Timer {
  #handle: NodeJS.Timeout;

  constructor(delayMs: number, callback: () => void) {
    this.#handle = this.#set(delayMs, callback);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }

  /** A longer wait is made of several. */
  #set(delayMs: number, callback: () => void): NodeJS.Timeout {
    if (delayMs <= LONGEST_MS) return setTimeout(callback, delayMs);
    return setTimeout(() => {
      this.#handle = this.#set(delayMs - LONGEST_MS, callback);
    }, LONGEST_MS);
  }
}

class RepeatedTimer implements Timer {
  readonly #handle: NodeJS.Timeout;
  constructor(periodMs: number, callback: () => void) {
    this.#handle = setInterval(callback, periodMs);
  }
  cancel(): void {
    clearInterval(this.#handle);
  }
}

const timers: Pick<Clock, 'wallMs' | 'after' | 'every'> = {
  wallMs: () => Date.now(),
  after: (delayMs, callback) => new OnceTimer(delayMs, callback),
  every: (periodMs, callback) => new RepeatedTimer(periodMs, callback),
};

/** The machine's own clock. */
export const systemClock: Clock = { nowMs: () => performance.now(), ...timers };

/** When `systemClock` stood at 0, in a measure that all threads of the process have in common. */
export function systemClockOriginNs(): bigint {
  return process.hrtime.bigint() - BigInt(Math.round(performance.now() * 1e6));
}

/** The machine's clock as the thread sees it whose `systemClock` stood at 0 at `originNs`: stamps of the two can be compared. */
export function clockSince(originNs: bigint): Clock {
  const aheadMs = Number(systemClockOriginNs() - originNs) / 1e6;
  return { nowMs: () => performance.now() + aheadMs, ...timers };
}
