/** Relays: half close, pressure, endings in every order. Whole streams under load: `../property/relay-bytes.property.test.ts`. */
import t from 'tap';
import type { Test } from 'tap';
import type { Connection, Relay, RelaySide } from '../../lib/transport/transport.ts';
import { turns } from '../help/gate.ts';
import { join, type Joined, NotingHandler, NotingWatcher, newTransport } from './joined.ts';

/** More than the kernel's buffers of both sockets take. */
const FLOOD = Buffer.alloc(24_000_000, 'flood');

/** Fills the way from server to client until the server's bytes wait in the relay. */
async function block(joined: Joined): Promise<void> {
  joined.client.count().hold();
  joined.server.send(FLOOD);
  while (joined.relay.client.blockedSinceMs === 0) await turns(1);
}

void t.test('carries bytes both ways and counts them', async (t) => {
  const { client, server, relay } = await join(t);
  const startMs = performance.now();
  t.equal(relay.client.firstReadMs, 0);
  client.send('question');
  await server.expect('question');
  server.send('answer!');
  await client.expect('answer!');
  t.equal(relay.client.bytesRead, 8);
  t.equal(relay.server.bytesRead, 7);
  t.ok(relay.server.firstReadMs >= startMs);
  t.equal(relay.server.lastReadMs, relay.client.lastWriteMs);
});

void t.test('delivers what was read ahead first, in order, then the rest', async (t) => {
  const { client, server, relay } = await join(t, async ({ client, fromClient }) => {
    const watched = new NotingWatcher();
    fromClient.watch(watched, 1_000_000);
    await client.flush('one ');
    await watched.until('sent');
    client.send('two ');
    while (fromClient.pendingBytes < 8) await turns(1);
  });
  t.equal(relay.client.bytesRead, 8);
  client.send('three');
  await server.expect('one two three');
});

void t.test(
  'an end seen before the relay is told after it began, and passed on behind the bytes',
  async (t) => {
    const { client, server, told, relay } = await join(t, async ({ client, fromClient }) => {
      const watched = new NotingWatcher();
      fromClient.watch(watched, 100);
      client.end('early');
      await watched.until('ended');
    });
    t.same([relay.client.bytesRead, relay.client.readEnded], [5, false]);
    await server.expect('early');
    await server.expectEnd();
    server.end('yes');
    await client.expect('yes');
    await client.expectEnd();
    await told.until('finished');
    t.same(told.entries, ['ended client', 'shut server', 'ended server', 'finished']);
  },
);

void t.test('bytes read ahead wait for a server that does not read', async (t) => {
  const { client, server, relay } = await join(t, async ({ client, server, fromClient }) => {
    server.count().hold();
    fromClient.watch(new NotingWatcher(), FLOOD.length);
    client.send(FLOOD);
    while (fromClient.pendingBytes < FLOOD.length) await turns(1);
  });
  t.ok(relay.server.blockedSinceMs > 0);
  t.equal(relay.client.readPaused, true);
  client.end('last');
  await turns();
  server.release();
  t.equal(await server.over(), 'ended');
  t.equal(server.bytesReceived, FLOOD.length + 4);
});

void t.test('a connection can be relayed once, and by its own transport only', async (t) => {
  const { client, server, fromClient, toServer } = await join(t);
  const transport = newTransport();
  t.throws(() => transport.relay(fromClient, toServer, new NotingHandler()), /belongs to a relay/);
  const { remote, local } = fromClient;
  const stranger = { ...fromClient, remote, local } as Connection;
  t.throws(() => transport.relay(stranger, toServer, new NotingHandler()), /another transport/);
  fromClient.close();
  toServer.reset();
  client.send('the relay goes on');
  await server.expect('the relay goes on');
});

