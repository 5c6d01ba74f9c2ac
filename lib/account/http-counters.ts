/**
 * What `mode http` counts beside sessions, whose place a request takes there: answers by class, what was wrong with messages,
 * connections used again. A proxy in mode tcp has none of these.
 *
 * What only depends on how a request ended is counted by that reason (`closed` in `counters.ts`) and not once more here:
 * `deniedRequests` and its like read it from there, under HAProxy's names.
 *
 * Not here: who finds faults (`../http/`), what is done at the end of a request (`session-counts.ts`).
 */
import type { CounterMemory } from '../shared/memory.ts';
import { add, read } from './cells.ts';
import { Histogram, WAIT_BUCKETS_SECONDS } from './histogram.ts';
import { Rate } from './rate.ts';
import type { EndReason } from './session.ts';
import { Tally } from './tally.ts';

/** Answers by the first digit of their status; `other`: below 100 or above 599. */
export const RESPONSE_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const;
export type ResponseClass = (typeof RESPONSE_CLASSES)[number];

/** What can be wrong with a message: the codes of `../http/faults.ts`, as the label `reason` of metrics. */
export const BAD_MESSAGE_REASONS = [
  'bad-start-line',
  'bad-method',
  'bad-target',
  'bad-version',
  'bad-line-end',
  'bad-header',
  'folded-header',
  'head-too-large',
  'too-many-headers',
  'missing-host',
  'bad-host',
  'bad-length',
  'two-lengths',
  'bad-coding',
  'bad-chunk',
  'bad-trailer',
  'bad-upgrade',
  'unasked-switch',
  'unasked-bytes',
  'cut-short',
] as const;
export type BadMessageReason = (typeof BAD_MESSAGE_REASONS)[number];

export function responseClass(status: number): ResponseClass {
  if (status < 100) return 'other';
  return RESPONSE_CLASSES[Math.floor(status / 100) - 1] ?? 'other';
}

/** Of a frontend. */
export class FrontendHttpCounters {
  readonly requestRate: Rate;
  /** What clients were answered, by a server or by us. */
  readonly responses: Tally<ResponseClass>;
  readonly badRequests: Tally<BadMessageReason>;
  readonly #sums: Float64Array;

  constructor(memory: CounterMemory) {
    this.requestRate = new Rate(memory);
    this.responses = new Tally(memory, RESPONSE_CLASSES);
    this.badRequests = new Tally(memory, BAD_MESSAGE_REASONS);
    this.#sums = memory.counters(2);
  }

  /** Those that could not be read included. */
  get requestsTotal(): number {
    return read(this.#sums, 0);
  }
  /** Messages that a rule could not change as told. */
  get rewriteFailuresTotal(): number {
    return read(this.#sums, 1);
  }

  /** A request has begun, or what should have been one has not come. Once for each that is recorded. */
  requestStarted(nowMs: number): void {
    add(this.#sums, 0, 1);
    this.requestRate.add(nowMs);
  }

  /** A request was found faulty; the reason of its end says only that it was. */
  badRequest(reason: BadMessageReason): void {
    this.badRequests.add(reason);
  }

  rewriteFailed(): void {
    add(this.#sums, 1, 1);
  }
}

/** Of a backend or a server. */
export class TargetHttpCounters {
  /** A backend: what its clients were answered; a server: what it answered. */
  readonly responses: Tally<ResponseClass>;
  readonly badResponses: Tally<BadMessageReason>;
  /** From the connection to the headers of the answer. */
  readonly responseTime: Histogram;
  readonly #sums: Float64Array;

  constructor(memory: CounterMemory) {
    this.responses = new Tally(memory, RESPONSE_CLASSES);
    this.badResponses = new Tally(memory, BAD_MESSAGE_REASONS);
    this.responseTime = new Histogram(memory, WAIT_BUCKETS_SECONDS);
    this.#sums = memory.counters(2);
  }

  /** Requests that were sent over a connection that had carried one before. */
  get reusesTotal(): number {
    return read(this.#sums, 0);
  }
  get rewriteFailuresTotal(): number {
    return read(this.#sums, 1);
  }

  connectionReused(): void {
    add(this.#sums, 0, 1);
  }

  badResponse(reason: BadMessageReason): void {
    this.badResponses.add(reason);
  }

  rewriteFailed(): void {
    add(this.#sums, 1, 1);
  }
}

/** Anything that counts ends by reason. */
interface Closing {
  readonly closed: Tally<EndReason>;
}

/** HAProxy's `dreq`: refused by a rule. */
export function deniedRequests({ closed }: Closing): number {
  return closed.get('request-denied') + closed.get('tarpitted');
}

/** HAProxy's `dresp`: an answer that a rule did not let through. */
export function deniedResponses({ closed }: Closing): number {
  return closed.get('response-denied');
}

/** HAProxy's `ereq`: malformed, incomplete or late. */
export function failedRequests({ closed }: Closing): number {
  return closed.get('bad-request') + closed.get('request-timeout') + closed.get('client-left-request');
}

/** HAProxy's `intercepted`: answered by a redirection, a `return` rule, the page of statistics. */
export function interceptedRequests({ closed }: Closing): number {
  return closed.get('answered-here');
}
