/**
 * What 100,000 deadlines cost on the coarse wheel: putting one later, taking one out and in, a turn in which nobody is due,
 * and one in which many are. Time is turned by hand.
 *
 *     node build/bench/part/coarse.js [seconds per figure, 0.3]
 *
 * Not here: what a deadline means (`lib/stream/timeouts.ts`).
 */
import { type Clock, type Timer } from '../../lib/time/clock.ts';
import { Deadline, DeadlineWheel } from '../../lib/time/coarse.ts';
import { figure, median, nanosecondsPerCall, say } from './timing.ts';

const COUNT = 100_000;
const TICK_MS = 10;
/** Deadlines lie this far ahead at most: beyond the wheel's reach, as a timeout of a minute does. */
const AHEAD_MS = 60_000;
const TURNS = 500;
const seconds = Number(process.argv[2] ?? 0.3);

/** A clock with one pending call, which is all that a wheel asks for; the test clock would look for it among many. */
class HandClock implements Clock {
  #nowMs = 1000;
  #due: { readonly atMs: number; readonly callback: () => void } | null = null;

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const due = { atMs: this.#nowMs + delayMs, callback };
    this.#due = due;
    return {
      cancel: () => {
        if (this.#due === due) this.#due = null;
      },
    };
  }

  every(): Timer {
    throw new Error('the wheel asks for single calls');
  }

  /** Moves time on and makes the call if it is due. */
  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#due;
    if (due === null || due.atMs > this.#nowMs) return;
    this.#due = null;
    due.callback();
  }
}

const clock = new HandClock();
const wheel = new DeadlineWheel(clock, TICK_MS);
let metCount = 0;
/** Somebody who, once due, waits again: a session that was not idle after all. */
class Session {
  readonly deadline = new Deadline(this);

  deadlineDue(nowMs: number): void {
    metCount += 1;
    wheel.set(this.deadline, nowMs + AHEAD_MS);
  }
}

const sessions = Array.from({ length: COUNT }, () => new Session());
sessions.forEach(({ deadline }, index) => {
  wheel.set(deadline, clock.nowMs() + 1 + (index * AHEAD_MS) / COUNT);
});

let at = 0;
function next(): Deadline {
  at = (at + 7919) % COUNT;
  return (sessions[at] ?? new Session()).deadline;
}

const laterNs = nanosecondsPerCall(() => wheel.set(next(), clock.nowMs() + AHEAD_MS), seconds);
const outAndInNs = nanosecondsPerCall(() => {
  const deadline = next();
  wheel.cancel(deadline);
  wheel.set(deadline, clock.nowMs() + AHEAD_MS);
}, seconds);

/** Microseconds of a turn, and how many deadlines it met. */
function turns(stepMs: number): { us: number; met: number } {
  const spent: number[] = [];
  const before = metCount;
  for (let turn = 0; turn < TURNS; turn += 1) {
    const startMs = performance.now();
    clock.advance(stepMs);
    spent.push((performance.now() - startMs) * 1000);
  }
  return { us: median(spent), met: (metCount - before) / TURNS };
}

// Spread out evenly again: a tick then meets a handful.
sessions.forEach(({ deadline }, index) => {
  wheel.set(deadline, clock.nowMs() + 1 + (index * AHEAD_MS) / COUNT);
});
const tick = turns(TICK_MS);
const stall = turns(TICK_MS * 50);
say(
  `wheel with ${COUNT} deadlines`,
  figure(laterNs, 'ns put later'),
  figure(outAndInNs, 'ns cancel and set'),
  figure(tick.us, 'µs turn of one tick'),
  figure(tick.met, 'met in it'),
  figure(stall.us, 'µs turn after a stall of 500 ms'),
  figure(stall.met, 'met in that'),
);
