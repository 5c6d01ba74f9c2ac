/** In mode http bodies of every kind pass: lengths, chunks, trailers, until the end, none; and a server that has heard enough. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { balance, server } from '../help/balancer.ts';
import { answer, chunk, get, head, message, post, request, response, statusOf } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, more = ''): string => `listen l
  mode http
  bind 127.0.0.1:0
${more}
  server a 127.0.0.1:${port}`;

void t.test('chunks and trailers both ways', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  const lines = ['Transfer-Encoding: chunked', 'Trailer: X-Sum'];
  client.send(request('POST /', ...lines) + chunk('one') + chunk('two'));
  const backend = await a.next();
  t.match(await head(backend), /transfer-encoding: chunked/);
  await backend.expect(chunk('one') + chunk('two'));
  client.send('0\r\nX-Sum: 6\r\n\r\n');
  await backend.expect('0\r\nx-sum: 6\r\n\r\n');
  backend.send(`HTTP/1.1 200 OK\r\n${lines.join('\r\n')}\r\n\r\n${chunk('three')}`);
  t.match(await head(client), /trailer: X-Sum[^]*transfer-encoding: chunked/);
  await client.expect(chunk('three'));
  backend.send('0\r\nX-Sum: 5\r\n\r\n');
  await client.expect('0\r\nx-sum: 5\r\n\r\n');
  client.send(get('/next'));
  t.match(await head(backend), /^GET \/next /, 'both connections go on');
  backend.send(answer());
  await message(client);
  t.same([await running.nextLetters(), await running.nextLetters()], ['--', '--']);
  await settledHttp(t, running);
});

void t.test('an empty chunked body', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(`${request('POST /', 'Transfer-Encoding: chunked')}0\r\n\r\n`);
  const backend = await a.next();
  await head(backend);
  await backend.expect('0\r\n\r\n');
  backend.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
  await head(client);
  await client.expect('0\r\n\r\n');
  await settledHttp(t, running);
});

void t.test('a body of many sizes arrives whole', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  const body = Buffer.alloc(3_000_000, 'all sorts of bytes \u0000\u00ff\r\n\r\n', 'latin1');
  client.send(request('POST /', `Content-Length: ${body.length}`));
  for (let at = 0, step = 1; at < body.length; at += step, step = (step * 7) % 100_003)
    client.send(body.subarray(at, Math.min(body.length, at + step)));
  const backend = await a.next();
  const top = await head(backend);
  await backend.expectCount(top.length + body.length);
  const got = createHash('sha256').update(backend.text, 'latin1').digest('hex');
  t.equal(got, createHash('sha256').update(body).digest('hex'));
  backend.send(answer());
  await message(client);
  t.match(await running.nextClose(), { bytesIn: top.length + body.length });
  await settledHttp(t, running);
});

void t.test('a client of 1.0 gets chunks as bytes, and an end', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
  const backend = await a.next();
  t.match(await head(backend), /^GET \/ HTTP\/1\.0\r\n/);
  backend.send(
    `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('one')}${chunk('two')}0\r\n\r\n`,
  );
  const top = await head(client);
  t.match(top, /connection: close/);
  t.notMatch(top, /transfer-encoding/);
  await client.expect('onetwo');
  await client.expectEnd();
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test(
  'a client of 1.0 that asks for it keeps its connection where a length is known',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    for (let left = 2; left > 0; left -= 1) {
      client.send('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
      const backend = await a.next();
      await head(backend);
      backend.send(answer('one'));
      backend.end();
      t.match(await message(client), /connection: keep-alive\r\n[^]*one$/);
    }
    client.send('GET / HTTP/1.0\r\n\r\n');
    const backend = await a.next();
    await head(backend);
    backend.send(answer('two'));
    t.match(await message(client), /connection: close\r\n[^]*two$/);
    await client.expectEnd();
    await settledHttp(t, running);
  },
);

void t.test('answers without a body say how long one would be', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(request('HEAD /') + get('/none') + get('/same') + get('/all'));
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
  t.match(await head(client), /content-length: 1000\r\n/);
  await head(backend);
  backend.send('HTTP/1.1 204 No Content\r\n\r\n');
  t.match(await head(client), /^HTTP\/1\.1 204 /);
  await head(backend);
  backend.send('HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n');
  t.match(await head(client), /^HTTP\/1\.1 304 /);
  await head(backend);
  backend.send(answer('whole'));
  t.match(await message(client), /whole$/);
  t.equal(a.peers.length, 1);
  await settledHttp(t, running);
});

void t.test('HEAD answered in chunks that do not come', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(request('HEAD /') + get('/next'));
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  await head(client);
  await head(backend);
  backend.send(answer('next'));
  t.match(await message(client), /next$/);
  await settledHttp(t, running);
});

void t.test('Expect: the server says when to go on', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(post(5, '', 'Expect: 100-continue'));
  const backend = await a.next();
  t.match(await head(backend), /expect: 100-continue/i);
  backend.send('HTTP/1.1 100 Continue\r\n\r\n');
  await client.expect('HTTP/1.1 100 Continue\r\n\r\n');
  client.send('hello');
  await backend.expect('hello');
  backend.send(answer('thanks'));
  t.match(await message(client), /thanks$/);
  t.match(await running.nextClose(), { ending: { reason: 'normal' }, http: { status: 200 } });
  await settledHttp(t, running);
});

void t.test(
  'Expect: the server does not want it; nothing is taken for the next request',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send(post(5, '', 'Expect: 100-continue'));
    const backend = await a.next();
    await head(backend);
    backend.send(response('417 Expectation Failed'));
    const top = await head(client);
    t.equal(statusOf(top), 417);
    t.match(top, /connection: close/);
    await client.expectEnd();
    await backend.over();
    client.end();
    t.match(await running.nextClose(), { ending: { reason: 'normal' }, http: { status: 417 } });
    await settledHttp(t, running);
  },
);

for (const how of ['closes', 'keeps its connection'] as const) {
  void t.test(`the server answers before the upload is complete and ${how}`, together, async (t) => {
    const a = await server(t, { held: true });
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send(post(50_000_000, 'x'.repeat(20_000_000)));
    const backend = await a.next();
    backend.release();
    await head(backend);
    backend.hold();
    backend.send(response('413 Content Too Large', 'too much'));
    if (how === 'closes') backend.socket.end();
    const got = await message(client);
    t.equal(statusOf(got), 413);
    t.match(got, /too much$/);
    await client.expectEnd();
    client.close();
    t.match(await running.nextClose(), { ending: { reason: 'normal' }, http: { status: 413 } });
    await settledHttp(t, running);
  });
}

void t.test('an answer that runs beside the upload keeps both connections', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(request('POST /', 'Transfer-Encoding: chunked') + chunk('a'));
  const backend = await a.next();
  await head(backend);
  await backend.expect(chunk('a'));
  backend.send(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('A')}`);
  await head(client);
  await client.expect(chunk('A'));
  client.send(`${chunk('b')}0\r\n\r\n`);
  await backend.expect(`${chunk('b')}0\r\n\r\n`);
  backend.send(`${chunk('B')}0\r\n\r\n`);
  await client.expect(`${chunk('B')}0\r\n\r\n`);
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});
