/**
 * `npm run bench`: sluice beside the direct path, HAProxy and nginx. Prints every figure and every goal, and writes
 * `<date>-node<major>.json`, `chart.svg` and `table.md`. `--help` says what else there is.
 *
 * Not here: the options (`options.ts`), the rows (`rows.ts`).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { chart } from './chart.ts';
import { type Site, versionOf, versionOfBalancer } from './contestants.ts';
import type { Figure } from './figure.ts';
import { verdicts } from './goals.ts';
import type { Pace } from './measure.ts';
import { helpText, type Options, readOptions } from './options.ts';
import { ROWS } from './rows.ts';
import { startServers } from './servers.ts';
import { Started } from './started.ts';
import { goalTable, markdown, table } from './table.ts';

const FULL: Pace = {
  rounds: 5,
  secondsPerRun: 3,
  secondsPerBulkRun: 2,
  secondsToWarmUp: 3,
  idleRounds: 3,
  secondsPerPart: 0.3,
};
const QUICK: Pace = {
  rounds: 1,
  secondsPerRun: 1,
  secondsPerBulkRun: 1,
  secondsToWarmUp: 0,
  idleRounds: 1,
  secondsPerPart: 0.05,
};

/** Everything that was found out. */
interface Report {
  readonly date: string;
  /** Figures of another one cannot be compared. */
  readonly machine: string;
  readonly versions: readonly string[];
  readonly pace: Pace;
  readonly figures: readonly Figure[];
  /** What could not take part, and what the reader should know. */
  readonly remarks: readonly string[];
}

function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} x ${first?.model ?? 'unknown CPU'}, ${memory} GiB, Linux ${release()}, loopback`;
}

/** Takes down a remark once, and says it at once. */
function remarking(remarks: string[]): (remark: string) => void {
  return (remark) => {
    if (remarks.includes(remark)) return;
    remarks.push(remark);
    console.log(remark);
  };
}

async function measureAll({ quick, only, relay, nodePath }: Options): Promise<Report> {
  const remarks: string[] = [];
  const pace = quick ? QUICK : FULL;
  const owner = new Started();
  try {
    const remark = remarking(remarks);
    const site: Site = { servers: await startServers(owner), nodePath, remark };
    const versions: string[] = [];
    for (const name of ['sluice', 'haproxy', 'nginx'] as const) {
      const version = await versionOfBalancer(name, nodePath);
      if (version !== null) versions.push(version);
    }
    const figures: Figure[] = [];
    for (const row of ROWS) {
      if (only.length > 0 && !only.includes(row.name)) continue;
      figures.push(...(await row.run({ site, pace, relay, tell: remark })));
    }
    const date = new Date().toISOString().slice(0, 10);
    return { date, machine: machine(), versions, pace, figures, remarks };
  } finally {
    await owner.end();
  }
}

/** What stands below every table. */
function notesOf({ date, machine: where, versions, pace }: Report): string[] {
  const rounds = pace.rounds === 1 ? 'one round' : `medians of ${pace.rounds} rounds`;
  return [
    "CPU time of the balancer's process per unit of work, user and kernel; idle: its memory per connection",
    `${where}; ${date}; ${rounds} of ${pace.secondsPerBulkRun} to ${pace.secondsPerRun} s, one thread each, as shipped`,
    ...versions,
  ];
}

async function write(out: string, report: Report, options: Options): Promise<void> {
  const major = /v(\d+)/.exec((await versionOf(options.nodePath, '--version')) ?? '')?.[1] ?? '';
  const notes = notesOf(report);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${report.date}-node${major}.json`), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(out, 'chart.svg'), chart(report.figures, notes));
  writeFileSync(join(out, 'table.md'), markdown(report.figures, verdicts(report.figures), notes));
}

async function main(options: Options): Promise<void> {
  const report = await measureAll(options);
  const notes = notesOf(report);
  const reached = verdicts(report.figures);
  console.log(`\n${table(report.figures)}\n\n${goalTable(reached)}\n\n${notes.join('\n')}`);
  if (options.markdown) console.log(`\n${markdown(report.figures, reached, notes)}`);
  if (options.out !== null) await write(options.out, report, options);
}

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${helpText()}`);
  process.exit(1);
}
if (options.help) console.log(helpText());
else await main(options);
