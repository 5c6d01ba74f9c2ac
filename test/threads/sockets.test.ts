/** Sockets bound in one thread and accepted from in others: nobody is lost when one of those ends, and nothing is left over. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import type { Test } from 'tap';
import { Acceptor } from '../../lib/frontend/acceptor.ts';
import type { ListenAddress } from '../../lib/frontend/listen-address.ts';
import { duplicateSockets } from '../../lib/threads/sockets.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import { within } from '../help/gate.ts';
import { echo, Peer, PeerServer, unusedPort, type PeerAddress } from '../help/peer.ts';
import type { ThreadAnswer, ThreadQuestion, ThreadStart } from './accepting-thread.ts';

const NOBODY = { hasRoom: true, accepted: () => {}, acceptFailed: () => {} };
/** How many clients of a load are under way at once. */
const AT_ONCE = 16;

/** The control thread's part: addresses that are bound, and the server behind. */
class Bound {
  readonly acceptors: readonly Acceptor[];
  readonly #server: PeerServer;
  readonly #threads: Thread[] = [];

  private constructor(acceptors: readonly Acceptor[], server: PeerServer) {
    this.acceptors = acceptors;
    this.#server = server;
  }

  /** Binds; what is left of it is closed at the test's end. */
  static async to(t: Test, addresses: readonly ListenAddress[]): Promise<Bound> {
    const acceptors = addresses.map((address) => bindOnly(address));
    await Promise.all(acceptors.map((acceptor) => acceptor.listen()));
    const bound = new Bound(acceptors, await PeerServer.listen({ service: echo }));
    t.teardown(() => bound.close());
    return bound;
  }

  port(index = 0): number {
    return this.acceptors[index]?.boundAddress.port ?? 0;
  }

  async start(): Promise<Thread> {
    const thread = new Thread({
      fds: this.acceptors.map(({ fd }) => fd ?? -1),
      addresses: this.acceptors.map(({ address }) => address),
      serverPort: this.#server.port,
    });
    this.#threads.push(thread);
    await thread.heard();
    return thread;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.kill()));
    await Promise.all(this.acceptors.map((acceptor) => acceptor.remove(NOBODY)));
    await this.#server.close();
  }
}

function bindOnly(address: ListenAddress): Acceptor {
  const acceptor = new Acceptor(address, 512, createPublicTransport({ nowMs: () => 0 }));
  acceptor.bindOnly();
  acceptor.add(NOBODY);
  return acceptor;
}

class Thread {
  readonly worker: Worker;
  answer: ThreadAnswer = { failed: null, accepted: [], bound: [] };

  constructor(workerData: ThreadStart) {
    // Without the hooks of the test runner.
    this.worker = new Worker(new URL('./accepting-thread.js', import.meta.url), { workerData, execArgv: [] });
  }

  async heard(): Promise<ThreadAnswer> {
    [this.answer] = (await within(once(this.worker, 'message'), () => 'a word from a thread')) as [
      ThreadAnswer,
    ];
    return this.answer;
  }

  ask(question: ThreadQuestion): Promise<ThreadAnswer> {
    this.worker.postMessage(question);
    return this.heard();
  }

  async kill(): Promise<void> {
    await this.worker.terminate();
  }
}

function tcp(host = '127.0.0.1', port = 0, ipv6Only = false): ListenAddress {
  return { kind: 'tcp', host, port, ipv6Only };
}

function unix(path: string, mode: number | null = null): ListenAddress {
  return { kind: 'unix', path, mode, uid: null, gid: null };
}

