/** Relays at work: read-ahead, half close, pressure. How they end: `relay-ending.test.ts`; under load: `../property/`. */
import type { Connection, RelaySide } from '../../lib/transport/transport.ts';
import { turns } from '../help/gate.ts';
import { block, FLOOD, join, NotingHandler, NotingWatcher, onEach } from './joined.ts';

onEach('carries bytes both ways and counts them', async (t, newTransport) => {
  const { client, server, relay } = await join(t, newTransport);
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

onEach('delivers what was read ahead first, in order, then the rest', async (t, newTransport) => {
  const { client, server, relay } = await join(t, newTransport, async ({ client, fromClient }) => {
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

onEach(
  'an end seen before the relay is told after it began, and passed on behind the bytes',
  async (t, newTransport) => {
    const { client, server, told, relay } = await join(t, newTransport, async ({ client, fromClient }) => {
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

onEach('bytes read ahead wait for a server that does not read', async (t, newTransport) => {
  const { client, server, relay } = await join(t, newTransport, async ({ client, server, fromClient }) => {
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

onEach('a connection can be relayed once, and by its own transport only', async (t, newTransport) => {
  const { client, server, fromClient, toServer } = await join(t, newTransport);
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
  onEach(`${first} ends first: the other direction stays open`, async (t, newTransport) => {
    const joined = await join(t, newTransport);
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

  onEach(`shutRead of the ${first}: FIN goes to the other only, who may go on`, async (t, newTransport) => {
    const joined = await join(t, newTransport);
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

onEach('both sides end at once', async (t, newTransport) => {
  const { client, server, told } = await join(t, newTransport);
  client.end('a');
  server.end('b');
  await client.expect('b');
  await server.expect('a');
  await client.expectEnd();
  await server.expectEnd();
  await told.until('finished');
  t.equal(told.entries.filter((entry) => entry === 'finished').length, 1);
});

onEach('does not read a side while the other has bytes waiting', async (t, newTransport) => {
  const joined = await join(t, newTransport);
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

onEach('the blocked direction does not hinder the other', async (t, newTransport) => {
  const joined = await join(t, newTransport);
  await block(joined);
  joined.client.send('upstream is free');
  await joined.server.expect('upstream is free');
});

onEach('an end behind waiting bytes comes behind them', async (t, newTransport) => {
  const joined = await join(t, newTransport);
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

onEach('shutRead sends FIN behind the bytes that wait', async (t, newTransport) => {
  const joined = await join(t, newTransport);
  const { client, relay } = joined;
  await block(joined);
  relay.shutRead('server');
  const readBytes = relay.server.bytesRead;
  t.equal(relay.client.writeEndedMs, 0);
  client.release();
  t.equal(await client.over(), 'ended');
  t.equal(client.bytesReceived, readBytes);
});

onEach('sides keep their numbers after the end', async (t, newTransport) => {
  const { client, server, relay, told } = await join(t, newTransport);
  client.end('12345');
  server.end('123');
  await told.until('finished');
  const bytes = (side: RelaySide): number => side.bytesRead;
  t.same([bytes(relay.client), bytes(relay.server)], [5, 3]);
});
