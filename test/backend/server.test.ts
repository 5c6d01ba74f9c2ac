/** One server: its states, its limit, its slots. */
import t from 'tap';
import type { AdminState } from '../../lib/backend/server.ts';
import { statusOf } from '../../lib/backend/states.ts';
import { viewServer } from '../../lib/backend/view.ts';
import { dryBalancer } from '../help/dry-balancer.ts';

/** admin, health, weight -> usable, serves its own queue, status in a word. */
const STATES: readonly (readonly [AdminState, 'up' | 'down', number, boolean, boolean, string])[] = [
  ['ready', 'up', 1, true, true, 'UP'],
  ['ready', 'up', 0, false, true, 'UP'],
  ['ready', 'down', 1, false, false, 'DOWN'],
  ['ready', 'down', 0, false, false, 'DOWN'],
  ['drain', 'up', 1, false, true, 'DRAIN'],
  ['drain', 'up', 0, false, true, 'DRAIN'],
  ['drain', 'down', 1, false, false, 'DOWN'],
  ['maint', 'up', 1, false, false, 'MAINT'],
  ['maint', 'up', 0, false, false, 'MAINT'],
  ['maint', 'down', 1, false, false, 'MAINT'],
];

for (const [admin, health, weight, usable, running, status] of STATES) {
  void t.test(`${admin}, ${health}, weight ${weight}: ${status}`, async (t) => {
    const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:80 check`);
    const server = dry.server('a');
    if (health === 'down') server.health.forceDown();
    server.applyAdmin(admin);
    server.userWeight = weight;
    server.refresh();
    t.equal(server.usable, usable);
    t.equal(server.running, running);
    t.equal(statusOf(server), status);
    t.equal(server.effectiveWeight, usable ? 16 * weight : 0);
  });
}

void t.test('weight 0 keeps new sessions away without another status', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:80 weight 0`);
  t.equal(statusOf(dry.server('a')), 'UP');
  t.equal(dry.server('a').usable, false);
  t.equal(dry.backend().usable, false);
});

void t.test('a slot is given back once', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:80 maxconn 2`);
  const server = dry.server('a');
  const [one, two] = [server.tryTakeSlot(), server.tryTakeSlot()];
  if (one === null || two === null) throw new Error('two places were to be had');
  t.equal(server.tryTakeSlot(), null);
  t.equal(server.full, true);
  t.equal(server.hasPlace, false);
  one.give();
  one.give();
  t.equal(one.taken, false);
  t.equal(two.taken, true);
  t.equal(server.servedCount, 1);
  two.give();
  t.equal(server.servedCount, 0);
});

void t.test('the limit follows the load between minconn and maxconn', async (t) => {
  const dry = await dryBalancer(
    t,
    `frontend f
  bind :1
  default_backend b
backend b
  fullconn 10
  server a 192.0.2.1:80 minconn 2 maxconn 8
  server fixed 192.0.2.2:80 minconn 10
  server equal 192.0.2.3:80 minconn 5 maxconn 5`,
  );
  const limits = [0, 1, 2, 3, 5, 6, 9, 10, 11].map((sessionCount) => {
    const backend = dry.backend();
    for (const session of backend.sessions) backend.leave(session);
    for (let left = sessionCount; left > 0; left -= 1) backend.enter({ server: null, kill: () => {} });
    return [sessionCount, ...backend.servers.map((server) => server.currentLimit)];
  });
  t.same(limits, [
    [0, 2, 10, 5],
    [1, 2, 10, 5],
    [2, 2, 10, 5],
    [3, 2, 10, 5],
    [5, 4, 10, 5],
    [6, 4, 10, 5],
    [9, 7, 10, 5],
    [10, 8, 10, 5],
    [11, 8, 10, 5],
  ]);
});

void t.test('fullconn is a tenth of what the frontends admit, rounded up', async (t) => {
  const dry = await dryBalancer(
    t,
    `global
  maxconn 995
frontend f
  bind :1
  maxconn 101
  default_backend b
frontend g
  bind :2
  default_backend b
frontend elsewhere
  bind :3
  maxconn 7
  default_backend c
backend b
  server a 192.0.2.1:80
backend c
  server a 192.0.2.1:80
backend d
  server a 192.0.2.1:80`,
  );
  t.equal(dry.backend('b').fullconn, 110, '(101 + 995 + 9) / 10');
  t.equal(dry.backend('c').fullconn, 1);
  t.equal(dry.backend('d').fullconn, 1, 'nobody leads there');
});

void t.test('slow start shows the figures that HAProxy shows', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  server a 192.0.2.1:80 weight 100 slowstart 4s maxconn 10
  server b 192.0.2.2:80`,
  );
  const server = dry.server('a');
  const look = (): unknown[] => [Math.ceil(viewServer(server, dry.clock).weight), server.throttlePercent];
  t.same(look(), [100, null], 'never at process start');
  dry.built.states.setAdmin(server, 'maint');
  dry.built.states.setAdmin(server, 'ready');
  const seen = [look()];
  const limits = [server.currentLimit];
  dry.clock.advance(900);
  seen.push(look());
  for (const ms of [100, 1000, 1000, 1000]) {
    dry.clock.advance(ms);
    seen.push(look());
    limits.push(server.currentLimit);
  }
  t.same(seen, [
    [7, 6],
    [7, 6],
    [32, 31],
    [57, 56],
    [82, 81],
    [100, null],
  ]);
  t.same(limits, [1, 2, 5, 7, 10], 'the limit grows with it, from one place on');
  t.equal(dry.clock.pendingCount, 0, 'no timer is left');
});

