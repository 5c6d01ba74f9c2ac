/**
 * ADMIT: whether one more client may come in now, and if not, which limit it waits for. Limits nest: bind line, frontend,
 * process; so do rates (reference 5.1). A client that meets a limit is not refused, it waits at the door.
 *
 * Not here: the waiting (`listener.ts`), rules about who may come in at all (a later room).
 */
import { Rate } from '../account/rate.ts';
import type { CounterMemory } from '../shared/memory.ts';

/** Sessions counted against one limit. */
export class Limit {
  /** 0: no limit. */
  max: number;
  now = 0;
  /** Nobody may come in yet, whatever the numbers say. */
  shut = false;

  constructor(max: number) {
    this.max = max;
  }

  get reached(): boolean {
    return this.shut || (this.max > 0 && this.now >= this.max);
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

/** Counts one client in. */
export function enter(limits: DoorLimits, nowMs: number): void {
  limits.bind.now += 1;
  limits.frontend.now += 1;
  limits.process.now += 1;
  for (const rate of limits.rates) rate.add(nowMs);
}

/** Counts one client out. */
export function leave(limits: DoorLimits): void {
  limits.bind.now -= 1;
  limits.frontend.now -= 1;
  limits.process.now -= 1;
}
