/**
 * The connect probe against real sockets on the loopback address. Timeouts are the manual clock's, so no test waits.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import type { Test } from 'tap';
import t from 'tap';
import type { CheckDial, ConnectProbeTls } from '../../lib/check/connect.ts';
import { ConnectProbe } from '../../lib/check/connect.ts';
import type { ProbeAddress, RunningProbe } from '../../lib/check/probe.ts';
import { createProbe } from '../../lib/check/probes.ts';
import type { CheckResult } from '../../lib/check/result.ts';
import { ManualClock } from '../help/clock.ts';
import { Gate } from '../help/gate.ts';
import { makeTestCertificate } from './certificates.ts';
import { checkConfig } from './stand-ins.ts';

const anyCertificate: ConnectProbeTls = { sni: null, alpn: [], verify: false, ca: null };
const good = await makeTestCertificate('localhost');
const other = await makeTestCertificate('other.example');

interface Attempt {
  readonly clock: ManualClock;
  readonly result: Gate<CheckResult>;
  readonly running: RunningProbe;
  /** Every socket the probe opened. */
  readonly sockets: net.Socket[];
}

/** Starts one attempt whose sockets the test can see. */
function attempt(address: ProbeAddress, tlsPart: ConnectProbeTls | null = null, dial?: CheckDial): Attempt {
  const clock = new ManualClock();
  const sockets: net.Socket[] = [];
  const probe = new ConnectProbe({
    clock,
    tls: tlsPart,
    sourceAddress: null,
    dial: (options, tlsOptions) => {
      const socket =
        dial?.(options, tlsOptions) ??
        (tlsOptions === null ? net.connect(options) : tls.connect({ ...options, ...tlsOptions }));
      sockets.push(socket);
      return socket;
    },
  });
  const result = new Gate<CheckResult>('a result');
  const running = probe.run(address, { connectMs: 2000, readMs: 0 }, (value) => result.open(value));
  return { clock, result, running, sockets };
}

/** Listens on a port the kernel gives; ends with the test. */
async function listening(t: Test, server: net.Server): Promise<{ host: string; port: number }> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: bound.port };
}

/** A server that treats every client as `treat` says. */
function plainServer(t: Test, treat: (socket: net.Socket) => void): Promise<{ host: string; port: number }> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    t.teardown(() => socket.destroy());
    treat(socket);
  });
  return listening(t, server);
}

/** A port nobody listens on any more. */
async function closedPort(): Promise<{ host: string; port: number }> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { host: '127.0.0.1', port: bound.port };
}

/** Nothing is left of the attempt: no open socket, no timer. */
function settled(t: Test, { clock, sockets }: Attempt): void {
  t.equal(clock.pendingCount, 0, 'no timer left');
  t.ok(
    sockets.every(({ destroyed }) => destroyed),
    'no socket left',
  );
}

async function expectResult(
  t: Test,
  one: Attempt,
  status: string,
  info: string | RegExp | null,
): Promise<void> {
  const result = await one.result.passed();
  t.equal(result.status, status);
  if (info instanceof RegExp) t.match(result.info, info);
  else t.equal(result.info, info);
  t.equal(result.code, null);
  settled(t, one);
}

void t.test('an open port passes, and the server sees a reset', async (t) => {
  const seen = new Gate<string | undefined>('what the server sees');
  const address = await plainServer(t, (socket) => {
    socket.on('error', (error: NodeJS.ErrnoException) => seen.open(error.code));
    socket.on('end', () => seen.open('end'));
    socket.resume();
  });
  const one = attempt(address);
  await expectResult(t, one, 'L4OK', null);
  t.equal(await seen.passed(), 'ECONNRESET');
});

void t.test('a closed port is refused', async (t) => {
  await expectResult(t, attempt(await closedPort()), 'L4CON', 'Connection refused');
});

void t.test('an address that never answers times out, with the time it took', async (t) => {
  const one = attempt({ host: '127.0.0.1', port: 9 }, null, () => new net.Socket());
  one.clock.advance(2000);
  await expectResult(t, one, 'L4TOUT', null);
  t.equal((await one.result.passed()).durationMs, 2000);
});

void t.test('a server that resets at once is one of two results, and nothing is left', async (t) => {
  const one = attempt(await plainServer(t, (socket) => socket.resetAndDestroy()));
  const { status, info } = await one.result.passed();
  // Whether the reset overtakes the news of the connection is the kernel's to say.
  t.match({ status, info }, status === 'L4OK' ? { info: null } : { status: 'L4CON', info: /reset by peer/ });
  settled(t, one);
});

