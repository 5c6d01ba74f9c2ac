/** The wheel of deadlines: never early, at most a tick late, however far, many or moved. */
import * as fc from 'fast-check';
import t from 'tap';
import type { Timer } from '../../lib/time/clock.ts';
import { Deadline, DeadlineWheel, type DeadlineOwner } from '../../lib/time/coarse.ts';
import { ManualClock } from '../help/clock.ts';

const TICK_MS = 10;

/** Notes when it is told. */
class Noting implements DeadlineOwner {
  readonly toldMs: number[] = [];
  readonly deadline = new Deadline(this);
  deadlineDue(nowMs: number): void {
    this.toldMs.push(nowMs);
  }
}

void t.test('meets a deadline once, never early and at most a tick late', async (t) => {
  for (const delayMs of [0, 1, 9.5, 10, 11, 999, 10_229, 10_240, 10_250, 123_456]) {
    const clock = new ManualClock();
    const wheel = new DeadlineWheel(clock, TICK_MS);
    const one = new Noting();
    const atMs = clock.nowMs() + delayMs;
    wheel.set(one.deadline, atMs);
    clock.advance(delayMs + 3 * TICK_MS);
    t.equal(one.toldMs.length, 1, `${delayMs} ms: once`);
    const lateMs = (one.toldMs[0] ?? 0) - atMs;
    t.ok(lateMs >= 0 && lateMs <= TICK_MS + 1, `${delayMs} ms: ${lateMs} late`);
    t.equal(wheel.count, 0);
    t.equal(clock.pendingCount, 0, 'no timer is left');
  }
});

void t.test('a deadline in the past is due at the next tick, not within the call', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const one = new Noting();
  wheel.set(one.deadline, clock.nowMs() - 5000);
  t.same(one.toldMs, []);
  clock.advance(TICK_MS);
  t.equal(one.toldMs.length, 1);
});

void t.test('a cancelled deadline is not met', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const [one, other] = [new Noting(), new Noting()];
  wheel.set(one.deadline, clock.nowMs() + 50);
  wheel.set(other.deadline, clock.nowMs() + 50);
  t.equal(one.deadline.isSet, true);
  wheel.cancel(one.deadline);
  wheel.cancel(one.deadline);
  t.equal(one.deadline.isSet, false);
  t.equal(wheel.count, 1);
  wheel.cancel(other.deadline);
  clock.advance(1000);
  t.same([one.toldMs, other.toldMs], [[], []]);
});

void t.test('deadlines that come and go one after the other share a timer, which is soon gone', async (t) => {
  const clock = new AskedClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const one = new Noting();
  for (let round = 0; round < 1000; round += 1) {
    wheel.set(one.deadline, clock.nowMs() + 5000);
    wheel.cancel(one.deadline);
    clock.advance(1);
  }
  t.ok(clock.askedCount <= 11, `${clock.askedCount} timers in a second`);
  clock.advance(100);
  t.equal(clock.pendingCount, 0);
});

void t.test('a timer that is far away goes with the last deadline', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const [one, other] = [new Noting(), new Noting()];
  wheel.set(one.deadline, clock.nowMs() + 5000);
  wheel.set(other.deadline, clock.nowMs() + 8000);
  clock.advance(200);
  wheel.cancel(one.deadline);
  t.equal(clock.pendingCount, 1);
  wheel.cancel(other.deadline);
  t.equal(clock.pendingCount, 0);
});

void t.test('a deadline nearer than the look that is armed is met in time', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const [far, near] = [new Noting(), new Noting()];
  wheel.set(far.deadline, clock.nowMs() + 5000);
  wheel.cancel(far.deadline);
  clock.advance(55);
  wheel.set(near.deadline, clock.nowMs() + 20);
  clock.advance(20 + TICK_MS);
  t.equal(near.toldMs.length, 1);
});

/** Counts what is asked of it. */
class AskedClock extends ManualClock {
  askedCount = 0;
  override after(delayMs: number, callback: () => void): Timer {
    this.askedCount += 1;
    return super.after(delayMs, callback);
  }
}

void t.test('setting again moves a deadline, both ways', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const one = new Noting();
  const startMs = clock.nowMs();
  wheel.set(one.deadline, startMs + 5000);
  wheel.set(one.deadline, startMs + 100);
  wheel.set(one.deadline, startMs + 300);
  t.equal(wheel.count, 1);
  clock.advance(299);
  t.same(one.toldMs, []);
  clock.advance(TICK_MS + 1);
  t.equal(one.toldMs.length, 1);
});

