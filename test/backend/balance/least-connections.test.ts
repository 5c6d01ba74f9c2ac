/** Sequences observed on HAProxy 2.6.12, reference 4.4. */
import t from 'tap';
import { balancerCases } from './balancer.cases.ts';
import { Group, repeated, weights } from './group.ts';

const LEAST = { balance: { algorithm: 'leastconn' } } as const;

// Streams that end at once find every server idle, and then weights do not decide.
balancerCases(t, 'leastconn', () => LEAST, { shareTolerance: null });

const HELD: readonly (readonly [string, string])[] = [
  ['1:1:1', 'abcabcabcabc'],
  ['2:1', 'abaabaabaaba'],
  ['3:1', 'abaaaabaaaba'],
  ['1:2:3', 'abccbccbcabc'],
  ['5:1:1', 'abcaaaaaaaab'],
];

for (const [setting, sequence] of HELD) {
  void t.test(`held streams over weights ${setting} give ${sequence}`, async (t) => {
    t.equal(new Group(LEAST, weights(setting)).held(sequence.length), sequence);
  });
}

void t.test('streams that end before the next comes alternate whatever the weights', async (t) => {
  t.equal(new Group(LEAST, weights('9:1:1')).chosen(9), repeated('abc', 9));
});

void t.test('a stream given back makes its server the least loaded', async (t) => {
  const group = new Group(LEAST, weights('1:1:1'));
  t.equal(group.held(6), 'abcabc');
  group.give(group.server('b'));
  t.equal(group.held(2), 'ba', 'b was lighter, then a has stood there longest');
});

void t.test('streams waiting for a server count like those it holds', async (t) => {
  const group = new Group(LEAST, weights('1:1'));
  const a = group.server('a');
  a.queuedCount = 2;
  group.balancer.loadChanged(a);
  t.equal(group.held(3), 'bba');
});

void t.test('a full server with a maxqueue takes waiters, then the stream waits for any', async (t) => {
  const limits = { maxconn: 2, maxqueue: 1 };
  t.equal(new Group(LEAST, [limits, limits]).held(7), 'ababab-', 'the 5th and 6th wait at the servers');
});

void t.test('a full server without a maxqueue takes no waiters', async (t) => {
  t.equal(new Group(LEAST, [{ maxconn: 1 }, { maxconn: 2 }]).held(4), 'abb-');
});

void t.test('a weight that changes counts from the next choice on', async (t) => {
  const group = new Group(LEAST, weights('1:1'));
  t.equal(group.held(4), 'abab');
  group.setWeight('b', 3);
  t.equal(group.held(7), 'bbbbbba', '2 streams for weight 1 weigh as much as 8 for weight 3');
});

void t.test('a limit that grows with the load of the backend is seen without a word about it', async (t) => {
  const group = new Group(LEAST, [{ maxconn: 1 }, { maxconn: 1 }]);
  t.equal(group.held(3), 'ab-');
  group.server('b').maxconn = 2;
  t.equal(group.held(2), 'b-');
  group.server('a').maxconn = 3;
  t.equal(group.held(3), 'aa-');
});

void t.test('a limit that shrinks without a word is seen as well', async (t) => {
  const group = new Group(LEAST, [{ maxconn: 9 }, { maxconn: 9, weight: 2 }]);
  t.equal(group.held(2), 'ab');
  for (const server of group.servers) server.maxconn = 1;
  t.equal(group.choose(), null);
});
