/**
 * Figures: what one balancer did under one load, as medians with their spread, and as ratios to others taken within one
 * round, because the machine is noisy and only neighbours in time can be compared.
 *
 * Not here: how samples are taken (`measure.ts`), what is to be reached (`goals.ts`), how it is shown (`table.ts`).
 */

/** Middle value and extremes of the rounds. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** `cost` over that of another contestant in the same round. */
export interface Comparison {
  /** The other one's label. */
  readonly to: string;
  readonly ratio: Spread;
}

/** One contestant under one load. */
export interface Figure {
  readonly load: string;
  /** A label: `sluice`, `haproxy, 256 KiB buffers`. */
  readonly contestant: string;
  readonly rateUnit: string;
  readonly rate: Spread | null;
  readonly costUnit: string;
  /** CPU time, memory or added time per unit of work; null for the direct path. */
  readonly cost: Spread | null;
  /** `cost` over HAProxy's with the same setting, in the same round. */
  readonly ratio: Spread | null;
  /** The same to others, such as the same balancer on one thread. */
  readonly against: readonly Comparison[];
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** What one round gave one contestant. */
export interface Sample {
  /** Null for the direct path. */
  readonly cost: number | null;
  /** Units of work a second; null where time is no part of it. */
  readonly rate: number | null;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
}

/** The samples of one contestant, round by round, and whom it is compared with. */
export interface Series {
  readonly contestant: string;
  /** Label of HAProxy with the same setting. */
  readonly peer: string;
  /** Labels of further ones. */
  readonly against: readonly string[];
  readonly samples: Sample[];
}

/** What a load's figures have in common. */
export interface Units {
  readonly load: string;
  readonly rateUnit: string;
  readonly costUnit: string;
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

/**
 * Ratios round by round; a round in which the other one's cost was not above 0 gives none. Noise can make our own appear
 * below 0, where it is a difference: that counts as 0.
 */
function ratios(ours: readonly Sample[], other: Series | undefined): Spread | null {
  return spread(
    ours.map(({ cost }, round) => {
      const reference = other?.samples[round]?.cost ?? null;
      return cost === null || reference === null || reference <= 0 ? null : Math.max(0, cost) / reference;
    }),
  );
}

/** The figures of one load, in the order of the contestants. */
export function figuresOf(units: Units, all: readonly Series[]): Figure[] {
  const find = (label: string): Series | undefined => all.find(({ contestant }) => contestant === label);
  return all.map(({ contestant, peer, against, samples }) => ({
    ...units,
    contestant,
    rate: spread(samples.map(({ rate }) => rate)),
    cost: spread(samples.map(({ cost }) => cost)),
    ratio: ratios(samples, find(peer)),
    against: against.flatMap((to) => {
      const ratio = ratios(samples, find(to));
      return ratio === null ? [] : [{ to, ratio }];
    }),
    p50Ms: spread(samples.map(({ p50Ms }) => p50Ms))?.median ?? null,
    p99Ms: spread(samples.map(({ p99Ms }) => p99Ms))?.median ?? null,
  }));
}
