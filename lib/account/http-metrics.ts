/**
 * The part of our own metrics that only proxies in mode http have.
 *
 * Not here: the rest, and the rules for names (`metrics.ts`).
 */
import type { FrontendCounters, TargetCounters } from './counters.ts';
import type { LookOf } from './family.ts';
import {
  BAD_MESSAGE_REASONS,
  deniedRequests,
  deniedResponses,
  failedRequests,
  interceptedRequests,
} from './http-counters.ts';
import { asWord, type Table } from './metric-table.ts';
import type { FrontendView } from './views.ts';

/** No samples in mode tcp. */
export function frontendHttpFamilies(table: Table<'frontend'>): Table<'frontend'> {
  const ofRequests =
    (read: (counters: FrontendCounters) => number) =>
    ({ counters }: FrontendView): number | null =>
      counters.http === null ? null : read(counters);
  return table
    .counter(
      'requests',
      'http_requests',
      'Requests begun, those that could not be read included.',
      (one) => one.counters.http?.requestsTotal ?? null,
    )
    .gauge(
      'requests',
      'http_request_rate_max',
      'Most requests begun in one second.',
      (one) => one.counters.http?.requestRate.max ?? null,
    )
    .responses(
      'Answers to clients by class, whoever gave them.',
      (one) => one.counters.http?.responses ?? null,
    )
    .add(
      'counter',
      'requests',
      'http_bad_requests_total',
      'Requests that could not be read, by what was wrong.',
      {
        as: 'words',
        label: 'reason',
        words: BAD_MESSAGE_REASONS,
        read: (one, word) => one.counters.http?.badRequests.get(asWord(BAD_MESSAGE_REASONS, word)) ?? null,
      },
    )
    .counter(
      'requests',
      'http_failed_requests',
      'Requests that were malformed, never completed, or came too slowly.',
      ofRequests(failedRequests),
    )
    .counter('requests', 'http_denied_requests', 'Requests a rule refused.', ofRequests(deniedRequests))
    .counter('requests', 'http_denied_responses', 'Answers a rule held back.', ofRequests(deniedResponses))
    .counter(
      'requests',
      'http_intercepted_requests',
      'Requests answered without a server: redirections, return rules, statistics.',
      ofRequests(interceptedRequests),
    )
    .counter(
      'requests',
      'http_rewrite_failures',
      'Messages that a rule could not change as told.',
      (one) => one.counters.http?.rewriteFailuresTotal ?? null,
    );
}

/** No samples in mode tcp. `answers`: whose they are. */
export function targetHttpFamilies<S extends 'backend' | 'server'>(
  table: Table<S>,
  counters: (look: LookOf[S]) => TargetCounters,
  answers: string,
): Table<S> {
  return table
    .responses(answers, (one) => counters(one).http?.responses ?? null)
    .add(
      'counter',
      'requests',
      'http_bad_responses_total',
      'Answers of servers that could not be used, by what was wrong; no sample: never.',
      { as: 'pairs', label: 'reason', read: (one) => counters(one).http?.badResponses.entries ?? [] },
    )
    .counter('requests', 'http_denied_responses', 'Answers a rule held back.', (one) =>
      counters(one).http === null ? null : deniedResponses(counters(one)),
    )
    .counter(
      'requests',
      'http_connection_reuses',
      'Requests sent over a connection that had carried one before.',
      (one) => counters(one).http?.reusesTotal ?? null,
    )
    .counter(
      'requests',
      'http_rewrite_failures',
      'Messages that a rule could not change as told.',
      (one) => counters(one).http?.rewriteFailuresTotal ?? null,
    )
    .add(
      'histogram',
      'seconds',
      'http_response_duration_seconds',
      'From the connection to the headers of the answer.',
      { as: 'histogram', read: (one) => counters(one).http?.responseTime ?? null },
    );
}
