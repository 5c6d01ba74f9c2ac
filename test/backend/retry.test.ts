/** What follows a failed attempt: every rule of HAProxy's retries and redispatches as a row. */
import t from 'tap';
import { nextStep, type RetryFacts, type RetryStep } from '../../lib/backend/retry.ts';

const FACTS: RetryFacts = {
  failure: 'refused',
  retriesDone: 0,
  retries: 3,
  redispatchInterval: 0,
  serverUp: true,
  movesFreely: true,
  severalActive: true,
  timeoutConnectMs: 5000,
};

function steps(facts: Partial<RetryFacts>): string[] {
  const { retries } = { ...FACTS, ...facts };
  return Array.from({ length: retries + 1 }, (_, retriesDone) =>
    inShort(nextStep({ ...FACTS, ...facts, retriesDone })),
  );
}

function inShort(step: RetryStep): string {
  return step.kind === 'give-up' ? 'give-up' : `${step.kind} ${step.delayMs}`;
}

const ROWS: readonly (readonly [string, Partial<RetryFacts>, readonly string[]])[] = [
  ['refused: a second between attempts', {}, ['retry 1000', 'retry 1000', 'retry 1000', 'give-up']],
  ['retries 0: at once', { retries: 0 }, ['give-up']],
  [
    'a timeout connect below a second shortens the pause',
    { timeoutConnectMs: 300, retries: 2 },
    ['retry 300', 'retry 300', 'give-up'],
  ],
  ['no timeout connect: a second', { timeoutConnectMs: 0, retries: 1 }, ['retry 1000', 'give-up']],
  ['timed out: no pause', { failure: 'timeout' }, ['retry 0', 'retry 0', 'retry 0', 'give-up']],
  [
    'without redispatch others are not tried, even if they are fine',
    { serverUp: false },
    ['retry 1000', 'retry 1000', 'retry 1000', 'give-up'],
  ],
  [
    'redispatch with another active server: every attempt moves, at once',
    { redispatchInterval: -1 },
    ['redispatch 0', 'redispatch 0', 'redispatch 0', 'give-up'],
  ],
  [
    'redispatch with one active server: on the last retry, after the pause',
    { redispatchInterval: -1, severalActive: false },
    ['retry 1000', 'retry 1000', 'redispatch 1000', 'give-up'],
  ],
  [
    'redispatch with a hash: on the last retry only, without a pause',
    { redispatchInterval: -1, movesFreely: false },
    ['retry 1000', 'retry 1000', 'redispatch 0', 'give-up'],
  ],
  [
    'redispatch 2 with a hash: every second retry',
    { redispatchInterval: 2, movesFreely: false, retries: 4 },
    ['retry 1000', 'redispatch 0', 'retry 1000', 'redispatch 0', 'give-up'],
  ],
  [
    'redispatch 1: every retry',
    { redispatchInterval: 1, severalActive: false, retries: 2 },
    ['redispatch 1000', 'redispatch 1000', 'give-up'],
  ],
  [
    'redispatch -2: on the last but one, and on no other of three',
    { redispatchInterval: -2, movesFreely: false },
    ['retry 1000', 'redispatch 0', 'retry 1000', 'give-up'],
  ],
  [
    'a server that is no longer up is left at once, whatever the interval',
    { redispatchInterval: 5, serverUp: false, movesFreely: false },
    ['redispatch 0', 'redispatch 0', 'redispatch 0', 'give-up'],
  ],
  [
    'timed out with redispatch and one active server: no pause',
    { redispatchInterval: -1, failure: 'timeout', severalActive: false },
    ['retry 0', 'retry 0', 'redispatch 0', 'give-up'],
  ],
];

for (const [name, facts, wanted] of ROWS) {
  void t.test(name, async (t) => {
    t.same(steps(facts), wanted);
  });
}
