/** In mode http `maxconn` and the queue are for each request: places are given back with the answer, not with the connection. */
import t from 'tap';
import { balance, eventually, server, tookAbout } from '../help/balancer.ts';
import { answer, answering, get, head, message, statusOf } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

/** Each thread keeps connections of its own. */
const ONE_THREAD = { random: Math.random };

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, ...more: readonly string[]): string => `listen l
  mode http
  bind 127.0.0.1:0
  ${more.join('\n  ')}
  server a 127.0.0.1:${port} maxconn 1`;

void t.test('a place is free as soon as the answer is complete', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'http-reuse always'), ONE_THREAD);
  const clients = await Promise.all([running.connect(), running.connect(), running.connect()]);
  const [first, second, third] = clients;
  first?.send(get('/1'));
  const backend = await a.next();
  await head(backend);
  second?.send(get('/2'));
  await eventually(() => running.lb.view().backends[0]?.queuedCount === 1, 'one that waits');
  third?.send(get('/3'));
  await eventually(() => running.lb.view().backends[0]?.queuedCount === 2, 'two that wait');
  for (const [index, client] of clients.entries()) {
    backend.send(answer(`number ${index + 1}`));
    t.match(await message(client), new RegExp(`number ${index + 1}$`));
    if (index < 2) t.match(await head(backend), new RegExp(`^GET /${index + 2} `));
  }
  t.equal(a.peers.length, 1);
  t.equal(running.lb.view().backends[0]?.servers[0]?.servedCount, 0);
  await settledHttp(t, running);
});

void t.test('timeout queue: 503, and the connection goes on', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout queue 300ms', 'http-reuse always'), ONE_THREAD);
  const first = await running.connect();
  first.send(get('/1'));
  const backend = await a.next();
  await head(backend);
  const second = await running.connect();
  const startMs = performance.now();
  second.send(get('/2'));
  t.equal(statusOf(await message(second)), 503);
  tookAbout(t, performance.now() - startMs, 295);
  t.match(await running.nextClose(), {
    ending: { reason: 'queue-timeout' },
    serverName: null,
    http: { status: 503, target: '/2' },
  });
  backend.send(answer('one'));
  await message(first);
  second.send(get('/3'));
  await head(backend);
  backend.send(answer('three'));
  t.match(await message(second), /three$/);
  await settledHttp(t, running);
});

void t.test('a full queue: 503 at once', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
  mode http
  bind 127.0.0.1:0
  cookie S
  server a 127.0.0.1:${a.port} maxconn 1 maxqueue 1 cookie a`,
  );
  const clients = await Promise.all([running.connect(), running.connect(), running.connect()]);
  const [first, second, third] = clients;
  first?.send(get('/', 'Cookie: S=a'));
  await head(await a.next());
  second?.send(get('/', 'Cookie: S=a'));
  await eventually(() => running.lb.view().backends[0]?.servers[0]?.queuedCount === 1, 'one that waits');
  if (third === undefined) throw new Error('no third client');
  third.send(get('/', 'Cookie: S=a'));
  t.equal(statusOf(await message(third)), 503);
  t.match(await running.nextClose(), { ending: { reason: 'queue-full' } });
  await settledHttp(t, running);
});

void t.test('many clients through one place: all are served, none twice', together, async (t) => {
  const a = await server(t, { service: answering(answer('served')) });
  const running = await balance(t, text(a.port, 'timeout queue 20s'));
  const clients = await Promise.all(Array.from({ length: 40 }, () => running.connect()));
  await Promise.all(
    clients.map(async (client) => {
      for (let left = 5; left > 0; left -= 1) {
        client.send(get());
        t.match(await message(client), /served$/);
      }
    }),
  );
  await running.closes.reached(200);
  const view = running.lb.view().backends[0];
  t.equal(view?.servers[0]?.servedCount, 0);
  t.equal(view?.servers[0]?.counters.sessionsTotal, 200);
  await settledHttp(t, running);
});

void t.test('nobody to ask: 503 for each request, the connection goes on', together, async (t) => {
  const running = await balance(
    t,
    `listen l
  mode http
  bind 127.0.0.1:0
  server a 127.0.0.1:1 disabled`,
  );
  const client = await running.connect();
  for (let left = 2; left > 0; left -= 1) {
    client.send(get());
    t.equal(statusOf(await message(client)), 503);
    t.equal(await running.nextLetters(), 'SC');
  }
  await settledHttp(t, running);
});
