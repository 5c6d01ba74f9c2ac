/** In mode http a server goes away: before its answer, in the middle of it, or from a connection that was kept. */
import t from 'tap';
import { balance, server } from '../help/balancer.ts';
import { chunk, answer, get, head, message, post, statusOf } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

t.jobs = 20;
const together = { buffered: true };

const text = (port: number): string => `listen l
  mode http
  bind 127.0.0.1:0
  server a 127.0.0.1:${port}`;

const PAGE_502 = /^HTTP\/1\.1 502 Bad Gateway\r\n[^]*invalid or incomplete response/;

void t.test('without a word: 502, and the connection goes on', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get('/first'));
  const backend = await a.next();
  await head(backend);
  backend.end();
  t.match(await message(client), PAGE_502);
  t.equal(await running.nextLetters(), 'SH');
  client.send(get('/second'));
  const again = await a.next();
  t.match(await head(again), /^GET \/second /);
  again.send(answer('well'));
  t.match(await message(client), /well$/);
  await settledHttp(t, running);
});

void t.test('by a reset before its answer: 502', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.reset();
  t.match(await message(client), PAGE_502);
  t.match(await running.nextClose(), { ending: { reason: 'server-left-waiting' }, http: { status: 502 } });
  await settledHttp(t, running);
});

void t.test('in the middle of the head: 502', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.end('HTTP/1.1 200 OK\r\nContent-Le');
  t.match(await message(client), PAGE_502);
  t.match(await running.nextClose(), { ending: { reason: 'server-left-waiting' }, http: { status: 502 } });
  await settledHttp(t, running);
});

void t.test('after an interim answer: that is passed on, then 502', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n');
  t.match(await head(client), /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a\.css>\r\n\r\n$/);
  backend.end();
  t.match(await message(client), PAGE_502);
  t.equal(await running.nextLetters(), 'SH');
  await settledHttp(t, running);
});

for (const how of ['end', 'reset'] as const) {
  void t.test(
    `in the middle of a body of known length (${how}): the client gets what came`,
    together,
    async (t) => {
      const a = await server(t);
      const running = await balance(t, text(a.port));
      const client = await running.connect();
      client.send(get());
      const backend = await a.next();
      await head(backend);
      backend.send('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
      t.match(await head(client), /^HTTP\/1\.1 200 OK/);
      await client.expect('half');
      backend[how]();
      await client.expectEnd();
      t.match(await running.nextClose(), {
        ending: { cause: 'server-abort', stage: 'data' },
        http: { status: 200 },
      });
      await settledHttp(t, running);
    },
  );

  void t.test(`in the middle of a chunked body (${how}): no last chunk is made up`, together, async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send(get());
    const backend = await a.next();
    await head(backend);
    backend.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('half')}`);
    await head(client);
    await client.expect(chunk('half'));
    backend[how]();
    await client.expectEnd();
    t.equal(await running.nextLetters(), 'SD');
    await settledHttp(t, running);
  });
}

void t.test('a body that ends with the connection ends in order', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 200 OK\r\n\r\n');
  t.match(await head(client), /connection: close/);
  backend.end('to the end');
  await client.expect('to the end');
  await client.expectEnd();
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test('a kept connection ends just as it is used: GET is sent again, unseen', together, async (t) => {
  for (const how of ['end', 'reset'] as const) {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send(get('/first'));
    const backend = await a.next();
    await head(backend);
    backend.send(answer('one'));
    await message(client);
    client.send(get('/second'));
    t.match(await head(backend), /^GET \/second /, 'the connection was kept');
    backend[how]();
    const fresh = await a.next();
    t.match(await head(fresh), /^GET \/second /);
    fresh.send(answer('two'));
    t.match(await message(client), /two$/);
    t.same([await running.nextLetters(), await running.nextLetters()], ['--', '--']);
    await settledHttp(t, running);
  }
});

void t.test('the second connection is no better: the client is told', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get('/first'));
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(client);
  client.send(get('/second'));
  await head(backend);
  backend.end();
  const fresh = await a.next();
  await head(fresh);
  fresh.end();
  t.match(await message(client), PAGE_502);
  t.same([await running.nextLetters(), await running.nextLetters()], ['--', 'SH']);
  await settledHttp(t, running);
});

void t.test(
  'a kept connection ends just as it is used: POST is not sent twice, the client sees an end',
  together,
  async (t) => {
    for (const how of ['end', 'reset'] as const) {
      const a = await server(t);
      const running = await balance(t, text(a.port));
      const client = await running.connect();
      client.send(get('/first'));
      const backend = await a.next();
      await head(backend);
      backend.send(answer('one'));
      await message(client);
      client.send(post(3, 'abc'));
      await head(backend);
      await backend.expect('abc');
      backend[how]();
      await client.expectEnd();
      t.equal(a.peers.length, 1);
      t.equal(await running.nextLetters(), '--');
      t.match(await running.nextClose(), { ending: { reason: 'server-left-waiting' } });
      await settledHttp(t, running);
    }
  },
);

void t.test('what had begun to answer on a kept connection is not asked again', together, async (t) => {
  for (const how of ['end', 'reset'] as const) {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send(get('/first'));
    const backend = await a.next();
    await head(backend);
    backend.send(answer('one'));
    await message(client);
    client.send(get('/second'));
    await head(backend);
    await backend.flush('HTTP/1.1 103 Early Hints\r\n\r\n');
    await head(client);
    backend[how]();
    t.equal(statusOf(await message(client)), 502);
    t.equal(a.peers.length, 1);
    await settledHttp(t, running);
  }
});

void t.test('more than was asked for: the connection is of no further use', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get('/first') + get('/second'));
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one') + answer('forged'));
  t.match(await message(client), /one$/);
  const fresh = await a.next();
  t.match(await head(fresh), /^GET \/second /);
  fresh.send(answer('two'));
  t.match(await message(client), /two$/);
  t.same([await running.nextLetters(), await running.nextLetters()], ['--', '--']);
  await settledHttp(t, running);
});

void t.test('bytes that nobody asked for on a kept connection: it is closed', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get('/first'));
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(client);
  backend.send(answer('forged'));
  await backend.over();
  client.send(get('/second'));
  const fresh = await a.next();
  await head(fresh);
  fresh.send(answer('two'));
  t.match(await message(client), /two$/);
  await settledHttp(t, running);
});
