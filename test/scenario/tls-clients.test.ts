/** TLS with clients: certificates by name, client certificates, what goes wrong in the handshake, and files that change. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import t, { type Test } from 'tap';
import { makeTestCertificate, type TestCertificate } from '../check/certificates.ts';
import { balance, client, eventually, server, type Running } from '../help/balancer.ts';
import { ManualClock } from '../help/clock.ts';
import { within } from '../help/gate.ts';
import { echo, Peer } from '../help/peer.ts';

/** A folder with certificates for the names, `NAME.pem` each. */
async function certificates(t: Test, ...names: string[]): Promise<{ path: string; made: TestCertificate[] }> {
  const path = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  const made = await Promise.all(names.map(makeTestCertificate));
  made.forEach(({ cert, key }, index) => writeFileSync(join(path, `${names[index]}.pem`), `${cert}\n${key}`));
  return { path, made };
}

/** The client's side of a handshake that succeeds. */
async function secure(t: Test, port: number, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> {
  const own = {
    port,
    host: '127.0.0.1',
    allowHalfOpen: true,
    rejectUnauthorized: false,
    servername: 'a.test',
  };
  const socket = tls.connect({ ...own, ...options });
  t.teardown(() => socket.destroy());
  await within(once(socket, 'secureConnect'), () => 'the handshake');
  return socket;
}

function nameOf(socket: tls.TLSSocket): string {
  return socket.getPeerX509Certificate()?.subject ?? '';
}

async function echoing(t: Test, bind: string, more = '', lines = ''): Promise<Running> {
  const servers = await server(t, { service: echo });
  return balance(
    t,
    `listen l\n bind 127.0.0.1:0 ${bind}\n server a 127.0.0.1:${servers.port} ${more}\n ${lines}`,
  );
}

await t.test('bytes go both ways, each way ends by itself, and the session is told', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem`);
  const socket = await secure(t, running.port);
  const peer = new Peer(socket);
  const bytes = randomBytes(1_000_000);
  peer.end(bytes);
  await peer.expect(bytes);
  await peer.expectEnd();
  const record = await running.nextClose();
  t.match(record, { tlsVersion: 'TLSv1.3', tlsCipher: /^TLS_/, bytesIn: 1_000_000, bytesOut: 1_000_000 });
  t.equal(record.ending.reason, 'normal');
  await running.end();
});

await t.test('a name gets its certificate, any other the first', async (t) => {
  const { path } = await certificates(t, 'a.test', '*.b.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem crt ${path}`);
  for (const [servername, subject] of [
    ['a.test', 'CN=a.test'],
    ['www.b.test', 'CN=*.b.test'],
    ['x.y.b.test', 'CN=a.test'],
    ['unknown.test', 'CN=a.test'],
    ['', 'CN=a.test'],
  ] as const) {
    const socket = await secure(t, running.port, { servername });
    t.equal(nameOf(socket), subject, servername);
    socket.destroy();
  }
  await running.end();
});

await t.test('with strict-sni an unknown name is refused', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem strict-sni`);
  (await secure(t, running.port)).destroy();
  await running.nextClose();
  await t.rejects(secure(t, running.port, { servername: 'b.test' }), /handshake failure/);
  t.equal((await running.nextClose()).ending.reason, 'tls-handshake-failed');
  await running.end();
});

await t.test('versions and protocols are those of the line', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem ssl-max-ver TLSv1.2 alpn x,y`);
  const socket = await secure(t, running.port, { ALPNProtocols: ['y', 'x'] });
  t.equal(socket.getProtocol(), 'TLSv1.2');
  t.equal(socket.alpnProtocol, 'x', 'our order holds');
  await t.rejects(secure(t, running.port, { minVersion: 'TLSv1.3' }), /alert/);
  socket.destroy();
  await running.closes.reached(2);
  await running.end();
});

await t.test('clients show a certificate where one is required', async (t) => {
  const { path, made } = await certificates(t, 'a.test', 'known.test', 'stranger.test');
  const [, known, stranger] = made;
  const running = await echoing(
    t,
    `ssl crt ${path}/a.test.pem ca-file ${path}/known.test.pem verify required`,
  );
  const peer = new Peer(await secure(t, running.port, known ?? {}));
  peer.end('hello');
  await peer.expect('hello');
  await peer.expectEnd();
  t.equal((await running.nextClose()).ending.reason, 'normal');
  for (const one of [stranger, {}]) {
    const refused = await secure(t, running.port, one ?? {}).catch(() => null);
    refused?.on('error', () => {});
    refused?.resume();
    t.equal((await running.nextClose()).ending.reason, 'tls-handshake-failed');
  }
  await running.end();
});