void t.test('a unix socket passes, a missing one is a socket error', async (t) => {
  // Not the fixture folder of the test: a unix socket's path has 107 bytes at most.
  const folder = await mkdtemp(join(tmpdir(), 'check-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 's');
  const missing = attempt({ path });
  await expectResult(t, missing, 'SOCKERR', 'General socket error (No such file or directory)');
  const server = net.createServer((socket) => socket.resume()).listen(path);
  await once(server, 'listening');
  t.teardown(() => server.close());
  await expectResult(t, attempt({ path }), 'L4OK', null);
});

void t.test('connects from the source address', async (t) => {
  const from = new Gate<string | undefined>('what the server sees');
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    from.open(socket.remoteAddress);
  });
  const address = await listening(t, server);
  const result = new Gate<CheckResult>('a result');
  new ConnectProbe({ clock: new ManualClock(), tls: null, sourceAddress: '127.0.0.7' }).run(
    address,
    { connectMs: 2000, readMs: 0 },
    (value) => result.open(value),
  );
  t.equal((await result.passed()).status, 'L4OK');
  t.equal(await from.passed(), '127.0.0.7');
});

void t.test('a source address that is not ours is said to be the fault', async (t) => {
  const result = new Gate<CheckResult>('a result');
  const address = await closedPort();
  new ConnectProbe({ clock: new ManualClock(), tls: null, sourceAddress: '192.0.2.1' }).run(
    address,
    { connectMs: 2000, readMs: 0 },
    (value) => result.open(value),
  );
  t.match(await result.passed(), {
    status: 'L4CON',
    info: "Can't bind to source address (Cannot assign requested address)",
  });
});

void t.test('20 TLS checks leave no error on the server', async (t) => {
  const errors: unknown[] = [];
  const names: unknown[] = [];
  let endedCount = 0;
  const server = tls.createServer({ ...good, ALPNProtocols: ['h2', 'http/1.1'] }, (socket) => {
    names.push(socket.servername, socket.alpnProtocol);
    socket.on('error', (error) => errors.push(error));
    socket.on('end', () => (endedCount += 1));
    socket.resume();
  });
  server.on('tlsClientError', (error) => errors.push(error));
  const address = await listening(t, server);
  for (let i = 0; i < 20; i += 1) {
    const closed = new Promise<boolean>((resolve) => {
      server.once('connection', (socket: net.Socket) => socket.once('close', resolve));
    });
    const one = attempt(address, {
      sni: 'localhost',
      alpn: ['http/1.1'],
      verify: true,
      ca: good.cert,
    });
    t.equal((await one.result.passed()).status, 'L6OK');
    t.equal(await closed, false, 'closed without an error');
    for (const socket of one.sockets) if (!socket.closed) await once(socket, 'close');
    settled(t, one);
  }
  t.same(errors, []);
  t.equal(endedCount, 20);
  t.same([...new Set(names)], ['localhost', 'http/1.1']);
});

void t.test('a TLS 1.2 server sees no error either', async (t) => {
  const errors: unknown[] = [];
  const server = tls.createServer({ ...good, maxVersion: 'TLSv1.2' }, (socket) => {
    socket.on('error', (error) => errors.push(error));
    // A banner that nobody reads must not turn the close into a reset.
    socket.write('220 welcome\r\n'.repeat(1000));
    socket.resume();
  });
  server.on('tlsClientError', (error) => errors.push(error));
  const address = await listening(t, server);
  const closed = new Promise<boolean>((resolve) => {
    server.once('connection', (socket: net.Socket) => socket.once('close', resolve));
  });
  const one = attempt(address, anyCertificate);
  t.equal((await one.result.passed()).status, 'L6OK');
  t.equal(await closed, false);
  t.same(errors, []);
});

void t.test('a TLS server that never ends its side is left after a second', async (t) => {
  const ended = new Gate('the end of the probe');
  const server = tls.createServer({ ...good, allowHalfOpen: true }, (socket) => {
    t.teardown(() => socket.destroy());
    socket.on('error', () => {});
    socket.on('end', () => ended.open());
    socket.resume();
  });
  const one = attempt(await listening(t, server), anyCertificate);
  t.equal((await one.result.passed()).status, 'L6OK');
  await ended.passed();
  t.equal(one.clock.pendingCount, 1);
  one.clock.advance(1000);
  settled(t, one);
});

