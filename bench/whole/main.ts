/**
 * `npm run bench [-- --quick] [-- --out DIR]`: sluice beside the direct path, HAProxy and nginx. Prints a table, writes
 * `<date>.json` and `chart.svg` to the folder (`bench/results` unless said otherwise).
 *
 * `--quick` takes one short round: whether everything runs, not how fast it is.
 * Not here: the steps themselves.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Owner } from '../../test/system/help/process.ts';
import { chart } from './chart.ts';
import { type Contestant, type ContestantName, startContestant, versionOf } from './contestants.ts';
import { LOADS } from './loads.ts';
import { type Figure, measure, measureIdle, type Pace } from './measure.ts';
import { startServers } from './servers.ts';
import { table } from './table.ts';

const NAMES: readonly ContestantName[] = ['direct', 'sluice', 'haproxy', 'nginx'];
const FULL: Pace = { rounds: 5, secondsPerRun: 3, idleRounds: 3 };
const QUICK: Pace = { rounds: 1, secondsPerRun: 1, idleRounds: 1 };

/** Ends what was started, last first. */
class Started implements Owner {
  readonly #callbacks: (() => unknown)[] = [];

  teardown(callback: () => unknown): void {
    this.#callbacks.unshift(callback);
  }

  async end(): Promise<void> {
    for (const callback of this.#callbacks) await callback();
  }
}

/** The machine in one line: figures of another one cannot be compared. */
function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return `${cpus().length} x ${first?.model ?? 'unknown CPU'}, ${memory} GiB, Linux ${release()}, loopback`;
}

async function startAll(
  owner: Owner,
  servers: Awaited<ReturnType<typeof startServers>>,
): Promise<Contestant[]> {
  const started: Contestant[] = [];
  for (const name of NAMES) {
    const contestant = await startContestant(owner, name, servers);
    if (contestant === null) console.log(`not installed, left out: ${name}`);
    else started.push(contestant);
  }
  return started;
}

async function figures(owner: Owner, pace: Pace): Promise<{ figures: Figure[]; versions: string[] }> {
  const servers = await startServers(owner);
  const contestants = await startAll(owner, servers);
  const all: Figure[] = [];
  for (const load of LOADS) {
    if ((await versionOf('which', load.tool)) === null) {
      console.log(`not installed, left out: ${load.tool} (${load.name})`);
      continue;
    }
    console.error(`${load.name} ...`);
    all.push(...(await measure(load, contestants, pace)));
  }
  console.error('idle ...');
  all.push(
    ...(await measureIdle(
      owner,
      contestants.map(({ name }) => name),
      servers,
      pace,
    )),
  );
  const versions = contestants.slice(1).map(({ version }) => version);
  return { figures: all, versions };
}

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string', default: 'bench/results' } },
});
const pace = values.quick ? QUICK : FULL;
const date = new Date().toISOString().slice(0, 10);
const owner = new Started();
try {
  const result = await figures(owner, pace);
  const rounds = pace.rounds === 1 ? 'one round' : `${pace.rounds} rounds`;
  const notes = [
    "CPU time of the balancer's process per unit of work, user and kernel; idle: its memory per connection",
    `${machine()}; ${date}; ${rounds} of ${pace.secondsPerRun} s, one thread each, as shipped`,
    ...result.versions,
  ];
  console.log(`${table(result.figures)}\n\n${notes.join('\n')}`);
  mkdirSync(values.out, { recursive: true });
  const record = { date, machine: machine(), versions: result.versions, pace, figures: result.figures };
  writeFileSync(join(values.out, `${date}.json`), `${JSON.stringify(record, null, 2)}\n`);
  writeFileSync(join(values.out, 'chart.svg'), chart(result.figures, notes));
} finally {
  await owner.end();
}
