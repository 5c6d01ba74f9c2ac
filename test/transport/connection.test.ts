/** Connections before their relay: what a watcher is told, what is kept, how they end. */
import { turns } from '../help/gate.ts';
import { Peer } from '../help/peer.ts';
import { Entrance, type NewTransport, NotingWatcher, onEach } from './joined.ts';
import type { Test } from 'tap';
import type { Connection } from '../../lib/transport/transport.ts';

async function accept(t: Test, newTransport: NewTransport): Promise<{ peer: Peer; connection: Connection }> {
  const entrance = await Entrance.open(t, newTransport());
  const peer = await Peer.connect(entrance.port);
  t.teardown(() => peer.close());
  const connection = await entrance.next();
  t.teardown(() => connection.reset());
  return { peer, connection };
}

onEach('knows both ends, also after it has ended if it was asked before', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  const remote = { address: '127.0.0.1', port: peer.localPort };
  const local = { address: '127.0.0.1', port: peer.socket.remotePort };
  t.same([connection.remote, connection.local], [remote, local]);
  connection.close();
  await peer.expectEnd();
  t.same([connection.remote, connection.local], [remote, local]);
});

onEach('tells of the first bytes once and keeps them', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  const told = new NotingWatcher();
  connection.watch(told, 1000);
  await peer.flush('hello');
  await told.until('sent');
  await peer.flush('again');
  peer.end();
  await told.until('ended');
  t.same(told.entries, ['sent', 'ended']);
  t.equal(connection.pendingBytes, 10);
  t.equal(connection.peerEnded, true);
});

onEach('does not read before it is watched', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  await peer.flush('hello');
  await turns();
  t.equal(connection.pendingBytes, 0);
});

onEach('stops reading at the limit, and an end behind it stays unseen', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  const told = new NotingWatcher();
  const sentBytes = 4_000_000;
  connection.watch(told, 100_000);
  peer.end(Buffer.alloc(sentBytes));
  await told.until('sent');
  while (connection.pendingBytes < 100_000) await turns(1);
  await turns(20);
  t.ok(connection.pendingBytes <= 100_000 + 65_536, 'exceeded by at most one read');
  t.equal(connection.peerEnded, false);

  connection.watch(told, sentBytes + 1);
  await told.until('ended');
  t.equal(connection.pendingBytes, sentBytes, 'a higher limit reads on');
  t.same(told.entries, ['sent', 'ended']);
});

onEach('a limit of nothing still sees an end', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  const told = new NotingWatcher();
  connection.watch(told, 0);
  peer.end();
  await told.until('ended');
  t.equal(connection.pendingBytes, 0);
});

onEach('tells of a reset, and releases the socket by itself', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  const told = new NotingWatcher();
  connection.watch(told, 1000);
  peer.reset();
  await told.until('reset ECONNRESET');
  connection.close();
  connection.reset();
  await turns();
  t.same(told.entries, ['reset ECONNRESET']);
});

onEach('tells of a reset right behind bytes as a reset, and keeps the bytes', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  await peer.flush('hello');
  peer.reset();
  await turns();
  const told = new NotingWatcher();
  connection.watch(told, 1000);
  await told.until('reset ECONNRESET');
  t.same(told.entries, ['sent', 'reset ECONNRESET']);
  t.equal(connection.pendingBytes, 5);
});

onEach('close sends FIN, reset sends RST', async (t, newTransport) => {
  const closed = await accept(t, newTransport);
  closed.connection.close();
  await closed.peer.expectEnd();
  const reset = await accept(t, newTransport);
  reset.connection.reset();
  await reset.peer.expectReset();
});

onEach('close sends RST once it may not linger', async (t, newTransport) => {
  const { peer, connection } = await accept(t, newTransport);
  connection.noLinger();
  connection.close();
  await peer.expectReset();
});

onEach('tells nothing after its owner ended it', async (t, newTransport) => {
  for (const end of ['close', 'reset'] as const) {
    const { peer, connection } = await accept(t, newTransport);
    const told = new NotingWatcher();
    connection.watch(told, 1000);
    await peer.flush('hello');
    connection[end]();
    connection.watch(told, 2000);
    await peer.over();
    t.same(told.entries, [], `nothing after ${end}`);
  }
});

onEach('may be ended from within what it tells', async (t, newTransport) => {
  for (const end of ['close', 'reset'] as const) {
    const { peer, connection } = await accept(t, newTransport);
    const told = new NotingWatcher();
    told.peerSent = () => {
      told.note('sent');
      connection[end]();
    };
    connection.watch(told, 10);
    peer.end('x'.repeat(100));
    await peer.over();
    t.same(told.entries, ['sent']);
  }
});

onEach('every method may come in any order and twice', async (t, newTransport) => {
  const methods: ((connection: Connection) => void)[] = [
    (connection) => connection.close(),
    (connection) => connection.reset(),
    (connection) => connection.noLinger(),
    (connection) => connection.keepAlive(10_000, 1000, 3),
    (connection) => connection.keepAlive(0, 0, 0),
    (connection) => connection.watch(new NotingWatcher(), 10),
  ];
  for (const first of methods) {
    for (const second of methods) {
      const { peer, connection } = await accept(t, newTransport);
      first(connection);
      second(connection);
      first(connection);
      connection.close();
      await peer.over();
    }
  }
});
