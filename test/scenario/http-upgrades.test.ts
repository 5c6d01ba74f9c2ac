/** In mode http a request becomes something else: 101 or CONNECT, bytes before and behind, ends, silence; or it does not. */
import t from 'tap';
import { balance, server, tookAbout, type Running } from '../help/balancer.ts';
import { answer, get, head, message, request, response, statusOf } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';
import type { Peer, PeerServer } from '../help/peer.ts';

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, more = '', server = ''): string => `listen l
  mode http
  bind 127.0.0.1:0
${more}
  server a 127.0.0.1:${port} ${server}`;

const UPGRADE = get('/chat', 'Connection: Upgrade', 'Upgrade: echo');
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n';

/** As far as both speak the other protocol. */
async function upgraded(running: Running, a: PeerServer): Promise<{ client: Peer; backend: Peer }> {
  const client = await running.connect();
  client.send(UPGRADE);
  const backend = await a.next();
  t.match(await head(backend), /upgrade: echo\r\nconnection: upgrade\r\n/i);
  backend.send(SWITCHED);
  t.match(await head(client), /^HTTP\/1\.1 101 [^]*connection: upgrade/);
  return { client, backend };
}

void t.test('bytes both ways, then an end each', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, '', 'maxconn 1'));
  const { client, backend } = await upgraded(running, a);
  client.send('from the client');
  await backend.expect('from the client');
  backend.send('from the server');
  await client.expect('from the server');
  t.equal(running.lb.view().backends[0]?.servers[0]?.servedCount, 1, 'the place is taken until the end');
  t.equal(running.closes.count, 0);
  client.end();
  await backend.expectEnd();
  backend.end('still');
  await client.expect('still');
  await client.expectEnd();
  const record = await running.nextClose();
  t.match(record, { ending: { reason: 'normal' }, http: { status: 101, method: 'GET' } });
  t.equal(record.bytesIn, running.lb.stats().frontends[0]?.bytesIn);
  t.ok(record.bytesOut > 'from the server'.length + 'still'.length);
  await settledHttp(t, running);
});

void t.test('bytes right behind 101, and an end right behind these', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(UPGRADE);
  const backend = await a.next();
  await head(backend);
  backend.end(`${SWITCHED}first words`);
  await head(client);
  await client.expect('first words');
  await client.expectEnd();
  client.end();
  t.match(await running.nextClose(), { http: { status: 101 }, ending: { reason: 'normal' } });
  await settledHttp(t, running);
});

void t.test('bytes of the client before 101 reach the server behind it', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(`${UPGRADE}eager`);
  const backend = await a.next();
  await head(backend);
  t.equal(backend.text, '');
  client.send(' to talk');
  backend.send(SWITCHED);
  await head(client);
  await backend.expect('eager to talk');
  client.end();
  await backend.expectEnd();
  backend.end();
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test('a client that has ended before 101', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.end(`${UPGRADE}all`);
  const backend = await a.next();
  await head(backend);
  backend.send(SWITCHED);
  await head(client);
  await backend.expect('all');
  await backend.expectEnd();
  backend.end('yes');
  await client.expect('yes');
  await client.expectEnd();
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test('more than the read-ahead before 101: nothing is lost', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  const eager = 'e'.repeat(400_000);
  client.send(UPGRADE + eager);
  const backend = await a.next();
  await head(backend);
  backend.send(SWITCHED);
  await head(client);
  await backend.expect(eager);
  client.end();
  backend.end();
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test('refused by the server: the connection goes on as HTTP', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(UPGRADE + get('/behind'));
  const backend = await a.next();
  await head(backend);
  backend.send(response('403 Forbidden', 'no'));
  t.match(await message(client), /^HTTP\/1\.1 403 [^]*no$/);
  t.match(await head(backend), /^GET \/behind /);
  backend.send(answer('well'));
  t.match(await message(client), /well$/);
  t.equal(a.peers.length, 1);
  await settledHttp(t, running);
});

void t.test('101 that nobody asked for: 502', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(SWITCHED);
  t.equal(statusOf(await message(client)), 502);
  await backend.over();
  t.equal(await running.nextLetters(), 'PH');
  await settledHttp(t, running);
});

void t.test('a reset of the client is one for the server', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const { client, backend } = await upgraded(running, a);
  client.reset();
  await backend.expectReset();
  t.match(await running.nextClose(), { ending: { reason: 'client-reset' }, http: { status: 101 } });
  await settledHttp(t, running);
});

void t.test('a reset of the server is an end for the client', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const { client, backend } = await upgraded(running, a);
  backend.reset();
  await client.expectEnd();
  t.match(await running.nextClose(), { ending: { reason: 'server-reset' }, http: { status: 101 } });
  await settledHttp(t, running);
});

void t.test('timeout tunnel is the one that counts', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    text(a.port, '  timeout tunnel 500ms\n  timeout client 200ms\n  timeout server 200ms'),
  );
  const startMs = performance.now();
  const { client } = await upgraded(running, a);
  await client.expectEnd();
  tookAbout(t, performance.now() - startMs, 490);
  t.equal(await running.nextLetters(), 'cD');
  await settledHttp(t, running);
});

void t.test('CONNECT: a tunnel after 200, HTTP after anything else', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const connect = 'CONNECT test:443 HTTP/1.1\r\nHost: test:443\r\n\r\n';
  const client = await running.connect();
  client.send(connect);
  const backend = await a.next();
  t.match(await head(backend), /^CONNECT test:443 /);
  backend.send(response('407 Proxy Authentication Required', 'who?'));
  t.match(await message(client), /^HTTP\/1\.1 407 [^]*who\?$/);
  client.send(`${connect}hello`);
  await head(backend);
  backend.send('HTTP/1.1 200 OK\r\n\r\nwelcome');
  t.equal(statusOf(await head(client)), 200);
  await client.expect('welcome');
  await backend.expect('hello');
  client.end();
  backend.end();
  t.match(
    [await running.nextClose(), await running.nextClose()],
    [{ http: { status: 407 } }, { http: { status: 200, method: 'CONNECT' }, ending: { reason: 'normal' } }],
  );
  await settledHttp(t, running);
});

void t.test('an upgrade in HTTP/1.0 or with a body is none', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(request('POST /', 'Connection: Upgrade', 'Upgrade: echo', 'Content-Length: 2') + 'hi');
  const backend = await a.next();
  t.notMatch(await head(backend), /upgrade/i);
  await backend.expect('hi');
  backend.send(answer('plain'));
  t.match(await message(client), /plain$/);
  await settledHttp(t, running);
});

void t.test('a tunnel is cut when the balancer closes', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const { client, backend } = await upgraded(running, a);
  t.same(await running.lb.close({ drainMs: 50 }), { cutSessions: 1 });
  await client.expectEnd();
  await backend.over();
  t.match(await running.nextClose(), { ending: { reason: 'killed' }, http: { status: 101 } });
  await settledHttp(t, running);
});
