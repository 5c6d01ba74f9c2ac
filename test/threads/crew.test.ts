/** A balancer on several threads, over loopback: what one thread can do, several must do as one. */
import t from 'tap';
import type { Test } from 'tap';
import * as diagnostics from 'node:diagnostics_channel';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import * as net from 'node:net';
import type { Worker } from 'node:worker_threads';
import { createLoadBalancer, type LoadBalancer, type SessionRecord } from '../../lib/index.ts';
import { eventually, server } from '../help/balancer.ts';
import { Gate, Journal } from '../help/gate.ts';
import { Peer, type PeerServer } from '../help/peer.ts';
import { leftovers } from '../help/settled.ts';

interface Threaded {
  readonly lb: LoadBalancer;
  readonly port: number;
  /** Every worker thread there has been, dead ones too. */
  readonly workers: readonly Worker[];
  readonly closes: Journal<SessionRecord>;
  readonly notes: Journal<string>;
}

interface Crowded {
  readonly port: number;
  readonly crowd: Gate;
  readonly open: number;
  readonly most: number;
}

/** Starts a balancer with that many threads; closed at the test's end. */
async function threads(t: Test, count: number, text: string): Promise<Threaded> {
  const workers: Worker[] = [];
  const born = (message: unknown): void => void workers.push((message as { worker: Worker }).worker);
  diagnostics.subscribe('worker_threads', born);
  t.teardown(() => diagnostics.unsubscribe('worker_threads', born));
  const notes = new Journal<string>();
  const note = (_fields: object | string, message = ''): void => notes.note(message);
  const ignore = (): void => {};
  const lb = await createLoadBalancer(
    `global\n  nbthread ${count}\ndefaults\n  timeout connect 20s\n  timeout client 20s\n  timeout server 20s\n${text}\n`,
    { logger: { debug: ignore, info: ignore, warn: note, error: note } },
  );
  t.teardown(() => lb.close());
  const closes = new Journal<SessionRecord>();
  lb.on('close', (record) => closes.note(record));
  return { lb, port: lb.addresses[0]?.port ?? 0, workers, closes, notes };
}

/** Answers every chunk with itself, and the end as well. */
function echo(t: Test): Promise<PeerServer> {
  return server(t, {
    service: ({ socket }) => {
      socket.on('data', (chunk: Buffer) => socket.write(chunk));
      socket.on('end', () => socket.end());
    },
  });
}

/** A server that answers nobody before its crowd may pass, and counts who is there. */
async function crowded(t: Test): Promise<Crowded> {
  const crowd = new Gate('the crowd');
  const room = { port: 0, crowd, open: 0, most: 0 };
  const service = (peer: Peer): void => {
    room.open += 1;
    room.most = Math.max(room.most, room.open);
    peer.socket.once('data', (chunk: Buffer) => {
      void crowd.passed().then(() => {
        room.open -= 1;
        peer.socket.end(chunk);
      });
    });
  };
  room.port = (await server(t, { service })).port;
  return room;
}

/** A client with a served word behind it. */
async function served(t: Test, port: number): Promise<Peer> {
  const peer = await Peer.connect(port);
  t.teardown(() => peer.close());
  peer.send('word');
  await peer.expect('word');
  return peer;
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

function runningTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
}

void t.test('sessions run on all threads, figures and events are of all', async (t) => {
  const a = await echo(t);
  const { lb, port, workers, closes } = await threads(
    t,
    2,
    `listen l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port}`,
  );
  t.equal(workers.length, 2);
  const peers = await Promise.all(Array.from({ length: 60 }, () => served(t, port)));
  t.equal(lb.view().sessionsNow, 60);
  const listed = await lb.sessions();
  t.equal(listed.length, 60, 'sessions of all threads are listed');
  t.equal(new Set(listed.map(({ id }) => id)).size, 60, 'under different numbers');
  t.same(
    new Set(listed.map(({ clientPort }) => clientPort)),
    new Set(peers.map(({ localPort }) => localPort)),
  );
  t.ok(new Set(listed.map(({ id }) => Math.floor(id / 1024))).size === 2, 'both threads have some');
  for (const peer of peers) peer.end();
  await closes.reached(60);
  t.ok(closes.entries.every(({ bytesIn, bytesOut }) => bytesIn === 4 && bytesOut === 4));
  const { cutSessions } = await lb.close();
  t.equal(cutSessions, 0);
  const stats = lb.stats();
  t.match(stats.frontends[0], { sessionsTotal: 60, bytesIn: 240, bytesOut: 240 });
  t.match(stats.backends[0]?.servers[0], { sessionsTotal: 60, bytesIn: 240, bytesOut: 240 });
  t.same(leftovers(lb.view()), []);
});

