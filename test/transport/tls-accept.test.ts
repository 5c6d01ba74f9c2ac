/** Handshakes of clients: what they bring, how they fail, and that what is secured behaves like any other connection. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import type { Connection, Relay } from '../../lib/transport/transport.ts';
import { makeTestCertificate } from '../check/certificates.ts';
import { Journal, turns } from '../help/gate.ts';
import { echo, Peer, PeerServer } from '../help/peer.ts';
import { dial, NotingHandler, NotingWatcher } from './joined.ts';
import { acceptTls, CERTIFICATE, isFailure, SecureEntrance, tlsClient, tlsPeer } from './secured.ts';

/** A secured connection and its client. */
async function secured(
  t: Test,
  options = {},
): Promise<{ entrance: SecureEntrance; peer: Awaited<ReturnType<typeof tlsPeer>>; connection: Connection }> {
  const entrance = await SecureEntrance.open(t);
  const coming = tlsPeer(t, entrance.port, options);
  await entrance.shake();
  const connection = await entrance.nextConnection();
  t.teardown(() => connection.reset());
  return { entrance, peer: await coming, connection };
}

/** A plain server, and a TLS client relayed to it. */
async function relayed(t: Test): Promise<{
  peer: Peer;
  server: Peer;
  relay: Relay;
  told: NotingHandler;
}> {
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  const { entrance, peer, connection } = await secured(t);
  const toServer = await dial(entrance.transport, {
    kind: 'tcp',
    address: '127.0.0.1',
    port: servers.port,
    source: null,
  });
  const told = new NotingHandler();
  const relay = entrance.transport.relay(connection, toServer, told);
  t.teardown(() => relay.abandon());
  return { peer, server: await servers.next(), relay, told };
}

await t.test('tells what was agreed on', async (t) => {
  const { peer, connection } = await secured(t, { ALPNProtocols: ['h2', 'http/1.1'] });
  t.match(connection.tls, {
    version: 'TLSv1.3',
    cipher: /^TLS_/,
    sni: 'a.test',
    alpn: 'http/1.1',
    resumed: false,
    clientCertificate: null,
    clientVerify: 0,
  });
  t.same(connection.remote, { address: '127.0.0.1', port: peer.localPort });
  t.equal(connection.local.port, peer.socket.remotePort);
  connection.keepAlive(1000, 0, 0);
});

await t.test('a client that names no server has no name', async (t) => {
  const { connection } = await secured(t, {
    servername: '',
    maxVersion: 'TLSv1.2',
    rejectUnauthorized: false,
  });
  t.match(connection.tls, { version: 'TLSv1.2', sni: null, alpn: null });
});

await t.test('a client that names no server may agree on a protocol', async (t) => {
  const { connection } = await secured(t, {
    servername: '',
    rejectUnauthorized: false,
    ALPNProtocols: ['http/1.1'],
  });
  t.match(connection.tls, { sni: null, alpn: 'http/1.1' });
});

