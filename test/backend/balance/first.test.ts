/** Sequence observed on HAProxy 2.6.12, reference 4.5. */
import t from 'tap';
import { balancerCases } from './balancer.cases.ts';
import { Group } from './group.ts';

const FIRST = { balance: { algorithm: 'first' } } as const;

balancerCases(t, 'first', () => FIRST, { shareTolerance: null });

void t.test('fills one server after the other', async (t) => {
  const limits = { maxconn: 3 };
  t.equal(new Group(FIRST, [limits, limits, limits]).held(10), 'aaabbbccc-');
});

void t.test('a slot given back early in the row is the next one taken', async (t) => {
  const limits = { maxconn: 2 };
  const group = new Group(FIRST, [limits, limits, limits]);
  t.equal(group.held(5), 'aabbc');
  group.give(group.server('a'));
  t.equal(group.held(3), 'ac-');
});

void t.test('ids decide, not the order of declaration, and weights do not', async (t) => {
  const group = new Group(FIRST, [
    { id: 30, maxconn: 1 },
    { id: 10, maxconn: 1, weight: 1 },
    { id: 20, maxconn: 1, weight: 200 },
  ]);
  t.equal(group.held(4), 'bca-');
});

void t.test('without maxconn everything goes to the first', async (t) => {
  t.equal(new Group(FIRST, [{}, {}]).held(4), 'aaaa');
});

void t.test('finds the one free server far down a long row', async (t) => {
  const group = new Group(
    FIRST,
    Array.from({ length: 2000 }, () => ({ maxconn: 1 })),
  );
  for (const server of group.servers) {
    server.servedCount = 1;
    group.balancer.loadChanged(server);
  }
  t.equal(group.choose(), null);
  group.give(group.server('s1999'));
  t.equal(group.held(2), 's1999-');
  group.give(group.server('s77'));
  group.give(group.server('s78'));
  t.equal(group.choose(undefined, group.server('s77'))?.name, 's78', 'past the one to avoid');
  group.down('s78');
  t.equal(group.choose(undefined, group.server('s77'))?.name, 's77', 'which is better than none');
});