void t.test('a certificate that is not trusted, or for another name, fails with its reason', async (t) => {
  const server = tls.createServer(good, (socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  const address = await listening(t, server);
  const verify = true;
  const untrusted = attempt(address, { ...anyCertificate, verify, ca: other.cert });
  await expectResult(t, untrusted, 'L6RSP', /^SSL handshake failure \(self.signed certificate/);
  const misnamed = attempt(address, { ...anyCertificate, verify, ca: good.cert, sni: 'wrong.example' });
  await expectResult(t, misnamed, 'L6RSP', /^SSL handshake failure \(Hostname\/IP does not match/);
  const unnamed = attempt(address, { ...anyCertificate, verify, ca: good.cert });
  t.equal((await unnamed.result.passed()).status, 'L6OK', 'without sni there is no name to compare');
  unnamed.running.cancel();
});

void t.test('what is no TLS server is an invalid response, with what it did', async (t) => {
  const rows: [string, (socket: net.Socket) => void, RegExp][] = [
    [
      'speaks plain text',
      (socket) => void socket.write('220 hello\r\n'),
      /wrong version number|packet length/,
    ],
    ['closes at once', (socket) => void socket.end(), /\(connection closed\)/],
    [
      'closes after the hello',
      (socket) => void socket.once('data', () => socket.end()),
      /\(connection closed\)/,
    ],
    [
      'resets after the hello',
      (socket) => void socket.once('data', () => socket.resetAndDestroy()),
      /\(connection reset by peer\)/,
    ],
  ];
  for (const [what, treat, info] of rows) {
    const address = await plainServer(t, treat);
    await t.test(what, (t) => expectResult(t, attempt(address, anyCertificate), 'L6RSP', info));
  }
});

void t.test('a server that accepts and never speaks TLS times out at layer 6', async (t) => {
  const one = attempt(await plainServer(t, (socket) => socket.resume()), anyCertificate);
  for (const socket of one.sockets) await once(socket, 'connect');
  one.clock.advance(1999);
  t.equal(one.clock.pendingCount, 1);
  one.clock.advance(1);
  await expectResult(t, one, 'L6TOUT', null);
});

void t.test('a TLS check of a closed port is a connection problem', async (t) => {
  await expectResult(t, attempt(await closedPort(), anyCertificate), 'L4CON', 'Connection refused');
});

void t.test('a cancelled attempt leaves nothing and has no result', async (t) => {
  const address = await plainServer(t, (socket) => socket.resume());
  const states: [string, ConnectProbeTls | null, string | null][] = [
    ['connecting', null, null],
    ['connecting for TLS', anyCertificate, null],
    ['handshaking', anyCertificate, 'connect'],
  ];
  for (const [state, tlsPart, event] of states) {
    const one = attempt(address, tlsPart);
    const socket = one.sockets[0];
    if (socket === undefined) throw new Error('no socket');
    if (event !== null) await once(socket, event);
    one.running.cancel();
    one.running.cancel();
    settled(t, one);
    if (!socket.closed) await once(socket, 'close');
    t.equal(one.result.isOpen, false, state);
  }
});

void t.test('cancelling after the result cuts a polite close short', async (t) => {
  const server = tls.createServer({ ...good, allowHalfOpen: true }, (socket) => {
    t.teardown(() => socket.destroy());
    socket.on('error', () => {});
  });
  const one = attempt(await listening(t, server), anyCertificate);
  t.equal((await one.result.passed()).status, 'L6OK');
  one.running.cancel();
  settled(t, one);
});

void t.test('the table makes a probe from check settings, and names a bad ca-file', async (t) => {
  const surroundings = { clock: new ManualClock(), sourceAddress: null };
  const directory = t.testdir({ 'ca.pem': good.cert, 'bad.pem': 'no certificate' });
  t.ok(createProbe('connect', checkConfig(), surroundings));
  const secure = { ssl: true, sslVerify: 'required' } as const;
  t.ok(createProbe('connect', checkConfig({ ...secure, caFile: join(directory, 'ca.pem') }), surroundings));
  for (const caFile of [join(directory, 'missing.pem'), join(directory, 'bad.pem')]) {
    t.throws(() => createProbe('connect', checkConfig({ ...secure, caFile }), surroundings), {
      code: 'ERR_CONFIG',
    });
  }
});
