/** In mode http somebody is silent: before a request, within it, before the answer, within it; or does not read. */
import t from 'tap';
import { balance, eventually, server, tookAbout } from '../help/balancer.ts';
import { answer, get, head, message, post, statusOf } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, ...more: readonly string[]): string => `listen l
  mode http
  bind 127.0.0.1:0
  ${more.join('\n  ')}
  server a 127.0.0.1:${port}`;

void t.test('no request at all: 408 from accept on', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout http-request 300ms', 'timeout http-keep-alive 5s'));
  const startMs = performance.now();
  const client = await running.connect();
  t.equal(statusOf(await message(client)), 408);
  await client.expectEnd();
  tookAbout(t, performance.now() - startMs, 295);
  t.match(await running.nextClose(), {
    ending: { reason: 'request-timeout' },
    http: { status: 408, method: '' },
  });
  await settledHttp(t, running);
});

void t.test('a head that drips in: 408, however often a byte comes', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout http-request 300ms'));
  const startMs = performance.now();
  const client = await running.connect();
  const drip = setInterval(() => client.send('x'), 50);
  t.teardown(() => clearInterval(drip));
  client.send('GET / HTTP/1.1\r\nX: ');
  t.equal(statusOf(await message(client)), 408);
  tookAbout(t, performance.now() - startMs, 295);
  t.equal(await running.nextLetters(), 'cR');
  clearInterval(drip);
  client.close();
  await settledHttp(t, running);
});

void t.test('a later request is timed from its first byte', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout http-request 300ms', 'timeout http-keep-alive 10s'));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(client);
  await new Promise((resolve) => setTimeout(resolve, 350));
  const startMs = performance.now();
  client.send('GET / HT');
  t.equal(statusOf(await message(client)), 408);
  tookAbout(t, performance.now() - startMs, 295);
  t.same([await running.nextLetters(), await running.nextLetters()], ['--', 'cR']);
  await settledHttp(t, running);
});

void t.test('between two requests: closed without a word and without a record', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout http-keep-alive 200ms'));
  const client = await running.connect();
  const startMs = performance.now();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(client);
  await client.expectEnd();
  tookAbout(t, performance.now() - startMs, 190);
  t.equal(await running.nextLetters(), '--');
  t.equal(running.closes.count, 1);
  await settledHttp(t, running);
});

void t.test('option http-ignore-probes: nothing is said to who said nothing', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout http-request 100ms', 'option http-ignore-probes'));
  const client = await running.connect();
  await client.expectEnd();
  t.equal(running.closes.count, 0);
  await settledHttp(t, running);
});

void t.test('a client within its upload: 408', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout client 300ms'));
  const client = await running.connect();
  client.send(post(10, 'half'));
  const backend = await a.next();
  await head(backend);
  await backend.expect('half');
  t.equal(statusOf(await message(client)), 408);
  await client.expectEnd();
  await backend.over();
  t.match(await running.nextClose(), { ending: { reason: 'client-timeout' }, http: { status: 408 } });
  client.close();
  await settledHttp(t, running);
});

void t.test(
  'a client that waited in a queue with half its upload has its time from then on',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(
      t,
      `listen l
  mode http
  bind 127.0.0.1:0
  timeout client 300ms
  timeout queue 20s
  server a 127.0.0.1:${a.port} maxconn 1`,
    );
    const first = await running.connect();
    first.send(get());
    const backend = await a.next();
    await head(backend);
    const second = await running.connect();
    second.send(post(40_000, 'x'.repeat(39_999)));
    await eventually(() => running.lb.view().backends[0]?.queuedCount === 1, 'a queue');
    await new Promise((resolve) => setTimeout(resolve, 400));
    backend.send(answer('one'));
    await message(first);
    const fresh = await a.next();
    await head(fresh);
    await fresh.expect('x'.repeat(39_999));
    second.send('y');
    await fresh.expect('y');
    fresh.send(answer('two'));
    t.match(await message(second), /two$/);
    await settledHttp(t, running);
  },
);

void t.test('a server before its answer: 504, and the connection goes on', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout server 300ms'));
  const client = await running.connect();
  const startMs = performance.now();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  t.equal(statusOf(await message(client)), 504);
  tookAbout(t, performance.now() - startMs, 295);
  await backend.over();
  t.match(await running.nextClose(), { ending: { reason: 'response-timeout' }, http: { status: 504 } });
  client.send(get('/again'));
  const fresh = await a.next();
  await head(fresh);
  fresh.send(answer('well'));
  t.match(await message(client), /well$/);
  await settledHttp(t, running);
});

void t.test('a server within its answer: what came is cut off', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout server 500ms'));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
  await head(client);
  await client.expect('half');
  await client.expectEnd();
  await backend.over();
  t.match(await running.nextClose(), { ending: { reason: 'server-timeout' }, http: { status: 200 } });
  await settledHttp(t, running);
});

void t.test('a server that talks now and then is not silent', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout server 1s', 'timeout client 1s'));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n');
  await head(client);
  for (const letter of 'steady') {
    await new Promise((resolve) => setTimeout(resolve, 250));
    backend.send(letter);
    await client.expect(letter);
  }
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test('a tarpitted client waits for its answer', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    text(a.port, 'timeout tarpit 300ms', 'http-request tarpit deny_status 429'),
  );
  const client = await running.connect();
  const startMs = performance.now();
  client.send(get());
  t.equal(statusOf(await message(client)), 429);
  tookAbout(t, performance.now() - startMs, 295);
  t.equal(await running.nextLetters(), 'PT');
  t.equal(a.peers.length, 0);
  await settledHttp(t, running);
});

// By themselves: what they send keeps the process busy for longer than others may be silent.

void t.test('a client that does not take its answer', async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout client 300ms'));
  const client = (await running.connect(true)).count();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(`HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n${'x'.repeat(50_000_000)}`);
  await backend.over();
  t.match(await running.nextClose(), { ending: { reason: 'client-timeout' }, http: { status: 200 } });
  await eventually(() => running.lb.view().sessionsNow === 0, 'the client to be let go');
  client.close();
  await settledHttp(t, running);
});

void t.test('a client that takes all but the end of its answer', async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'timeout client 300ms', 'timeout http-keep-alive 20s'));
  const client = (await running.connect(true)).count();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  // One piece more than the kernels hold: the last of it stays with us, with the answer complete.
  const piece = Buffer.alloc(30_000);
  backend.send('HTTP/1.1 200 OK\r\nContent-Length: 30000000\r\n\r\n');
  for (let left = 1000; left > 0; left -= 1) backend.send(piece);
  await eventually(() => running.lb.view().sessionsNow === 0, 'the client to be let go');
  client.close();
  await settledHttp(t, running);
});

void t.test('a server that does not take an upload', async (t) => {
  const a = await server(t, { held: true });
  const running = await balance(t, text(a.port, 'timeout server 300ms'));
  const client = await running.connect();
  client.send(post(50_000_000, 'x'.repeat(50_000_000)));
  t.equal(statusOf(await message(client)), 504);
  t.match(await running.nextClose(), { ending: { reason: 'response-timeout' }, http: { status: 504 } });
  client.close();
  await settledHttp(t, running);
});
