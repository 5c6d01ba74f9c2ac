/**
 * The soak in its short form: mixed load with killed servers, after which nothing may be left.
 *
 * Not here: the long form (`npm run soak`).
 */
import t from 'tap';
import { runSoak } from '../../bench/soak/soak.ts';

const SECONDS = 15;

await t.test(`${SECONDS} s of mixed load leave nothing behind`, { timeout: 120_000 }, async (t) => {
  const seed = Date.now() % 2 ** 31;
  t.comment(`seed ${seed}`);
  const report = await runSoak(t, { seconds: SECONDS, seed, threads: 1, relay: null });
  t.same(report.faults, []);
  t.equal(report.descriptorsAfter, report.descriptorsBefore);
  t.ok(report.killCount > 0, `servers were killed ${report.killCount} times`);
  for (const [kind, { completeCount, resetCount }] of report.tallies) {
    t.ok(completeCount + resetCount > 0, `${kind}: ${completeCount} complete, ${resetCount} reset`);
  }
});
