/** Who gets a place, who waits where, who is served next. */
import t from 'tap';
import { dryBalancer, type DryBalancer } from '../help/dry-balancer.ts';
import { settledDry } from '../help/settled.ts';

/** Last figures of the ports dialled so far: which servers were reached. */
function reached(dry: DryBalancer): string {
  return dry.dials.map((dial) => 'abcdefgh'[dial.port - 1]).join('');
}

/** Ends the sessions at these positions among the dials, which stand or are being dialled. */
function succeedAll(dry: DryBalancer): void {
  for (const dial of dry.dials) if (dial.state === 'open') dial.succeed();
}

function finish(dry: DryBalancer, relayIndex: number): void {
  dry.relays[relayIndex]?.finish();
}

void t.test(
  'a full backend lets clients wait, and a freed place goes to the one that waits longest',
  async (t) => {
    const dry = await dryBalancer(
      t,
      `listen l
  bind :1
  server a 192.0.2.1:1 maxconn 1
  server b 192.0.2.1:2 maxconn 1`,
    );
    const clients = Array.from({ length: 5 }, () => dry.come());
    succeedAll(dry);
    t.equal(reached(dry), 'ab');
    t.equal(dry.backend().queue.length, 3);
    finish(dry, 1);
    t.equal(reached(dry), 'abb');
    finish(dry, 0);
    t.equal(reached(dry), 'abba');
    succeedAll(dry);
    finish(dry, 2);
    succeedAll(dry);
    for (const relay of dry.relays) if (relay.open) relay.finish();
    t.same(
      clients.map((client) => [client.record()?.serverName, client.record()?.backendQueuePosition]),
      [
        ['a', 0],
        ['b', 0],
        ['b', 1],
        ['a', 2],
        ['b', 3],
      ],
    );
    t.equal(dry.backend().counters.queuedMax, 3);
    t.equal(dry.backend().counters.queuedTotal, 3);
    settledDry(t, dry);
  },
);

void t.test('a hash insists: its clients wait for their server although another is free', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  balance source
  server a 192.0.2.1:1 maxconn 1
  server b 192.0.2.1:2 maxconn 1`,
  );
  for (let count = 3; count > 0; count -= 1) dry.come();
  succeedAll(dry);
  t.equal(dry.dials.length, 1);
  t.equal(dry.backend().queue.length, 0);
  const [busy] = dry.backend().servers.filter((server) => server.queue.length > 0);
  t.equal(busy?.queue.length, 2);
  t.equal(busy?.counters.queuedMax, 2);
  t.equal(dry.backend().counters.queuedMax, 0, "the backend's own queue was empty all the time");
  while (dry.relays.some((relay) => relay.open)) {
    for (const relay of dry.relays) if (relay.open) relay.finish();
    succeedAll(dry);
  }
  t.same(
    dry.records.map((record) => record.serverQueuePosition),
    [0, 1, 2],
  );
  settledDry(t, dry);
});

void t.test('maxqueue bounds the queue of a server, not that of the backend', async (t) => {
  const hash = await dryBalancer(
    t,
    `listen l\n bind :1\n balance source\n server a 192.0.2.1:1 maxconn 1 maxqueue 2`,
  );
  const clients = Array.from({ length: 5 }, () => hash.come());
  t.same(
    clients.map((client) => client.record()?.ending.reason ?? 'held'),
    ['held', 'held', 'held', 'queue-full', 'queue-full'],
  );
  t.equal(clients[3]?.connection.state, 'closed', 'by FIN');
  t.same([hash.server('a').counters.connectErrorsTotal, hash.backend().counters.connectErrorsTotal], [2, 2]);
  const robin = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:1 maxconn 1 maxqueue 2`);
  for (let count = 10; count > 0; count -= 1) robin.come();
  t.equal(robin.backend().queue.length, 9);
  t.same(robin.records, []);
});

