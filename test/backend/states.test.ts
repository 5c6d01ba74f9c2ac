/** What a change of a server's state does to its backend and to who tracks it, and the words that are said. */
import t from 'tap';
import type { Server } from '../../lib/backend/server.ts';
import { checkResult } from '../../lib/check/result.ts';
import { dryBalancer, type DryBalancer } from '../help/dry-balancer.ts';
import { settledDry } from '../help/settled.ts';

const REFUSED = checkResult('L4CON', { durationMs: 0.4, info: 'Connection refused' });
const PASSED = checkResult('L4OK', { durationMs: 0.2 });

function checkFails(dry: DryBalancer, server: Server): void {
  dry.built.states.checkEnded(server, REFUSED, server.health.failed());
}
function checkPasses(dry: DryBalancer, server: Server): void {
  dry.built.states.checkEnded(server, PASSED, server.health.passed());
}
function said(dry: DryBalancer): string[] {
  return dry.lines.map(({ level, text }) => `${level}: ${text}`);
}

void t.test('down and up by checks, the last active server, then backups, then none', async (t) => {
  const dry = await dryBalancer(
    t,
    `backend b
  server s 192.0.2.1:1 check
  server u 192.0.2.1:2 check
  server t 192.0.2.1:3 check backup
frontend f
  bind :1
  default_backend b`,
  );
  const [s, u, backup] = ['s', 'u', 't'].map((name) => dry.server(name));
  if (s === undefined || u === undefined || backup === undefined) throw new Error('a server is missing');
  for (let count = 6; count > 0; count -= 1) dry.come();
  checkFails(dry, s);
  checkFails(dry, u);
  checkFails(dry, backup);
  checkPasses(dry, backup);
  checkPasses(dry, backup);
  t.same(said(dry), [
    'alert: Server b/s is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 1 active and 1 backup servers left. 3 sessions active, 0 requeued, 0 remaining in queue.',
    'alert: Server b/u is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 1 backup servers left. Running on backup. 3 sessions active, 0 requeued, 0 remaining in queue.',
    'alert: Backup Server b/t is DOWN, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    'emerg: backend b has no server available!',
    'notice: Backup Server b/t is UP, reason: Layer4 check passed, check duration: 0ms. 0 active and 1 backup servers online. Running on backup. 0 sessions requeued, 0 total in queue.',
  ]);
  t.same(
    dry.events.map(({ serverName, from, to }) => `${serverName} ${from} ${to}`),
    ['s UP DOWN', 'u UP DOWN', 't UP DOWN', 't DOWN UP'],
  );
  t.same([s.counters.downTransitionsTotal, dry.backend().counters.downTransitionsTotal], [1, 1]);
  t.same([s.counters.checksTotal, s.counters.checkFailuresTotal], [1, 1]);
});

void t.test('with log-health-checks the check says why, and the change does not repeat it', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  option log-health-checks
  server s 192.0.2.1:1 check rise 2 fall 3`,
  );
  const server = dry.server('s');
  checkPasses(dry, server);
  checkPasses(dry, server);
  for (let count = 4; count > 0; count -= 1) checkFails(dry, server);
  checkPasses(dry, server);
  checkPasses(dry, server);
  const failed =
    'notice: Health check for server l/s failed, reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms, status:';
  const passed =
    'notice: Health check for server l/s succeeded, reason: Layer4 check passed, check duration: 0ms, status:';
  t.same(said(dry), [
    `${passed} 3/3 UP.`,
    `${failed} 2/3 UP.`,
    `${failed} 1/3 UP.`,
    `${failed} 0/2 DOWN.`,
    'alert: Server l/s is DOWN. 0 active and 0 backup servers left. 0 sessions active, 0 requeued, 0 remaining in queue.',
    'emerg: proxy l has no server available!',
    `${passed} 1/2 DOWN.`,
    `${passed} 3/3 UP.`,
    'notice: Server l/s is UP. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
  ]);
});

void t.test('maintenance and drain by the operator', async (t) => {
  const dry = await dryBalancer(
    t,
    `backend b
  server s 192.0.2.1:1 check
  server u 192.0.2.1:2
frontend f
  bind :1
  default_backend b`,
  );
  const { states } = dry.built;
  const server = dry.server('s');
  dry.come();
  states.setAdmin(server, 'maint');
  states.setAdmin(server, 'maint');
  states.setAdmin(server, 'ready');
  states.setAdmin(server, 'drain');
  states.setAdmin(server, 'ready');
  server.health.forceDown();
  server.refresh();
  states.setAdmin(server, 'maint');
  t.same(said(dry), [
    'alert: Server b/s is going DOWN for maintenance. 1 active and 0 backup servers left. 1 sessions active, 0 requeued, 0 remaining in queue.',
    'notice: Server b/s is UP/READY (leaving forced maintenance).',
    'notice: Server b/s enters drain state. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    'notice: Server b/s is UP (leaving forced drain).',
    'notice: Server b/s was DOWN and now enters maintenance.',
  ]);
});

void t.test('a server that leaves maintenance is up and one failure from down', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server s 192.0.2.1:1 check fall 3`);
  const server = dry.server('s');
  checkPasses(dry, server);
  dry.built.states.setAdmin(server, 'maint');
  dry.built.states.setAdmin(server, 'ready');
  t.equal(server.up, true);
  checkFails(dry, server);
  t.equal(server.up, false);
});

