/** Clients at the door: who waits, who comes in when, who is sent away. */
import t from 'tap';
import { dryBalancer, type DryBalancer, type DryClient } from '../help/dry-balancer.ts';
import { settledDry } from '../help/settled.ts';

/** Which of these clients are in, as 1 and 0. */
function inside(dry: DryBalancer, clients: readonly DryClient[]): string {
  return clients
    .map(({ connection }) => dry.dials.some((dial) => dial.port === connection.remote.port))
    .map((isIn) => (isIn ? 1 : 0))
    .join('');
}

/** Lets the oldest session end. */
function endOne(dry: DryBalancer): void {
  const dial = dry.dials.find(({ state }) => state === 'open');
  dial?.succeed();
  dry.relays.at(-1)?.finish();
}

function come(dry: DryBalancer, count: number, frontend?: string, listener = 0): DryClient[] {
  return Array.from({ length: count }, () => dry.come(frontend, listener));
}

const LIMITED = `frontend f
  bind :1 maxconn 2
  bind :2
  maxconn 3
  default_backend b
frontend g
  bind :3
  default_backend b
backend b
  server a 192.0.2.1`;

void t.test('maxconn of a bind line: the next wait at the door, first come first served', async (t) => {
  const dry = await dryBalancer(t, LIMITED);
  const clients = come(dry, 4);
  t.equal(inside(dry, clients), '1100');
  t.same([dry.house.streamCount, dry.house.parkedLimit.now], [2, 2], 'those who wait are no sessions');
  t.equal(clients[2]?.connection.state, 'held');
  endOne(dry);
  t.equal(inside(dry, clients), '1110');
  endOne(dry);
  t.equal(inside(dry, clients), '1111');
  const { counters } = dry.frontend('f').listeners[0] ?? {};
  t.same(
    [counters?.connectionsTotal, counters?.sessionsTotal, counters?.paused.get('bind-maxconn')],
    [4, 4, 2],
  );
  endOne(dry);
  endOne(dry);
  settledDry(t, dry);
});

void t.test('maxconn of a frontend holds for all its doors, and they take turns', async (t) => {
  const dry = await dryBalancer(t, LIMITED);
  const one = come(dry, 4, 'f', 1);
  const other = come(dry, 2, 'f', 0);
  t.equal(inside(dry, one) + inside(dry, other), '111000');
  endOne(dry);
  t.equal(inside(dry, one) + inside(dry, other), '111100');
  endOne(dry);
  t.equal(inside(dry, one) + inside(dry, other), '111110');
  t.equal(inside(dry, come(dry, 1, 'g')), '1', 'another frontend is not concerned');
});

void t.test('a door with many clients does not starve another under the process-wide limit', async (t) => {
  const dry = await dryBalancer(t, LIMITED, { maxconn: 1 });
  const busy = come(dry, 6, 'f', 1);
  const quiet = come(dry, 2, 'g');
  for (let left = 4; left > 0; left -= 1) endOne(dry);
  t.equal(inside(dry, quiet), '11');
  t.equal(inside(dry, busy), '111000');
});

void t.test('a client that is let in and refused at once makes room for the next', async (t) => {
  const dry = await dryBalancer(t, LIMITED.replace('192.0.2.1', '192.0.2.1 maxconn 1'));
  const clients = come(dry, 30);
  dry.built.states.setAdmin(dry.server('a', 'b'), 'maint');
  t.equal(clients.filter((client) => client.record()?.ending.reason === 'no-server').length, 29);
  endOne(dry);
  settledDry(t, dry);
});

void t.test('rates of sessions make clients wait, and a timer lets them in', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  rate-limit sessions 3
  server a 192.0.2.1`,
  );
  const clients = come(dry, 7);
  const seen = [inside(dry, clients)];
  for (const ms of [990, 20, 330, 340, 330]) {
    dry.clock.advance(ms);
    seen.push(inside(dry, clients));
  }
  t.same(seen, ['1110000', '1110000', '1111000', '1111100', '1111110', '1111111']);
});

void t.test('maxconnrate of the process counts all frontends together', async (t) => {
  const dry = await dryBalancer(t, `global\n  maxconnrate 2\n${LIMITED}`);
  const clients = [...come(dry, 1, 'f'), ...come(dry, 2, 'g')];
  t.equal(inside(dry, clients), '110');
  dry.clock.advance(1010);
  t.equal(inside(dry, clients), '111');
});

void t.test('more than the backlog are reset and counted', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1 maxconn 1 backlog 2\n server a 192.0.2.1`);
  const clients = come(dry, 5);
  t.same(
    clients.map(({ connection }) => connection.state),
    ['held', 'held', 'held', 'reset', 'reset'],
  );
  t.equal(dry.frontend().listeners[0]?.counters.refused.get('backlog-full'), 2);
  while (dry.house.streamCount > 0) endOne(dry);
  t.equal(dry.records.length, 3);
  settledDry(t, dry);
});

void t.test('no more wait at all doors together than there is room for', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n bind :2\n server a 192.0.2.1`, {
    maxconn: 2,
    parkedMax: 3,
  });
  const clients = [...come(dry, 4), ...come(dry, 4, 'l', 1)];
  t.same(
    clients.map(({ connection }) => connection.state),
    ['held', 'held', 'held', 'held', 'held', 'reset', 'reset', 'reset'],
  );
});

void t.test('a door that closes sends those who wait away', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1 maxconn 1\n server a 192.0.2.1`);
  const clients = come(dry, 3);
  await dry.frontend().listeners[0]?.close();
  t.same(
    clients.map(({ connection }) => connection.state),
    ['held', 'reset', 'reset'],
  );
  const late = dry.come();
  t.equal(late.connection.state, 'reset');
  t.equal(dry.frontend().listeners[0]?.counters.refused.get('shutting-down'), 3);
  endOne(dry);
  settledDry(t, dry);
});