void t.test('an owner sets its own and others deadlines while it is told', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const late = new Noting();
  const toldMs: number[] = [];
  const startMs = clock.nowMs();
  const again: Deadline = new Deadline({
    deadlineDue: (nowMs) => {
      toldMs.push(nowMs);
      if (toldMs.length < 4) wheel.set(again, nowMs + 20);
      else wheel.set(late.deadline, nowMs - 1);
    },
  });
  wheel.set(again, startMs + 20);
  clock.advance(200);
  t.equal(toldMs.length, 4);
  for (const [index, atMs] of toldMs.entries()) {
    const earliestMs = (toldMs[index - 1] ?? startMs) + 20;
    t.ok(atMs >= earliestMs && atMs <= earliestMs + TICK_MS + 1, `${atMs - earliestMs} late`);
  }
  t.equal(late.toldMs.length, 1);
  t.equal(clock.pendingCount, 0);
});

void t.test('one owner cancels another of the same tick', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  const victim = new Noting();
  const killer = new Deadline({ deadlineDue: () => wheel.cancel(victim.deadline) });
  wheel.set(killer, clock.nowMs() + 50);
  wheel.set(victim.deadline, clock.nowMs() + 50);
  clock.advance(100);
  t.same(victim.toldMs, []);
  t.equal(wheel.count, 0);
});

void t.test(
  'after a stall longer than its reach everything due is met at once, the rest in time',
  async (t) => {
    const clock = new StallingClock();
    const wheel = new DeadlineWheel(clock, TICK_MS);
    const startMs = clock.nowMs();
    const due = Array.from({ length: 2000 }, (_, index) => {
      const one = new Noting();
      wheel.set(one.deadline, startMs + index * 13);
      return one;
    });
    const far = new Noting();
    wheel.set(far.deadline, startMs + 60_000);
    clock.stall(30_000);
    t.ok(due.every((one) => one.toldMs.length === 1));
    t.same(far.toldMs, []);
    clock.advance(30_000);
    t.equal(far.toldMs.length, 1);
  },
);

/** Its timers can be overslept. */
class StallingClock extends ManualClock {
  #asleepMs = 0;
  override nowMs(): number {
    return super.nowMs() + this.#asleepMs;
  }
  stall(ms: number): void {
    this.#asleepMs += ms;
    this.advance(20);
  }
}

void t.test('100,000 deadlines are each met once', async (t) => {
  const clock = new ManualClock();
  const wheel = new DeadlineWheel(clock, TICK_MS);
  let told = 0;
  let early = 0;
  const startMs = clock.nowMs();
  for (let index = 0; index < 100_000; index += 1) {
    const deadline: Deadline = new Deadline({
      deadlineDue: (nowMs) => {
        told += 1;
        if (nowMs < deadline.atMs || nowMs > deadline.atMs + TICK_MS + 1) early += 1;
      },
    });
    wheel.set(deadline, startMs + ((index * 7919) % 20_000));
  }
  t.equal(wheel.count, 100_000);
  clock.advance(20_020);
  t.equal(told, 100_000);
  t.equal(early, 0);
  t.equal(clock.pendingCount, 0);
});

void t.test('agrees with a list that is searched, whatever is set, cancelled and waited', async () => {
  const operation = fc.oneof(
    fc.record({
      kind: fc.constant('set' as const),
      index: fc.nat(9),
      inMs: fc.integer({ min: -50, max: 25_000 }),
    }),
    fc.record({ kind: fc.constant('cancel' as const), index: fc.nat(9) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 12_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const clock = new ManualClock();
      const wheel = new DeadlineWheel(clock, TICK_MS);
      const model = new Map<number, number>();
      const owners = Array.from({ length: 10 }, (_, index) => {
        const deadline: Deadline = new Deadline({
          deadlineDue: (nowMs) => {
            const atMs = model.get(index);
            if (atMs === undefined) throw new Error('told without being set');
            if (nowMs < atMs) throw new Error(`told ${atMs - nowMs} ms early`);
            model.delete(index);
          },
        });
        return deadline;
      });
      for (const one of operations) {
        if (one.kind === 'wait') clock.advance(one.ms);
        else {
          const deadline = owners[one.index];
          if (deadline === undefined) continue;
          if (one.kind === 'cancel') {
            wheel.cancel(deadline);
            model.delete(one.index);
          } else {
            // One in the past is due a tick after now, not a tick after what it says.
            const atMs = clock.nowMs() + one.inMs;
            wheel.set(deadline, atMs);
            model.set(one.index, Math.max(atMs, clock.nowMs()));
          }
        }
        for (const atMs of model.values()) {
          if (clock.nowMs() > atMs + TICK_MS + 1) throw new Error(`${clock.nowMs() - atMs} ms late`);
        }
        if (wheel.count !== model.size) throw new Error(`${wheel.count} are counted, ${model.size} are set`);
      }
    }),
    { numRuns: 300, interruptAfterTimeLimit: 2000 },
  );
});