const CHAIN = `backend b
  server s 192.0.2.1:1 check
backend c
  server s 192.0.2.2:1 track b/s
  server other 192.0.2.2:2
backend d
  server s 192.0.2.3:1 track c/s backup
frontend f
  bind :1
  default_backend d`;

void t.test('servers that track follow through several backends, each told in its own words', async (t) => {
  const dry = await dryBalancer(t, CHAIN);
  const source = dry.server('s', 'b');
  checkFails(dry, source);
  t.same([dry.server('s', 'c').usable, dry.server('s', 'd').usable], [false, false]);
  t.equal(dry.backend('c').usable, true);
  t.equal(dry.come().record()?.ending.reason, 'no-server');
  checkPasses(dry, source);
  checkPasses(dry, source);
  t.equal(dry.server('s', 'd').usable, true);
  dry.built.states.setAdmin(source, 'maint');
  dry.built.states.setAdmin(source, 'ready');
  const counts = '0 sessions active, 0 requeued, 0 remaining in queue.';
  const check = 'reason: Layer4 connection problem, info: "Connection refused", check duration: 0ms';
  t.same(said(dry), [
    `alert: Server b/s is DOWN, ${check}. 0 active and 0 backup servers left. ${counts}`,
    'emerg: backend b has no server available!',
    `alert: Server c/s is DOWN via b/s. 1 active and 0 backup servers left. ${counts}`,
    `alert: Backup Server d/s is DOWN via c/s. 0 active and 0 backup servers left. ${counts}`,
    'emerg: backend d has no server available!',
    'notice: Server b/s is UP, reason: Layer4 check passed, check duration: 0ms. 1 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    'notice: Server c/s is UP via b/s. 2 active and 0 backup servers online. 0 sessions requeued, 0 total in queue.',
    'notice: Backup Server d/s is UP via c/s. 0 active and 1 backup servers online. Running on backup. 0 sessions requeued, 0 total in queue.',
    `alert: Server b/s is going DOWN for maintenance. 0 active and 0 backup servers left. ${counts}`,
    'emerg: backend b has no server available!',
    `alert: Server c/s is going DOWN for maintenance via b/s. 1 active and 0 backup servers left. ${counts}`,
    `alert: Backup Server d/s is going DOWN for maintenance via c/s. 0 active and 0 backup servers left. ${counts}`,
    'emerg: backend d has no server available!',
    'notice: Server b/s is UP/READY (leaving forced maintenance).',
    'notice: Server c/s is UP/READY (leaving maintenance).',
    'notice: Backup Server d/s is UP/READY (leaving maintenance).',
  ]);
});

void t.test('a tracking server that is in its own maintenance does not follow', async (t) => {
  const dry = await dryBalancer(t, CHAIN);
  dry.built.states.setAdmin(dry.server('s', 'c'), 'maint');
  const linesBefore = dry.lines.length;
  checkFails(dry, dry.server('s', 'b'));
  t.equal(dry.lines.length, linesBefore + 2, 'b/s and its backend alone');
  checkPasses(dry, dry.server('s', 'b'));
  checkPasses(dry, dry.server('s', 'b'));
  dry.built.states.setAdmin(dry.server('s', 'c'), 'ready');
  t.equal(dry.server('s', 'd').usable, true);
});

