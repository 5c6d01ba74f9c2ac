/** Sequences observed on HAProxy 2.6.12, reference 4.2. */
import t from 'tap';
import { balancerCases } from './balancer.cases.ts';
import { Group, repeated, weights } from './group.ts';

balancerCases(t, 'roundrobin', () => ({}));

const SEQUENCES: readonly (readonly [string, string])[] = [
  ['1:1', 'ab'],
  ['1:1:1', 'abc'],
  ['2:1', 'aab'],
  ['3:1', 'aaab'],
  ['1:3', 'bbba'],
  ['5:1:1', 'aaabaac'],
  ['1:1:5', 'cccaccb'],
  ['3:2:1', 'abacab'],
  ['2:2:1', 'ababc'],
  ['10:1', 'aaaaaaaaaab'],
  ['4:3:2:1', 'abacbadabc'],
  ['7:5:3', 'abacbaabcabaabc'],
  ['100:50:25', 'aabacab'],
];

for (const [setting, sequence] of SEQUENCES) {
  void t.test(`weights ${setting} give ${sequence} over and over`, async (t) => {
    const group = new Group({}, weights(setting));
    const count = sequence.length * 40;
    t.equal(group.chosen(count), repeated(sequence, count));
  });
}

void t.test('a greater weight counts from the next choice on', async (t) => {
  const group = new Group({}, weights('1:1'));
  t.equal(group.chosen(5), 'ababa');
  group.setWeight('a', 3);
  t.equal(group.chosen(16), 'baaabaaabaaabaaa');
});

void t.test('half the weight counts from the next choice on', async (t) => {
  const group = new Group({}, weights('10:10'));
  t.equal(group.chosen(5), 'ababa');
  group.setWeight('b', 5);
  t.equal(group.chosen(12), 'aabaabaabaab');
});

void t.test('a server that goes down is left out at once, and is back at once when up', async (t) => {
  const group = new Group({}, weights('1:1:1'));
  t.equal(group.chosen(5), 'abcab');
  group.down('b');
  t.equal(group.chosen(6), 'cacaca');
  group.up('b');
  t.equal(group.chosen(9), 'cabcabcab');
});

void t.test('a full server is passed over and has lost its turn', async (t) => {
  const group = new Group({}, [{ weight: 3, maxconn: 2 }, {}, {}]);
  t.equal(group.held(8), 'aabcbcbc');
});

void t.test('in a large group where nearly all are full the free ones take turns', async (t) => {
  const group = new Group(
    {},
    Array.from({ length: 100 }, () => ({ maxconn: 1 })),
  );
  for (let count = 0; count < 100; count += 1) group.hold();
  t.equal(group.choose(), null, 'all are full');
  for (const name of ['b', 's77', 's99']) group.give(group.server(name));
  const found = new Set(Array.from({ length: 3 }, () => group.choose()?.name));
  t.same(found, new Set(['b', 's77', 's99']));
  t.not(group.choose(undefined, group.server('b'))?.name, 'b', 'the one to avoid is not taken');
});
