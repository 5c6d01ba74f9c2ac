/** Connections whose owner reads and writes them itself: what it is told, in which order, and who has them afterwards. */
import type { Test } from 'tap';
import type { Channel, ChannelHandler, Transport, Connection } from '../../lib/transport/transport.ts';
import { Journal, turns } from '../help/gate.ts';
import { Peer, PeerServer } from '../help/peer.ts';
import { dial, Entrance, FLOOD, type NewTransport, NotingHandler, NotingWatcher, onEach } from './joined.ts';

/** Notes what a channel tells: `read hello`, `ended`, `drained`, `broke ECONNRESET`. */
class NotingOwner extends Journal implements ChannelHandler {
  readBytes = 0;
  /** Runs for every chunk, when it was noted. */
  onRead: () => void = () => {};

  channelRead(chunk: Buffer): void {
    this.readBytes += chunk.length;
    this.note(`read ${chunk.toString('latin1', 0, 20)}`);
    this.onRead();
  }
  channelEnded(): void {
    this.note('ended');
  }
  channelDrained(): void {
    this.note('drained');
  }
  channelBroke(code: string): void {
    this.note(`broke ${code}`);
  }
}

interface Stage {
  readonly transport: Transport;
  readonly peer: Peer;
  readonly connection: Connection;
}

async function accept(t: Test, newTransport: NewTransport): Promise<Stage> {
  const transport = newTransport();
  const entrance = await Entrance.open(t, transport);
  const peer = await Peer.connect(entrance.port);
  t.teardown(() => peer.close());
  return { transport, peer, connection: await entrance.next() };
}

async function open(
  t: Test,
  newTransport: NewTransport,
): Promise<Stage & { channel: Channel; owner: NotingOwner }> {
  const stage = await accept(t, newTransport);
  const owner = new NotingOwner();
  const channel = stage.transport.channel(stage.connection, owner);
  t.teardown(() => channel.reset());
  return { ...stage, channel, owner };
}

onEach('reads from the first resume on, and tells the end behind the bytes', async (t, newTransport) => {
  const { peer, channel, owner } = await open(t, newTransport);
  await peer.flush('hello');
  await turns();
  t.same(owner.entries, []);
  channel.resume();
  await owner.until('read hello');
  peer.end('bye');
  await owner.until('ended');
  t.same(owner.entries, ['read hello', 'read bye', 'ended']);
  t.equal(channel.bytesRead, 8);
});

onEach('writes text as Latin-1, and after the peer has ended', async (t, newTransport) => {
  const { peer, channel, owner } = await open(t, newTransport);
  channel.resume();
  peer.end();
  await owner.until('ended');
  t.equal(channel.write('\xe9'), true);
  t.equal(channel.write(Buffer.from('x')), true);
  channel.end();
  await peer.expect(Buffer.from([0xe9, 0x78]));
  await peer.expectEnd();
  t.equal(channel.bytesWritten, 2);
});

onEach(
  'bytes that were read ahead come first, and an end seen before behind them',
  async (t, newTransport) => {
    const { transport, peer, connection } = await accept(t, newTransport);
    const told = new NotingWatcher();
    connection.watch(told, 100);
    peer.end('early');
    await told.until('ended');
    const owner = new NotingOwner();
    const channel = transport.channel(connection, owner);
    t.teardown(() => channel.reset());
    channel.resume();
    t.same(owner.entries, [], 'nothing is told from within');
    await owner.until('ended');
    t.same(owner.entries, ['read early', 'ended']);
  },
);

onEach('a break seen before is told like any other', async (t, newTransport) => {
  const { transport, peer, connection } = await accept(t, newTransport);
  const told = new NotingWatcher();
  connection.watch(told, 100);
  peer.reset();
  await told.reached(1);
  const owner = new NotingOwner();
  transport.channel(connection, owner).resume();
  await owner.until((entry) => entry.startsWith('broke'));
  t.equal(owner.count, 1);
});

