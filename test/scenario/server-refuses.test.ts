/** Connections refused: pauses, retries and redispatches as the reference observed them (5.6). All wait at the same time. */
import t from 'tap';
import { balance, server, tookAbout } from '../help/balancer.ts';
import { sayName, unusedPort } from '../help/peer.ts';

t.jobs = 20;
const together = { buffered: true };
const dead = await unusedPort();
const alsoDead = await unusedPort();

void t.test('by default three retries, a second apart, then FIN', together, async (t) => {
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${dead}`,
  );
  const client = await connect();
  await client.expectEnd();
  const record = await nextClose();
  t.match(record, {
    ending: { cause: 'server-abort', stage: 'connect', reason: 'connect-failed' },
    retries: 3,
    redispatched: false,
    serverName: 'a',
    connectMs: -1,
  });
  tookAbout(t, record.totalMs, 3000);
  await end();
});

void t.test('retries 0: at once', together, async (t) => {
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n retries 0\n server a 127.0.0.1:${dead}`,
  );
  await connect();
  const record = await nextClose();
  t.match(record, { ending: { reason: 'connect-failed' }, retries: 0 });
  tookAbout(t, record.totalMs, 0);
  await end();
});

void t.test('timeout connect 300ms shortens the pause: two retries take 0.6 s', together, async (t) => {
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n timeout connect 300ms\n retries 2\n server a 127.0.0.1:${dead}`,
  );
  await connect();
  const record = await nextClose();
  t.equal(record.retries, 2);
  tookAbout(t, record.totalMs, 600);
  await end();
});

void t.test('without redispatch a good neighbour is not asked', together, async (t) => {
  const good = await server(t, { service: sayName('b') });
  const { connect, nextClose, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  retries 1
  timeout connect 100ms
  server a 127.0.0.1:${dead}
  server b 127.0.0.1:${good.port}`,
  );
  await connect();
  t.match(await nextClose(), { ending: { reason: 'connect-failed' }, serverName: 'a', retries: 1 });
  t.equal(good.peers.length, 0);
  await end();
});

void t.test('two dead servers with redispatch: no pause at all', together, async (t) => {
  const { lb, connect, nextClose, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  option redispatch
  server a 127.0.0.1:${dead}
  server b 127.0.0.1:${alsoDead}`,
  );
  await connect();
  const record = await nextClose();
  t.match(record, { ending: { reason: 'connect-failed' }, retries: 3, redispatched: true });
  tookAbout(t, record.totalMs, 0);
  const [a, b] = lb.stats().backends[0]?.servers ?? [];
  t.equal((a?.redispatches ?? 0) + (b?.redispatches ?? 0), 3);
  await end();
});

void t.test('a dead and a good one with redispatch: the good one at once', together, async (t) => {
  const good = await server(t, { service: sayName('b') });
  const { connect, nextClose, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  option redispatch
  server a 127.0.0.1:${dead}
  server b 127.0.0.1:${good.port}`,
  );
  const client = await connect();
  await client.expect('b');
  client.end();
  const record = await nextClose();
  t.match(record, { ending: { reason: 'normal' }, retries: 1, redispatched: true, serverName: 'b' });
  t.ok(record.connectMs < 500, `${record.connectMs} ms`);
  await end();
});

void t.test('a hash is moved by the last retry only', together, async (t) => {
  // Which of the two the hash names first depends on nothing but the client's address, so both ways are tried.
  const good = await server(t, { service: sayName('good') });
  const runs = await Promise.all(
    [
      [dead, good.port],
      [good.port, dead],
    ].map(async ([a, b]) => {
      const { connect, nextClose, end } = await balance(
        t,
        `listen l
  bind 127.0.0.1:0
  balance source
  hash-type consistent
  option redispatch
  retries 2
  timeout connect 200ms
  server a 127.0.0.1:${a}
  server b 127.0.0.1:${b}`,
      );
      const client = await connect();
      await client.expect('good');
      client.end();
      const { retries } = await nextClose();
      await end();
      return retries;
    }),
  );
  t.same(
    runs.toSorted((one, other) => one - other),
    [0, 2],
  );
});

void t.test('a client that leaves between two attempts', together, async (t) => {
  const { lb, connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${dead} maxconn 1`,
  );
  const started = new Promise((resolve) => lb.once('connection', resolve));
  const client = await connect();
  await started;
  client.end();
  t.match(await nextClose(), { ending: { reason: 'client-left-connecting' } });
  t.equal(lb.stats().backends[0]?.servers[0]?.sessionsNow, 0);
  await end();
});
