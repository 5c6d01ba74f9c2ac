/** Limits and rates, and the order in which they are asked. */
import t from 'tap';
import { admit, enter, leave, Limit, RateLimit, type DoorLimits } from '../../lib/frontend/admit.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';

function limits(bind: number, frontend: number, process: number, rates: readonly number[] = []): DoorLimits {
  const memory = SharedMemory.alone();
  return {
    bind: new Limit(bind, memory),
    frontend: new Limit(frontend, memory),
    process: new Limit(process, memory),
    rates: rates.map((perSecond) => new RateLimit(perSecond, memory)),
  };
}

void t.test('0 is no limit', async (t) => {
  const door = limits(0, 0, 0, [0]);
  for (let count = 1000; count > 0; count -= 1) enter(door, 0);
  t.equal(admit(door, 0).kind, 'admitted');
  t.equal(door.process.now, 1000);
});

void t.test('names the narrowest limit that is reached', async (t) => {
  const door = limits(1, 2, 3);
  enter(door, 0);
  t.same(admit(door, 0), { kind: 'full', limit: 'bind-maxconn' });
  door.bind.max = 5;
  enter(door, 0);
  t.same(admit(door, 0), { kind: 'full', limit: 'frontend-maxconn' });
  door.frontend.max = 5;
  enter(door, 0);
  t.same(admit(door, 0), { kind: 'full', limit: 'global-maxconn' });
  leave(door);
  t.equal(admit(door, 0).kind, 'admitted');
  t.same([door.bind.now, door.frontend.now, door.process.now], [2, 2, 2]);
});

/** When each of `count` clients that wait from the start is let in, in milliseconds from the first. */
function arrivals(perSecond: number, count: number, startMs: number): number[] {
  const door = limits(0, 0, 0, [perSecond]);
  let nowMs = startMs;
  return Array.from({ length: count }, () => {
    for (let looks = 0; ; looks += 1) {
      const admission = admit(door, nowMs);
      if (admission.kind === 'admitted') break;
      if (admission.kind !== 'too-fast' || looks > 5) throw new Error('the wait does not end');
      nowMs += admission.waitMs;
    }
    enter(door, nowMs);
    return nowMs - startMs;
  });
}

void t.test('rate-limit sessions 3 lets clients in when HAProxy does', async (t) => {
  for (const startMs of [2000, 5000, 12_345.75]) {
    const wanted = [0, 0, 0, 1000, 1333, 1667, 2000, 2333, 2667, 3000];
    const seen = arrivals(3, wanted.length, startMs);
    for (const [index, atMs] of wanted.entries()) {
      const offMs = (seen[index] ?? 0) - atMs;
      t.ok(offMs >= -1 && offMs <= 3, `client ${index + 1} at ${seen[index]} from ${startMs}`);
    }
  }
});

void t.test('in the long run the rate is kept and used up', async (t) => {
  for (const limit of [1, 2, 7, 50]) {
    const last = arrivals(limit, 11 * limit, 777.5).at(-1) ?? 0;
    t.ok(last >= 9000 && last <= 11_000, `${11 * limit} with ${limit} take ${last} ms`);
  }
});

void t.test('of several rates the slowest decides', async (t) => {
  const door = limits(0, 0, 0, [100, 1]);
  enter(door, 0);
  const admission = admit(door, 0);
  t.ok(admission.kind === 'too-fast' && admission.waitMs >= 1000);
});
