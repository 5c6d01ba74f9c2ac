/**
 * What follows a failed connection attempt: a pure decision over a few facts (reference 5.6; HAProxy manual 4.2 "retries",
 * "option redispatch").
 *
 * Not here: doing it (`connect.ts`).
 */

export interface RetryFacts {
  /** `refused` stands for every error but a timeout. */
  readonly failure: 'refused' | 'timeout';
  /** Attempts that failed before this one. */
  readonly retriesDone: number;
  /** `retries`. */
  readonly retries: number;
  /** `option redispatch`: 0 off, -1 on the last retry, N every Nth. */
  readonly redispatchInterval: number;
  /** The server that failed may still be chosen. */
  readonly serverUp: boolean;
  /** The algorithm does not tie a client to a server. */
  readonly movesFreely: boolean;
  /** More than one active server is usable. */
  readonly severalActive: boolean;
  /** `timeout connect`; 0: none. */
  readonly timeoutConnectMs: number;
}

export type RetryStep =
  | { readonly kind: 'give-up' }
  /** Try the same server again after `delayMs`, the slot is kept. */
  | { readonly kind: 'retry'; readonly delayMs: number }
  /** Give the slot back and ask the backend for another server; wait first where the same one is likely to come. */
  | { readonly kind: 'redispatch'; readonly delayMs: number };

/** HAProxy's turn-around pause: a server that just refused will hardly accept a millisecond later. */
const PAUSE_MS = 1000;

export function nextStep(facts: RetryFacts): RetryStep {
  if (facts.retriesDone >= facts.retries) return { kind: 'give-up' };
  // After a timeout enough time has gone by already.
  const pauseMs = facts.failure === 'timeout' ? 0 : pauseWithin(facts.timeoutConnectMs);
  if (!redispatchAllowed(facts)) return { kind: 'retry', delayMs: pauseMs };
  return { kind: 'redispatch', delayMs: facts.severalActive ? 0 : pauseMs };
}

function pauseWithin(timeoutConnectMs: number): number {
  return timeoutConnectMs > 0 ? Math.min(timeoutConnectMs, PAUSE_MS) : PAUSE_MS;
}

function redispatchAllowed(facts: RetryFacts): boolean {
  if (facts.redispatchInterval === 0) return false;
  if (!facts.serverUp || (facts.movesFreely && facts.severalActive)) return true;
  const retryNumber = facts.retriesDone + 1;
  if (facts.redispatchInterval > 0) return retryNumber % facts.redispatchInterval === 0;
  return retryNumber % Math.max(1, facts.retries + 1 + facts.redispatchInterval) === 0;
}