onEach('tells nothing while paused, from within a chunk too', async (t, newTransport) => {
  const { transport, peer, connection } = await accept(t, newTransport);
  const told = new NotingWatcher();
  connection.watch(told, 100);
  await peer.flush('one');
  await told.until('sent');
  const owner = new NotingOwner();
  const channel = transport.channel(connection, owner);
  t.teardown(() => channel.reset());
  owner.onRead = () => channel.pause();
  channel.resume();
  await owner.until('read one');
  peer.end('two');
  await turns(20);
  t.same(owner.entries, ['read one']);
  channel.resume();
  await owner.until('read two');
  await turns(20);
  t.same(owner.entries, ['read one', 'read two']);
  channel.resume();
  await owner.until('ended');
});

onEach('write says false while bytes wait, and is told when they are gone', async (t, newTransport) => {
  const { peer, channel, owner } = await open(t, newTransport);
  peer.count().hold();
  t.equal(channel.write('x'), true);
  t.equal(channel.blocked, false);
  t.equal(channel.write(FLOOD), false);
  t.equal(channel.blocked, true);
  await turns(20);
  t.same(owner.entries, []);
  peer.release();
  await owner.until('drained');
  t.equal(channel.blocked, false);
  await peer.expectCount(FLOOD.length + 1);
  await turns();
  t.equal(owner.count, 1);
});

onEach('tells a reset, and nothing after it', async (t, newTransport) => {
  const { peer, channel, owner } = await open(t, newTransport);
  channel.resume();
  await peer.flush('x');
  await owner.until('read x');
  peer.reset();
  await owner.until((entry) => entry.startsWith('broke'));
  t.equal(channel.write('late'), true);
  channel.end();
  channel.close();
  await turns();
  t.same(owner.entries, ['read x', 'broke ECONNRESET']);
});

onEach('tells nothing after it was closed from within', async (t, newTransport) => {
  const { peer, channel, owner } = await open(t, newTransport);
  owner.onRead = () => channel.close();
  channel.resume();
  peer.end('x');
  await owner.until('read x');
  await peer.over();
  await turns();
  t.same(owner.entries, ['read x']);
});

onEach('close ends in order, reset does not', async (t, newTransport) => {
  const closed = await open(t, newTransport);
  closed.channel.write('bye');
  closed.channel.close();
  await closed.peer.expect('bye');
  await closed.peer.expectEnd();
  const gone = await open(t, newTransport);
  gone.channel.reset();
  await gone.peer.expectReset();
});

onEach('with nolinger its end is a reset', async (t, newTransport) => {
  const { transport, peer, connection } = await accept(t, newTransport);
  connection.noLinger();
  transport.channel(connection, new NotingOwner()).end();
  await peer.expectReset();
});

onEach('goes on as a relay, with the bytes that were not used', async (t, newTransport) => {
  const { transport, peer, channel, owner } = await open(t, newTransport);
  const servers = await PeerServer.listen();
  t.teardown(() => servers.close());
  const toServer = await dial(transport, {
    kind: 'tcp',
    address: '127.0.0.1',
    port: servers.port,
    source: null,
  });
  const server = await servers.next();
  channel.resume();
  await peer.flush('GET..');
  await owner.until('read GET..');
  channel.write('101');
  const relay = transport.relay(channel.release(Buffer.from('..')), toServer, new NotingHandler());
  t.teardown(() => relay.abandon());
  await peer.expect('101');
  await server.expect('..');
  peer.send('more');
  await server.expect('more');
  server.end('bye');
  await peer.expect('bye');
  await peer.expectEnd();
  t.same(owner.entries, ['read GET..']);
});

onEach('goes on as a channel of another owner, who hears of an end again', async (t, newTransport) => {
  const { transport, peer, channel, owner } = await open(t, newTransport);
  channel.resume();
  peer.end('rest');
  await owner.until('ended');
  const connection = channel.release(Buffer.from('rest'));
  t.equal(connection.pendingBytes, 4);
  t.equal(connection.peerEnded, true);
  const next = new NotingOwner();
  const again = transport.channel(connection, next);
  t.teardown(() => again.reset());
  again.resume();
  await next.until('ended');
  t.same(next.entries, ['read rest', 'ended']);
  again.write('still here');
  await peer.expect('still here');
});

onEach('a connection belongs to one owner at a time', async (t, newTransport) => {
  const { transport, connection } = await open(t, newTransport);
  t.throws(() => transport.channel(connection, new NotingOwner()), TypeError);
  t.throws(() => transport.channel({} as Connection, new NotingOwner()), TypeError);
});
