/** What becomes of the words, times and averages that are counted. */
import t from 'tap';
import { TimeAverages } from '../../lib/account/averages.ts';
import { TargetCounters } from '../../lib/account/counters.ts';
import { Histogram } from '../../lib/account/histogram.ts';
import { Tally } from '../../lib/account/tally.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';

const memory = SharedMemory.alone();

void t.test('a tally tells the words that occurred, and 0 for the others', async (t) => {
  const tally = new Tally(memory, ['a', 'b', 'c']);
  tally.add('c');
  tally.add('a');
  tally.add('c');
  t.same(
    [...tally.entries],
    [
      ['a', 1],
      ['c', 2],
    ],
  );
  t.equal(tally.get('b'), 0);
});

void t.test('a bucket holds what is above the bound before it and up to its own', async (t) => {
  const histogram = new Histogram(memory, [1, 5]);
  for (const seconds of [0, 1, 1.01, 5, 5.01, 100]) histogram.observe(seconds);
  t.same(
    [0, 1, 2].map((bucket) => histogram.countIn(bucket)),
    [2, 2, 2],
  );
  t.equal(histogram.count, 6);
  t.equal(histogram.sumSeconds, 112.02);
});

void t.test('averages are of the last 1024 sessions, each older one counting less', async (t) => {
  const averages = new TimeAverages(memory);
  t.equal(averages.totalMs, 0, 'before any');
  for (let sessions = 0; sessions < 1024; sessions += 1) averages.add(-1, 2, sessions % 2 === 0 ? 0 : 20);
  t.same([averages.queueMs, averages.connectMs, averages.totalMs], [0, 2, 10], 'a plain mean up to then');
  averages.add(1024, 2, 1034);
  t.same([averages.queueMs, averages.connectMs, averages.totalMs], [1, 2, 11]);
  t.same([averages.queueMaxMs, averages.connectMaxMs, averages.totalMaxMs], [1024, 2, 1034]);
});

void t.test('the last session is the latest by the wall clock as it is now', async (t) => {
  const counters = new TargetCounters(memory);
  t.equal(counters.lastSessionWallMs, 0, 'never');
  counters.connected(2000);
  counters.connected(1000);
  t.equal(counters.lastSessionWallMs, 1000, 'the clock was set back');
});
