/**
 * Runs the loads through all contestants in turn (A B C A B C ...) and makes figures of the runs: medians, and ratios to
 * HAProxy taken within one round, because the machine is noisy and only neighbours in time can be compared.
 *
 * Not here: how it is shown (`table.ts`, `chart.ts`).
 */
import { fileURLToPath } from 'node:url';
import type { Owner } from '../../test/system/help/process.ts';
import { type Contestant, type ContestantName, startContestant } from './contestants.ts';
import { cpuSeconds, HELD_COUNT, idleBytesPerConnection, type Load, type Run } from './loads.ts';
import type { ServicePorts } from './servers.ts';

export interface Pace {
  readonly rounds: number;
  readonly secondsPerRun: number;
  /** Fresh processes per contestant for the memory of idle connections. */
  readonly idleRounds: number;
}

/** Middle value and extremes of the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** One contestant under one load. */
export interface Figure {
  readonly load: string;
  readonly contestant: ContestantName;
  readonly rateUnit: string;
  readonly rate: Spread | null;
  readonly costUnit: string;
  /** CPU time (or memory) of the balancer per unit of work; null for the direct path. */
  readonly cost: Spread | null;
  /** `cost` over HAProxy's of the same round. */
  readonly ratio: Spread | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** Null when there is nothing to spread. */
export function spread(values: readonly (number | null)[]): Spread | null {
  const sorted = values
    .flatMap((value) => (value === null || !Number.isFinite(value) ? [] : [value]))
    .toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined || least === undefined || most === undefined) return null;
  return { median: (low + high) / 2, least, most };
}

interface Sample extends Run {
  readonly cost: number | null;
}

async function sample(load: Load, contestant: Contestant, seconds: number): Promise<Sample> {
  const { pid } = contestant;
  const before = pid === null ? 0 : cpuSeconds(pid);
  const run = await load.run(contestant, seconds);
  const cost = pid === null ? null : ((cpuSeconds(pid) - before) / run.work) * load.cost.scale;
  return { ...run, cost };
}

/** Ratios round by round. */
function ratios(ours: readonly Sample[], reference: readonly Sample[] | undefined): (number | null)[] {
  return ours.map(({ cost }, round) => {
    const other = reference?.[round]?.cost ?? null;
    return cost === null || other === null ? null : cost / other;
  });
}

/** One load through everybody, round after round. */
export async function measure(load: Load, contestants: readonly Contestant[], pace: Pace): Promise<Figure[]> {
  const samples = new Map<ContestantName, Sample[]>();
  // The first run lets compilers and caches settle, and counts for nothing.
  for (const contestant of contestants) await load.run(contestant, 1);
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const contestant of contestants) {
      const list = samples.get(contestant.name) ?? [];
      samples.set(contestant.name, list);
      list.push(await sample(load, contestant, pace.secondsPerRun));
    }
  }
  return [...samples].map(([name, list]) => ({
    load: load.name,
    contestant: name,
    rateUnit: load.rate.unit,
    rate: spread(list.map(({ work, seconds }) => work / seconds / load.rate.per)),
    costUnit: load.cost.unit,
    cost: spread(list.map(({ cost }) => cost)),
    ratio: spread(ratios(list, samples.get('haproxy'))),
    p50Ms: spread(list.map(({ p50Ms }) => p50Ms))?.median ?? null,
    p99Ms: spread(list.map(({ p99Ms }) => p99Ms))?.median ?? null,
  }));
}

const HOLD = fileURLToPath(new URL('hold.js', import.meta.url));

/** Memory of idle connections, each time in a fresh process. */
export async function measureIdle(
  owner: Owner,
  names: readonly ContestantName[],
  servers: ServicePorts,
  pace: Pace,
): Promise<Figure[]> {
  const bytes = new Map<ContestantName, number[]>();
  for (let round = 0; round < pace.idleRounds; round += 1) {
    for (const name of names) {
      const contestant = await startContestant(owner, name, servers);
      if (contestant === null || contestant.pid === null) continue;
      const list = bytes.get(name) ?? [];
      bytes.set(name, list);
      list.push(await idleBytesPerConnection(owner, contestant, HOLD));
      process.kill(contestant.pid, 'SIGKILL');
    }
  }
  return [...bytes].map(([contestant, list]) => ({
    load: `idle, ${HELD_COUNT} connections held`,
    contestant,
    rateUnit: '',
    rate: null,
    costUnit: 'KB/connection',
    cost: spread(list.map((value) => value / 1024)),
    ratio: spread(list.map((value, round) => value / (bytes.get('haproxy')?.[round] ?? Number.NaN))),
    p50Ms: null,
    p99Ms: null,
  }));
}
