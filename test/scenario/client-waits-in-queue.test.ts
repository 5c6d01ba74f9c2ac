/** More clients than places: who waits, how long, who is served next, who is refused. */
import t from 'tap';
import type { Test } from 'tap';
import { balance, eventually, server, tookAbout, type Running } from '../help/balancer.ts';
import type { PeerServer } from '../help/peer.ts';

t.jobs = 20;
const together = { buffered: true };

/** One server with one place. */
async function onePlace(
  t: Test,
  lines: readonly string[] = [],
): Promise<Running & { readonly a: PeerServer }> {
  const a = await server(t);
  const running = await balance(
    t,
    ['listen l', 'bind 127.0.0.1:0', ...lines, `server a 127.0.0.1:${a.port} maxconn 1`].join('\n  '),
  );
  return { ...running, a };
}

/** Waits until so many are queued. */
function queued({ lb }: Running, count: number): Promise<void> {
  return eventually(() => {
    const [backend] = lb.stats().backends;
    const inServers = backend?.servers.reduce((sum, one) => sum + one.queuedNow, 0) ?? 0;
    return (backend?.queuedNow ?? 0) + inServers === count;
  }, `${count} in queues`);
}

void t.test('served in the order of their coming', together, async (t) => {
  const running = await onePlace(t);
  const { a, connect, nextClose, end } = running;
  const clients = [];
  for (const name of ['first', 'second', 'third']) {
    const client = await connect();
    clients.push(client);
    client.end(name);
    await queued(running, clients.length - 1);
  }
  for (const name of ['first', 'second', 'third']) {
    const backend = await a.next();
    await backend.expect(name);
    t.equal(a.openCount, 1, 'one at a time');
    backend.end();
  }
  const records = [await nextClose(), await nextClose(), await nextClose()];
  t.same(
    records.map((record) => record.backendQueuePosition),
    [0, 1, 2],
  );
  t.same(
    records.map((record) => record.queueMs > 0),
    [false, true, true],
  );
  await end();
});

void t.test('timeout queue ends the wait with FIN', together, async (t) => {
  const running = await onePlace(t, ['timeout queue 250ms']);
  const { a, connect, nextClose, end } = running;
  const first = await connect();
  const backend = await a.next();
  const waiting = await connect();
  await waiting.expectEnd();
  const record = await nextClose();
  t.match(record, {
    ending: { cause: 'server-timeout', stage: 'queue', reason: 'queue-timeout' },
    connectMs: -1,
    serverName: null,
  });
  tookAbout(t, record.queueMs, 250);
  t.equal(a.peers.length, 1, 'it never reached a server');
  first.end();
  backend.end();
  await end();
});

void t.test('a silent client ends at timeout client', together, async (t) => {
  const { a, connect, nextLetters, end } = await onePlace(t, [
    'timeout queue 20s',
    'timeout client 300ms',
    'timeout server 20s',
  ]);
  const first = await connect();
  const backend = await a.next();
  const stop = setInterval(() => first.send('.'), 50);
  const waiting = await connect();
  await waiting.expectEnd();
  t.equal(await nextLetters(), 'cQ');
  clearInterval(stop);
  first.end();
  backend.end();
  await end();
});

void t.test('a client that leaves without having said anything', together, async (t) => {
  const running = await onePlace(t);
  const { a, connect, nextLetters, end } = running;
  const first = await connect();
  const backend = await a.next();
  const ending = await connect();
  const resetting = await connect();
  await queued(running, 2);
  ending.end();
  t.equal(await nextLetters(), 'CQ');
  await ending.expectEnd();
  resetting.reset();
  t.equal(await nextLetters(), 'CQ');
  await queued(running, 0);
  first.end();
  backend.end();
  t.equal(await nextLetters(), '--');
  t.equal(a.peers.length, 1);
  await end();
});

void t.test('a client that leaves with a request: stays, or goes with abortonclose', together, async (t) => {
  const patient = await onePlace(t);
  const abort = await onePlace(t, ['option abortonclose']);
  for (const running of [patient, abort]) {
    const first = await running.connect();
    const backend = await running.a.next();
    const waiting = await running.connect();
    waiting.end('request');
    if (running === abort) {
      t.equal(await running.nextLetters(), 'CQ');
      await waiting.expectEnd();
    }
    first.end();
    backend.end();
    t.equal(await running.nextLetters(), '--');
    if (running === patient) {
      const served = await running.a.next();
      await served.expect('request');
      served.end('answer');
      await waiting.expect('answer');
      t.equal(await running.nextLetters(), '--');
    }
    await running.end();
  }
});

void t.test('maxqueue: one too many is closed at once', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  balance source
  server a 127.0.0.1:${a.port} maxconn 1 maxqueue 1`,
  );
  const { connect, nextClose, end } = running;
  await connect();
  await a.next();
  await connect();
  await queued(running, 1);
  const third = await connect();
  await third.expectEnd();
  const record = await nextClose();
  t.match(record, {
    ending: { cause: 'server-abort', stage: 'queue', reason: 'queue-full' },
    serverName: 'a',
  });
  await end();
});

void t.test('the last server goes: all who wait are refused', together, async (t) => {
  const running = await onePlace(t);
  const { lb, a, connect, nextLetters, end } = running;
  const first = await connect();
  const backend = await a.next();
  const waiting = [await connect(), await connect()];
  await queued(running, 2);
  lb.setServerState('l', 'a', 'maint');
  await Promise.all(waiting.map((client) => client.expectEnd()));
  t.same([await nextLetters(), await nextLetters()], ['SC', 'SC']);
  first.send('goes on');
  await backend.expect('goes on');
  first.end();
  backend.end();
  t.equal(await nextLetters(), '--');
  await end();
});

void t.test('a server that comes back serves who waits', together, async (t) => {
  const [a, b] = [await server(t), await server(t)];
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${a.port} maxconn 1
  server b 127.0.0.1:${b.port} maxconn 1 disabled`,
  );
  const { lb, connect, end } = running;
  await connect();
  await a.next();
  await connect();
  await queued(running, 1);
  lb.setServerState('l', 'b', 'ready');
  await b.next();
  await queued(running, 0);
  await end();
});

void t.test('minconn and fullconn: the limit rises with the sessions', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  fullconn 8
  server a 127.0.0.1:${a.port} minconn 1 maxconn 4`,
  );
  const { connect, end } = running;
  for (let count = 1; count <= 9; count += 1) await connect();
  // max(1, sessions * 4 / 8): four of nine at a time.
  await queued(running, 5);
  t.equal(running.lb.stats().backends[0]?.servers[0]?.sessionsNow, 4);
  await end();
  t.equal(running.closes.count, 9);
});

void t.test('the balancer closes while clients wait', together, async (t) => {
  const running = await onePlace(t);
  const { lb, a, connect, end } = running;
  await connect();
  await a.next();
  const waiting = [await connect(), await connect()];
  await queued(running, 2);
  t.same(await lb.close(), { cutSessions: 3 });
  await Promise.all(waiting.map((client) => client.expectEnd()));
  t.equal(a.peers.length, 1, 'nobody is sent to the server only to be cut');
  await end();
});
