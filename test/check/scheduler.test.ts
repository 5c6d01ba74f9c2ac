/** When servers are probed, with a clock turned by hand and probes that answer as told. */
import fc from 'fast-check';
import t from 'tap';
import { probeTimeouts } from '../../lib/check/check.ts';
import { Health } from '../../lib/check/health.ts';
import { CheckScheduler } from '../../lib/check/scheduler.ts';
import type { CheckSchedulerOptions } from '../../lib/check/scheduler.ts';
import { ManualClock } from '../help/clock.ts';
import { StandInProbe, StandInTarget, checkConfig } from './stand-ins.ts';

const noTimeouts = { connectMs: 0, checkMs: 0 };

function schedulerOn(clock: ManualClock, more: Partial<CheckSchedulerOptions> = {}): CheckScheduler {
  return new CheckScheduler({
    clock,
    random: () => 0.5,
    spreadChecksPercent: 0,
    maxSpreadChecksMs: 0,
    ...more,
  });
}

/** First attempts of servers with the given intervals, in milliseconds from `start`. */
function firstAttemptsMs(intersMs: readonly number[], maxSpreadChecksMs = 0): (number | undefined)[] {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock, { maxSpreadChecksMs });
  const probes = intersMs.map((interMs) => {
    const probe = new StandInProbe(clock);
    scheduler.add(new StandInTarget(), checkConfig({ interMs }), noTimeouts, probe);
    return probe;
  });
  scheduler.start();
  clock.advance(100_000);
  scheduler.stop();
  return probes.map(({ startedAtMs }) => startedAtMs[0]);
}

void t.test('first attempts are spread over the shortest interval of a second or more', async (t) => {
  t.same(firstAttemptsMs([2000, 2000, 2000, 2000]), [0, 500, 1000, 1500]);
  // The longer interval of the third is its own measure; the short one of the second is none for the others.
  t.same(firstAttemptsMs([2000, 100, 8000, 2000]), [0, 500, 4000, 1500]);
  t.same(firstAttemptsMs([100, 200]), [0, 100]);
  t.same(firstAttemptsMs([60_000, 60_000], 3000), [0, 1500]);
  t.same(firstAttemptsMs([60_000]), [0]);
});

void t.test('the pause is counted from the end of an attempt', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  probe.tookMs = 300;
  scheduler.add(new StandInTarget(), checkConfig({ interMs: 1000 }), noTimeouts, probe);
  scheduler.start();
  clock.advance(4000);
  t.same(probe.startedAtMs, [0, 1300, 2600, 3900]);
  t.equal(probe.mostRunningCount, 1);
});

void t.test('inter while fully up, downinter while fully down, fastinter in between', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  const target = new StandInTarget();
  const config = checkConfig({ interMs: 1000, fastinterMs: 100, downinterMs: 5000 });
  scheduler.add(target, config, noTimeouts, probe);
  scheduler.start();
  clock.advance(999);
  probe.status = 'L4CON';
  clock.advance(1201);
  t.same(probe.startedAtMs, [0, 1000, 1100, 1200]);
  t.same(
    target.ended.map(({ flip }) => flip),
    [null, null, null, 'down'],
  );
  clock.advance(5000);
  t.equal(target.health.fullyDown, true);
  probe.status = 'L4OK';
  const before = probe.startedAtMs.length;
  clock.advance(6000);
  const rising = probe.startedAtMs.slice(before);
  t.equal((rising[1] ?? 0) - (rising[0] ?? 0), 100, 'fastinter once a success was seen');
  t.equal(target.health.fullyUp, true);
});

void t.test('fastinter and downinter are inter if not given', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  probe.status = 'L4TOUT';
  scheduler.add(new StandInTarget(), checkConfig({ interMs: 1000 }), noTimeouts, probe);
  scheduler.start();
  clock.advance(3000);
  t.same(probe.startedAtMs, [0, 1000, 2000, 3000]);
});

