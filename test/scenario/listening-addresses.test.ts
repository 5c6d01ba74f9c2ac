/** Every kind of address a bind line may name, on real sockets. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import * as net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Test } from 'tap';
import { balance, client, eventually, server } from '../help/balancer.ts';
import { within } from '../help/gate.ts';
import { Peer, sayName, unusedPort } from '../help/peer.ts';

t.jobs = 10;
const together = { buffered: true };

function folder(t: Test): string {
  // A socket's path may be 107 bytes long, so not below the test's own folder.
  const path = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

/** Whom a client of an address reaches. */
async function reached(t: Test, to: Parameters<typeof Peer.connect>[0]): Promise<string> {
  const peer = await client(t, to);
  peer.end('a word');
  await peer.over();
  return peer.text;
}

void t.test('a unix socket, with its permissions; gone when the balancer is', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  const path = join(folder(t), 'l.sock');
  const { lb, nextClose, end } = await balance(
    t,
    `listen l\n bind ${path} mode 600\n server a 127.0.0.1:${a.port}`,
  );
  t.same(lb.addresses, [{ frontendName: 'l', listenerName: 'sock-1', address: path, port: 0 }]);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.equal(await reached(t, path), 'a');
  t.match(await nextClose(), { clientAddress: '', clientPort: 0, ending: { reason: 'normal' } });
  await end();
  t.equal(existsSync(path), false);
});

void t.test(
  'the socket file of a program that is gone does not stand in the way, one in use does',
  together,
  async (t) => {
    const a = await server(t, { service: sayName('a') });
    const path = join(folder(t), 'l.sock');
    // A program that dies without a word leaves its file behind.
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'exit');
    t.equal(existsSync(path), true);
    const text = `listen l\n bind unix@${path}\n server a 127.0.0.1:${a.port}`;
    const { end } = await balance(t, text);
    await t.rejects(balance(t, text), { code: 'ERR_ADDRESS_IN_USE' });
    t.equal(await reached(t, path), 'a', 'the one that listens there was not disturbed');
    await end();
  },
);

void t.test('a range and a comma list', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  // Two ports in a row that are free, found by asking for one and trying the next.
  for (let tries = 20; ; tries -= 1) {
    const first = await unusedPort();
    const other = await unusedPort();
    const text = `listen l
  bind 127.0.0.1:${first}-${first + 1},127.0.0.1:${other} name doors
  server a 127.0.0.1:${a.port}`;
    try {
      const { lb, end } = await balance(t, text);
      t.same(
        lb.addresses.map(({ port, listenerName }) => [port, listenerName]),
        [first, first + 1, other].map((port) => [port, 'doors']),
      );
      for (const { port } of lb.addresses) t.equal(await reached(t, port), 'a');
      t.equal(lb.stats().frontends[0]?.sessionsTotal, 3);
      await end();
      return;
    } catch (error) {
      if (tries === 0 || (error as NodeJS.ErrnoException).code !== 'ERR_ADDRESS_IN_USE') throw error;
    }
  }
});

void t.test('any IPv4 address, and IPv6 with and without IPv4', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  const { lb, end } = await balance(
    t,
    `listen l
  bind *:0
  bind :::0 v6only
  bind [::1]:0
  server a 127.0.0.1:${a.port}`,
  );
  const [any, six, loopback] = lb.addresses;
  t.equal(await reached(t, { host: '127.0.0.2', port: any?.port ?? 0 }), 'a');
  t.equal(await reached(t, { host: '::1', port: six?.port ?? 0 }), 'a');
  t.equal(await reached(t, { host: '::1', port: loopback?.port ?? 0 }), 'a');
  await t.rejects(Peer.connect({ host: '127.0.0.1', port: six?.port ?? 0 }), { code: 'ECONNREFUSED' });
  await end();
});

void t.test('a descriptor that another program has bound and handed over', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  const listening = net.createServer();
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const { port } = listening.address() as net.AddressInfo;
  const entry = fileURLToPath(new URL('../../lib/index.js', import.meta.url));
  const script = `
    import { createLoadBalancer } from ${JSON.stringify(entry)};
    const lb = await createLoadBalancer(${JSON.stringify(
      `listen l\n bind fd@3\n bind fd@3 name other\n server a 127.0.0.1:${a.port}\n`,
    )});
    process.on('message', async () => { await lb.close(); process.disconnect(); });
    process.send(lb.addresses.map(({ port }) => port));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'inherit', 'inherit', handleOf(listening), 'ipc'],
  });
  t.teardown(() => child.kill());
  const [ports] = (await within(once(child, 'message'), () => 'the child to listen')) as [number[]];
  t.same(ports, [port, port]);
  // Closed here, so that whoever answers is the child.
  listening.close();
  for (let left = 4; left > 0; left -= 1) t.equal(await reached(t, port), 'a');
  const exit = once(child, 'exit');
  child.send('stop');
  t.same(await within(exit, () => 'the child to end'), [0, null]);
  await t.rejects(Peer.connect(port), { code: 'ECONNREFUSED' });
});

/** The descriptor of a server; Node passes none on by a documented way. */
function handleOf(listening: net.Server): number {
  const { _handle: handle } = listening as unknown as { _handle: { fd: number } };
  return handle.fd;
}

void t.test('listeners are told apart by name or number', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  const { lb, end } = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  bind 127.0.0.1:0 name https
  bind 127.0.0.1:0 id 7
  server a 127.0.0.1:${a.port}`,
  );
  t.same(
    lb.addresses.map(({ listenerName }) => listenerName),
    ['sock-1', 'https', 'sock-7'],
  );
  await reached(t, lb.addresses[1]?.port ?? 0);
  await eventually(() => lb.stats().sessionsNow === 0, 'the end of the session');
  t.same(
    lb.stats().frontends[0]?.listeners.map(({ sessionsTotal }) => sessionsTotal),
    [0, 1, 0],
  );
  await end();
});