await t.test('a client that shares no protocol is told so', async (t) => {
  const entrance = await SecureEntrance.open(t);
  const client = tlsClient(t, { port: entrance.port, host: '127.0.0.1' }, { ALPNProtocols: ['x'] });
  const refused = once(client, 'error');
  await entrance.shake();
  t.match(await entrance.next(), { code: 'ERR_SSL_NO_APPLICATION_PROTOCOL' });
  t.match(await refused, [{ code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL' }]);
});

await t.test('what is watched is told and kept', async (t) => {
  const { peer, connection } = await secured(t);
  const told = new NotingWatcher();
  connection.watch(told, 1000);
  peer.send('hello');
  await told.until('sent');
  peer.end();
  await told.until('ended');
  t.equal(connection.pendingBytes, 5);
});

await t.test('a megabyte goes both ways, and each way ends by itself', async (t) => {
  for (const first of ['client', 'server'] as const) {
    const { peer, server, told } = await relayed(t);
    const bytes = randomBytes(1_000_000);
    const [early, late] = first === 'client' ? [peer, server] : [server, peer];
    early.end(bytes);
    await late.expect(bytes);
    await late.expectEnd();
    late.end(bytes);
    await early.expect(bytes);
    await early.expectEnd();
    await told.until('finished');
  }
});

await t.test('a client that does not read makes the server wait', async (t) => {
  const { peer, server, relay } = await relayed(t);
  peer.count().hold();
  const flood = Buffer.alloc(16_000_000, 'flood');
  server.end(flood);
  while (relay.client.blockedSinceMs === 0 || !relay.server.readPaused) await turns(1);
  peer.release();
  await peer.expectCount(flood.length);
  t.equal(peer.bytesReceived, flood.length);
});

await t.test('a client that ends without a word has ended', async (t) => {
  const { below, connection } = await rawClient(t, await SecureEntrance.open(t));
  const told = new NotingWatcher();
  connection.watch(told, 1000);
  // TCP ends below TLS: no close_notify.
  below.end();
  await told.until('ended');
  t.same(told.entries, ['ended']);
});

/** A client whose TCP socket can be had. */
async function rawClient(
  t: Test,
  entrance: SecureEntrance,
): Promise<{ below: net.Socket; client: Peer; connection: Connection }> {
  const below = net.connect({ port: entrance.port, host: '127.0.0.1', allowHalfOpen: true });
  await once(below, 'connect');
  const socket = tlsClient(t, { port: 0 }, { socket: below });
  const done = once(socket, 'secureConnect');
  await entrance.shake();
  await done;
  const connection = await entrance.nextConnection();
  t.teardown(() => connection.reset());
  return { below, client: new Peer(socket), connection };
}

await t.test('a client that resets has broken, also right behind its bytes', async (t) => {
  const entrance = await SecureEntrance.open(t);
  for (const text of ['', 'last words']) {
    const { below, client, connection } = await rawClient(t, entrance);
    const told = new NotingWatcher();
    connection.watch(told, 1000);
    if (text !== '') await client.flush(text);
    below.resetAndDestroy();
    await told.until((entry) => entry.startsWith('reset'));
    t.notOk(told.entries.includes('ended'), 'a cut stream is no whole one');
  }
});

await t.test('bytes that are no TLS after the handshake break the connection', async (t) => {
  const { below, connection } = await rawClient(t, await SecureEntrance.open(t));
  const told = new NotingWatcher();
  connection.watch(told, 1000);
  below.write('GET / HTTP/1.1\r\n\r\n');
  await told.until((entry) => entry.startsWith('reset ERR_SSL'));
  t.equal(told.count, 1);
});

const run = promisify(execFile);

/** What openssl says when the secured connection was ended by `end`; its exit status tells an end without close_notify. */
async function endOf(
  entrance: SecureEntrance,
  version: string,
  end: (one: Connection) => void,
): Promise<string> {
  const words = `s_client -connect 127.0.0.1:${entrance.port} -quiet -no_ign_eof ${version}`.split(' ');
  const answer = run('openssl', words).catch((error: { stderr: string }) => error);
  await entrance.shake();
  end(await entrance.nextConnection());
  return (await answer).stderr;
}

await t.test('who closes says so, and a reset is a reset', async (t) => {
  const entrance = await SecureEntrance.open(t);
  for (const version of ['-tls1_2', '-tls1_3']) {
    t.notMatch(await endOf(entrance, version, (one) => one.close()), /unexpected eof|errno/);
    t.match(await endOf(entrance, version, (one) => one.reset()), /errno=104/);
    const impolite = (one: Connection): void => {
      one.noLinger();
      one.close();
    };
    t.match(await endOf(entrance, version, impolite), /errno=104/);
  }
});

await t.test('plain HTTP is refused, and nothing is said to it', async (t) => {
  const entrance = await SecureEntrance.open(t);
  const client = await Peer.connect(entrance.port);
  t.teardown(() => client.close());
  await entrance.shake();
  client.send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n');
  t.match(await entrance.next(), { kind: 'protocol', code: 'ERR_SSL_HTTP_REQUEST' });
  t.equal(await client.over(), 'ended');
  t.notMatch(client.text, /HTTP/);
});

await t.test('a client that leaves has failed, whatever way it takes', async (t) => {
  const entrance = await SecureEntrance.open(t);
  for (const leave of ['end', 'reset'] as const) {
    const client = await Peer.connect(entrance.port);
    await entrance.shake();
    await client.flush(Buffer.from([22, 3, 1]));
    client[leave]();
    t.match(await entrance.next(), { kind: 'closed', code: 'ECONNRESET' });
    client.close();
  }
  const early = await Peer.connect(entrance.port);
  const connection = await entrance.entrance.next();
  const told = new NotingWatcher();
  connection.watch(told, 1000);
  early.end();
  await told.until('ended');
  entrance.transport.secure(connection, entrance.contexts, {
    handshakeSucceeded: () => {},
    handshakeFailed: (failure) => entrance.outcomes.note(failure),
  });
  t.match(await entrance.next(), { code: 'ECONNRESET' }, 'also before it began');
});

await t.test('nothing is told of a handshake that was given up', async (t) => {
  const entrance = await SecureEntrance.open(t);
  const silent = await Peer.connect(entrance.port);
  t.teardown(() => silent.close());
  const cancel = await entrance.shake();
  cancel();
  cancel();
  t.equal(await silent.over(), 'ended');
  // Given up between the last step and the word of it.
  const client = tlsClient(t, { port: entrance.port, host: '127.0.0.1' });
  client.on('error', () => {});
  const cancelLate = await entrance.shake();
  await once(client, 'secureConnect');
  cancelLate();
  await turns();
  t.ok(entrance.outcomes.count <= 1);
  for (const outcome of entrance.outcomes.entries) if (!isFailure(outcome)) outcome.reset();
});

await t.test('what was read before is part of the handshake', async (t) => {
  const entrance = await SecureEntrance.open(t);
  const client = tlsClient(t, { port: entrance.port, host: '127.0.0.1' });
  const connection = await entrance.entrance.next();
  const told = new NotingWatcher();
  connection.watch(told, 100_000);
  await told.until('sent');
  entrance.transport.secure(connection, entrance.contexts, {
    handshakeSucceeded: (one) => entrance.outcomes.note(one),
    handshakeFailed: (failure) => entrance.outcomes.note(failure),
  });
  const done = await entrance.nextConnection();
  t.equal(done.tls?.sni, 'a.test');
  done.close();
  client.destroy();
});

await t.test('clients of a unix socket shake hands at the same time', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'door');
  const entrance = await SecureEntrance.open(t, acceptTls(), path);
  const clients = ['a', 'b', 'c'].map((name) =>
    tlsClient(t, { path }, { servername: `${name}.test`, rejectUnauthorized: false }),
  );
  for (const _ of clients) await entrance.shake();
  const names: string[] = [];
  for (const _ of clients) {
    const connection = await entrance.nextConnection();
    names.push(connection.tls?.sni ?? '');
    connection.close();
  }
  t.same(
    names.toSorted((one, other) => one.localeCompare(other)),
    ['a.test', 'b.test', 'c.test'],
  );
});

await t.test('a certificate that changes is used from the next handshake on', async (t) => {
  let fallback: { key: string; cert: string; maxVersion?: 'TLSv1.2' } = CERTIFICATE;
  const contexts = acceptTls();
  const changing = Object.defineProperty({ ...contexts }, 'fallback', { get: () => fallback });
  const entrance = await SecureEntrance.open(t, changing);
  const versions: (string | undefined)[] = [];
  for (const next of [CERTIFICATE, { ...CERTIFICATE, maxVersion: 'TLSv1.2' as const }]) {
    fallback = next;
    const coming = tlsPeer(t, entrance.port);
    await entrance.shake();
    const connection = await entrance.nextConnection();
    versions.push(connection.tls?.version);
    await coming;
    connection.close();
  }
  t.same(versions, ['TLSv1.3', 'TLSv1.2']);
});

await t.test('a channel reads and writes through it', async (t) => {
  const { entrance, peer, connection } = await secured(t);
  const told = new Journal();
  const channel = entrance.transport.channel(connection, {
    channelRead: (chunk) => told.note(`read ${chunk.toString()}`),
    channelEnded: () => told.note('ended'),
    channelDrained: () => told.note('drained'),
    channelBroke: (code) => told.note(`broke ${code}`),
  });
  channel.resume();
  peer.send('hello');
  await told.until('read hello');
  t.equal(channel.write('answer'), false, 'what goes through TLS waits for a moment');
  await told.until('drained');
  await peer.expect('answer');
  channel.close();
  await peer.expectEnd();
});

await t.test('a session is resumed with the same keys', async (t) => {
  const entrance = await SecureEntrance.open(t);
  let session: Buffer | undefined;
  for (const resumed of [false, true]) {
    const client = tlsClient(
      t,
      { port: entrance.port, host: '127.0.0.1' },
      session === undefined ? {} : { session },
    );
    const given = new Promise<Buffer>((resolve) => client.once('session', resolve));
    await entrance.shake();
    const connection = await entrance.nextConnection();
    t.equal(connection.tls?.resumed, resumed);
    client.resume();
    if (!resumed) session = await given;
    connection.close();
  }
});

await t.test('an echo is whole', async (t) => {
  const servers = await PeerServer.listen({ service: echo });
  t.teardown(() => servers.close());
  const { entrance, peer, connection } = await secured(t);
  const target = { kind: 'tcp', address: '127.0.0.1', port: servers.port, source: null } as const;
  const told = new NotingHandler();
  entrance.transport.relay(connection, await dial(entrance.transport, target), told);
  const bytes = randomBytes(3_000_000);
  peer.end(bytes);
  await peer.expect(bytes);
  await peer.expectEnd();
  await told.until('finished');
});

await t.test('a client that must show a certificate shows a good one, or is refused', async (t) => {
  const known = await makeTestCertificate('known.test');
  const stranger = await makeTestCertificate('stranger.test');
  const cases = [
    ['required', known, 'known.test'],
    ['required', null, 'protocol'],
    ['required', stranger, 'certificate'],
    ['optional', known, 'known.test'],
    ['optional', null, 'nobody'],
    ['optional', stranger, 'certificate'],
  ] as const;
  for (const [wanted, shown, expected] of cases) {
    const contexts = acceptTls({
      fallback: { ...CERTIFICATE, ca: known.cert },
      clientCertificates: wanted,
      clientCertificatesFor: () => wanted,
    });
    const entrance = await SecureEntrance.open(t, contexts);
    const client = tlsClient(t, { port: entrance.port, host: '127.0.0.1' }, shown ?? {});
    client.on('error', () => {});
    await entrance.shake();
    const outcome = await entrance.next();
    const got = isFailure(outcome) ? outcome.kind : (outcome.tls?.clientCertificate?.commonName ?? 'nobody');
    t.equal(got, expected, `${wanted}, ${shown === null ? 'none' : 'one'} shown`);
    if (!isFailure(outcome)) outcome.close();
    client.destroy();
  }
});

await t.test(
  'what is asked depends on the name, also of a client that resumes a session of another name',
  async (t) => {
    const contexts = acceptTls({
      clientCertificates: 'optional',
      clientCertificatesFor: (name) => (name === 'closed.test' ? 'required' : 'none'),
    });
    const entrance = await SecureEntrance.open(t, contexts);
    const open = tlsClient(t, { port: entrance.port, host: '127.0.0.1' });
    const given = once(open, 'session');
    open.resume();
    await entrance.shake();
    (await entrance.nextConnection()).close();
    const [session] = (await given) as [Buffer];
    const closed = { servername: 'closed.test', rejectUnauthorized: false, session };
    tlsClient(t, { port: entrance.port, host: '127.0.0.1' }, closed).on('error', () => {});
    await entrance.shake();
    t.match(await entrance.next(), { kind: 'protocol', code: 'CERTIFICATE_REQUIRED' });
  },
);

await t.test('a certificate is shown in full', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '7',
  ];
  await run('openssl', [
    ...made,
    '-subj',
    '/C=DE/O=x/CN=y',
    '-set_serial',
    '258',
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  const shown = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  const required = 'required' as const;
  const wanted = { clientCertificates: required, clientCertificatesFor: () => required };
  const entrance = await SecureEntrance.open(
    t,
    acceptTls({ fallback: { ...CERTIFICATE, ca: shown.cert }, ...wanted }),
  );
  const client = tlsClient(t, { port: entrance.port, host: '127.0.0.1' }, shown);
  await entrance.shake();
  const connection = await entrance.nextConnection();
  const view = connection.tls?.clientCertificate;
  t.match(view, {
    subject: '/C=DE/O=x/CN=y',
    issuer: '/C=DE/O=x/CN=y',
    commonName: 'y',
    notBefore: /^\d{12}Z$/,
  });
  t.same([...(view?.serial ?? [])], [1, 2]);
  t.equal(view?.sha1.length, 20);
  connection.close();
  client.destroy();
});