for (const first of ['client', 'server'] as const) {
  const second = first === 'client' ? 'server' : 'client';
  void t.test(`${first} ends first: the other direction stays open`, async (t) => {
    const joined = await join(t);
    const { told, relay } = joined;
    joined[first].end('last words');
    await joined[second].expect('last words');
    await joined[second].expectEnd();
    t.equal(relay[first].readEnded, true);
    t.ok(relay[second].writeEndedMs > 0);
    t.equal(relay[first].writeEndedMs, 0);
    await joined[second].flush('still ');
    joined[second].end('talking');
    await joined[first].expect('still talking');
    await joined[first].expectEnd();
    await told.until('finished');
    t.same(told.entries, [`ended ${first}`, `shut ${second}`, `ended ${second}`, 'finished']);
    t.equal(relay.open, false);
  });

  void t.test(`${first} resets: the other side is left to the owner`, async (t) => {
    const joined = await join(t);
    const { told, relay } = joined;
    joined[first].send('before');
    await joined[second].expect('before');
    joined[first].reset();
    await told.until(`broken ${first} ECONNRESET`);
    await turns();
    t.equal(joined[second].state, 'open');
    t.equal(relay.open, true);
    relay.resetBoth();
    await joined[second].expectReset();
    await turns();
    t.same(told.entries, [`broken ${first} ECONNRESET`], 'nothing is told after the owner ended it');
    t.equal(relay.open, false);
  });

  void t.test(`${first} resets: the owner may close in order`, async (t) => {
    const joined = await join(t);
    joined.told.onBroken = () => joined.relay.closeAfterPending();
    joined[first].reset();
    await joined[second].expectEnd();
    await joined.told.until('finished');
    t.same(joined.told.entries, [`broken ${first} ECONNRESET`, 'finished']);
  });

  void t.test(`${first} resets right behind its bytes: they arrive, and it is no orderly end`, async (t) => {
    const joined = await join(t);
    joined.told.onBroken = () => joined.relay.closeAfterPending();
    await joined[first].flush('famous last words');
    joined[first].reset();
    await joined[second].expect('famous last words');
    await joined[second].expectEnd();
    await joined.told.until('finished');
    t.same(joined.told.entries, [`broken ${first} ECONNRESET`, 'finished']);
  });

  void t.test(`resetOne gives RST to the ${first} and FIN to the other`, async (t) => {
    const joined = await join(t);
    joined.relay.resetOne(first);
    await joined[first].expectReset();
    await joined[second].expectEnd();
    await turns();
    t.same(joined.told.entries, []);
    t.equal(joined.relay.open, false);
  });

  void t.test(`shutRead of the ${first}: FIN goes to the other only, who may go on`, async (t) => {
    const joined = await join(t);
    const { told, relay } = joined;
    joined[first].send('heard');
    await joined[second].expect('heard');
    relay.shutRead(first);
    relay.shutRead(first);
    t.equal(relay[first].readEnded, true);
    await joined[second].expectEnd();
    joined[first].send('not heard');
    joined[second].end('answer');
    await joined[first].expectCount(6);
    await told.until('finished');
    t.same(told.entries, [`ended ${first}`, `shut ${second}`, `ended ${second}`, 'finished']);
    t.equal(relay[first].bytesRead, 5);
    await joined[first].over();
  });
}

void t.test('both sides end at once', async (t) => {
  const { client, server, told } = await join(t);
  client.end('a');
  server.end('b');
  await client.expect('b');
  await server.expect('a');
  await client.expectEnd();
  await server.expectEnd();
  await told.until('finished');
  t.equal(told.entries.filter((entry) => entry === 'finished').length, 1);
});

void t.test('does not read a side while the other has bytes waiting', async (t) => {
  const joined = await join(t);
  const { client, relay } = joined;
  await block(joined);
  t.equal(relay.server.readPaused, true);
  const stoppedAt = relay.server.bytesRead;
  await turns(20);
  t.equal(relay.server.bytesRead, stoppedAt, 'nothing is read meanwhile');
  t.ok(joined.relay.client.blockedSinceMs <= performance.now());
  client.release();
  await client.expectCount(FLOOD.length);
  t.equal(relay.client.blockedSinceMs, 0);
  t.equal(relay.server.readPaused, false);
});

void t.test('the blocked direction does not hinder the other', async (t) => {
  const joined = await join(t);
  await block(joined);
  joined.client.send('upstream is free');
  await joined.server.expect('upstream is free');
});