await t.test('what is no handshake is refused, counted, and nothing reaches a server', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem`);
  const plain = await running.connect();
  plain.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  t.equal(await plain.over(), 'ended');
  t.notMatch(plain.text, 'HTTP', 'nothing in the open');
  t.match(await running.nextClose(), { serverName: null, ending: { reason: 'tls-handshake-failed' } });
  (await running.connect()).end();
  t.match(await running.nextClose(), { bytesIn: 0, ending: { reason: 'tls-handshake-failed' } });
  const stats = running.lb.stats();
  t.equal(stats.frontends[0]?.closed['tls-handshake-failed'], 2);
  await running.end();
});

await t.test('a handshake has as long as `timeout client` allows', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem`, '', 'timeout client 100ms');
  const silent = await running.connect();
  t.equal(await silent.over(), 'ended');
  const { ending, totalMs } = await running.nextClose();
  t.equal(ending.reason, 'tls-handshake-timeout');
  t.ok(totalMs >= 100);
  await running.end();
});

await t.test('a handshake takes a place, and gives it back', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem maxconn 1`);
  const silent = await running.connect();
  const waiting = tls.connect({ port: running.port, host: '127.0.0.1', rejectUnauthorized: false });
  t.teardown(() => waiting.destroy());
  await eventually(() => running.lb.stats().frontends[0]?.sessionsNow === 1, 'the handshake to be counted');
  silent.reset();
  await within(once(waiting, 'secureConnect'), () => 'the one behind it');
  waiting.destroy();
  await running.closes.reached(2);
  await running.end();
});

await t.test('clients who are still shaking hands are cut at the end', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem`);
  const silent = await running.connect();
  await eventually(() => running.lb.stats().frontends[0]?.sessionsNow === 1, 'the handshake to be counted');
  await running.end();
  t.equal(await silent.over(), 'ended');
});

await t.test('a session is resumed', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const running = await echoing(t, `ssl crt ${path}/a.test.pem`);
  const first = await secure(t, running.port);
  const session = new Promise<Buffer>((resolve) => first.once('session', resolve));
  first.end('x').resume();
  const second = await secure(t, running.port, { session: await session });
  t.ok(second.isSessionReused());
  second.destroy();
  await running.closes.reached(2);
  await running.end();
});

await t.test('a changed certificate is shown to new clients, and a broken one is not', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const file = join(path, 'a.test.pem');
  const servers = await server(t, { service: echo });
  const clock = new ManualClock();
  const said: string[] = [];
  const note = (_fields: unknown, text?: string): void => void said.push(text ?? '');
  const logger = { debug: note, info: note, warn: note, error: note };
  const running = await balance(
    t,
    `listen l\n bind 127.0.0.1:0 ssl crt ${file}\n server a 127.0.0.1:${servers.port}`,
    { clock, logger },
  );
  const standing = await secure(t, running.port);
  writeFileSync(file, 'broken');
  clock.advance(2000);
  t.match(said.at(-1), /^changed certificates cannot be used, .*: crt .* it holds no certificate/);
  t.equal(nameOf(await secure(t, running.port)), 'CN=a.test');
  const { cert, key } = await makeTestCertificate('b.test');
  writeFileSync(file, `${cert}\n${key}`);
  clock.advance(2000);
  t.equal(said.at(-1), 'changed certificates have been taken up');
  t.equal(nameOf(await secure(t, running.port)), 'CN=b.test');
  const peer = new Peer(standing);
  peer.end('still here');
  await peer.expect('still here');
  await running.lb.close();
});

await t.test('a file that cannot be used refuses the start', async (t) => {
  const { path } = await certificates(t, 'a.test');
  writeFileSync(join(path, 'bad.pem'), 'bad');
  const start = echoing(t, `ssl crt ${path}/bad.pem`);
  await t.rejects(start, { code: 'ERR_CONFIG', message: /^crt '.*bad\.pem' cannot be used/ });
});

await t.test('plain and secured lines stand side by side', async (t) => {
  const { path } = await certificates(t, 'a.test');
  const servers = await server(t, { service: echo });
  const { lb, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0 name open\n bind 127.0.0.1:0 name closed ssl crt ${path}/a.test.pem\n server a 127.0.0.1:${servers.port}`,
  );
  const [open, closed] = lb.addresses;
  const plain = await client(t, open?.port ?? 0);
  plain.end('plain');
  await plain.expect('plain');
  t.match(await nextClose(), { listenerName: 'open', tlsVersion: null });
  const peer = new Peer(await secure(t, closed?.port ?? 0));
  peer.end('secret');
  await peer.expect('secret');
  t.match(await nextClose(), { listenerName: 'closed', tlsVersion: 'TLSv1.3' });
  await end();
});
