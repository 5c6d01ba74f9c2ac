/** Connections that time out: each attempt by itself, no pause between them, another server where allowed. */
import t from 'tap';
import { balance, eventually, server, tookAbout } from '../help/balancer.ts';
import { SilentServer } from '../help/silent-server.ts';
import { sayName } from '../help/peer.ts';

t.jobs = 8;
const together = { buffered: true };
const silent = await SilentServer.listen();
t.teardown(() => silent.close());

void t.test('every attempt takes timeout connect, and none waits in between', together, async (t) => {
  const { connect, nextClose, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  timeout connect 200ms
  retries 3
  server a 127.0.0.1:${silent.port}`,
  );
  const client = await connect();
  await client.expectEnd();
  const record = await nextClose();
  t.match(record, {
    ending: { reason: 'connect-timeout', cause: 'server-timeout', stage: 'connect' },
    retries: 3,
  });
  t.equal(record.serverName, 'a');
  t.equal(record.serverAddress, null);
  tookAbout(t, record.totalMs, 800);
  await end();
});

void t.test('retries 0: once', together, async (t) => {
  const { connect, nextClose, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  timeout connect 300ms
  retries 0
  server a 127.0.0.1:${silent.port}`,
  );
  await connect();
  const record = await nextClose();
  t.match(record, { ending: { reason: 'connect-timeout' }, retries: 0 });
  tookAbout(t, record.totalMs, 300);
  await end();
});

void t.test('redispatch: the other server after one timeout', together, async (t) => {
  const good = await server(t, { service: sayName('b') });
  const { connect, nextClose, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  timeout connect 250ms
  option redispatch
  server a 127.0.0.1:${silent.port}
  server b 127.0.0.1:${good.port}`,
  );
  const client = await connect();
  await client.expect('b');
  client.end();
  const record = await nextClose();
  t.match(record, { ending: { reason: 'normal' }, retries: 1, redispatched: true, serverName: 'b' });
  tookAbout(t, record.connectMs, 250);
  await end();
});

void t.test('a client that is silent meanwhile gives the session its name', together, async (t) => {
  const { connect, nextLetters, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  timeout client 100ms
  timeout connect 300ms
  retries 0
  server a 127.0.0.1:${silent.port}`,
  );
  const client = await connect();
  await client.expectEnd();
  t.equal(await nextLetters(), 'cC');
  await end();
});

void t.test('a client that leaves while it connects', together, async (t) => {
  const { lb, connect, nextLetters, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${silent.port} maxconn 1`,
  );
  const [ending, resetting] = [await connect(), await connect()];
  ending.end();
  t.equal(await nextLetters(), 'CC');
  resetting.reset();
  t.equal(await nextLetters(), 'CC');
  t.equal(lb.stats().backends[0]?.servers[0]?.sessionsNow, 0);
  await end();
});

void t.test('the balancer closes while it connects', together, async (t) => {
  const { lb, connect, nextLetters, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${silent.port} maxconn 1`,
  );
  const started = new Promise((resolve) => lb.once('connection', resolve));
  const client = await connect();
  await started;
  t.same(await lb.close(), { cutSessions: 1 });
  await client.expectEnd();
  t.equal(await nextLetters(), 'K-');
  await end();
});

void t.test('a client that leaves while its redispatch waits in a queue', together, async (t) => {
  const busy = await server(t);
  const { lb, connect, nextClose, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  option redispatch
  timeout connect 300ms
  timeout queue 20s
  server a 127.0.0.1:${silent.port} maxconn 1
  server b 127.0.0.1:${busy.port} maxconn 1`,
  );
  const sessions = (): number => lb.stats().sessionsNow;
  const dialling = await connect();
  await eventually(() => sessions() === 1, 'the first session');
  await connect();
  await busy.next();
  await connect();
  // The place on `a` goes to the third client when the first gives it up; the first has to wait then.
  await eventually(() => lb.stats().backends[0]?.queuedMax === 1, 'the third client in the queue');
  await eventually(
    () => (lb.view().backends[0]?.counters.queuedTotal ?? 0) === 2,
    'the first client in the queue',
  );
  dialling.reset();
  t.match(await nextClose(), { ending: { reason: 'client-left-in-queue' }, retries: 1 });
  await end();
});