void t.test('an end behind waiting bytes comes behind them', async (t) => {
  const joined = await join(t);
  const { client, server, relay } = joined;
  await block(joined);
  server.end();
  client.release();
  await client.expectCount(FLOOD.length);
  await client.over();
  t.equal(client.state, 'ended');
  t.equal(client.bytesReceived, FLOOD.length);
  t.ok(relay.client.writeEndedMs > 0);
});

void t.test('shutRead sends FIN behind the bytes that wait', async (t) => {
  const joined = await join(t);
  const { client, relay } = joined;
  await block(joined);
  relay.shutRead('server');
  const readBytes = relay.server.bytesRead;
  t.equal(relay.client.writeEndedMs, 0);
  client.release();
  t.equal(await client.over(), 'ended');
  t.equal(client.bytesReceived, readBytes);
});

void t.test('closeAfterPending delivers what waits, then both sides are closed', async (t) => {
  const joined = await join(t);
  const { client, relay, told } = joined;
  await block(joined);
  relay.closeAfterPending();
  relay.closeAfterPending();
  const readBytes = relay.server.bytesRead;
  await turns(20);
  t.equal(relay.open, true, 'a reader that does not read makes it wait');
  t.same(told.entries, []);
  client.release();
  t.equal(await client.over(), 'ended');
  t.equal(client.bytesReceived, readBytes);
  await told.until('finished');
  t.same(told.entries, ['finished']);
  t.equal(relay.open, false);
});

void t.test('closeAfterPending where nothing waits is told, but not from within the call', async (t) => {
  const { client, server, relay, told } = await join(t);
  relay.closeAfterPending();
  t.same(told.entries, []);
  await told.until('finished');
  await client.expectEnd();
  await server.expectEnd();
});

void t.test('a server that resets loses nothing that was read of it', async (t) => {
  const joined = await join(t);
  const { client, server, relay, told } = joined;
  told.onBroken = () => relay.closeAfterPending();
  await block(joined);
  server.reset();
  // The pause hides the reset until the client reads; what the kernel drops with it was never read.
  client.release();
  await told.until('broken server ECONNRESET');
  await told.until('finished');
  t.equal(await client.over(), 'ended');
  t.equal(client.bytesReceived, relay.server.bytesRead);
});

void t.test('what was read ahead of the pause survives the break of its side', async (t) => {
  const joined = await join(t);
  const { client, server, relay, told } = joined;
  told.onBroken = () => relay.closeAfterPending();
  await block(joined);
  await turns(20);
  const readBytes = relay.server.bytesRead;
  server.reset();
  await turns(20);
  client.send('finds the server gone');
  await told.until((entry) => entry.startsWith('broken server'));
  t.ok(relay.server.bytesRead > readBytes, 'the bytes behind the pause were taken');
  client.release();
  t.equal(await client.over(), 'ended');
  t.equal(client.bytesReceived, relay.server.bytesRead);
});

void t.test('a side that may not linger is gone at once when the relay is closed', async (t) => {
  const joined = await join(t, ({ fromClient }) => fromClient.noLinger());
  const { client, server, relay, told } = joined;
  await block(joined);
  relay.closeAfterPending();
  await told.until('finished');
  client.release();
  t.equal(await client.over(), 'reset');
  await server.over();
});

void t.test('abandon drops what waits and closes both at once', async (t) => {
  const joined = await join(t);
  const { client, relay, told } = joined;
  await block(joined);
  relay.closeAfterPending();
  relay.abandon();
  const readBytes = relay.server.bytesRead;
  client.release();
  await client.over();
  t.ok(client.bytesReceived < readBytes);
  await turns();
  t.same(told.entries, [], 'nothing is told after abandon, not even the close that was waited for');
  t.equal(relay.open, false);
});

void t.test('a reset right behind our FIN still releases the socket', async (t) => {
  const { client, server, relay, told } = await join(t);
  // Told in the very turn in which the FIN was handed to the kernel, where libuv refuses a reset.
  told.relaySideShut = () => relay.resetBoth();
  client.end();
  await server.over();
  await client.over();
  while (relay.open) await turns(1);
  t.same(told.entries, ['ended client']);
});