void t.test('maxconn of a server, a frontend and a bind line holds over threads', async (t) => {
  const limits = [
    ['a server', '  bind 127.0.0.1:0\n', 'maxconn 5'],
    ['a frontend', '  bind 127.0.0.1:0\n  maxconn 5\n', ''],
    ['a bind line', '  bind 127.0.0.1:0 maxconn 5\n', ''],
  ] as const;
  const rooms = await Promise.all(limits.map(() => crowded(t)));
  const proxies = limits.map(
    ([, lines, parameters], n) =>
      `listen l${n}\n${lines}  server a 127.0.0.1:${rooms[n]?.port ?? 0} ${parameters}\n`,
  );
  const { lb } = await threads(t, 3, proxies.join(''));
  for (const [n, [name]] of limits.entries()) {
    const room = rooms[n];
    if (room === undefined) throw new Error('a server is missing');
    let started = 0;
    let answered = 0;
    const one = async (): Promise<void> => {
      while (started < 160) {
        started += 1;
        const peer = await Peer.connect(lb.addresses[n]?.port ?? 0);
        peer.end(`client ${started}`);
        await peer.over();
        if (peer.text.startsWith('client')) answered += 1;
        peer.close();
      }
    };
    const all = Promise.all(Array.from({ length: 40 }, one));
    await eventually(() => room.open === 5, `the limit of ${name} to be reached`);
    room.crowd.open();
    await all;
    t.equal(answered, 160, 'nobody is forgotten');
    t.equal(room.most, 5, `never more at the server than ${name} allows`);
  }
  await lb.close();
  t.same(leftovers(lb.view()), []);
});

void t.test('maxconn of the process holds over threads and frontends', async (t) => {
  const a = await echo(t);
  const { lb, port } = await threads(
    t,
    2,
    `listen one\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port}\nlisten two\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port}`.replace(
      /^/,
      'global\n  maxconn 4\n',
    ),
  );
  const other = lb.addresses[1]?.port ?? 0;
  const peers = await Promise.all([port, other, port, other].map((to) => served(t, to)));
  const waiting = await Promise.all([Peer.connect(port), Peer.connect(other)]);
  for (const peer of waiting) peer.send('word');
  t.equal(lb.view().sessionsNow, 4);
  for (const peer of peers) peer.close();
  for (const peer of waiting) {
    await peer.expect('word');
    peer.close();
  }
  await lb.close();
  t.same(leftovers(lb.view()), []);
});

void t.test('what is done to a server is done in all threads', async (t) => {
  const [a, b] = [await echo(t), await echo(t)];
  const { lb, port } = await threads(
    t,
    2,
    `listen l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port}\n  server b 127.0.0.1:${b.port}`,
  );
  const reached = async (): Promise<string[]> => {
    const peers = await Promise.all(Array.from({ length: 30 }, () => served(t, port)));
    const names = (await lb.sessions()).map(({ serverName }) => serverName ?? '');
    for (const peer of peers) peer.close();
    await eventually(() => lb.view().sessionsNow === 0, 'all to be gone');
    return [...new Set(names)].toSorted();
  };
  t.same(await reached(), ['a', 'b']);
  lb.setServerState('l', 'a', 'maint');
  // Listed by the threads, behind the order.
  await lb.sessions();
  t.same(await reached(), ['b']);
  lb.setServerState('l', 'a', 'ready');
  lb.setServerWeight('l', 'b', 0);
  await lb.sessions();
  t.same(await reached(), ['a']);
});

void t.test('one thread checks for all', async (t) => {
  const a = await echo(t);
  const b = await echo(t);
  const { lb, port } = await threads(
    t,
    2,
    `listen l\n  bind 127.0.0.1:0\n  default-server check inter 50ms fall 1 rise 1\n` +
      `  server a 127.0.0.1:${a.port}\n  server b 127.0.0.1:${b.port}`,
  );
  const events = new Journal<string>();
  lb.on('serverState', ({ serverName, to }) => events.note(`${serverName} ${to}`));
  await b.close();
  await events.until('b DOWN');
  await lb.sessions();
  const peers = await Promise.all(Array.from({ length: 20 }, () => served(t, port)));
  t.same(new Set((await lb.sessions()).map(({ serverName }) => serverName)), new Set(['a']));
  t.equal(lb.view().backends[0]?.servers[1]?.counters.downTransitionsTotal, 1, 'counted once');
  for (const peer of peers) peer.close();
});