void t.test('a slow check delays no other', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const slow = new StandInProbe(clock);
  slow.tookMs = 50_000;
  const quick = new StandInProbe(clock);
  scheduler.add(new StandInTarget('slow'), checkConfig({ interMs: 1000 }), noTimeouts, slow);
  scheduler.add(new StandInTarget('quick'), checkConfig({ interMs: 1000 }), noTimeouts, quick);
  scheduler.start();
  clock.advance(10_000);
  t.equal(slow.startedAtMs.length, 1);
  t.same(quick.startedAtMs.slice(0, 3), [500, 1500, 2500]);
  t.equal(quick.startedAtMs.length, 10);
});

void t.test('spread-checks makes every pause longer or shorter by its share at most', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 100, max: 10_000 }),
      fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 5, maxLength: 5 }),
      (spreadChecksPercent, interMs, draws) => {
        const clock = new ManualClock();
        let drawn = 0;
        const random = (): number => draws[drawn++ % draws.length] ?? 0;
        const scheduler = schedulerOn(clock, { spreadChecksPercent, random });
        const probe = new StandInProbe(clock);
        scheduler.add(new StandInTarget(), checkConfig({ interMs }), noTimeouts, probe);
        scheduler.start();
        clock.advance(interMs * 5);
        const mostMs = (interMs * spreadChecksPercent) / 100 + 1e-6;
        return probe.startedAtMs.every((atMs, index) => {
          if (index === 0) return true;
          const pauseMs = atMs - (probe.startedAtMs[index - 1] ?? 0);
          return Math.abs(pauseMs - interMs) <= mostMs;
        });
      },
    ),
    { numRuns: 100, interruptAfterTimeLimit: 2000 },
  );
});

void t.test('spread-checks uses both ends of its share', async (t) => {
  for (const [draw, secondMs] of [
    [0, 1100],
    [0.5, 1000],
    [1 - Number.EPSILON, 900],
  ] as const) {
    const clock = new ManualClock();
    const scheduler = schedulerOn(clock, { spreadChecksPercent: 10, random: () => draw });
    const probe = new StandInProbe(clock);
    scheduler.add(new StandInTarget(), checkConfig({ interMs: 1000 }), noTimeouts, probe);
    scheduler.start();
    clock.advance(1200);
    t.equal(Math.round(probe.startedAtMs[1] ?? 0), secondMs);
  }
});

void t.test('a server in maintenance is not probed, and is again after it', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  const target = new StandInTarget();
  target.checkable = false;
  scheduler.add(target, checkConfig({ interMs: 1000 }), noTimeouts, probe);
  scheduler.start();
  clock.advance(5500);
  t.same(probe.startedAtMs, []);
  target.checkable = true;
  clock.advance(500);
  t.same(probe.startedAtMs, [6000]);
});

void t.test('a result that comes in maintenance is thrown away', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  probe.tookMs = 200;
  probe.status = 'L4CON';
  const target = new StandInTarget();
  const check = scheduler.add(target, checkConfig({ interMs: 1000 }), noTimeouts, probe);
  scheduler.start();
  clock.advance(100);
  t.equal(check.running, true);
  target.checkable = false;
  clock.advance(100);
  t.equal(check.running, false);
  t.same(target.ended, []);
  t.equal(target.health.up, true);
  t.equal(check.last, null);
});

void t.test('a server without an address is looked at again later', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  const target = new StandInTarget();
  target.address = null;
  scheduler.add(target, checkConfig({ interMs: 1000 }), noTimeouts, probe);
  scheduler.start();
  clock.advance(1500);
  target.address = { host: '127.0.0.1', port: 1 };
  clock.advance(500);
  t.same(probe.startedAtMs, [2000]);
});

void t.test('a kick brings the next attempt forward to fastinter, never back', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  const target = new StandInTarget();
  const config = checkConfig({ interMs: 10_000, fastinterMs: 500 });
  const check = scheduler.add(target, config, noTimeouts, probe);
  check.kick();
  t.equal(clock.pendingCount, 0, 'nothing before the start');
  scheduler.start();
  clock.advance(1000);
  check.kick();
  clock.advance(400);
  check.kick();
  clock.advance(100);
  t.same(probe.startedAtMs, [0, 1500]);
  clock.advance(9800);
  check.kick();
  clock.advance(200);
  t.same(probe.startedAtMs, [0, 1500, 11_500]);
});

