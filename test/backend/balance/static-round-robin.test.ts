/** Sequences observed on HAProxy 2.6.12, reference 4.3. */
import t from 'tap';
import { buildTable } from '../../../lib/backend/balance/table.ts';
import { balancerCases } from './balancer.cases.ts';
import { Group, repeated, weights } from './group.ts';

const STATIC = { balance: { algorithm: 'static-rr' } } as const;

balancerCases(t, 'static-rr', () => STATIC);

const SEQUENCES: readonly (readonly [string, string])[] = [
  ['3:1', 'aaab'],
  ['1:3', 'abbb'],
  ['5:1:1', 'aaabaac'],
  ['1:1:5', 'accbccc'],
  ['3:2:1', 'aababc'],
  ['4:3:2:1', 'ababcabacd'],
  ['7:5:3', 'ababcaabacababc'],
  ['100:50:25', 'aababac'],
];

for (const [setting, sequence] of SEQUENCES) {
  void t.test(`weights ${setting} give ${sequence} over and over`, async (t) => {
    const group = new Group(STATIC, weights(setting));
    const count = sequence.length * 10;
    t.equal(group.chosen(count), repeated(sequence, count));
  });
}

void t.test('keeps its place in the table when a server leaves and comes back', async (t) => {
  const group = new Group(STATIC, weights('2:2:2'));
  t.equal(group.chosen(4), 'abca', 'next is place 1 of a b c');
  group.down('a');
  t.equal(group.chosen(4), 'cbcb', 'place 1 of b c');
  group.up('a');
  t.equal(group.chosen(4), 'bcab');
});

void t.test('at the end of a table that grows it goes on in what was added', async (t) => {
  const two = new Group(STATIC, weights('1:1'));
  t.equal(two.chosen(2), 'ab');
  two.down('a');
  t.equal(two.chosen(3), 'bbb');
  two.up('a');
  t.equal(two.chosen(4), 'baba');

  const three = new Group(STATIC, weights('1:1:1'));
  three.down('a');
  t.equal(three.chosen(4), 'bcbc');
  three.up('a');
  t.equal(three.chosen(6), 'cabcab');
});

void t.test('a weight other than 0 and that of the configuration does not matter', async (t) => {
  const group = new Group(STATIC, weights('2:1'));
  group.setWeight('b', 200);
  t.equal(group.chosen(6), repeated(tableOf(2, 1), 6));
  t.equal(group.balancer.dynamic, false);
});

void t.test('finds the last free server behind hundreds of places of a full one', async (t) => {
  const group = new Group(STATIC, [
    ...Array.from({ length: 20 }, () => ({ weight: 255, maxconn: 1 })),
    { weight: 1, maxconn: 2 },
  ]);
  for (const server of group.servers.slice(0, 20)) {
    server.servedCount = 1;
    group.balancer.loadChanged(server);
  }
  t.equal(group.held(3), 'uu-');
});

void t.test('the table equals the rule applied place by place', async (t) => {
  const settings = ['1', '0:1', '256:1', '1:256', '3:3:3', '17:4:4:1:9', '5:0:5:1', '1:2:3:4:5:6:7:8:9:10'];
  for (const setting of settings) {
    const given = setting.split(':').map(Number);
    t.same([...buildTable(Uint32Array.from(given))], byTheRule(given), setting);
  }
  t.same([...buildTable(Uint32Array.from([0, 0]))], [], 'nobody');
});

/** The rule as the reference words it, every server looked at for every place. */
function byTheRule(given: readonly number[]): number[] {
  const total = given.reduce((sum, weight) => sum + weight, 0);
  const scores = given.map(() => 0);
  return Array.from({ length: total }, () => {
    let best = -1;
    let most = -1;
    for (const [index, weight] of given.entries()) {
      if (weight === 0) continue;
      const score = (scores[index] ?? 0) + weight;
      scores[index] = score;
      const turns = Math.trunc((score + total) / total);
      if (turns > most) [best, most] = [index, turns];
    }
    scores[best] = (scores[best] ?? 0) - total;
    return best;
  });
}

function tableOf(...given: number[]): string {
  return byTheRule(given)
    .map((index) => 'abcdefgh'.charAt(index))
    .join('');
}
