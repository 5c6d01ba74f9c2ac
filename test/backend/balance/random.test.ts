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

t.test('of two draws the server with fewer streams for its weight wins', async (t) => {
  // On the ring of ids 1 and 2 these two numbers meet a and b.
  const group = new Group({ balance: { algorithm: 'random', draws: 1 }, random: numbers() }, [{}, {}]);
  const drawn = [group.choose()?.name, group.choose()?.name];
  const spread = (draws: number): number => {
    const many = new Group(
      { balance: { algorithm: 'random', draws }, random: numbers(7) },
      new Array(20).fill({}),
    );
    many.held(2000);
    const loads = many.servers.map((server) => server.servedCount);
    return Math.max(...loads) - Math.min(...loads);
  };
  t.ok(drawn.every((name) => name === 'a' || name === 'b'));
  t.ok(spread(2) * 4 < spread(1), 'two draws level the load far better than one');
});

t.test('a full winner means no choice now, even if another has room', async (t) => {
  const group = new Group({ balance: { algorithm: 'random', draws: 1 }, random: numbers() }, [
    { maxconn: 1 },
    {},
  ]);
  const names = group.held(40);
  t.match(names, /^b*a[b-]*$/);
  t.match(names, /-/);
});
