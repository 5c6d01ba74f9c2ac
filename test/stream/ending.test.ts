/** Reasons, causes and stages, and the two letters HAProxy writes for them. */
import t from 'tap';
import { END_REASONS, type EndReason } from '../../lib/account/session.ts';
import { terminationLetters } from '../../lib/account/log/letters.ts';
import { endingOf } from '../../lib/stream/ending.ts';

const LETTERS: Readonly<Record<EndReason, string>> = {
  normal: '--',
  'client-left-in-queue': 'CQ',
  'client-left-connecting': 'CC',
  'client-reset': 'CD',
  'client-timeout': 'cD',
  'client-timeout-connecting': 'cC',
  'client-timeout-in-queue': 'cQ',
  'server-reset': 'SD',
  'server-timeout': 'sD',
  'connect-failed': 'SC',
  'connect-timeout': 'sC',
  'queue-timeout': 'sQ',
  'queue-full': 'SQ',
  'no-server': 'SC',
  'server-marked-down': 'D-',
  'backup-released': 'U-',
  killed: 'K-',
  'out-of-descriptors': 'RC',
  'internal-error': 'I-',
  'tls-handshake-failed': 'CR',
  'tls-handshake-timeout': 'cR',
  'bad-request': 'PR',
  'request-timeout': 'cR',
  'client-left-request': 'CR',
  'request-denied': 'PR',
  tarpitted: 'PT',
  'answered-here': 'LR',
  'client-left-waiting': 'CH',
  'bad-response': 'PH',
  'response-denied': 'PH',
  'answer-replaced': 'LH',
  'response-timeout': 'sH',
  'server-left-waiting': 'SH',
};

for (const reason of END_REASONS) {
  void t.test(`${reason}: ${LETTERS[reason]}`, async (t) => {
    const ending = endingOf(reason);
    t.equal(terminationLetters(ending), LETTERS[reason]);
    t.equal(ending.reason, reason);
    t.equal(endingOf(reason), ending, 'the same object each time');
  });
}
