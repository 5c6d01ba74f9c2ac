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
