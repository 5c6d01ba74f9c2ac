/** Placing, waiting, dialling, trying again: what one stream needs until it has a server. */
import t from 'tap';
import { dryBalancer } from '../help/dry-balancer.ts';
import { settledDry } from '../help/settled.ts';

void t.test(
  'tries the same server again after a second, with its place kept, and gives up in the end',
  async (t) => {
    const dry = await dryBalancer(
      t,
      `listen l
  bind :1
  retries 2
  server a 192.0.2.1:1 maxconn 1
  server b 192.0.2.1:2`,
    );
    const client = dry.come();
    dry.dials[0]?.fail();
    t.equal(dry.server('a').servedCount, 1);
    dry.clock.advance(999);
    t.equal(dry.dials.length, 1);
    dry.clock.advance(12);
    dry.dials[1]?.fail('EHOSTUNREACH');
    dry.clock.advance(1012);
    dry.dials[2]?.fail();
    t.same(
      dry.dials.map((dial) => dial.port),
      [1, 1, 1],
    );
    t.match(client.record(), {
      ending: { cause: 'server-abort', stage: 'connect' },
      retries: 2,
      redispatched: false,
      serverName: 'a',
      queueMs: 0,
      connectMs: -1,
    });
    const { counters } = dry.server('a');
    t.match(counters, {
      connectAttemptsTotal: 3,
      retriesTotal: 2,
      redispatchesTotal: 0,
      connectErrorsTotal: 1,
    });
    t.match(dry.backend().counters, { connectAttemptsTotal: 3, retriesTotal: 2, connectErrorsTotal: 1 });
    settledDry(t, dry);
  },
);

void t.test('a redispatch gives its place back before it asks for another', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  option redispatch
  server a 192.0.2.1:1 maxconn 1
  server b 192.0.2.1:2 maxconn 1`,
  );
  const client = dry.come();
  dry.dials[0]?.fail();
  t.same([dry.server('a').servedCount, dry.server('b').servedCount], [0, 1]);
  dry.dials[1]?.succeed();
  dry.relays[0]?.finish();
  t.match(client.record(), { ending: { reason: 'normal' }, retries: 1, redispatched: true, serverName: 'b' });
  t.match(dry.server('a').counters, { redispatchesTotal: 1, retriesTotal: 0, connectErrorsTotal: 0 });
  settledDry(t, dry);
});

void t.test('a redispatch may have to wait, and its wait may end', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  option redispatch
  timeout queue 100ms
  balance roundrobin
  server a 192.0.2.1:1 maxconn 1
  server b 192.0.2.1:2 maxconn 1`,
  );
  const [first, , waiting] = [dry.come(), dry.come(), dry.come()];
  dry.dials[1]?.succeed();
  dry.dials[0]?.fail();
  t.equal(dry.dials.length, 3, 'the freed place goes to the one that waits');
  t.equal(first?.record(), null);
  dry.clock.advance(120);
  t.match(first?.record(), {
    ending: { cause: 'server-timeout', stage: 'queue', reason: 'queue-timeout' },
    retries: 1,
  });
  t.equal(waiting?.record(), null);
});

void t.test('an attempt that times out is given up and followed at once', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  timeout connect 400ms
  retries 3
  server a 192.0.2.1:1`,
  );
  const startMs = dry.clock.nowMs();
  const client = dry.come();
  dry.clock.advance(1700);
  t.same(
    dry.dials.map((dial) => dial.state),
    ['cancelled', 'cancelled', 'cancelled', 'cancelled'],
  );
  const record = client.record();
  t.match(record, {
    ending: { cause: 'server-timeout', stage: 'connect', reason: 'connect-timeout' },
    retries: 3,
  });
  t.ok(record !== null && record.totalMs >= 1600 && record.totalMs <= 1650, `${record?.totalMs}`);
  t.ok(dry.clock.nowMs() >= startMs);
  settledDry(t, dry);
});

void t.test('want of descriptors is nobody elses fault: no retry', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l\n bind :1\n option redispatch\n server a 192.0.2.1:1\n server b 192.0.2.1:2`,
  );
  for (const code of ['EMFILE', 'ENFILE']) {
    const client = dry.come();
    dry.dials.at(-1)?.fail(code);
    t.match(client.record()?.ending, { cause: 'resource', stage: 'connect', reason: 'out-of-descriptors' });
  }
  settledDry(t, dry);
});