void t.test(
  'leastconn fills maxconn and maxqueue of each server, then the queue of the backend',
  async (t) => {
    const dry = await dryBalancer(
      t,
      `listen l
  bind :1
  balance leastconn
  server a 192.0.2.1:1 maxconn 2 maxqueue 1
  server b 192.0.2.1:2 maxconn 2 maxqueue 1`,
    );
    for (let count = 7; count > 0; count -= 1) dry.come();
    t.equal(dry.dials.length, 4);
    t.same([dry.server('a').queue.length, dry.server('b').queue.length], [1, 1]);
    t.equal(dry.backend().queue.length, 1);
  },
);

void t.test('whoever waits longer is served first, in whichever of the two queues', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  balance leastconn
  server a 192.0.2.1:1 maxconn 1 maxqueue 1`,
  );
  const clients = Array.from({ length: 4 }, () => dry.come());
  t.same([dry.server('a').queue.length, dry.backend().queue.length], [1, 2]);
  // The first of the backend's queue is older than the one that joins the server's queue now.
  for (let served = 1; served < 4; served += 1) {
    succeedAll(dry);
    finish(dry, served - 1);
    t.equal(
      clients.findIndex((client) => client.record() === null),
      served,
      'in order of arrival',
    );
  }
  dry.come();
  dry.come();
  t.equal(dry.records.length, 3);
});

void t.test('a newcomer joins the queue while somebody waits in it', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  server a 192.0.2.1:1 maxconn 1
  server b 192.0.2.1:2 maxconn 1 disabled`,
  );
  const clients = Array.from({ length: 3 }, () => dry.come());
  dry.built.states.setAdmin(dry.server('b'), 'ready');
  t.equal(reached(dry), 'ab', 'a server that comes takes a waiter');
  dry.come();
  succeedAll(dry);
  finish(dry, 0);
  t.equal(reached(dry), 'aba');
  t.equal(clients[2]?.record(), null);
  t.equal(dry.backend().queue.length, 1, 'the newcomer still waits');
});

void t.test('no usable server: refused at once with FIN', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:1 disabled`);
  const { connection, record } = dry.come();
  t.same(
    [connection.state, record()?.ending, record()?.serverName, record()?.queueMs, record()?.connectMs],
    ['closed', { cause: 'server-abort', stage: 'connect', reason: 'no-server' }, null, -1, -1],
  );
  t.equal(dry.backend().counters.connectErrorsTotal, 1);
  settledDry(t, dry);
});

void t.test('a frontend without a backend closes its clients', async (t) => {
  const dry = await dryBalancer(t, `frontend f\n bind :1`);
  const { connection, record } = dry.come();
  t.same([connection.state, record()?.ending.reason, record()?.backendName], ['closed', 'no-server', 'f']);
  settledDry(t, dry);
});

const BACKUPS = `listen l
  bind :1
  server a 192.0.2.1:1
  server b 192.0.2.1:2 weight 3
  server c 192.0.2.1:3 backup
  server d 192.0.2.1:4 backup weight 2`;

function sequence(dry: DryBalancer, count: number): string {
  const before = dry.dials.length;
  for (let left = count; left > 0; left -= 1) dry.come();
  return reached(dry).slice(before);
}

void t.test(
  'the first usable backup serves alone once no active server is left, whatever the weights',
  async (t) => {
    const dry = await dryBalancer(t, BACKUPS);
    const { states } = dry.built;
    t.equal(sequence(dry, 4), 'bbba');
    states.setAdmin(dry.server('b'), 'maint');
    t.equal(sequence(dry, 3), 'aaa');
    states.setAdmin(dry.server('a'), 'drain');
    t.equal(sequence(dry, 3), 'ccc');
    states.setAdmin(dry.server('c'), 'maint');
    t.equal(sequence(dry, 3), 'ddd');
    states.setAdmin(dry.server('c'), 'ready');
    t.equal(sequence(dry, 3), 'ccc', 'an earlier backup takes over again');
    states.setAdmin(dry.server('a'), 'ready');
    t.equal(sequence(dry, 2), 'aa');
  },
);

void t.test('allbackups: all usable backups serve, by weight', async (t) => {
  const dry = await dryBalancer(t, BACKUPS.replace('bind :1', 'bind :1\n  option allbackups'));
  for (const name of ['a', 'b']) dry.built.states.setAdmin(dry.server(name), 'maint');
  t.equal(sequence(dry, 6), 'ddcddc');
});

void t.test('a backup takes from the common queue only while backups are in use', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  server a 192.0.2.1:1 maxconn 1
  server b 192.0.2.1:2 maxconn 1 backup
  server c 192.0.2.1:3 maxconn 1 backup`,
  );
  for (let count = 3; count > 0; count -= 1) dry.come();
  t.equal(reached(dry), 'a');
  t.equal(dry.backend().queue.length, 2);
  dry.built.states.setAdmin(dry.server('a'), 'drain');
  t.equal(reached(dry), 'ab', 'the first backup, and that one alone');
  t.equal(dry.backend().queue.length, 1);
});

