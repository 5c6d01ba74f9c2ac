/** Many connections on one transport: nothing is left of those that went, and little is held for those that are silent. */
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import t from 'tap';
import type { Transport } from '../../lib/transport/transport.ts';
import { turns } from '../help/gate.ts';
import { echo, Peer, PeerServer } from '../help/peer.ts';
import { descriptors, dial, Entrance, IMPLEMENTATIONS, NotingHandler, onEach } from './joined.ts';

const AT_ONCE = 50;

/** What buffers take that somebody still refers to. */
function bufferBytes(): number {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
  return process.memoryUsage().arrayBuffers;
}

/** Connects a client and relays it to the server peers. */
async function pair(transport: Transport, entrance: Entrance, port: number) {
  const client = await Peer.connect(entrance.port);
  const fromClient = await entrance.next();
  const toServer = await dial(transport, { kind: 'tcp', address: '127.0.0.1', port, source: null });
  const told = new NotingHandler();
  const relay = transport.relay(fromClient, toServer, told);
  return { client, fromClient, toServer, relay, told };
}

onEach(
  'no descriptor is left after hundreds of short sessions, some of them reset',
  async (t, newTransport) => {
    const servers = await PeerServer.listen({ service: echo });
    t.teardown(() => servers.close());
    const transport = newTransport();
    const entrance = await Entrance.open(t, transport);
    const session = async (index: number): Promise<void> => {
      const { client, relay, told } = await pair(transport, entrance, servers.port);
      told.onBroken = () => (index % 2 === 0 ? relay.resetBoth() : relay.closeAfterPending());
      client.send('short');
      if (index % 5 !== 0) await client.expect('short');
      if (index % 3 === 0) client.reset();
      else if (index % 7 === 0) relay.abandon();
      else if (index % 11 === 0) relay.resetBoth();
      else client.end();
      await client.over();
      client.close();
      while (relay.open) await turns(1);
    };
    const before = descriptors();
    for (let done = 0; done < 400; done += AT_ONCE) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => session(done + index)));
    }
    while (servers.openCount > 0) await turns(1);
    await turns(10);
    t.equal(descriptors(), before);
  },
);

void t.test('hundreds of idle connections hold hardly any buffer, and still carry bytes', async (t) => {
  let nowMs = 1000;
  const transport = IMPLEMENTATIONS.handles?.(() => nowMs);
  if (transport === undefined) throw new Error('no such transport');
  const servers = await PeerServer.listen({ service: echo });
  t.teardown(() => servers.close());
  const entrance = await Entrance.open(t, transport);
  const pairs: Awaited<ReturnType<typeof pair>>[] = [];
  const talk = async (client: Peer, words: string): Promise<void> => {
    client.send(words);
    await client.expect(words);
  };
  t.teardown(() => {
    for (const { client, relay } of pairs) {
      relay.abandon();
      client.close();
    }
  });
  const beforeBytes = bufferBytes();
  for (let count = 0; count < 500; count += AT_ONCE) {
    for (let index = 0; index < AT_ONCE; index += 1) {
      const one = await pair(transport, entrance, servers.port);
      pairs.push(one);
    }
    await Promise.all(pairs.slice(-AT_ONCE).map(({ client }) => talk(client, 'once')));
    // Everybody is silent from here on.
    nowMs += 10_000;
  }
  const heldBytes = bufferBytes() - beforeBytes;
  t.ok(heldBytes < 1_500_000, `4 MB if each side kept its smallest buffer; held: ${heldBytes}`);
  await Promise.all(pairs.map(({ client }) => talk(client, 'and again')));
  t.ok(pairs.every(({ relay }) => relay.client.bytesRead === 13 && relay.server.bytesRead === 13));
});