void t.test('the wait is measured, and the time to connect without it', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n timeout queue 10s\n server a 192.0.2.1:1 maxconn 1`);
  const first = dry.come();
  const second = dry.come();
  dry.dials[0]?.succeed();
  dry.clock.advance(700);
  dry.relays[0]?.finish();
  dry.clock.advance(30);
  dry.dials[1]?.succeed();
  dry.clock.advance(70);
  dry.relays[1]?.finish();
  t.match(first.record(), { queueMs: 0, connectMs: 0, totalMs: 700 });
  t.match(second.record(), { queueMs: 700, connectMs: 30, totalMs: 800 });
  t.equal(dry.server('a').counters.queueTime.count, 1);
});

void t.test('timeout queue ends a wait with FIN; without one timeout connect does', async (t) => {
  for (const line of ['timeout queue 300ms\n timeout connect 5s', 'timeout connect 300ms']) {
    const dry = await dryBalancer(t, `listen l\n bind :1\n ${line}\n server a 192.0.2.1:1 maxconn 1`);
    dry.come();
    dry.dials[0]?.succeed();
    const waiting = dry.come();
    dry.clock.advance(299);
    t.equal(waiting.record(), null);
    dry.clock.advance(15);
    const record = waiting.record();
    t.match(record, { ending: { cause: 'server-timeout', stage: 'queue' }, serverName: null, connectMs: -1 });
    t.ok((record?.queueMs ?? 0) >= 300);
    t.equal(waiting.connection.state, 'closed');
    dry.relays[0]?.finish();
    settledDry(t, dry);
  }
});

void t.test('a client that leaves takes its wait, its place and its dial along', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:1 maxconn 1`);
  const dialling = dry.come();
  const waiting = dry.come();
  const last = dry.come();
  waiting.connection.end();
  t.match(waiting.record()?.ending, {
    cause: 'client-abort',
    stage: 'queue',
    reason: 'client-left-in-queue',
  });
  dialling.connection.end();
  t.match(dialling.record()?.ending, { cause: 'client-abort', stage: 'connect' });
  t.equal(dry.dials[0]?.state, 'cancelled');
  t.equal(dry.dials[1]?.state, 'open', 'its place went to the one behind');
  last.connection.break();
  t.match(last.record()?.ending, { cause: 'client-abort', stage: 'connect' });
  settledDry(t, dry);
});

void t.test('a client that leaves during the pause between attempts', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:1 maxconn 1`);
  const client = dry.come();
  dry.dials[0]?.fail();
  client.connection.end();
  t.match(client.record(), { ending: { reason: 'client-left-connecting' }, retries: 1 });
  dry.clock.advance(5000);
  t.equal(dry.dials.length, 1);
  settledDry(t, dry);
});

void t.test('a client with a request stays though it has ended, unless abortonclose', async (t) => {
  for (const abort of [true, false]) {
    const dry = await dryBalancer(
      t,
      `listen l\n bind :1\n ${abort ? '' : 'no '}option abortonclose\n server a 192.0.2.1:1 maxconn 1`,
    );
    const dialling = dry.come();
    const waiting = dry.come();
    for (const { connection } of [waiting, dialling]) {
      connection.send(100);
      connection.end();
    }
    const wanted = abort ? ['client-left-in-queue', 'client-left-connecting'] : [undefined, undefined];
    t.same([waiting.record()?.ending.reason, dialling.record()?.ending.reason], wanted);
    for (const dial of dry.dials) if (dial.state === 'open') dial.succeed();
    dry.relays[0]?.finish();
    for (const dial of dry.dials) if (dial.state === 'open') dial.succeed();
    dry.relays[1]?.finish();
    if (!abort) t.same([waiting.record()?.bytesIn, dialling.record()?.bytesIn], [100, 100]);
    t.equal(dry.backend().counters.bytesIn, 200);
    settledDry(t, dry);
  }
});

void t.test('a look at the figures while a client waits does not cost its server any bytes', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:1`);
  const { connection } = dry.come();
  connection.send(50);
  dry.house.countBytes();
  dry.dials[0]?.succeed();
  dry.relays[0]?.finish();
  t.same(
    [dry.frontend().counters.bytesIn, dry.backend().counters.bytesIn, dry.server('a').counters.bytesIn],
    [50, 50, 50],
  );
});

void t.test('every server is dialled from its source and at its address', async (t) => {
  const dry = await dryBalancer(
    t,
    `listen l
  bind :1
  source 127.0.0.5
  server a 192.0.2.1:1
  server b 192.0.2.2 source 127.0.0.6:7000-7002
  server c 192.0.2.3:+5
  server d /run/d.sock`,
  );
  for (let count = 4; count > 0; count -= 1) dry.come();
  const ports = [40_001, 40_002, 40_003];
  t.same(
    dry.dials.slice(0, 4).map((dial) => dial.target),
    [
      { kind: 'tcp', address: '192.0.2.1', port: 1, source: { address: '127.0.0.5', port: 0 } },
      { kind: 'tcp', address: '192.0.2.2', port: ports[1], source: { address: '127.0.0.6', port: 7000 } },
      {
        kind: 'tcp',
        address: '192.0.2.3',
        port: (ports[2] ?? 0) + 5,
        source: { address: '127.0.0.5', port: 0 },
      },
      { kind: 'unix', path: '/run/d.sock' },
    ],
  );
});
