/** The end of a thread's sessions: waiting, cutting, in one promise. */
import t from 'tap';
import type { Test } from 'tap';
import { Closing } from '../lib/closing.ts';
import { dryBalancer, type DryBalancer } from './help/dry-balancer.ts';
import { turns } from './help/gate.ts';
import { settledDry } from './help/settled.ts';

interface Ending {
  readonly dry: DryBalancer;
  readonly closing: Closing;
  readonly seen: string[];
}

/** Two sessions, one of them waiting for the place of the other, and the beginning of the end. */
async function closing(t: Test, sessionCount: number): Promise<Ending> {
  const dry = await dryBalancer(t, `listen l\n bind :1\n timeout queue 1h\n server a 192.0.2.1:1 maxconn 1`);
  for (let left = sessionCount; left > 0; left -= 1) dry.come();
  dry.dials[0]?.succeed();
  const seen: string[] = [];
  const ending = new Closing(dry.clock, dry.house);
  void ending.outcome.then((cutCount) => seen.push(`over, ${cutCount} cut`));
  return { dry, closing: ending, seen };
}

void t.test('without sessions it is over at once', async (t) => {
  const { closing: ending, seen, dry } = await closing(t, 0);
  ending.within(5000);
  await ending.outcome;
  t.same(seen, ['over, 0 cut']);
  t.equal(dry.clock.pendingCount, 0);
});

void t.test('waits for the last session', async (t) => {
  const { closing: ending, seen, dry } = await closing(t, 2);
  ending.within(5000);
  dry.relays[0]?.finish();
  await turns();
  t.same(seen, []);
  dry.dials[1]?.succeed();
  dry.relays[1]?.finish();
  await ending.outcome;
  t.same(seen, ['over, 0 cut']);
  // The wheel's may still be near.
  dry.clock.advance(100);
  t.equal(dry.clock.pendingCount, 0, 'the timer is gone');
});

void t.test('cuts what is left when the time is over', async (t) => {
  const { closing: ending, seen, dry } = await closing(t, 2);
  ending.within(5000);
  dry.clock.advance(5000);
  await ending.outcome;
  t.same(seen, ['over, 2 cut']);
  t.equal(dry.dials.length, 1, 'nobody is sent to a server only to be cut');
  settledDry(t, dry);
});

void t.test('a later call may shorten the wait, never lengthen it', async (t) => {
  const { closing: ending, seen, dry } = await closing(t, 1);
  ending.within(Number.POSITIVE_INFINITY);
  t.ok(dry.clock.pendingCount <= 1, 'no timer but that of the wheel');
  ending.within(3000);
  ending.within(9000);
  dry.clock.advance(2999);
  await turns();
  t.same(seen, []);
  dry.clock.advance(1);
  await ending.outcome;
  t.same(seen, ['over, 1 cut']);
});

void t.test('0 cuts now', async (t) => {
  const { closing: ending, seen } = await closing(t, 1);
  ending.within(60_000);
  ending.within(0);
  await ending.outcome;
  t.same(seen, ['over, 1 cut']);
});

void t.test('a month is waited for as well', async (t) => {
  const { closing: ending, seen, dry } = await closing(t, 1);
  ending.within(40 * 24 * 3_600_000);
  dry.clock.advance(2_147_483_648);
  await turns();
  t.same(seen, []);
  dry.relays[0]?.finish();
  await ending.outcome;
  t.same(seen, ['over, 0 cut']);
});
