/** Who has been silent loses its buffer when others come; who has not, does not. */
import t from 'tap';
import { IdleSpaces, SILENT_MS, type Holder } from '../../lib/transport/idle-spaces.ts';

class FakeHolder implements Holder {
  lastReadMs = 0;
  previous: Holder | null = null;
  next: Holder | null = null;
  isFree = true;
  emptiedCount = 0;

  emptied(): boolean {
    if (this.isFree) this.emptiedCount += 1;
    return this.isFree;
  }
}

function holders(count: number): FakeHolder[] {
  return Array.from({ length: count }, () => new FakeHolder());
}

const LATER_MS = SILENT_MS + 1;

void t.test('two of the silent lose their buffer whenever somebody comes', async (t) => {
  const idle = new IdleSpaces();
  const old = holders(6);
  for (const one of old) idle.add(one, 0);
  const emptied = (): number => old.reduce((sum, { emptiedCount }) => sum + emptiedCount, 0);
  t.equal(emptied(), 0);
  const young = holders(4).map((one) => Object.assign(one, { lastReadMs: LATER_MS }));
  const seen = young.map((one) => {
    idle.add(one, LATER_MS);
    return emptied();
  });
  t.same(seen, [2, 4, 6, 6]);
  t.ok(old.every(({ emptiedCount, next }) => emptiedCount === 1 && next === null));
  t.ok(young.every(({ emptiedCount }) => emptiedCount === 0));
});

void t.test('who still needs its buffer is asked again later', async (t) => {
  const idle = new IdleSpaces();
  const [busy = new FakeHolder(), ...others] = holders(3);
  busy.isFree = false;
  idle.add(busy, 0);
  for (const one of others) idle.add(Object.assign(one, { lastReadMs: LATER_MS }), LATER_MS);
  t.equal(busy.emptiedCount, 0);
  busy.isFree = true;
  idle.add(Object.assign(new FakeHolder(), { lastReadMs: LATER_MS }), LATER_MS);
  idle.add(Object.assign(new FakeHolder(), { lastReadMs: LATER_MS }), LATER_MS);
  t.equal(busy.emptiedCount, 1);
});

void t.test('leaving in any order, and twice, keeps the ring whole', async (t) => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 0, 2],
  ]) {
    const idle = new IdleSpaces();
    const all = holders(3);
    for (const one of all) idle.add(one, 0);
    for (const index of [...order, ...order]) {
      const one = all[index];
      if (one !== undefined) idle.remove(one);
    }
    t.ok(all.every(({ next, previous }) => next === null && previous === null));
    const late = new FakeHolder();
    idle.add(late, LATER_MS);
    idle.add(Object.assign(new FakeHolder(), { lastReadMs: LATER_MS }), LATER_MS * 2);
    t.equal(late.emptiedCount, 1);
    t.ok(all.every(({ emptiedCount }) => emptiedCount === 0));
  }
});
