/** TLS to servers: names, trust, checks, and what a failure is called. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import t, { type Test } from 'tap';
import { makeTestCertificate } from '../check/certificates.ts';
import { balance, eventually } from '../help/balancer.ts';
import { Journal } from '../help/gate.ts';
import { PeerServer } from '../help/peer.ts';

interface SecureServer {
  readonly port: number;
  /** Its own certificate, for `ca-file`. */
  readonly caFile: string;
  /** Names that clients asked for; empty for none. */
  readonly names: Journal;
}

/** A TLS server for `a.test` that gives back what it gets. */
async function secureServer(t: Test): Promise<SecureServer> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const made = await makeTestCertificate('a.test');
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, made.cert);
  const names = new Journal();
  const own = { ...made, allowHalfOpen: true };
  const server = tls.createServer(own, (socket) => {
    const { servername } = socket as tls.TLSSocket & { servername?: string | false };
    names.note(typeof servername === 'string' ? servername : '');
    socket.on('error', () => {});
    socket.pipe(socket);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, caFile, names };
}

await t.test('bytes go both ways through a server that can be trusted', async (t) => {
  const { port, caFile, names } = await secureServer(t);
  const { connect, nextLetters, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${port} ssl ca-file ${caFile} sni str(a.test)`,
  );
  const client = await connect();
  const bytes = randomBytes(1_000_000);
  client.end(bytes);
  await client.expect(bytes);
  await client.expectEnd();
  t.equal(await nextLetters(), '--');
  t.same(names.entries, ['a.test']);
  await end();
});

await t.test('one that cannot be trusted is not connected to, and sees nothing', async (t) => {
  const { port, caFile, names } = await secureServer(t);
  const other = await secureServer(t);
  for (const [trust, why] of [
    [`ca-file ${other.caFile} sni str(a.test)`, 'another authority'],
    [`ca-file ${caFile} sni str(b.test)`, 'another name'],
    [`ca-file ${caFile} verifyhost b.test`, 'not the name it must have'],
  ] as const) {
    const { connect, nextClose, end } = await balance(
      t,
      `listen l\n bind 127.0.0.1:0\n retries 0\n server a 127.0.0.1:${port} ssl ${trust}`,
    );
    const client = await connect();
    client.send('secret');
    await client.over();
    t.equal((await nextClose()).ending.reason, 'connect-failed', why);
    await end();
  }
  t.ok(names.entries.length <= 3, 'handshakes at most');
});

await t.test(
  'without verification any server will do, and no name is sent unless one is given',
  async (t) => {
    const { port, names } = await secureServer(t);
    const { connect, nextLetters, end } = await balance(
      t,
      `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${port} ssl verify none`,
    );
    const client = await connect();
    client.end('hello');
    await client.expect('hello');
    await client.expectEnd();
    t.equal(await nextLetters(), '--');
    t.same(names.entries, ['']);
    await end();
  },
);

await t.test('a check of it speaks TLS too', async (t) => {
  const { port, caFile } = await secureServer(t);
  const { lb, end } = await balance(
    t,
    `listen l
      bind 127.0.0.1:0
      default-server ssl check inter 20ms rise 1 fall 1 init-state down
      server good 127.0.0.1:${port} ca-file ${caFile}
      server bad 127.0.0.1:${port} ca-file ${(await secureServer(t)).caFile}
      server careless 127.0.0.1:${port} verify none`,
  );
  const statusOf = (name: string): string =>
    lb.stats().backends[0]?.servers.find((server) => server.name === name)?.status ?? '';
  await eventually(() => statusOf('good') === 'UP' && statusOf('careless') === 'UP', 'two to come up');
  t.equal(statusOf('bad'), 'DOWN');
  await end();
});

await t.test('a server that hangs is given up after `timeout connect`', async (t) => {
  const silent = await PeerServer.listen();
  t.teardown(() => silent.close());
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n retries 0\n timeout connect 60ms\n server a 127.0.0.1:${silent.port} ssl verify none`,
  );
  const client = await connect();
  await client.over();
  t.equal((await nextClose()).ending.reason, 'connect-timeout');
  await end();
});

await t.test('a file that cannot be used refuses the start', async (t) => {
  const start = balance(t, 'listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:1 ssl ca-file /nowhere/ca.pem');
  await t.rejects(start, { code: 'ERR_CONFIG', message: /^ca-file '\/nowhere\/ca\.pem' cannot be used/ });
});
