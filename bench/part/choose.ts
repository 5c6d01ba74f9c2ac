/**
 * What a choice costs: every algorithm over 3, 100 and 10,000 servers, with the load reported at each taking and giving as a
 * backend would. Beside it a flip (a server down and up again, with the choice after each), and a choice when
 * every server but one is full.
 *
 *     node build/bench/part/choose.js [seconds per figure, 0.1]
 *
 * Not here: the balancers' load (`choosing.ts`), a real backend of that size (`many-servers.ts`).
 */
import { ALGORITHMS, BalancerLoad, DEFAULTS } from './choosing.ts';
import { figure, nanosecondsPerCall, say } from './timing.ts';

const SIZES = [3, 100, 10_000];
const seconds = Number(process.argv[2] ?? 0.1);

for (const [name, overrides] of Object.entries(ALGORITHMS)) {
  for (const size of SIZES) {
    const options = { ...DEFAULTS, ...overrides };
    const load = new BalancerLoad(options, size);
    const crowded = new BalancerLoad(options, size);
    crowded.fill();
    const works = {
      choose: () => void load.choose(),
      'with load': () => load.turnOver(),
      'one free': () => void crowded.choose(),
      'down and up': () => load.flip(),
    };
    const figures = Object.entries(works).map(([what, work]) =>
      figure(nanosecondsPerCall(work, seconds), `ns ${what}`),
    );
    say(`${name}, ${size} servers`, ...figures);
  }
}