void t.test('a draining server serves its own queue and nobody else', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  balance source
  server a 192.0.2.1:1 maxconn 1`,
  );
  dry.come();
  dry.come();
  dry.built.states.setAdmin(dry.server('a'), 'drain');
  const late = dry.come();
  t.equal(late.record()?.ending.reason, 'no-server');
  succeedAll(dry);
  finish(dry, 0);
  t.equal(reached(dry), 'aa');
  succeedAll(dry);
  finish(dry, 1);
  settledDry(t, dry);
});

void t.test(
  'a limit that is raised or lifted lets waiters in; one that is lowered cuts nobody',
  async (t) => {
    const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:1 maxconn 1`);
    for (let count = 6; count > 0; count -= 1) dry.come();
    dry.server('a').maxconn = 3;
    t.equal(dry.dials.length, 3);
    dry.server('a').maxconn = 2;
    succeedAll(dry);
    finish(dry, 0);
    t.equal(dry.dials.length, 3, 'still as many as the new limit');
    finish(dry, 1);
    t.equal(dry.dials.length, 4);
    dry.server('a').maxconn = 0;
    t.equal(dry.dials.length, 6);
  },
);

void t.test('sessions raise a limit that follows the load, and those who wait profit', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  fullconn 8
  balance source
  server a 192.0.2.1:1 minconn 1 maxconn 4`,
  );
  const dialled = Array.from({ length: 9 }, () => {
    dry.come();
    return dry.dials.length;
  });
  // max(1, sessions * 4 / 8), the whole of maxconn from 8 sessions on
  t.same(dialled, [1, 1, 1, 2, 2, 3, 3, 4, 4]);
});

void t.test('sessions placed elsewhere count as well', async (t) => {
  let count = 0;
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  fullconn 8
  balance fn:mine
  server a 192.0.2.1:1 minconn 1 maxconn 4
  server b 192.0.2.1:2`,
    {
      balanceFunctions: {
        mine: (servers) => {
          count += 1;
          return servers[count <= 3 ? 0 : 1] ?? null;
        },
      },
    },
  );
  for (let left = 3; left > 0; left -= 1) dry.come();
  t.same([dry.server('a').servedCount, dry.server('a').queue.length], [1, 2]);
  dry.come();
  t.same(
    [dry.server('a').servedCount, dry.server('a').queue.length],
    [2, 1],
    'four sessions are half of fullconn',
  );
});

void t.test('a policy that throws refuses that one client and is reported', async (t) => {
  let calls = 0;
  const dry = await dryBalancer(t, `listen l\n bind :1\n balance fn:mine\n server a 192.0.2.1:1 maxconn 1`, {
    balanceFunctions: {
      mine: (servers) => {
        calls += 1;
        if (calls === 2) throw new Error('out of ideas');
        return servers[0] ?? null;
      },
    },
  });
  const clients = [dry.come(), dry.come(), dry.come()];
  t.same(
    clients.map((client) => client.record()?.ending),
    [undefined, { cause: 'internal', stage: 'none', reason: 'internal-error' }, undefined],
  );
  t.equal(clients[1]?.connection.state, 'closed');
  succeedAll(dry);
  finish(dry, 0);
  succeedAll(dry);
  finish(dry, 1);
  settledDry(t, dry);
});
