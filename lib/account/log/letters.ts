/**
 * The ending of a session in HAProxy's two letters (manual 8.5).
 *
 * Not here: how an ending is found (`../../stream/ending.ts`).
 */
import type { EndCause, EndStage, Ending, SessionRecord } from '../session.ts';

const CAUSES: Readonly<Record<EndCause, string>> = {
  normal: '-',
  'client-abort': 'C',
  'server-abort': 'S',
  denied: 'P',
  local: 'L',
  resource: 'R',
  internal: 'I',
  'server-down': 'D',
  'server-up': 'U',
  killed: 'K',
  'client-timeout': 'c',
  'server-timeout': 's',
};

const STAGES: Readonly<Record<EndStage, string>> = {
  none: '-',
  request: 'R',
  queue: 'Q',
  connect: 'C',
  headers: 'H',
  data: 'D',
  tarpit: 'T',
  last: 'L',
};

/** E.g. `--`, `SC`, `cD`. */
export function terminationLetters(ending: Ending): string {
  return CAUSES[ending.cause] + STAGES[ending.stage];
}

/**
 * Whether HAProxy counts the session among those worth a line under `option dontlog-normal`, and at level err under
 * `option log-separate-errors` (manual 4.2): an abort, timeout or kill, a retry or a redispatch, an answer of 500 and above.
 */
export function wentWrong(record: SessionRecord): boolean {
  if (record.redispatched || (record.http !== null && record.http.status >= 500)) return true;
  const { cause } = record.ending;
  if (cause === 'normal') return record.retries > 0;
  return cause !== 'local';
}
