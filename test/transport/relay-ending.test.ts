/** Relays at their end: resets, breaks, and every call of the owner in every order. */
import type { Test } from 'tap';
import type { Relay } from '../../lib/transport/transport.ts';
import { turns } from '../help/gate.ts';
import { block, join, type NewTransport, onEach } from './joined.ts';

for (const first of ['client', 'server'] as const) {
  const second = first === 'client' ? 'server' : 'client';
  onEach(`${first} resets: the other side is left to the owner`, async (t, newTransport) => {
    const joined = await join(t, newTransport);
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

  onEach(`${first} resets: the owner may close in order`, async (t, newTransport) => {
    const joined = await join(t, newTransport);
    joined.told.onBroken = () => joined.relay.closeAfterPending();
    joined[first].reset();
    await joined[second].expectEnd();
    await joined.told.until('finished');
    t.same(joined.told.entries, [`broken ${first} ECONNRESET`, 'finished']);
  });

  onEach(
    `${first} resets right behind its bytes: they arrive, and it is no orderly end`,
    async (t, newTransport) => {
      const joined = await join(t, newTransport);
      joined.told.onBroken = () => joined.relay.closeAfterPending();
      await joined[first].flush('famous last words');
      joined[first].reset();
      await joined[second].expect('famous last words');
      await joined[second].expectEnd();
      await joined.told.until('finished');
      t.same(joined.told.entries, [`broken ${first} ECONNRESET`, 'finished']);
    },
  );
}

onEach('closeAfterPending delivers what waits, then both sides are closed', async (t, newTransport) => {
  const joined = await join(t, newTransport);
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

onEach(
  'closeAfterPending where nothing waits is told, but not from within the call',
  async (t, newTransport) => {
    const { client, server, relay, told } = await join(t, newTransport);
    relay.closeAfterPending();
    t.same(told.entries, []);
    await told.until('finished');
    await client.expectEnd();
    await server.expectEnd();
  },
);

onEach('a server that resets loses nothing that was read of it', async (t, newTransport) => {
  const joined = await join(t, newTransport);
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

onEach('what was read ahead of the pause survives the break of its side', async (t, newTransport) => {
  const joined = await join(t, newTransport);
  const { client, server, relay, told } = joined;
  told.onBroken = () => relay.closeAfterPending();
  await block(joined);
  await turns(20);
  const readBytes = relay.server.bytesRead;
  server.reset();
  await turns(20);
  client.send('finds the server gone');
  client.release();
  await told.until((entry) => entry.startsWith('broken server'));
  t.equal(await client.over(), 'ended');
  t.ok(relay.server.bytesRead > readBytes, 'the bytes behind the pause were taken');
  t.equal(client.bytesReceived, relay.server.bytesRead);
});

onEach('a side that may not linger is gone at once when the relay is closed', async (t, newTransport) => {
  const joined = await join(t, newTransport, ({ fromClient }) => fromClient.noLinger());
  const { client, server, relay, told } = joined;
  await block(joined);
  relay.closeAfterPending();
  await told.until('finished');
  client.release();
  t.equal(await client.over(), 'reset');
  await server.over();
});

onEach('abandon drops what waits and closes both at once', async (t, newTransport) => {
  const joined = await join(t, newTransport);
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

onEach('a reset right behind our FIN still releases the socket', async (t, newTransport) => {
  const { client, server, relay, told } = await join(t, newTransport);
  // Told in the very turn in which the FIN was handed to the kernel, where libuv refuses a reset.
  told.relaySideShut = () => relay.resetBoth();
  client.end();
  await server.over();
  await client.over();
  while (relay.open) await turns(1);
  t.same(told.entries, ['ended client']);
});

onEach('RST takes the place of FIN where a side may not linger', async (t, newTransport) => {
  const { client, server, told } = await join(t, newTransport, ({ toServer }) => toServer.noLinger());
  client.end('bye');
  await server.over();
  t.equal(server.state, 'reset');
  await client.expectEnd();
  await told.until('finished');
  t.same(told.entries, ['ended client', 'finished']);
});

onEach('a write to a peer that is gone breaks the relay instead of hanging it', async (t, newTransport) => {
  const { client, server, told, relay } = await join(t, newTransport);
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

onEach('both sides break before the owner answers', async (t, newTransport) => {
  const { client, server, told, relay } = await join(t, newTransport);
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

onEach('the owner may end the relay from within whatever it is told', async (t, newTransport) => {
  for (const end of ['resetBoth', 'abandon', 'closeAfterPending'] as const) {
    const { client, server, told, relay } = await join(t, newTransport);
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

onEach('a connection that broke before its relay breaks the relay', async (t, newTransport) => {
  const { client, told, relay } = await join(t, newTransport, ({ fromClient }) => fromClient.reset());
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
};

/** Calls two methods on a relay, twice, and looks that everything is released in the end. */
async function endTwice(
  t: Test,
  newTransport: NewTransport,
  first: string,
  second: string,
  blocked: boolean,
): Promise<void> {
  const joined = await join(t, newTransport);
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

onEach('every ending may come after every other, and twice', async (t, newTransport) => {
  for (const first of Object.keys(ENDINGS)) {
    for (const second of Object.keys(ENDINGS)) await endTwice(t, newTransport, first, second, false);
  }
});

onEach('every ending may come while bytes wait', async (t, newTransport) => {
  for (const first of Object.keys(ENDINGS)) await endTwice(t, newTransport, first, 'closeAfterPending', true);
});
