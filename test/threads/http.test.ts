/** Mode http and TLS on several threads: what dies with one is free again, and all threads say the same. */
import { once } from 'node:events';
import * as diagnostics from 'node:diagnostics_channel';
import { rmSync } from 'node:fs';
import * as tls from 'node:tls';
import type { Worker } from 'node:worker_threads';
import t from 'tap';
import type { Test } from 'tap';
import type { LoadBalancerOptions } from '../../lib/index.ts';
import { balance, eventually, server, type Running } from '../help/balancer.ts';
import { Gate, Journal, within } from '../help/gate.ts';
import { answer, answering, get, head, message, statusOf } from '../help/http-peer.ts';
import type { Peer, PeerService } from '../help/peer.ts';
import { folder } from '../tls/files.ts';

interface Threaded extends Running {
  readonly workers: readonly Worker[];
  readonly notes: Journal<string>;
}

/** A balancer on two threads. */
async function onTwo(t: Test, text: string): Promise<Threaded> {
  const workers: Worker[] = [];
  const born = (message: unknown): void => void workers.push((message as { worker: Worker }).worker);
  diagnostics.subscribe('worker_threads', born);
  t.teardown(() => diagnostics.unsubscribe('worker_threads', born));
  const notes = new Journal<string>();
  const note = (_fields: object | string, words = ''): void => notes.note(words);
  const options: LoadBalancerOptions = { logger: { debug: note, info: note, warn: note, error: note } };
  const running = await balance(t, `global\n  nbthread 2\n${text}`, options);
  return { ...running, workers, notes };
}

/** Kills a thread; its successor serves. */
async function kill({ workers, notes }: Threaded, at: number): Promise<void> {
  const before = notes.count;
  await workers[at]?.terminate();
  await notes.until((note) => note.includes('has been replaced'), before);
}

/** At least so many clients whose requests are under way or wait, some in each thread: one that is quick may take all that come at once. */
async function asking(running: Running, atLeast: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  const both = async (): Promise<boolean> => {
    await eventually(
      () => running.lb.view().frontends[0]?.counters.http?.requestsTotal === peers.length,
      'all to ask',
    );
    return new Set((await running.lb.sessions()).map(({ id }) => Math.floor(id / 1024))).size === 2;
  };
  while (peers.length < atLeast || !(await both())) {
    const peer = await running.connect();
    peer.send(get());
    peers.push(peer);
  }
  return peers;
}

/** Answers a connection's first request when the gate opens, the others at once. */
function holding(gate: Gate): PeerService {
  return (peer) => {
    peer.socket.once('data', () => {
      void gate.passed().then(() => peer.send(answer('late')));
      peer.socket.on('data', () => peer.send(answer('again')));
    });
    peer.socket.on('end', () => peer.end());
  };
}

function figures({ lb }: Running) {
  const [backend] = lb.view().backends;
  const [first] = backend?.servers ?? [];
  return {
    sessions: lb.view().sessionsNow,
    queued: (backend?.queuedCount ?? 0) + (first?.queuedCount ?? 0),
    served: first?.servedCount,
    idle: first?.counters.idleConnectionsNow,
  };
}

void t.test(
  'a thread dies with kept connections: those of the other stay, its own are forgotten',
  async (t) => {
    const held = new Gate('the answers');
    const a = await server(t, { service: holding(held) });
    const running = await onTwo(t, `listen l\n mode http\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`);
    const peers = await asking(running, 40);
    held.open();
    for (const peer of peers) await message(peer);
    await eventually(() => figures(running).idle === a.openCount, 'every connection to be kept');
    await kill(running, 1);
    const left = running.lb.view().sessionsNow;
    t.ok(left > 0 && left < peers.length, `${left} clients are left`);
    await eventually(() => a.openCount === figures(running).idle, 'the dead one’s to be closed');
    t.match(figures(running), { queued: 0, served: 0, sessions: left });
    const alive = peers.filter(({ state }) => state === 'open');
    t.equal(alive.length, left);
    for (const peer of alive) {
      peer.send(get());
      t.equal(statusOf(await message(peer)), 200);
    }
    await running.lb.close();
    t.same(figures(running), { sessions: 0, queued: 0, served: 0, idle: 0 });
  },
);

