/** More clients than may come in: they wait at the door as in the kernel's queue, first come first served. */
import t from 'tap';
import { balance, client, eventually, server, type Running } from '../help/balancer.ts';
import type { Peer } from '../help/peer.ts';

t.jobs = 20;
const together = { buffered: true };

function accepted({ lb }: Running, count: number): Promise<void> {
  return eventually(
    () =>
      lb
        .view()
        .frontends.reduce(
          (sum, one) => sum + one.listeners.reduce((all, { counters }) => all + counters.connectionsTotal, 0),
          0,
        ) === count,
    `${count} connections`,
  );
}

/** What becomes of a client; it may be reset before it has noticed that it was connected. */
async function fate({ connect }: Running): Promise<string> {
  try {
    const peer = await connect();
    return await peer.over();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ECONNRESET') return 'reset';
    throw error;
  }
}

const LIMITS: readonly (readonly [string, string, string, string])[] = [
  ['bind', '', 'maxconn 2', ''],
  ['frontend', '', '', 'maxconn 2'],
  ['process', 'global\n  maxconn 2', '', ''],
];

for (const [name, global, bind, frontend] of LIMITS) {
  void t.test(`maxconn of the ${name}`, together, async (t) => {
    const a = await server(t);
    const running = await balance(
      t,
      `${global}
listen l
  bind 127.0.0.1:0 ${bind}
  ${frontend}
  server a 127.0.0.1:${a.port}`,
    );
    const { lb, connect, end } = running;
    const clients: Peer[] = [];
    for (const word of ['one', 'two', 'three', 'four']) {
      const peer = await connect();
      peer.send(word);
      clients.push(peer);
      await accepted(running, clients.length);
    }
    const first = await a.next();
    const second = await a.next();
    await first.expect('one');
    await second.expect('two');
    t.equal(lb.stats().sessionsNow, 2);
    t.equal(lb.stats().sessionsTotal, 2, 'those at the door are no sessions');
    t.ok(
      clients.every((peer) => peer.state === 'open'),
      'and see nothing but silence',
    );
    clients[1]?.end();
    second.end();
    const third = await a.next();
    await third.expect('three');
    clients[0]?.end();
    first.end();
    await (await a.next()).expect('four');
    t.equal(lb.stats().frontends[0]?.sessionsMax, 2);
    await end();
  });
}

void t.test('more than the backlog are reset and counted by reason', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0 maxconn 1 backlog 3
  server a 127.0.0.1:${a.port}`,
  );
  const clients: Peer[] = [];
  for (let count = 1; count <= 4; count += 1) {
    clients.push(await running.connect());
    await accepted(running, count);
  }
  for (let count = 5; count <= 7; count += 1) {
    t.equal(await fate(running), 'reset');
    await accepted(running, count);
  }
  t.same(running.lb.stats().frontends[0]?.listeners[0]?.refused, { 'backlog-full': 3 });
  await running.end();
  t.same(running.lb.stats().frontends[0]?.listeners[0]?.refused, { 'backlog-full': 3, 'shutting-down': 3 });
  await Promise.all(clients.slice(1, 4).map((peer) => peer.expectReset()));
});

void t.test('a client that left the door meanwhile takes no place for long', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, `listen l\n bind 127.0.0.1:0 maxconn 1\n server a 127.0.0.1:${a.port}`);
  const first = await running.connect();
  const backend = await a.next();
  const gone = [await running.connect(), await running.connect()];
  const last = await running.connect();
  await accepted(running, 4);
  for (const peer of gone) peer.reset();
  last.send('here');
  first.end();
  backend.end();
  t.equal(await running.nextLetters(), '--');
  await eventually(() => a.peers.some((peer) => peer.text === 'here'), 'the last client to be served');
  await running.end();
});

void t.test('rate-limit sessions 3: at 0, 0, 0, 1.0, 1.33, 1.67 s', together, async (t) => {
  const seenMs: number[] = [];
  const a = await server(t, { service: () => seenMs.push(performance.now()) });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  rate-limit sessions 3
  server a 127.0.0.1:${a.port}`,
  );
  await Promise.all(Array.from({ length: 6 }, () => running.connect()));
  for (let left = 6; left > 0; left -= 1) await a.next();
  const [firstMs = 0] = seenMs;
  const wanted = [0, 0, 0, 1000, 1333, 1667];
  for (const [index, atMs] of wanted.entries()) {
    const offMs = (seenMs[index] ?? 0) - firstMs - atMs;
    t.ok(offMs > -50 && offMs < 500, `client ${index + 1} is ${offMs.toFixed(0)} ms off ${atMs}`);
  }
  await running.end();
});

void t.test('a door with many clients does not starve another frontend', together, async (t) => {
  const a = await server(t, { service: (peer) => peer.socket.pipe(peer.socket) });
  const running = await balance(
    t,
    `global
  maxconn 1
frontend busy
  bind 127.0.0.1:0
  default_backend b
frontend quiet
  bind 127.0.0.1:0
  default_backend b
backend b
  server a 127.0.0.1:${a.port}`,
  );
  const [busy, quiet] = running.lb.addresses;
  const crowd: Peer[] = [];
  for (let left = 8; left > 0; left -= 1) crowd.push(await client(t, busy?.port ?? 0));
  await accepted(running, 8);
  const one = await client(t, quiet?.port ?? 0);
  await accepted(running, 9);
  one.end('let me in');
  const order: string[] = [];
  const noted = [...crowd, one].map(async (peer) => {
    await peer.over();
    order.push(peer === one ? 'quiet' : 'busy');
  });
  for (const peer of crowd) peer.end('x');
  await Promise.all(noted);
  t.ok(order.indexOf('quiet') <= 3, order.join(' '));
  await running.end();
});