void t.test('slow start ends with the server, and begins anew when it returns', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:80 slowstart 60s`);
  const server = dry.server('a');
  const { states } = dry.built;
  states.setAdmin(server, 'maint');
  states.setAdmin(server, 'ready');
  dry.clock.advance(30_000);
  t.equal(server.throttlePercent, 56);
  states.setAdmin(server, 'maint');
  t.equal(dry.clock.pendingCount, 0);
  states.setAdmin(server, 'ready');
  t.equal(server.throttlePercent, 6);
});

void t.test('a place that slow start adds goes to whoever waits', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l\n bind :1\n timeout queue 1m\n server a 192.0.2.1:80 slowstart 4s maxconn 4`,
  );
  const { states } = dry.built;
  states.setAdmin(dry.server('a'), 'maint');
  states.setAdmin(dry.server('a'), 'ready');
  for (let count = 4; count > 0; count -= 1) dry.come();
  t.equal(dry.dials.length, 1);
  dry.clock.advance(2000);
  t.equal(dry.dials.length, 2);
  dry.clock.advance(2000);
  t.equal(dry.dials.length, 4);
});

void t.test('a static algorithm keeps its weight during slow start, but not its limit', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l\n bind :1\n balance static-rr\n server a 192.0.2.1:80 weight 50 slowstart 10s maxconn 100`,
  );
  const server = dry.server('a');
  dry.built.states.setAdmin(server, 'maint');
  dry.built.states.setAdmin(server, 'ready');
  t.equal(server.effectiveWeight, 50 * 16);
  t.equal(server.currentLimit, 1);
});

void t.test('downtime counts while it does not run', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:80`);
  const server = dry.server('a');
  const { states } = dry.built;
  dry.clock.advance(1000);
  states.setAdmin(server, 'maint');
  dry.clock.advance(2000);
  t.equal(server.downtimeMs, 2000);
  t.equal(dry.backend().downtimeMs(dry.clock.nowMs()), 2000);
  states.setAdmin(server, 'ready');
  dry.clock.advance(500);
  t.equal(server.downtimeMs, 2000);
  t.equal(dry.backend().downtimeMs(dry.clock.nowMs()), 2000);
});
