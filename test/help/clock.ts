/**
 * A clock turned by hand: time stands still until the test moves it, and calls come in the order of their due
 * times (those due together in the order in which they were asked for).
 *
 *     const clock = new ManualClock();
 *     clock.after(100, () => seen.push('a'));
 *     clock.advance(100); // 'a' is in `seen` now
 *
 * Not here: waiting for sockets; a test with real sockets waits for their events.
 */
import type { Clock, Timer } from '../../lib/time/clock.ts';

interface Alarm {
  atMs: number;
  /** Order among alarms due together. */
  order: number;
  /** 0: once. */
  readonly periodMs: number;
  readonly callback: () => void;
}

export class ManualClock implements Clock {
  #nowMs: number;
  #wallOffsetMs: number;
  #asked = 0;
  readonly #alarms = new Set<Alarm>();

  /** `wallMs`: what `wallMs()` says at the start (2026-01-01T00:00:00Z); `nowMs` starts at a fraction on purpose. */
  constructor(options: { nowMs?: number; wallMs?: number } = {}) {
    this.#nowMs = options.nowMs ?? 1000.25;
    this.#wallOffsetMs = (options.wallMs ?? Date.UTC(2026, 0, 1)) - this.#nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Math.floor(this.#nowMs + this.#wallOffsetMs);
  }

  after(delayMs: number, callback: () => void): Timer {
    return this.#ask(delayMs, 0, callback);
  }

  every(periodMs: number, callback: () => void): Timer {
    if (!(periodMs > 0)) throw new RangeError(`period of ${periodMs} ms`);
    return this.#ask(periodMs, periodMs, callback);
  }

  /** Calls that are still to come; 0 after a clean stop. */
  get pendingCount(): number {
    return this.#alarms.size;
  }

  /** Milliseconds until the next call; null if there is none. */
  get nextInMs(): number | null {
    const next = this.#next(Number.POSITIVE_INFINITY);
    return next === null ? null : next.atMs - this.#nowMs;
  }

  /** Moves time on and makes every call that comes due on the way, those asked for by other calls included. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (let alarm = this.#next(endMs); alarm !== null; alarm = this.#next(endMs)) this.#ring(alarm);
    this.#nowMs = endMs;
  }

  /** As `advance`, but promises, sockets and streams get a turn of the event loop before, between and after calls. */
  async advanceAsync(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await turnOfTheLoop();
    for (let alarm = this.#next(endMs); alarm !== null; alarm = this.#next(endMs)) {
      this.#ring(alarm);
      await turnOfTheLoop();
    }
    this.#nowMs = endMs;
    await turnOfTheLoop();
  }

  /** Moves the wall clock alone, as an operator or NTP does. */
  jumpWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #ask(delayMs: number, periodMs: number, callback: () => void): Timer {
    if (Number.isNaN(delayMs)) throw new RangeError('delay is not a number');
    const alarm: Alarm = {
      atMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#asked++,
      periodMs,
      callback,
    };
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  #next(endMs: number): Alarm | null {
    let best: Alarm | null = null;
    for (const alarm of this.#alarms) {
      if (alarm.atMs > endMs) continue;
      const earlier = best === null || alarm.atMs < best.atMs;
      if (earlier || (alarm.atMs === best?.atMs && alarm.order < best.order)) best = alarm;
    }
    return best;
  }

  #ring(alarm: Alarm): void {
    // Never back: an alarm may have been asked for with a due time that has passed.
    this.#nowMs = Math.max(this.#nowMs, alarm.atMs);
    if (alarm.periodMs === 0) {
      this.#alarms.delete(alarm);
    } else {
      alarm.atMs += alarm.periodMs;
      alarm.order = this.#asked++;
    }
    alarm.callback();
  }
}

/** One turn of the event loop: microtasks and what the poll phase had ready. */
function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
