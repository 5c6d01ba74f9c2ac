/** Relays that break at an awkward moment: what had come before arrives, and what is cut is not taken for a whole. */
import t from 'tap';
import { turns } from '../help/gate.ts';
import { block, IMPLEMENTATIONS, join, type NewTransport, onEach } from './joined.ts';

const handles: NewTransport = (nowMs) => {
  const transport = IMPLEMENTATIONS.handles?.(nowMs);
  if (transport === undefined) throw new Error('no such transport');
  return transport;
};

onEach(
  'a reset right behind bytes is none the less a reset while bytes wait for its side',
  async (t, newTransport) => {
    const joined = await join(t, newTransport);
    const { client, server, relay, told } = joined;
    await block(joined);
    await client.flush('half of it');
    client.reset();
    await server.expect('half of it');
    await told.reached(1);
    await turns();
    t.match(told.entries, [/^broken client (ECONNRESET|EPIPE)$/]);
    relay.resetBoth();
  },
);

// Node's documented API does not tell the two apart once our FIN is sent.
void t.test('handles: a reset right behind bytes is none the less a reset after our FIN', async (t) => {
  const { client, server, relay, told } = await join(t, handles);
  server.end();
  await client.expectEnd();
  await client.flush('half of it');
  client.reset();
  await server.expect('half of it');
  await told.reached(3);
  t.same(told.entries, ['ended server', 'shut client', 'broken client ECONNRESET']);
  relay.resetBoth();
});

onEach('an end behind bytes is passed on while bytes wait for its side', async (t, newTransport) => {
  const joined = await join(t, newTransport);
  const { client, server, told } = joined;
  await block(joined);
  client.end('all of it');
  await server.expect('all of it');
  await server.expectEnd();
  t.same(told.entries, ['ended client', 'shut server']);
});

// A net.Socket closes itself when a write fails, and what the kernel has is lost.
void t.test(
  'handles: an early answer arrives though the rest of the question finds the server gone',
  async (t) => {
    const { client, server, relay, told } = await join(t, handles);
    told.onBroken = () => relay.closeAfterPending();
    await turns();
    // In one turn: the relay is told of the question first, and then there is nobody to take it.
    client.send('a question');
    server.send('an answer');
    server.reset();
    await client.expect('an answer');
    await client.expectEnd();
    await told.until('finished');
    t.match(told.entries, [/^broken server (ECONNRESET|EPIPE)$/, 'finished']);
  },
);

void t.test('handles: all that a gone server had said arrives, however slowly', async (t) => {
  const joined = await join(t, handles);
  const { client, server, relay, told } = joined;
  told.onBroken = () => relay.closeAfterPending();
  await block(joined);
  server.reset();
  client.send('a question');
  await turns();
  t.same(told.entries, [], 'the kernel has more of the server');
  t.equal(relay.client.readPaused, true);
  t.equal(relay.server.blockedSinceMs, 0);
  client.release();
  t.equal(await client.over(), 'ended');
  t.equal(client.bytesReceived, relay.server.bytesRead);
  await told.until('finished');
  t.match(told.entries, [/^broken server/, 'finished']);
});

void t.test('handles: the owner may end a relay whose server is gone and has more to say', async (t) => {
  for (const end of ['shutRead', 'closeAfterPending', 'abandon', 'resetBoth'] as const) {
    const joined = await join(t, handles);
    const { client, server, relay, told } = joined;
    told.onBroken = () => relay.closeAfterPending();
    await block(joined);
    server.reset();
    client.send('a question');
    while (!relay.client.readPaused) await turns(1);
    relay[end]('server');
    client.release();
    await client.over();
    while (relay.open) await turns(1);
    await turns();
    const last = end === 'abandon' || end === 'resetBoth' ? undefined : 'finished';
    t.equal(told.entries.at(-1), last, end);
  }
});
