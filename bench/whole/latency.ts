/**
 * Time that a balancer adds to a request at half of the saturating rate: requests at a constant rate through each in turn
 * and directly, and the difference of the percentiles within a round.
 *
 * The saturating rate is that of the slower of sluice and HAProxy under 64 keep-alive clients, so both have the same to do
 * and neither is near its end. Figures of the direct path show the noise of machine and generator.
 *
 * Not here: how the rate is kept (`rate.ts`).
 */
import { fileURLToPath } from 'node:url';
import { run } from '../../test/system/help/process.ts';
import type { Contestant } from './contestants.ts';
import { type Figure, figuresOf, type Series } from './figure.ts';
import { REQUESTS } from './loads.ts';
import type { Pace } from './measure.ts';
import type { RateReport, RateTask } from './rate.ts';

const RATE = fileURLToPath(new URL('rate.js', import.meta.url));
const CONNECTIONS = 64;
/** Later than this at p99, the generator did not keep its rate, and percentiles say little. */
const LATE_MS = 2;
/** At most, for one figure: something else may have been busy at that moment. */
const ATTEMPTS = 2;

async function attempt(contestant: Contestant, perSecond: number, seconds: number): Promise<RateReport> {
  const { host, ports } = contestant;
  const task: RateTask = { host, port: ports.http, perSecond, seconds, connections: CONNECTIONS };
  const { stdout } = await run(process.execPath, [RATE, JSON.stringify(task)]);
  return JSON.parse(stdout) as RateReport;
}

/** One in which the generator kept its rate; where none did, the one in which it was least late. */
async function report(contestant: Contestant, perSecond: number, seconds: number): Promise<RateReport> {
  let best = await attempt(contestant, perSecond, seconds);
  for (let again = 1; again < ATTEMPTS && best.lateP99Ms > LATE_MS; again += 1) {
    const next = await attempt(contestant, perSecond, seconds);
    if (next.lateP99Ms < best.lateP99Ms) best = next;
  }
  return best;
}

/** Requests a second at which each of the two would be half busy. */
async function halfOfSaturation(contestants: readonly Contestant[], seconds: number): Promise<number> {
  const rates: number[] = [];
  for (const contestant of contestants) {
    if (contestant.label !== 'sluice' && contestant.label !== 'haproxy') continue;
    const saturated = await REQUESTS.run(contestant, seconds);
    rates.push(saturated.work / saturated.seconds);
  }
  return Math.round(Math.min(...rates) / 2);
}

/** `tell` hears of what the reader of the figures should know. */
export async function measureLatency(
  contestants: readonly Contestant[],
  pace: Pace,
  tell: (note: string) => void,
): Promise<Figure[]> {
  const perSecond = await halfOfSaturation(contestants, pace.secondsPerRun);
  const series = (): Series[] =>
    contestants.map(({ label }) => ({ contestant: label, peer: 'haproxy', against: [], samples: [] }));
  const [p50, p99] = [series(), series()];
  for (let round = 0; round < pace.rounds; round += 1) {
    const reports: RateReport[] = [];
    for (const contestant of contestants) {
      const one = await report(contestant, perSecond, pace.secondsPerRun);
      if (one.lateP99Ms > LATE_MS) tell(lateness(contestant, round, one));
      reports.push(one);
    }
    const direct = contestants.findIndex(({ balancer }) => balancer === 'direct');
    note(p50, reports, reports[direct], perSecond, ({ p50Ms }) => p50Ms);
    note(p99, reports, reports[direct], perSecond, ({ p99Ms }) => p99Ms);
  }
  const units = { rateUnit: 'requests/s', costUnit: 'ms added' };
  return [
    ...figuresOf({ ...units, load: 'added latency at half load, p50' }, p50),
    ...figuresOf({ ...units, load: 'added latency at half load, p99' }, p99),
  ];
}

/** Adds one round's samples: what each took more than the direct path. */
function note(
  all: readonly Series[],
  reports: readonly RateReport[],
  direct: RateReport | undefined,
  rate: number,
  of: (report: RateReport) => number,
): void {
  all.forEach(({ samples }, index) => {
    const mine = reports[index];
    if (mine === undefined) return;
    const cost = direct === undefined || mine === direct ? null : of(mine) - of(direct);
    samples.push({ cost, rate, p50Ms: mine.p50Ms, p99Ms: mine.p99Ms });
  });
}

function lateness({ label }: Contestant, round: number, { lateP99Ms }: RateReport): string {
  return `latency, round ${round + 1}, ${label}: requests went out ${lateP99Ms.toFixed(1)} ms late at p99`;
}
