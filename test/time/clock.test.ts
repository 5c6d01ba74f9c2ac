/** The machine's own clock. */
import t from 'tap';
import { systemClock } from '../../lib/time/clock.ts';
import { Gate, turns } from '../help/gate.ts';

void t.test('calls once, after the delay', async (t) => {
  const startMs = systemClock.nowMs();
  const gate = new Gate<number>('the call');
  systemClock.after(20, () => gate.open(systemClock.nowMs()));
  // A timer of the machine may run a fraction of a millisecond early.
  t.ok((await gate.passed()) - startMs >= 19);
});

void t.test('calls again and again until it is cancelled', async (t) => {
  const gate = new Gate('three calls');
  let calls = 0;
  const timer = systemClock.every(2, () => {
    calls += 1;
    if (calls < 3) return;
    timer.cancel();
    gate.open();
  });
  await gate.passed();
  const later = new Gate('a moment');
  systemClock.after(10, () => later.open());
  await later.passed();
  t.equal(calls, 3);
});

void t.test('a cancelled call does not come', async (t) => {
  let called = false;
  const timer = systemClock.after(0, () => {
    called = true;
  });
  timer.cancel();
  timer.cancel();
  await turns();
  t.equal(called, false);
});

void t.test('a delay that fits no timer of Node is not due at once', async (t) => {
  const called: number[] = [];
  const delays = [2 ** 31, 1e15, Number.POSITIVE_INFINITY];
  const timers = delays.map((delayMs) => systemClock.after(delayMs, () => called.push(delayMs)));
  // Node fires what it cannot hold after one millisecond.
  const later = new Gate('a moment');
  systemClock.after(10, () => later.open());
  await later.passed();
  t.same(called, []);
  for (const timer of timers) timer.cancel();
});

void t.test('knows the time of day', async (t) => {
  t.ok(Math.abs(systemClock.wallMs() - Date.now()) < 1000);
});