void t.test('stop cancels what runs and leaves no timer; start begins anew', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  probe.tookMs = 100;
  const target = new StandInTarget();
  const check = scheduler.add(target, checkConfig(), noTimeouts, probe);
  scheduler.start();
  scheduler.start();
  clock.advance(50);
  t.equal(check.running, true);
  scheduler.stop();
  t.equal(check.running, false);
  t.equal(probe.cancelledCount, 1);
  t.equal(clock.pendingCount, 0);
  t.same(target.ended, []);
  scheduler.start();
  clock.advance(100);
  t.equal(target.ended.length, 1);
});

void t.test('stopping from within a result sets no timer again', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const target = new StandInTarget();
  target.onEnded = () => scheduler.stop();
  scheduler.add(target, checkConfig(), noTimeouts, new StandInProbe(clock));
  scheduler.start();
  clock.advance(10);
  t.equal(target.ended.length, 1);
  t.equal(clock.pendingCount, 0);
});

void t.test('stopping and starting from within a result keeps one timer', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const target = new StandInTarget();
  target.onEnded = () => {
    if (target.ended.length > 1) return;
    scheduler.stop();
    scheduler.start();
  };
  const probe = new StandInProbe(clock);
  scheduler.add(target, checkConfig({ interMs: 1000 }), noTimeouts, probe);
  scheduler.start();
  clock.advance(500);
  t.equal(clock.pendingCount, 1);
  t.same(probe.startedAtMs, [0, 0]);
});

void t.test('a removed server is left alone', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const gone = new StandInProbe(clock);
  gone.tookMs = 100;
  const check = scheduler.add(new StandInTarget(), checkConfig(), noTimeouts, gone);
  scheduler.start();
  clock.advance(50);
  scheduler.remove(check);
  t.equal(scheduler.checkCount, 0);
  t.equal(clock.pendingCount, 0);
  scheduler.stop();
  scheduler.start();
  clock.advance(10_000);
  t.equal(gone.startedAtMs.length, 1);
});

void t.test('a server added while running begins at a random moment of its interval', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock, { random: () => 0.25 });
  scheduler.start();
  const probe = new StandInProbe(clock);
  scheduler.add(new StandInTarget(), checkConfig({ interMs: 2000 }), noTimeouts, probe);
  clock.advance(500);
  t.same(probe.startedAtMs, [500]);
});

void t.test('the latest result and the count of successes are kept', async (t) => {
  const clock = new ManualClock();
  const scheduler = schedulerOn(clock);
  const probe = new StandInProbe(clock);
  const target = new StandInTarget('s', new Health({ rise: 1, fall: 1, initState: 'none' }));
  const check = scheduler.add(target, checkConfig({ interMs: 1000 }), noTimeouts, probe);
  t.equal(check.last, null);
  scheduler.start();
  clock.advance(500);
  t.equal(check.last?.status, 'L4OK');
  probe.status = 'L4TOUT';
  clock.advance(1000);
  t.equal(check.last?.status, 'L4TOUT');
  t.equal(check.passedCount, 1);
  t.same(
    target.ended.map(({ flip }) => flip),
    [null, 'down'],
  );
});

void t.test('an attempt has one interval, or the limits of timeout check', async (t) => {
  t.same(probeTimeouts(300, { connectMs: 150, checkMs: 0 }), { connectMs: 300, readMs: 0 });
  t.same(probeTimeouts(300, { connectMs: 150, checkMs: 700 }), { connectMs: 150, readMs: 700 });
  t.same(probeTimeouts(300, { connectMs: 5000, checkMs: 700 }), { connectMs: 300, readMs: 700 });
  t.same(probeTimeouts(300, { connectMs: 0, checkMs: 700 }), { connectMs: 300, readMs: 700 });
});
