/**
 * ADMIT: whether one more client may come in now, and if not, which limit it waits for. Limits nest: bind line, frontend,
 * process; so do rates (reference 5.1). A client that meets a limit is not refused, it waits at the door.
 *
 * Places are counted over all threads. Between looking and taking another thread may take the last place, so only taking tells
 * whether a client is in. Rates are counted over all threads too, but only looked at: threads that look at the same moment may let in
 * one client each.
 *
 * Not here: the waiting (`listener.ts`), rules about who may come in at all (a later room).
 */
import { Rate } from '../account/rate.ts';
import type { Count } from '../shared/count.ts';
import type { CounterMemory, SharedMemory } from '../shared/memory.ts';

/** Places counted against one limit, by all threads. */
export class Limit {
  /** 0: no limit. */
  max: number;
  readonly count: Count;
  /** Nobody may come in at this thread yet, whatever the numbers say. */
  shut = false;

  constructor(max: number, memory: SharedMemory) {
    this.max = max;
    this.count = memory.count();
  }

  /** Places taken. */
  get now(): number {
    return this.count.now;
  }

  /** Every place is taken. */
  get full(): boolean {
    return this.max > 0 && this.now >= this.max;
  }

  get reached(): boolean {
    return this.shut || this.full;
  }

  /** Takes a place; false if there is none. */
  tryTake(): boolean {
    return this.count.tryAdd(this.max > 0 ? this.max : Infinity);
  }

  /** Gives a place back. */
  give(): void {
    this.count.remove();
  }
}

/** Arrivals per second against one limit. */
export class RateLimit {
  /** 0: no limit. */
  readonly perSecond: number;
  readonly #rate: Rate;

  constructor(perSecond: number, memory: CounterMemory) {
    this.perSecond = perSecond;
    this.#rate = new Rate(memory);
  }

  add(nowMs: number): void {
    if (this.perSecond > 0) this.#rate.add(nowMs);
  }

  /** Milliseconds until one more is within the limit; 0: now. */
  waitMs(nowMs: number): number {
    return this.perSecond === 0 ? 0 : this.#rate.waitMs(nowMs, this.perSecond);
  }
}

export type Admission =
  | { readonly kind: 'admitted' }
  /** Until a session ends. */
  | { readonly kind: 'full'; readonly limit: 'bind-maxconn' | 'frontend-maxconn' | 'global-maxconn' }
  /** Until then. */
  | { readonly kind: 'too-fast'; readonly waitMs: number };

/** The limits one listener's clients are held against. */
export interface DoorLimits {
  readonly bind: Limit;
  readonly frontend: Limit;
  readonly process: Limit;
  readonly rates: readonly RateLimit[];
}

const ADMITTED: Admission = { kind: 'admitted' };
const BIND_FULL: Admission = { kind: 'full', limit: 'bind-maxconn' };
const FRONTEND_FULL: Admission = { kind: 'full', limit: 'frontend-maxconn' };
const PROCESS_FULL: Admission = { kind: 'full', limit: 'global-maxconn' };

/** Looks, takes nothing. */
export function admit(limits: DoorLimits, nowMs: number): Admission {
  if (limits.bind.reached) return BIND_FULL;
  if (limits.frontend.reached) return FRONTEND_FULL;
  if (limits.process.reached) return PROCESS_FULL;
  let waitMs = 0;
  for (const rate of limits.rates) waitMs = Math.max(waitMs, rate.waitMs(nowMs));
  return waitMs === 0 ? ADMITTED : { kind: 'too-fast', waitMs };
}

/** True if every limit has a place left, whatever the rates are. */
export function hasPlaces({ bind, frontend, process }: DoorLimits): boolean {
  return !bind.full && !frontend.full && !process.full;
}

/** Counts one client in whom `admit` has just admitted. Names the limit instead, and takes nothing, if another thread was quicker. */
export function enter({ bind, frontend, process, rates }: DoorLimits, nowMs: number): Admission {
  if (!bind.tryTake()) return BIND_FULL;
  if (!frontend.tryTake()) {
    bind.give();
    return FRONTEND_FULL;
  }
  if (!process.tryTake()) {
    frontend.give();
    bind.give();
    return PROCESS_FULL;
  }
  for (const rate of rates) rate.add(nowMs);
  return ADMITTED;
}

/** Counts one client out. */
export function leave(limits: DoorLimits): void {
  limits.bind.give();
  limits.frontend.give();
  limits.process.give();
}
