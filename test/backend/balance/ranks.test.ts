import fc from 'fast-check';
import t from 'tap';
import { Ranks } from '../../../lib/backend/balance/ranks.ts';

void t.test('sums and searches agree with counting one by one', (t) => {
  const change = fc.tuple(fc.nat({ max: 69 }), fc.integer({ min: 0, max: 3 }));
  fc.assert(
    fc.property(fc.integer({ min: 70, max: 130 }), fc.array(change, { maxLength: 60 }), (size, changes) => {
      const ranks = new Ranks(size);
      const counts = Array.from({ length: size }, () => 0);
      for (const [position, wanted] of changes) {
        ranks.add(position, wanted - (counts[position] ?? 0));
        counts[position] = wanted;
      }
      const entries = counts.flatMap((count, position) => Array.from({ length: count }, () => position));
      const befores = counts.map((_, position) => entries.filter((one) => one < position).length);
      return (
        ranks.total === entries.length &&
        entries.every((position, rank) => ranks.find(rank) === position) &&
        befores.every((before, position) => ranks.before(position) === before)
      );
    }),
  );
  t.end();
});

void t.test('a row of no positions holds nothing', (t) => {
  const ranks = new Ranks(0);
  t.equal(ranks.total, 0);
  t.equal(ranks.before(0), 0);
  t.end();
});
