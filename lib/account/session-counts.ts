/**
 * From what came of a session to the counters of its frontend, backend and server: the one place where the end of a session is
 * counted.
 *
 * Not here: what is counted while it runs (bytes, attempts: by the rooms themselves), logs (`log/`).
 */
import type { BackendCounters, FrontendCounters, ServerCounters, TargetCounters } from './counters.ts';
import type { SessionRecord } from './session.ts';

/** The part of its record that is counted. */
export type SessionOutcome = Pick<
  SessionRecord,
  'ending' | 'queueMs' | 'connectMs' | 'firstByteMs' | 'totalMs'
>;

/** Null where the session did not get that far. */
export interface SessionCounters {
  readonly frontend: FrontendCounters;
  readonly backend: BackendCounters | null;
  readonly server: ServerCounters | null;
}

export function countSession(outcome: SessionOutcome, { frontend, backend, server }: SessionCounters): void {
  frontend.sessionEnded(outcome.ending.reason, outcome.totalMs);
  if (backend !== null) countTarget(outcome, backend);
  if (server !== null) countTarget(outcome, server);
}

function countTarget(outcome: SessionOutcome, counters: TargetCounters): void {
  const { ending, queueMs, connectMs, firstByteMs, totalMs } = outcome;
  counters.closed.add(ending.reason);
  counters.duration.observe(totalMs / 1000);
  if (queueMs > 0) counters.queueTime.observe(queueMs / 1000);
  if (connectMs >= 0) {
    counters.connectTime.observe(connectMs / 1000);
    counters.averages.add(queueMs, connectMs, totalMs);
  }
  if (firstByteMs >= 0) counters.firstByteTime.observe(firstByteMs / 1000);
  if (ending.cause === 'client-abort' || ending.cause === 'client-timeout') counters.clientAborted();
  if (ending.stage !== 'data') return;
  if (ending.cause === 'server-abort' || ending.cause === 'server-timeout') counters.serverAborted();
  if (ending.cause === 'server-abort') counters.responseFailed();
}
