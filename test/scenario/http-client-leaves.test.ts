/** In mode http a client goes away: while it waits, in the middle of its request, in the middle of the answer. */
import t from 'tap';
import { balance, eventually, server, type Running } from '../help/balancer.ts';
import { answer, chunk, get, head, message, post, request, statusOf } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, more = '', server = ''): string => `listen l
  mode http
  bind 127.0.0.1:0
${more}
  server a 127.0.0.1:${port} ${server}`;

const served = ({ lb }: Running): number => lb.view().backends[0]?.servers[0]?.servedCount ?? -1;

void t.test('waiting for the answer, by a reset: the server sees one too', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  client.reset();
  await backend.expectReset();
  t.match(await running.nextClose(), { ending: { reason: 'client-left-waiting' }, http: { status: -1 } });
  t.equal(served(running), 0);
  await settledHttp(t, running);
});

void t.test('waiting for the answer, by an end: it still gets it', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.end(get());
  const backend = await a.next();
  await head(backend);
  backend.send(answer('late'));
  t.match(await message(client), /late$/);
  await client.expectEnd();
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test('the same with option abortonclose: the server is let go', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, '  option abortonclose'));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  client.end();
  await backend.expectReset();
  await client.expectEnd();
  t.equal(await running.nextLetters(), 'CH');
  await settledHttp(t, running);
});

for (const how of ['reset', 'end'] as const) {
  void t.test(`in the queue (${how}): nobody is asked, and the next one is served`, together, async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port, '  option abortonclose\n  timeout queue 20s', 'maxconn 1'));
    const first = await running.connect();
    first.send(get('/first'));
    const backend = await a.next();
    await head(backend);
    const second = await running.connect();
    second.send(get('/second'));
    await eventually(() => running.lb.view().backends[0]?.queuedCount === 1, 'a queue');
    second[how]();
    t.match(await running.nextClose(), {
      ending: { reason: 'client-left-in-queue' },
      serverName: null,
      http: { method: 'GET', status: -1 },
    });
    backend.send(answer('one'));
    t.match(await message(first), /one$/);
    await running.nextClose();
    t.equal(a.peers.length, 1);
    t.equal(served(running), 0);
    await settledHttp(t, running);
  });
}

void t.test('in the middle of a large answer, by a reset', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nbegun');
  await head(client);
  await client.expect('begun');
  client.reset();
  await backend.expectReset();
  t.match(await running.nextClose(), { ending: { reason: 'client-reset' }, http: { status: 200 } });
  await settledHttp(t, running);
});

void t.test('in the middle of an answer, by an end: it gets the rest', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('one')}`);
  await head(client);
  await client.expect(chunk('one'));
  client.end();
  // An end that is not told cannot be waited for; what comes behind it is the proof.
  backend.send(`${chunk('two')}0\r\n\r\n`);
  await client.expect(`${chunk('two')}0\r\n\r\n`);
  await client.expectEnd();
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

for (const how of ['reset', 'end'] as const) {
  void t.test(
    `in the middle of its upload (${how}): the server is not made to believe it was all`,
    together,
    async (t) => {
      const a = await server(t);
      const running = await balance(t, text(a.port));
      const client = await running.connect();
      client.send(post(10, 'half'));
      const backend = await a.next();
      await head(backend);
      await backend.expect('half');
      client[how]();
      await backend.expectReset();
      if (how === 'end') {
        t.equal(statusOf(await message(client)), 400);
        await client.expectEnd();
      }
      t.match(await running.nextClose(), { ending: { cause: 'client-abort' }, bytesIn: /\d/ });
      await settledHttp(t, running);
    },
  );
}

void t.test(
  'in the middle of its chunked upload, with an answer begun: both are cut',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send(request('POST /', 'Transfer-Encoding: chunked') + chunk('half'));
    const backend = await a.next();
    await head(backend);
    await backend.expect(chunk('half'));
    backend.send(`HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf`);
    await head(client);
    await client.expect('half');
    client.end();
    await backend.expectReset();
    await client.expectEnd();
    t.equal(await running.nextLetters(), 'CD');
    await settledHttp(t, running);
  },
);

void t.test('in the middle of its head', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const one = await running.connect();
  one.end('GET / HTTP/1.1\r\nHo');
  t.equal(statusOf(await message(one)), 400);
  await one.expectEnd();
  t.match(await running.nextClose(), {
    ending: { reason: 'client-left-request' },
    http: { method: '', status: 400 },
  });
  const other = await running.connect();
  other.send(`${get()}GET / HTTP/1.1\r\nHo`);
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(other);
  await running.nextClose();
  other.reset();
  t.match(await running.nextClose(), { ending: { reason: 'client-left-request' }, http: { status: -1 } });
  await settledHttp(t, running);
});

void t.test('between two requests: that is no request', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  for (const how of ['reset', 'end'] as const) {
    const client = await running.connect();
    client.send(get());
    const backend = await a.next();
    await head(backend);
    backend.send(answer('one', 'Connection: close'));
    t.match(await message(client), /one$/);
    client[how]();
    await client.over();
    t.equal(await running.nextLetters(), '--');
  }
  t.equal(running.closes.count, 2);
  await settledHttp(t, running);
});

void t.test('while a tarpitted answer is on its way', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, '  timeout tarpit 20s\n  http-request tarpit'));
  const client = await running.connect();
  client.send(get());
  await eventually(() => running.lb.view().frontends[0]?.counters.http?.requestsTotal === 1, 'the request');
  client.reset();
  t.match(await running.nextClose(), { ending: { cause: 'client-abort' }, http: { status: -1 } });
  t.equal(a.peers.length, 0);
  await settledHttp(t, running);
});
