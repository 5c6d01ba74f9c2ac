/** Failures that traffic runs into. */
import t from 'tap';
import type { Check } from '../../lib/check/check.ts';
import { Health } from '../../lib/check/health.ts';
import type { OnError } from '../../lib/check/observe.ts';
import { PassiveHealth } from '../../lib/check/observe.ts';
import { CheckScheduler } from '../../lib/check/scheduler.ts';
import { ManualClock } from '../help/clock.ts';
import { StandInProbe, StandInTarget, checkConfig } from './stand-ins.ts';

interface Scene {
  readonly clock: ManualClock;
  readonly target: StandInTarget;
  readonly probe: StandInProbe;
  readonly check: Check;
  readonly passive: PassiveHealth;
  readonly fail: (times: number) => void;
}

/** A server that one check has found fully up; the next comes in a minute. */
function scene(onError: OnError, errorLimit = 3): Scene {
  const clock = new ManualClock();
  const target = new StandInTarget('s', new Health({ rise: 2, fall: 3, initState: 'none' }));
  const probe = new StandInProbe(clock);
  const scheduler = new CheckScheduler({
    clock,
    random: () => 0.5,
    spreadChecksPercent: 0,
    maxSpreadChecksMs: 0,
  });
  const config = checkConfig({ interMs: 60_000, fastinterMs: 1000 });
  const check = scheduler.add(target, config, { connectMs: 0, checkMs: 0 }, probe);
  scheduler.start();
  clock.advance(10);
  target.ended.length = 0;
  const passive = new PassiveHealth(check, { errorLimit, onError });
  const fail = (times: number): void => {
    for (let i = 0; i < times; i += 1) passive.connectFailed();
  };
  return { clock, target, probe, check, passive, fail };
}

void t.test('the limit of consecutive errors counts as a failed check', async (t) => {
  const { target, check, passive, fail } = scene('fail-check');
  fail(2);
  t.same(target.ended, []);
  fail(1);
  t.equal(passive.faultCount, 1);
  const info = 'Detected 3 consecutive errors, last one was: L4 unsuccessful connection';
  const result = { passed: false, status: 'HANA', durationMs: null, info, code: null };
  t.same(target.ended, [{ result, flip: null }]);
  t.same(check.last, result);
  t.same(target.health.ratio, { count: 2, of: 3 });
  fail(6);
  t.equal(passive.faultCount, 3);
  t.equal(target.ended.at(-1)?.flip, 'down');
});

void t.test('sudden-death leaves one failure to go', async (t) => {
  const { target, fail } = scene('sudden-death');
  fail(3);
  t.same(target.health.ratio, { count: 1, of: 3 });
  t.equal(target.ended.at(-1)?.flip, null);
  fail(3);
  t.equal(target.ended.at(-1)?.flip, 'down');
});

void t.test('mark-down brings the server down at once', async (t) => {
  const { target, fail } = scene('mark-down');
  fail(3);
  t.equal(target.ended.at(-1)?.flip, 'down');
  t.equal(target.health.fullyDown, true);
});

void t.test('fastinter changes nothing but the time of the next check', async (t) => {
  const { clock, target, probe, passive, fail } = scene('fastinter');
  fail(3);
  t.equal(passive.faultCount, 1);
  t.same(target.ended, []);
  t.equal(target.health.fullyUp, true);
  clock.advance(1000);
  t.equal(probe.startedAtMs.length, 2);
});

void t.test('every action brings the next check forward to fastinter', async (t) => {
  for (const onError of ['fail-check', 'sudden-death', 'mark-down'] as const) {
    const { clock, probe, fail } = scene(onError);
    fail(2);
    clock.advance(1000);
    t.equal(probe.startedAtMs.length, 1, onError);
    fail(1);
    clock.advance(1000);
    t.equal(probe.startedAtMs.length, 2, onError);
  }
});

void t.test('a connection that succeeds sets the count back', async (t) => {
  const { target, passive, fail } = scene('mark-down');
  fail(2);
  passive.connectPassed();
  fail(2);
  t.same(target.ended, []);
  fail(1);
  t.equal(target.ended.length, 1);
});

void t.test('a check that succeeds sets the count back', async (t) => {
  const { clock, target, fail } = scene('mark-down');
  fail(2);
  clock.advance(60_000);
  target.ended.length = 0;
  fail(2);
  t.same(target.ended, []);
  fail(1);
  t.equal(target.ended.length, 1);
});

void t.test('errors of sessions that outlive the start of maintenance do not count', async (t) => {
  const { target, passive, fail } = scene('mark-down');
  target.checkable = false;
  fail(10);
  t.equal(passive.faultCount, 0);
  t.same(target.ended, []);
});
