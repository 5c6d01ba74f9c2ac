/**
 * A backend with ten thousand servers, as a program of its own so that it runs on the Node under test: what every algorithm's
 * choice costs with the load reported as a backend does, and what a server's going and coming back costs in a running balancer.
 * Prints `Cost`s as JSON.
 *
 *     node build/bench/whole/ten-thousand.js [seconds per figure, 0.2]
 *
 * Not here: scrapes (`scrape.ts`), each part by itself (`../part/`).
 */
import { createLoadBalancer } from '../../lib/index.ts';
import { ALGORITHMS, BalancerLoad, DEFAULTS } from '../part/choosing.ts';
import { nanosecondsPerCall } from '../part/timing.ts';
import { manyServers } from './many-servers.ts';

/** Microseconds of one call. */
export interface Cost {
  readonly load: string;
  readonly unit: string;
  readonly microseconds: readonly number[];
}

const SIZE = 10_000;
const ROUNDS = 3;
const NS_PER_US = 1000;

function choices(seconds: number): Cost[] {
  return Object.entries(ALGORITHMS).map(([name, overrides]) => {
    const load = new BalancerLoad({ ...DEFAULTS, ...overrides }, SIZE);
    const microseconds = Array.from(
      { length: ROUNDS },
      () => nanosecondsPerCall(() => load.turnOver(), seconds / ROUNDS) / NS_PER_US,
    );
    return { load: `choose of 10,000, ${name}`, unit: 'µs/choice', microseconds };
  });
}

/** One server after the other goes to maintenance and comes back: two flips, with weights, queues and messages. */
async function flips(algorithm: string, seconds: number): Promise<Cost> {
  const balancer = await createLoadBalancer(manyServers('127.0.0.1:0', algorithm, SIZE));
  try {
    let at = 0;
    const microseconds = Array.from({ length: ROUNDS }, () => {
      const perCall = nanosecondsPerCall(() => {
        const name = `s${(at = (at + 7919) % SIZE)}`;
        balancer.setServerState('many', name, 'maint');
        balancer.setServerState('many', name, 'ready');
      }, seconds / ROUNDS);
      return perCall / 2 / NS_PER_US;
    });
    return { load: `flip among 10,000, ${algorithm}`, unit: 'µs/flip', microseconds };
  } finally {
    await balancer.close();
  }
}

const seconds = Number(process.argv[2] ?? 0.2);
const costs = choices(seconds);
for (const algorithm of ['roundrobin', 'leastconn', 'source']) costs.push(await flips(algorithm, seconds));
process.stdout.write(JSON.stringify(costs));
