/**
 * Runs a load through all contestants in turn (A B C A B C ...) and takes CPU time per unit of work.
 *
 * Not here: what is made of the samples (`figure.ts`), who takes part (`rows.ts`).
 */
import { type Contestant, versionOf, type Site } from './contestants.ts';
import { type Figure, figuresOf, type Sample, type Series } from './figure.ts';
import type { Load } from './loads.ts';
import { cpuSeconds } from './process-cost.ts';

/** How long the bench takes its time. */
export interface Pace {
  readonly rounds: number;
  /** Whole seconds of one run of a load with small messages. */
  readonly secondsPerRun: number;
  /** The same where bytes are plenty. */
  readonly secondsPerBulkRun: number;
  /** A run that counts for nothing comes first, so that compilers and caches settle; 0: none does. */
  readonly secondsToWarmUp: number;
  /** Fresh processes per contestant for the memory of idle connections. */
  readonly idleRounds: number;
  /** For each figure that is taken within one process. */
  readonly secondsPerPart: number;
}

/** Whom a contestant is compared with: HAProxy with the same setting, and further ones, by label. */
export interface Opponents {
  readonly peer: string;
  readonly against: readonly string[];
}

async function sample(load: Load, contestant: Contestant, seconds: number): Promise<Sample> {
  const { pid } = contestant;
  const before = pid === null ? 0 : cpuSeconds(pid);
  const { work, seconds: took, p50Ms, p99Ms } = await load.run(contestant, seconds);
  const cost = pid === null ? null : ((cpuSeconds(pid) - before) / work) * load.cost.scale;
  return { cost, rate: work / took / load.rate.per, p50Ms, p99Ms };
}

/** True if the load's tool is there; names it if not. */
export async function runnable(site: Site, load: Load): Promise<boolean> {
  if ((await versionOf('which', load.tool)) !== null) return true;
  site.remark(`not installed, left out: ${load.tool} (${load.name})`);
  return false;
}

/**
 * One load through everybody, round after round. The direct path takes part in the first round only: it has no cost, and
 * says how fast the rest of the machine is.
 */
export async function measure(
  load: Load,
  contestants: readonly Contestant[],
  opponents: (contestant: Contestant) => Opponents,
  pace: Pace,
  seconds: number,
): Promise<Figure[]> {
  const all: { contestant: Contestant; series: Series }[] = contestants.map((contestant) => ({
    contestant,
    series: { contestant: contestant.label, ...opponents(contestant), samples: [] },
  }));
  if (pace.secondsToWarmUp > 0) {
    for (const contestant of contestants) {
      if (contestant.pid !== null) await load.run(contestant, pace.secondsToWarmUp);
    }
  }
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const { contestant, series } of all) {
      if (round > 0 && contestant.pid === null) continue;
      series.samples.push(await sample(load, contestant, seconds));
    }
  }
  const units = { load: load.name, rateUnit: load.rate.unit, costUnit: load.cost.unit };
  return figuresOf(
    units,
    all.map(({ series }) => series),
  );
}
