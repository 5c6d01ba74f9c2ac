/** Dials with TLS: a server that can be trusted is reached, any other is not, with the reason. */
import { randomBytes } from 'node:crypto';
import t, { type Test } from 'tap';
import { createPublicTransport } from '../../lib/transport/public.ts';
import type { DialTls } from '../../lib/transport/secure.ts';
import type { Connection, DialFailure, DialTarget } from '../../lib/transport/transport.ts';
import { Gate, Journal, turns } from '../help/gate.ts';
import { echo, type Peer, PeerServer } from '../help/peer.ts';
import { Entrance, NotingHandler } from './joined.ts';
import { dialTls, tlsServer } from './secured.ts';

const transport = createPublicTransport({ nowMs: () => performance.now() });

function target(port: number, tls: DialTls): DialTarget {
  return { kind: 'tcp', address: '127.0.0.1', port, source: null, tls };
}

/** The connection, or why there is none. */
function attempt(port: number, tls: DialTls): Promise<Connection | DialFailure> {
  return new Promise((resolve) => {
    transport.dial(target(port, tls), { dialSucceeded: resolve, dialFailed: resolve });
  });
}

async function connected(t: Test, port: number, tls: DialTls): Promise<Connection> {
  const outcome = await attempt(port, tls);
  if ('code' in outcome) throw new Error(`${outcome.code} ${outcome.message}`);
  t.teardown(() => outcome.reset());
  return outcome;
}

await t.test('succeeds when the handshake is done', async (t) => {
  const port = await tlsServer(t, echo, { ALPNProtocols: ['http/1.1'] });
  const connection = await connected(t, port, dialTls({ alpn: ['http/1.1'] }));
  t.match(connection.tls, { version: 'TLSv1.3', alpn: 'http/1.1', clientCertificate: null });
  t.same(connection.remote, { address: '127.0.0.1', port });
  t.ok(connection.local.port > 0);
});

await t.test('a certificate that nobody vouches for, or of another name, is no server', async (t) => {
  const port = await tlsServer(t, echo);
  const { createSecureContext } = await import('node:tls');
  const context = createSecureContext();
  t.match(await attempt(port, dialTls({ context })), {
    code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    message: /self.signed certificate/,
  });
  t.match(await attempt(port, dialTls({ verifyName: 'b.test' })), {
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    message: /b\.test/,
  });
  const careless = await connected(t, port, dialTls({ context, verifies: false, verifyName: 'b.test' }));
  t.equal(careless.tls?.version, 'TLSv1.3');
  const nameless = await connected(t, port, dialTls({ serverName: null, verifyName: null }));
  t.ok(nameless.tls, 'a trusted certificate of whatever name');
});

await t.test('a server that speaks no TLS, hangs up or resets is none', async (t) => {
  const answers: [string, (peer: Peer) => void, RegExp][] = [
    ['plain', (peer) => peer.send('HTTP/1.1 400 Bad Request\r\n\r\n'), /^ERR_SSL/],
    ['end', (peer) => peer.close(), /^ECONNRESET$/],
    ['reset', (peer) => peer.reset(), /^ECONNRESET$/],
  ];
  for (const [name, answer, code] of answers) {
    const servers = await PeerServer.listen({
      service: (peer) => peer.socket.once('data', () => answer(peer)),
    });
    const outcome = await attempt(servers.port, dialTls());
    t.match(outcome, { code, message: String }, name);
    await servers.close();
  }
});

await t.test('nothing is told of one that was given up, and nothing is left', async (t) => {
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  const told = new Journal();
  const given = transport.dial(target(servers.port, dialTls()), {
    dialSucceeded: () => told.note('succeeded'),
    dialFailed: ({ code }) => told.note(code),
  });
  const peer = await servers.next();
  await peer.expectCount(1);
  given.cancel();
  await peer.over();
  await turns();
  t.same(told.entries, []);
});

await t.test('a session that the server gave is resumed', async (t) => {
  const port = await tlsServer(t, (peer) => peer.send('hello'));
  const came = new Gate<Buffer>('a session');
  const first = await connected(t, port, dialTls({ sessionCame: (session) => came.open(session) }));
  first.watch({ peerSent: () => {}, peerEnded: () => {}, peerReset: () => {} }, 10);
  const session = await came.passed();
  const second = await connected(t, port, dialTls({ session }));
  t.equal(second.tls?.resumed, true);
});

await t.test('a plain client and a TLS server are joined byte by byte', async (t) => {
  const port = await tlsServer(t, echo);
  const entrance = await Entrance.open(t, transport);
  const { Peer } = await import('../help/peer.ts');
  const client = await Peer.connect(entrance.port);
  t.teardown(() => client.close());
  const told = new NotingHandler();
  transport.relay(await entrance.next(), await connected(t, port, dialTls()), told);
  const bytes = randomBytes(1_000_000);
  client.end(bytes);
  await client.expect(bytes);
  await client.expectEnd();
  await told.until('finished');
});