void t.test('a thread that dies under load is replaced, and what it held is free again', async (t) => {
  const before = openDescriptors();
  const a = await echo(t);
  const { lb, port, workers, notes } = await threads(
    t,
    2,
    `listen l\n  bind 127.0.0.1:0\n  maxconn 40\n  server a 127.0.0.1:${a.port} maxconn 20`,
  );
  let stopping = false;
  let answered = 0;
  let lost = 0;
  // How many may be served until the dead are replaced: they are waited for a second each, and load all that time shows nothing more.
  let wanted = Infinity;
  const one = async (): Promise<void> => {
    while (!stopping) {
      if (answered >= wanted) await eventually(() => answered < wanted, 'the next thread');
      const peer = await Peer.connect(port);
      peer.send('word');
      try {
        await peer.expect('word');
        answered += 1;
      } catch {
        lost += 1;
      }
      peer.close();
    }
  };
  const all = Array.from({ length: 30 }, one);
  for (let round = 0; round < 2; round += 1) {
    const goal = answered + 100;
    await eventually(() => answered >= goal, 'clients to be served');
    await workers.at(-1)?.terminate();
    wanted = answered + 200;
    await notes.until((note) => note.includes('has been replaced'), notes.entries.length);
    wanted = Infinity;
  }
  const goal = answered + 200;
  await eventually(() => answered >= goal, 'clients to be served afterwards');
  stopping = true;
  await Promise.all(all);
  t.equal(workers.length, 4, 'two and two replaced');
  t.ok(lost <= 2 * 30, `${lost} sessions were lost, at most those of the dead`);
  await eventually(() => lb.view().sessionsNow === 0, 'every session to end');
  const view = lb.view();
  t.equal(view.threadsReplacedTotal, 2);
  t.equal(view.backends[0]?.servers[0]?.servedCount, 0);
  t.equal(view.frontends[0]?.sessionsNow, 0);
  await lb.close();
  // How long a lost session took to connect was not told any more.
  const known = (line: string): boolean => line.startsWith('sessions connected by l');
  t.same(
    leftovers(lb.view()).filter((line) => !known(line)),
    [],
  );
  await a.close();
  await eventually(() => openDescriptors() <= before, 'every descriptor to be closed');
});

void t.test('sessions of the other thread do not notice', async (t) => {
  const a = await echo(t);
  const { lb, port, workers, notes } = await threads(
    t,
    2,
    `listen l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port}`,
  );
  const peers = await Promise.all(Array.from({ length: 40 }, () => served(t, port)));
  await workers[1]?.terminate();
  await notes.until((note) => note.includes('has been replaced'));
  const left = new Set((await lb.sessions()).map(({ clientPort }) => clientPort));
  for (const peer of peers) {
    if (!left.has(peer.localPort)) {
      await peer.over();
      continue;
    }
    peer.send('again');
    await peer.expect('again');
  }
  t.ok(left.size > 0 && left.size < 40, `${left.size} of 40 are left`);
  t.equal(lb.view().sessionsNow, left.size);
  t.equal(
    lb.view().frontends[0]?.counters.closed.get('internal-error'),
    40 - left.size,
    'those that were lost are counted',
  );
});

void t.test('close gives sessions their time, then cuts them, in every thread', async (t) => {
  const a = await echo(t);
  const { lb, port } = await threads(t, 2, `listen l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port}`);
  const peers = await Promise.all(Array.from({ length: 20 }, () => served(t, port)));
  const closing = lb.close({ drainMs: 60_000 });
  await eventually(() => lb.addresses.length === 0, 'the doors to close');
  peers[0]?.send('still');
  await peers[0]?.expect('still');
  peers[0]?.end();
  await eventually(() => lb.view().sessionsNow === 19, 'one to end');
  void lb.close();
  t.equal((await closing).cutSessions, 19);
  for (const peer of peers.slice(1)) await peer.over();
});

void t.test('what cannot be handed to threads is refused', async (t) => {
  const text = 'global\n  nbthread 2\nlisten l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:1\n';
  await t.rejects(createLoadBalancer(text, { random: () => 0 }), { code: 'ERR_NOT_FOR_THREADS' });
  const policy = text.replace('  server', '  balance fn:mine\n  server');
  await t.rejects(createLoadBalancer(policy, { balanceFunctions: { mine: () => null } }), {
    code: 'ERR_NOT_FOR_THREADS',
  });
});

void t.test('an address in use is told before any thread is started', async (t) => {
  const a = await echo(t);
  const text = `global\n  nbthread 2\nlisten l\n  bind 127.0.0.1:${a.port}\n  server a 127.0.0.1:1\n`;
  await t.rejects(createLoadBalancer(text), { code: 'ERR_ADDRESS_IN_USE' });
});

void t.test('an address that only the listening shows to be in use is told as well', async (t) => {
  const { address } = await lookup('localhost');
  const probe = net.createServer().listen(0, address);
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  // Both can be bound as long as nobody listens, and a name hides from whoever reads the configuration that they are one.
  const text =
    `global\n  nbthread 2\nlisten l\n  bind ${address}:${port}\n  server a 127.0.0.1:1\n` +
    `listen m\n  bind localhost:${port}\n  server a 127.0.0.1:1\n`;
  await t.rejects(createLoadBalancer(text), { code: 'ERR_ADDRESS_IN_USE' });
});

void t.test('a server that warms up leaves nothing behind', async (t) => {
  const before = runningTimers();
  const a = await echo(t);
  const { lb } = await threads(
    t,
    2,
    `listen l\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${a.port} slowstart 600s`,
  );
  lb.setServerState('l', 'a', 'maint');
  lb.setServerState('l', 'a', 'ready');
  await lb.close();
  await a.close();
  await eventually(() => runningTimers() <= before, 'every timer to be cancelled');
});