void t.test('the queue of a server that goes down is shared out only with redispatch', async (t) => {
  for (const redispatch of [true, false]) {
    const dry = await dryBalancer(
      t,
      `backend b
  balance source
  ${redispatch ? 'option redispatch' : 'no option redispatch'}
  server s 192.0.2.1:1 check maxconn 1
  server u 192.0.2.1:2 check maxconn 1
frontend f
  bind :1
  default_backend b`,
    );
    for (let count = 3; count > 0; count -= 1) dry.come();
    const busy = dry.backend().servers.find((server) => server.servedCount > 0);
    if (busy === undefined) throw new Error('no server was chosen');
    const free = dry.backend().servers.find((server) => server !== busy);
    checkFails(dry, busy);
    t.same([busy.queue.length, free?.servedCount, free?.queue.length], redispatch ? [0, 1, 1] : [2, 0, 0]);
    t.match(said(dry)[0], redispatch ? /, 2 requeued, 0 remaining/ : /, 0 requeued, 2 remaining/);
  }
});

void t.test('maintenance shares the queue out even without redispatch', async (t) => {
  const dry = await dryBalancer(
    t,
    `backend b
  balance source
  server s 192.0.2.1:1 maxconn 1
  server u 192.0.2.1:2 maxconn 1
frontend f
  bind :1
  default_backend b`,
  );
  for (let count = 3; count > 0; count -= 1) dry.come();
  const busy = dry.backend().servers.find((server) => server.queue.length > 0);
  if (busy === undefined) throw new Error('nobody waits');
  dry.built.states.setAdmin(busy, 'maint');
  t.equal(busy.queue.length, 0);
  t.equal(dry.dials.length, 2);
  t.match(said(dry)[0], /1 sessions active, 2 requeued, 0 remaining/);
});

void t.test('when the last server is gone everybody in the common queue is refused', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  server s 192.0.2.1:1 check maxconn 1`,
  );
  const clients = [dry.come(), dry.come(), dry.come()];
  checkFails(dry, dry.server('s'));
  t.same(
    clients.map((client) => client.record()?.ending.reason),
    [undefined, 'no-server', 'no-server'],
  );
  t.same(
    clients.map((client) => client.connection.state),
    ['held', 'closed', 'closed'],
  );
  dry.dials[0]?.succeed();
  dry.relays[0]?.finish();
  settledDry(t, dry);
});

void t.test(
  'weight 0 for the last server empties the queue too, and a weight lets clients in again',
  async (t) => {
    const dry = await dryBalancer(t, `listen l\n bind :1\n server s 192.0.2.1:1 maxconn 1`);
    const clients = [dry.come(), dry.come()];
    dry.built.states.setWeight(dry.server('s'), 0);
    t.equal(clients[1]?.record()?.ending.reason, 'no-server');
    t.equal(dry.backend().usable, false);
    dry.built.states.setWeight(dry.server('s'), 5);
    const late = dry.come();
    t.equal(late.record(), null);
    t.equal(dry.backend().queue.length, 1);
  },
);

void t.test('on-marked-down shutdown-sessions ends the sessions of that server', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  server s 192.0.2.1:1 check on-marked-down shutdown-sessions
  server u 192.0.2.1:2 check`,
  );
  const clients = [dry.come(), dry.come(), dry.come()];
  for (const dial of dry.dials.slice(0, 2)) dial.succeed();
  checkFails(dry, dry.server('s'));
  t.same(
    clients.map((client) => client.record()?.ending ?? 'goes on'),
    [
      { cause: 'server-down', stage: 'none', reason: 'server-marked-down' },
      'goes on',
      { cause: 'server-down', stage: 'none', reason: 'server-marked-down' },
    ],
  );
  t.same(dry.relays[0]?.calls, ['abandon']);
  t.equal(dry.dials[2]?.state, 'cancelled', 'one that was being connected as well');
  dry.relays[1]?.finish();
  settledDry(t, dry);
});

void t.test('on-marked-up shutdown-backup-sessions brings clients back from the backups', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  server s 192.0.2.1:1 check on-marked-up shutdown-backup-sessions
  server u 192.0.2.1:2 backup`,
  );
  const server = dry.server('s');
  dry.built.states.checkEnded(server, REFUSED, server.health.failed());
  const client = dry.come();
  dry.dials[0]?.succeed();
  t.equal(dry.dials[0]?.port, 2);
  checkPasses(dry, server);
  t.equal(client.record(), null);
  checkPasses(dry, server);
  t.same(client.record()?.ending, { cause: 'server-up', stage: 'none', reason: 'backup-released' });
  settledDry(t, dry);
});

void t.test('a server without an address is in maintenance', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  server s nowhere.invalid:1 init-addr libc,none
  server u 192.0.2.1:2`,
  );
  t.equal(dry.server('s').inMaintenance, true);
  dry.come();
  t.equal(dry.dials[0]?.port, 2);
});
