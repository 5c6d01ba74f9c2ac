/**
 * What a failed exchange, or a client that has left, means for the request: why it ended, and what a client is told that has seen nothing yet (reference 14.5).
 *
 * Not here: finding the failure (`exchange.ts`), the pages (`error-pages.ts`).
 */
import type { EndReason } from '../account/session.ts';
import type { ExchangeFailure } from './exchange.ts';
import type { RequestFraming } from './request-parser.ts';
import type { RequestParts } from './request-account.ts';

/** Why, and the status for a client that has seen nothing yet. */
export function failureEnding(why: ExchangeFailure, begun: boolean): readonly [EndReason, number] {
  switch (why.kind) {
    case 'timeout':
      return [why.reason, why.side === 'client' ? 408 : 504];
    case 'bad-response':
      return [begun ? 'server-reset' : 'bad-response', 502];
    case 'server-left':
      return [begun ? 'server-reset' : 'server-left-waiting', 502];
  }
}

/** Why a request ends whose client has left. */
export function leftReason({
  connecting,
  exchange,
}: Pick<RequestParts, 'connecting' | 'exchange'>): EndReason {
  if (exchange !== null) return exchange.answerBegun ? 'client-reset' : 'client-left-waiting';
  if (connecting === null) return 'client-left-request';
  return connecting.phase === 'queued' ? 'client-left-in-queue' : 'client-left-connecting';
}

/** Safe to send twice (RFC 9110, 9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** Nothing of a body is gone, and doing it twice is as doing it once. */
export function mayBeSentTwice(method: string, { body }: RequestFraming): boolean {
  return IDEMPOTENT.has(method) && body.kind === 'none';
}
