import t from 'tap';
import { IndexSet } from '../../../lib/backend/balance/index-set.ts';

/** All members in order. */
function members(set: IndexSet): number[] {
  const found: number[] = [];
  for (let at = set.firstFrom(0); at >= 0; at = set.firstFrom(at + 1)) found.push(at);
  return found;
}

/** All members up to one, the greatest first. */
function membersBack(set: IndexSet, end: number): number[] {
  const found: number[] = [];
  for (let at = set.lastTo(end); at >= 0; at = set.lastTo(at - 1)) found.push(at);
  return found;
}

void t.test('finds the next member across words and levels', async (t) => {
  const set = new IndexSet(100_000);
  const numbers = [0, 31, 32, 63, 1023, 1024, 32_767, 32_768, 99_999];
  for (const number of numbers.toReversed()) set.add(number);
  t.same(members(set), numbers);
  t.equal(set.firstFrom(1025), 32_767);
  t.equal(set.firstFrom(100_000), -1, 'past the end');
  t.same(membersBack(set, 99_999), numbers.toReversed());
  t.equal(set.lastTo(32_766), 1024);
  t.equal(set.lastTo(-1), -1, 'before the beginning');
});

void t.test('a deleted member is not found, and one deleted twice does no harm', async (t) => {
  const set = new IndexSet(2000);
  for (const number of [5, 40, 1999]) set.add(number);
  set.delete(40);
  set.delete(40);
  set.delete(7);
  t.same(members(set), [5, 1999]);
  set.delete(5);
  set.delete(1999);
  t.equal(set.firstFrom(0), -1);
});

void t.test('a set of nothing is empty', async (t) => {
  t.equal(new IndexSet(0).firstFrom(0), -1);
  t.equal(new IndexSet(0).lastTo(0), -1);
});