function folder(t: Test): string {
  // A socket's path may be 107 bytes long, so not below the test's own folder.
  const path = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

/** One client that says something and gets it back; false if it does not, in whatever way. */
async function isServed(to: PeerAddress): Promise<boolean> {
  try {
    const peer = await Peer.connect(to);
    peer.end('a word');
    return (await peer.over()) === 'ended' && peer.text === 'a word';
  } catch {
    return false;
  }
}

/** `count` clients, some at once; how many of them were served. `half` is told when half of them were. */
async function load(to: readonly PeerAddress[], count: number, half: () => void = () => {}): Promise<number> {
  let begun = 0;
  let served = 0;
  const one = async (): Promise<void> => {
    while (begun < count) {
      const target = to[begun % to.length] ?? 0;
      begun += 1;
      if (await isServed(target)) served += 1;
      if (served === count / 2) half();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return served;
}

/** Clients that stay, connected one after the other. */
async function stay(t: Test, port: number, count: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (let index = 0; index < count; index += 1) {
    const peer = await Peer.connect(port);
    t.teardown(() => peer.close());
    peer.send('hello');
    await peer.expect('hello');
    peers.push(peer);
  }
  return peers;
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

void t.test('threads share the clients of an address', async (t) => {
  const bound = await Bound.to(t, [tcp()]);
  t.equal(await isServed(bound.port()), false, 'nobody accepts yet');
  const threads = await Promise.all([bound.start(), bound.start()]);
  let clients = 0;
  let counts: readonly number[] = [];
  // A busy machine may leave one of them out for a while.
  while (Math.min(...counts, clients) < 40 && clients < 2000) {
    t.equal(await load([bound.port()], 400), 400);
    clients += 400;
    counts = await Promise.all(threads.map(async (thread) => (await thread.ask('accepted')).accepted.length));
  }
  t.equal(
    counts.reduce((sum, count) => sum + count),
    clients,
  );
  t.ok(Math.min(...counts) >= 40, `each has its share: ${counts.join(', ')}`);
  t.same(threads[0]?.answer.bound, [{ address: '127.0.0.1', port: bound.port() }]);
});

void t.test('every kind of address', async (t) => {
  const path = join(folder(t), 'l.sock');
  const bound = await Bound.to(t, [tcp(), tcp('::1', 0, true), unix(path, 0o600), tcp('localhost')]);
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(bound.acceptors[2]?.boundAddress, { address: path, port: 0 });
  t.not(bound.port(0), bound.port(3), 'port 0 is another port each time');
  const thread = await bound.start();
  t.same(
    thread.answer.bound,
    bound.acceptors.map(({ boundAddress }) => boundAddress),
    'told alike at both ends',
  );
  const targets = [
    bound.port(),
    { host: '::1', port: bound.port(1) },
    path,
    { host: 'localhost', port: bound.port(3) },
  ];
  for (const target of targets) t.equal(await isServed(target), true, JSON.stringify(target));
  await thread.ask('close');
  t.equal(existsSync(path), true, 'the file is not the thread’s to remove');
  await bound.close();
  t.equal(existsSync(path), false);
  t.same(bound.acceptors[2]?.boundAddress, { address: '', port: 0 });
  for (const target of targets) t.equal(await isServed(target), false, 'all are free');
});

void t.test('all IPv6 addresses, with IPv4 and without', async (t) => {
  const both = await Bound.to(t, [tcp('::'), tcp('::', 0, true)]);
  await both.start();
  t.equal(await isServed(both.port(0)), true);
  t.equal(await isServed(both.port(1)), false);
  t.equal(await isServed({ host: '::1', port: both.port(1) }), true);
  const beside = await Bound.to(t, [tcp('0.0.0.0', both.port(1))]);
  await beside.start();
  t.equal(await isServed(both.port(1)), true);
});

void t.test('closing one thread’s sockets under load loses nobody', async (t) => {
  const path = join(folder(t), 'l.sock');
  const bound = await Bound.to(t, [tcp(), unix(path)]);
  const [first, second] = await Promise.all([bound.start(), bound.start()]);
  let closed: Promise<ThreadAnswer> = Promise.reject(new Error('not closed'));
  closed.catch(() => {});
  const served = await load([bound.port(), path], 400, () => {
    closed = first.ask('close');
  });
  t.equal(served, 400);
  const count = (await closed).accepted.length;
  t.ok(count > 0, 'it had some');
  t.equal((await first.ask('accepted')).accepted.length, count, 'and got no more');
  t.equal((await second.ask('accepted')).accepted.length, 400 - count);
});

for (const [death, kill] of [
  ['killed', (thread: Thread) => void thread.kill()],
  ['brought down by an error', (thread: Thread) => thread.worker.postMessage('throw')],
] as const) {
  void t.test(`a thread is ${death} under load: the other serves on, and a new one joins`, async (t) => {
    const bound = await Bound.to(t, [tcp()]);
    const [first, second] = await Promise.all([bound.start(), bound.start()]);
    const peers = await stay(t, bound.port(), 30);
    const { accepted } = await second.ask('accepted');
    const others = peers.filter(({ localPort }) => accepted.includes(localPort));
    t.ok(others.length > 0);
    const errors: Error[] = [];
    const gone = new Promise((resolve) => first.worker.on('exit', resolve));
    first.worker.on('error', (error) => errors.push(error));
    const served = await load([bound.port()], 240, () => kill(first));
    await within(gone, () => 'the end of a thread');
    t.ok(served >= 240 - AT_ONCE, `no more are lost than were under way: ${served} of 240 served`);
    t.same(
      errors.map(({ message }) => message),
      death === 'killed' ? [] : ['thrown on purpose'],
    );
    for (const peer of others) await peer.send('still there').expect('still there');
    t.equal(await load([bound.port()], 100), 100);
    const third = await bound.start();
    t.equal(await load([bound.port()], 100), 100);
    t.ok((await third.ask('accepted')).accepted.length > 0);
  });
}

void t.test('while no thread is left clients wait for the next', async (t) => {
  const bound = await Bound.to(t, [tcp()]);
  const first = await bound.start();
  await first.kill();
  const peer = await Peer.connect(bound.port());
  t.teardown(() => peer.close());
  peer.send('patience');
  await bound.start();
  await peer.expect('patience');
});

void t.test('an address in use is told by its code', async (t) => {
  const path = join(folder(t), 'l.sock');
  const tcpServer = await PeerServer.listen();
  const unixServer = await PeerServer.listen({ path });
  t.teardown(() => Promise.all([tcpServer.close(), unixServer.close()]));
  await t.rejects(bindOnly(tcp('127.0.0.1', tcpServer.port)).listen(), { code: 'EADDRINUSE' });
  await t.rejects(bindOnly(unix(path)).listen(), { code: 'EADDRINUSE' });
  t.equal(existsSync(path), true, 'that one was not disturbed');
  await t.rejects(bindOnly(tcp('192.0.2.1')).listen(), {
    code: 'EADDRNOTAVAIL',
    message: /address not available/,
  });
  await t.rejects(bindOnly(unix(join(path, 'below'))).listen(), { code: 'ENOTDIR' });
});

void t.test('of two that bind an address before either listens, the later to listen is told', async (t) => {
  const one = await Bound.to(t, [tcp('127.0.0.1', await unusedPort())]);
  const other = await Bound.to(t, [tcp('127.0.0.1', one.port())]);
  t.equal((await one.start()).answer.failed, null);
  t.equal((await other.start()).answer.failed, 'EADDRINUSE');
  t.equal(await load([one.port()], 20), 20);
});

void t.test('the socket file of a program that is gone does not stand in the way', async (t) => {
  const path = join(folder(t), 'l.sock');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await once(spawn(process.execPath, ['-e', script], { stdio: 'ignore' }), 'exit');
  t.equal(existsSync(path), true);
  const bound = await Bound.to(t, [unix(path)]);
  await bound.start();
  t.equal(await isServed(path), true);
});

void t.test(
  'a descriptor that is no socket is refused, and one that is not open brings no duplicate',
  async (t) => {
    const fd = openSync('/dev/null', 'r');
    await t.rejects(bindOnly({ kind: 'fd', fd }).listen(), { code: 'EINVAL' });
    closeSync(fd);
    await t.rejects(duplicateSockets([1_000_000]), { code: 'EBADF' });
    t.same(await duplicateSockets([]), []);
  },
);

void t.test('nothing is left open', async (t) => {
  const path = join(folder(t), 'l.sock');
  const round = async (): Promise<number> => {
    const bound = await Bound.to(t, [tcp(), unix(path)]);
    const [first, second] = await Promise.all([bound.start(), bound.start()]);
    t.equal(await load([bound.port(), path], 40), 40);
    await first.kill();
    await second.ask('close');
    await bound.close();
    return openDescriptors();
  };
  // What Node opens once and keeps is open after the first.
  const before = await round();
  await round();
  t.equal(await round(), before);
});
