import fc from 'fast-check';
import t from 'tap';
import { ownerOf, pointOf, Points } from '../../../lib/backend/balance/points.ts';

const TURN = 2 ** 32;

interface Entry {
  readonly point: number;
  readonly owner: number;
}

/** Crowded ends and equal points come often. */
const aPoint = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: TURN - 4, max: TURN - 1 }),
  fc.integer({ min: 0, max: TURN - 1 }),
);
const anEntry = fc.record({ point: aPoint, owner: fc.nat({ max: 2 ** 20 - 1 }) });

function sorted(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((one, other) => one.point - other.point || one.owner - other.owner);
}

/** By looking at all of them: the last one before the hash and the first from it on, the nearer of the two. */
function nearestOf(entries: readonly Entry[], hash: number): Entry | undefined {
  const after = entries.find((one) => one.point >= hash) ?? entries[0];
  const before = entries.findLast((one) => one.point < hash) ?? entries.at(-1);
  if (after === undefined || before === undefined) return undefined;
  return (hash - before.point + TURN) % TURN <= (after.point - hash + TURN) % TURN ? before : after;
}

void t.test('points that come and go are found as in a sorted list', (t) => {
  const all = fc.array(anEntry, { minLength: 1, maxLength: 60 });
  const hashes = fc.array(aPoint, { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(all, all, hashes, fc.nat({ max: 2000 }), (stay, leave, looks, expected) => {
      const points = new Points(expected);
      for (const { point, owner } of [...stay, ...leave]) points.add(point, owner);
      for (const { point, owner } of leave) points.remove(point, owner);
      const entries = sorted(stay);
      const inOrder = entries.every(({ owner }, place) => points.ownerAt(place) === owner);
      return (
        points.size === entries.length &&
        inOrder &&
        looks.every((hash) => {
          const nearest = points.nearest(hash);
          const wanted = nearestOf(entries, hash);
          return pointOf(nearest) === wanted?.point && ownerOf(nearest) === wanted.owner;
        })
      );
    }),
  );
  t.end();
});

void t.test('going on from entry to entry comes around once', (t) => {
  const points = new Points(100);
  const given = sorted(
    Array.from({ length: 50 }, (_, at) => ({ point: (at * 2_654_435_761) % TURN, owner: at })),
  );
  for (const { point, owner } of given) points.add(point, owner);
  let entry = points.from(0);
  const seen: number[] = [];
  for (let steps = 0; steps <= given.length; steps += 1) {
    seen.push(ownerOf(entry));
    entry = points.from(entry + 1);
  }
  t.same(seen, [...given.map(({ owner }) => owner), given[0]?.owner]);
  t.end();
});
