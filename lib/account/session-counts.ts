/**
 * From what came of a session to the counters of its frontend, backend and server: the one place where the end of a session is
 * counted.
 *
 * Not here: what is counted while it runs (bytes, attempts: by the rooms themselves), logs (`log/`).
 */
import type { BackendCounters, FrontendCounters, ServerCounters, TargetCounters } from './counters.ts';
import { responseClass } from './http-counters.ts';
import type { Ending, HttpRecord, SessionRecord } from './session.ts';

/** The part of its record that is counted. */
export interface SessionOutcome extends Pick<
  SessionRecord,
  'ending' | 'queueMs' | 'connectMs' | 'firstByteMs' | 'totalMs'
> {
  /** Of a request: status of the answer, and from the connection to its headers; -1: there was none. Absent in mode tcp. */
  readonly http?: Pick<HttpRecord, 'status' | 'responseMs'> | null;
}

/** Null where the session did not get that far. */
export interface SessionCounters {
  readonly frontend: FrontendCounters;
  readonly backend: BackendCounters | null;
  readonly server: ServerCounters | null;
}

/** A record is an outcome too. */
export function countSession(outcome: SessionOutcome, { frontend, backend, server }: SessionCounters): void {
  const responseMs = outcome.http?.responseMs ?? -1;
  frontend.sessionEnded(outcome.ending.reason, outcome.totalMs);
  if (backend !== null) countTarget(outcome, responseMs, backend);
  if (server !== null) countTarget(outcome, responseMs, server);
  const status = outcome.http?.status ?? -1;
  if (status < 0) return;
  const answer = responseClass(status);
  frontend.http?.responses.add(answer);
  backend?.http?.responses.add(answer);
  // A server's are those it has sent itself, and what it sent is not known where a rule has put something in its place.
  if (responseMs >= 0 && !isReplaced(outcome.ending)) server?.http?.responses.add(answer);
}

function countTarget(outcome: SessionOutcome, responseMs: number, counters: TargetCounters): void {
  const { ending, queueMs, connectMs, firstByteMs, totalMs } = outcome;
  counters.closed.add(ending.reason);
  counters.duration.observe(totalMs / 1000);
  if (queueMs > 0) counters.queueTime.observe(queueMs / 1000);
  if (connectMs >= 0) {
    counters.connectTime.observe(connectMs / 1000);
    counters.averages.add(queueMs, connectMs, totalMs, responseMs);
  }
  if (firstByteMs >= 0) counters.firstByteTime.observe(firstByteMs / 1000);
  if (responseMs >= 0) counters.http?.responseTime.observe(responseMs / 1000);
  if (ending.cause === 'client-abort' || ending.cause === 'client-timeout') counters.clientAborted();
  if (answerFailed(ending)) counters.responseFailed();
  if (ending.stage !== 'data') return;
  if (ending.cause === 'server-abort' || ending.cause === 'server-timeout') counters.serverAborted();
}

/** Broken off by the server, or not the answer to a request that it should be. */
function answerFailed(ending: Ending): boolean {
  const { cause, stage } = ending;
  if (stage === 'headers') return cause !== 'client-abort' && !isReplaced(ending);
  return stage === 'data' && cause === 'server-abort';
}

/** By a rule: the server has answered as it should. */
function isReplaced({ reason }: Ending): boolean {
  return reason === 'response-denied' || reason === 'answer-replaced';
}