void t.test('a thread dies with requests in flight and in the queue: the places serve others', async (t) => {
  const held = new Gate('the answers');
  const a = await server(t, { service: holding(held) });
  const running = await onTwo(
    t,
    `listen l\n mode http\n timeout queue 20s\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port} maxconn 8`,
  );
  const peers = await asking(running, 40);
  await eventually(
    () => figures(running).queued === peers.length - 8,
    'eight to be served, the others to wait',
  );
  await kill(running, 0);
  const alive = peers.filter(({ state }) => state === 'open');
  t.ok(alive.length > 0 && alive.length < peers.length, `${alive.length} are left`);
  await eventually(
    () =>
      figures(running).served === Math.min(8, alive.length) &&
      figures(running).queued === Math.max(0, alive.length - 8),
    'the places of the dead to be taken',
  );
  held.open();
  for (const peer of alive) t.equal(statusOf(await message(peer)), 200);
  for (const peer of alive) peer.close();
  await eventually(() => figures(running).sessions === 0, 'all to be gone');
  t.match(figures(running), { queued: 0, served: 0 });
  await running.lb.close();
  t.same(figures(running), { sessions: 0, queued: 0, served: 0, idle: 0 });
});

void t.test('the page of statistics shows all threads, whichever is asked', async (t) => {
  const a = await server(t, { service: answering(answer('a')) });
  const running = await onTwo(
    t,
    `listen l\n mode http\n stats uri /stats\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  for (let asked = 0; asked < 30; asked += 1) {
    const peer = await running.connect();
    peer.send(get());
    await message(peer);
  }
  const asked = await Promise.all(Array.from({ length: 12 }, () => running.connect()));
  for (const peer of asked) peer.send(get('/stats;csv', 'Connection: close'));
  for (const peer of asked) {
    t.equal(statusOf(await head(peer)), 200);
    await peer.over();
    const [names = '', ...rows] = peer.text.split('\n');
    const row = rows.find((line) => line.startsWith('l,a,'))?.split(',') ?? [];
    t.equal(row[names.split(',').indexOf('stot')], '30');
  }
});

void t.test('a thread that is replaced says what the others say, whatever became of the files', async (t) => {
  const files = folder(t);
  const a = await server(t, { service: answering(answer('a')) });
  const page = files.write('403.http', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 6\r\n\r\nclosed');
  const names = files.write('names.map', 'test mapped\n');
  const running = await onTwo(
    t,
    `listen l\n mode http\n bind 127.0.0.1:0\n errorfile 403 ${page}\n` +
      ` http-request deny if { req.hdr(host),map(${names}) mapped }\n server a 127.0.0.1:${a.port}`,
  );
  rmSync(page);
  files.write('names.map', 'test changed\n');
  await kill(running, 0);
  await kill(running, 1);
  for (let asked = 0; asked < 12; asked += 1) {
    const peer = await running.connect();
    peer.send(get('/', 'Connection: close'));
    t.match(await message(peer), /^HTTP\/1.1 403 [^]*closed$/);
  }
});

void t.test('changed certificates reach every thread', async (t) => {
  const files = folder(t);
  const path = await files.certificate('a.pem', 'a.test');
  const a = await server(t, { service: answering(answer('a')) });
  const running = await onTwo(
    t,
    `listen l\n mode http\n bind 127.0.0.1:0 ssl crt ${path}\n server a 127.0.0.1:${a.port}`,
  );
  const shown = async (): Promise<string> => {
    const socket = tls.connect({ port: running.port, host: '127.0.0.1', rejectUnauthorized: false });
    t.teardown(() => socket.destroy());
    await within(once(socket, 'secureConnect'), () => 'the handshake');
    const name = socket.getPeerX509Certificate()?.subject ?? '';
    socket.destroy();
    return name;
  };
  const twenty = async (): Promise<Set<string>> =>
    new Set(await Promise.all(Array.from({ length: 20 }, shown)));
  t.same(await twenty(), new Set(['CN=a.test']));
  await files.certificate('a.pem', 'b.test');
  await running.notes.until((note) => note === 'changed certificates have been taken up');
  // Each thread looks at the files by itself.
  let seen = await twenty();
  while (seen.size > 1) seen = await twenty();
  t.same(seen, new Set(['CN=b.test']));
  await running.lb.close();
});
