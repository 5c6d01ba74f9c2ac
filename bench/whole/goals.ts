/**
 * What is to be reached, and whether a set of figures does: the table of goals of this project, row by row.
 *
 * Not here: the figures.
 */
import type { Figure, Spread } from './figure.ts';
import { PEER_NAMES } from './node-peers.ts';

/** Which number of a figure a goal is about. */
type Measure =
  /** `cost` over HAProxy's. */
  | { readonly kind: 'ratio' }
  /** `cost` over another one's. */
  | { readonly kind: 'against'; readonly label: string }
  /** `cost` over another one's, as growth in percent. */
  | { readonly kind: 'growth'; readonly label: string }
  /** `cost` itself. */
  | { readonly kind: 'cost' };

export interface Goal {
  /** As in the table that people read. */
  readonly work: string;
  /** Of the figure. */
  readonly load: string | RegExp;
  readonly contestant: string;
  readonly measure: Measure;
  /** At most. */
  readonly reach: number;
  readonly aim: number | null;
}

/** A goal beside what was measured. */
export interface Verdict {
  readonly goal: Goal;
  readonly figure: Figure;
  readonly value: Spread;
  readonly verdict: 'aim reached' | 'reached' | 'missed';
}

const RATIO: Measure = { kind: 'ratio' };
const TUNED: Measure = { kind: 'against', label: 'haproxy, 256 KiB buffers' };
const GROWTH: Measure = { kind: 'growth', label: 'sluice' };

function goal(
  work: string,
  load: string | RegExp,
  measure: Measure,
  reach: number,
  aim: number | null,
  contestant = 'sluice',
): Goal {
  return { work, load, contestant, measure, reach, aim };
}

const BULK = ['bulk up, 1 stream', 'bulk down, 1 stream', 'bulk up, 16 streams', 'bulk down, 16 streams'];

export const GOALS: readonly Goal[] = [
  ...BULK.map((load) => goal(`${load}, CPU s per GB`, load, RATIO, 0.7, 0.5)),
  ...BULK.map((load) => goal(`${load}, to HAProxy with 256 KiB buffers`, load, TUNED, 1.1, 0.95)),
  goal('64 keep-alive HTTP clients, CPU s per million requests', /^requests/, RATIO, 1.1, 0.95),
  ...PEER_NAMES.map((label) =>
    goal(`mode http, 64 keep-alive clients, to ${label}`, /^http:/, { kind: 'against', label }, 1, null),
  ),
  goal('redis GET, 50 clients, CPU s per million', /^redis GET/, RATIO, 1.15, 1),
  goal('redis SET, 50 clients, CPU s per million', /^redis SET/, RATIO, 1.15, 1),
  goal('connect, one request, close, CPU µs per connection', /^connections/, RATIO, 1.3, 1),
  goal('added latency at half load, p50', 'added latency at half load, p50', RATIO, 1.2, 1),
  goal('added latency at half load, p99', 'added latency at half load, p99', RATIO, 1.5, 1),
  goal('idle connection, KB', /^idle/, { kind: 'cost' }, 9, 4),
  goal('two threads, growth of CPU per request, %', /^threads: requests/, GROWTH, 15, 5, 'sluice, 2 threads'),
  goal('two threads, growth of CPU per connection, %', /^threads: conn/, GROWTH, 15, 5, 'sluice, 2 threads'),
  goal('JSON log, growth of CPU per connection, %', /^logging/, GROWTH, 10, null, 'sluice, JSON log'),
  goal(
    'option tcplog by UDP, growth of CPU per connection, %',
    /^logging/,
    GROWTH,
    10,
    null,
    'sluice, syslog',
  ),
  goal('10,000 servers, slowest choice, µs', /^choose of 10,000/, { kind: 'cost' }, 2, null),
];

function percent({ median, least, most }: Spread): Spread {
  const growth = (ratio: number): number => (ratio - 1) * 100;
  return { median: growth(median), least: growth(least), most: growth(most) };
}

function valueOf(figure: Figure, { measure }: Goal): Spread | null {
  if (measure.kind === 'ratio') return figure.ratio;
  if (measure.kind === 'cost') return figure.cost;
  const found = figure.against.find(({ to }) => to === measure.label)?.ratio ?? null;
  return found === null || measure.kind === 'against' ? found : percent(found);
}

function verdictOf({ reach, aim }: Goal, { median }: Spread): Verdict['verdict'] {
  if (aim !== null && median <= aim) return 'aim reached';
  return median <= reach ? 'reached' : 'missed';
}

/** Every goal that was measured; of several fitting figures the worst counts. */
export function verdicts(figures: readonly Figure[]): Verdict[] {
  return GOALS.flatMap((one) => {
    const fitting = figures.flatMap((figure): Verdict[] => {
      const { load, contestant } = figure;
      const fits = typeof one.load === 'string' ? one.load === load : one.load.test(load);
      const value = fits && contestant === one.contestant ? valueOf(figure, one) : null;
      return value === null ? [] : [{ goal: one, figure, value, verdict: verdictOf(one, value) }];
    });
    return fitting.toSorted((a, b) => b.value.median - a.value.median).slice(0, 1);
  });
}
