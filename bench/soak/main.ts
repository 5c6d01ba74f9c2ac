/**
 * `npm run soak [-- --minutes 30] [--relay public] [--threads N] [--seed S]`: runs the soak, prints a report, and ends with 1 if
 * there is any fault. The seed stands in the report: the same one draws the same sessions.
 *
 * Not here: the soak itself (`soak.ts`).
 */
import { parseArgs } from 'node:util';
import { Started } from '../whole/started.ts';
import { runSoak, type SoakOptions, type SoakReport } from './soak.ts';

const FAULTS_SHOWN = 20;
const MIB = 1024 * 1024;

function readOptions(): SoakOptions {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      threads: { type: 'string', default: '1' },
      relay: { type: 'string' },
      seed: { type: 'string', default: `${Date.now() % 2 ** 31}` },
    },
  });
  const { relay } = values;
  const [minutes, threads, seed] = [values.minutes, values.threads, values.seed].map(Number);
  if (minutes === undefined || !(minutes > 0)) throw new Error(`--minutes ${values.minutes}`);
  if (threads === undefined || !Number.isInteger(threads)) throw new Error(`--threads ${values.threads}`);
  if (seed === undefined || !Number.isInteger(seed)) throw new Error(`--seed ${values.seed}`);
  if (relay !== undefined && relay !== 'public') throw new Error(`--relay takes public, not ${relay}`);
  return { seconds: minutes * 60, threads, relay: relay ?? null, seed };
}

function report({ options, tallies, memory, faults, ...counts }: SoakReport): string {
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
  const { seconds, threads, relay, seed } = options;
  const kinds = [...tallies].map(
    ([kind, { completeCount, resetCount, excusedCount, bytes }]) =>
      `  ${kind.padEnd(12)}${completeCount} complete with equal hashes, ${resetCount} reset as told, ` +
      `${excusedCount} cut by a killed server, ${mib(bytes)} MiB`,
  );
  return [
    `${seconds / 60} minutes, ${threads} threads, relay ${relay ?? 'as it chooses'}, seed ${seed}, node ${process.version}`,
    ...kinds,
    `  sessions ${counts.sessionCount}, lines in the log ${counts.loggedCount}, servers killed ${counts.killCount} times`,
    `  descriptors ${counts.descriptorsBefore} before, ${counts.descriptorsAfter} after`,
    `  memory ${memory.sampleCount} samples: least of the second quarter ${mib(memory.secondQuarterBytes)} MiB, ` +
      `of the last ${mib(memory.lastQuarterBytes)}, most ${mib(memory.mostBytes)}; ` +
      `${(memory.bytesPerMinute / 1024).toFixed(0)} KiB a minute; allowed ${mib(memory.allowedBytes)} MiB more`,
    ...faults.slice(0, FAULTS_SHOWN).map((fault) => `FAULT: ${fault}`),
    `${faults.length} faults`,
  ].join('\n');
}

const owner = new Started();
try {
  const done = await runSoak(owner, readOptions());
  console.log(report(done));
  process.exitCode = done.faults.length === 0 ? 0 : 1;
} finally {
  await owner.end();
}
