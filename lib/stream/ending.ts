/**
 * Why a session ended: from the reason to HAProxy's cause and stage (manual 8.5, reference 7.5).
 *
 * Not here: finding the reason (`stream.ts`, `../backend/connect.ts`), the letters (`../account/log/`).
 */
import type { EndCause, Ending, EndReason, EndStage } from '../account/session.ts';

const CAUSE_AND_STAGE: Readonly<Record<EndReason, readonly [EndCause, EndStage]>> = {
  normal: ['normal', 'none'],
  'client-left-in-queue': ['client-abort', 'queue'],
  'client-left-connecting': ['client-abort', 'connect'],
  'client-reset': ['client-abort', 'data'],
  'client-timeout': ['client-timeout', 'data'],
  'client-timeout-connecting': ['client-timeout', 'connect'],
  'client-timeout-in-queue': ['client-timeout', 'queue'],
  'server-reset': ['server-abort', 'data'],
  'server-timeout': ['server-timeout', 'data'],
  'connect-failed': ['server-abort', 'connect'],
  'connect-timeout': ['server-timeout', 'connect'],
  'queue-timeout': ['server-timeout', 'queue'],
  'queue-full': ['server-abort', 'queue'],
  'no-server': ['server-abort', 'connect'],
  'server-marked-down': ['server-down', 'none'],
  'backup-released': ['server-up', 'none'],
  killed: ['killed', 'none'],
  'out-of-descriptors': ['resource', 'connect'],
  'internal-error': ['internal', 'none'],
  'tls-handshake-failed': ['client-abort', 'request'],
  'tls-handshake-timeout': ['client-timeout', 'request'],
  'bad-request': ['denied', 'request'],
  'request-timeout': ['client-timeout', 'request'],
  'client-left-request': ['client-abort', 'request'],
  'request-denied': ['denied', 'request'],
  tarpitted: ['denied', 'tarpit'],
  'answered-here': ['local', 'request'],
  'client-left-waiting': ['client-abort', 'headers'],
  'bad-response': ['denied', 'headers'],
  'response-denied': ['denied', 'headers'],
  'answer-replaced': ['local', 'headers'],
  'response-timeout': ['server-timeout', 'headers'],
  'server-left-waiting': ['server-abort', 'headers'],
};

const ENDINGS = new Map<EndReason, Ending>();
for (const [reason, [cause, stage]] of Object.entries(CAUSE_AND_STAGE)) {
  if (isReason(reason)) ENDINGS.set(reason, { reason, cause, stage });
}

/** The ending of a session that ended for `reason`; the same object each time. */
export function endingOf(reason: EndReason): Ending {
  const ending = ENDINGS.get(reason);
  if (ending === undefined) throw new RangeError(`no ending is called ${reason}`);
  return ending;
}

function isReason(text: string): text is EndReason {
  return text in CAUSE_AND_STAGE;
}
