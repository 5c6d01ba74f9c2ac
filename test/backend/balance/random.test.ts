/** Draws on the consistent ring, reference 4.5. */
import t from 'tap';
import { balancerCases } from './balancer.cases.ts';
import { Group } from './group.ts';

/** Numbers of a small generator, always the same ones (Park and Miller's minimal standard). */
function numbers(seed = 1): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

// The winner of the draws may be full while another server has room; HAProxy then lets the stream wait.
const TRAITS = { skipsFull: false, shareTolerance: 0.4 };

balancerCases(
  t,
  'random(1)',
  () => ({ balance: { algorithm: 'random', draws: 1 }, random: numbers() }),
  TRAITS,
);
balancerCases(
  t,
  'random(2)',
  () => ({ balance: { algorithm: 'random', draws: 2 }, random: numbers() }),
  TRAITS,
);
balancerCases(
  t,
  'random(2) with a balance factor',
  () => ({ balance: { algorithm: 'random', draws: 2 }, random: numbers(), hashBalanceFactor: 200 }),
  TRAITS,
);

void t.test('two draws level the load far better than one', async (t) => {
  const spread = (draws: number): number => {
    const options = { balance: { algorithm: 'random', draws }, random: numbers(7) } as const;
    const group = new Group(
      options,
      Array.from({ length: 20 }, () => ({})),
    );
    group.held(2000);
    const loads = group.servers.map((server) => server.servedCount);
    return Math.max(...loads) - Math.min(...loads);
  };
  t.ok(spread(2) * 4 < spread(1), `spread ${spread(2)} with two draws, ${spread(1)} with one`);
});

void t.test('a full winner means no choice now, even if another has room', async (t) => {
  const group = new Group({ balance: { algorithm: 'random', draws: 1 }, random: numbers() }, [
    { maxconn: 1 },
    {},
  ]);
  const names = group.held(40);
  t.match(names, /^b*a[b-]*$/);
  t.match(names, /-/);
});