void t.test('RST takes the place of FIN where a side may not linger', async (t) => {
  const { client, server, told } = await join(t, ({ toServer }) => toServer.noLinger());
  client.end('bye');
  await server.over();
  t.equal(server.state, 'reset');
  await client.expectEnd();
  await told.until('finished');
  t.same(told.entries, ['ended client', 'finished']);
});

void t.test('a write to a peer that is gone breaks the relay instead of hanging it', async (t) => {
  const { client, server, told, relay } = await join(t);
  client.end();
  await server.expectEnd();
  client.reset();
  while (told.count < 3) {
    server.send('x'.repeat(1000));
    await turns(1);
  }
  t.match(told.entries[2], /^broken client (ECONNRESET|EPIPE)$/);
  relay.resetBoth();
});

void t.test('both sides break before the owner answers', async (t) => {
  const { client, server, told, relay } = await join(t);
  client.reset();
  server.reset();
  await told.reached(1);
  await turns(10);
  t.equal(told.count, 1);
  relay.closeAfterPending();
  relay.closeAfterPending();
  t.equal(told.count, 1);
  await told.until('finished');
  t.equal(relay.open, false);
});

void t.test('the owner may end the relay from within whatever it is told', async (t) => {
  for (const end of ['resetBoth', 'abandon', 'closeAfterPending'] as const) {
    const { client, server, told, relay } = await join(t);
    told.relaySideEnded = (side) => {
      told.note(`ended ${side}`);
      relay[end]();
    };
    client.end('bytes');
    await server.over();
    await client.over();
    while (relay.open) await turns(1);
    await turns();
    t.same(told.entries, end === 'closeAfterPending' ? ['ended client', 'finished'] : ['ended client']);
  }
});

void t.test('a connection that broke before its relay breaks the relay', async (t) => {
  const { client, told, relay } = await join(t, ({ fromClient }) => fromClient.reset());
  await client.over();
  await told.until('broken client ERR_SOCKET_CLOSED');
  relay.closeAfterPending();
  await told.until('finished');
});

const ENDINGS: Record<string, (relay: Relay) => void> = {
  'shutRead client': (relay) => relay.shutRead('client'),
  'shutRead server': (relay) => relay.shutRead('server'),
  resetBoth: (relay) => relay.resetBoth(),
  closeAfterPending: (relay) => relay.closeAfterPending(),
  abandon: (relay) => relay.abandon(),
  'resetOne client': (relay) => relay.resetOne('client'),
  'resetOne server': (relay) => relay.resetOne('server'),
};

/** Calls two methods on a relay, twice, and looks that everything is released in the end. */
async function endTwice(t: Test, first: string, second: string, blocked: boolean): Promise<void> {
  const joined = await join(t);
  const { client, server, relay, told } = joined;
  if (blocked) await block(joined);
  for (const name of [first, second, first, second]) ENDINGS[name]?.(relay);
  client.release().end();
  server.end();
  while (relay.open) await turns(1);
  await turns();
  const finished = told.entries.filter((entry) => entry === 'finished');
  t.ok(finished.length <= 1, `${first}, ${second}: finished at most once`);
  if (finished.length === 1) t.equal(told.entries.at(-1), 'finished');
  client.close();
  server.close();
}

void t.test('every ending may come after every other, and twice', async (t) => {
  for (const first of Object.keys(ENDINGS)) {
    for (const second of Object.keys(ENDINGS)) await endTwice(t, first, second, false);
  }
});

void t.test('every ending may come while bytes wait', async (t) => {
  for (const first of Object.keys(ENDINGS)) await endTwice(t, first, 'closeAfterPending', true);
});

void t.test('sides keep their numbers after the end', async (t) => {
  const { client, server, relay, told } = await join(t);
  client.end('12345');
  server.end('123');
  await told.until('finished');
  const bytes = (side: RelaySide): number => side.bytesRead;
  t.same([bytes(relay.client), bytes(relay.server)], [5, 3]);
});
