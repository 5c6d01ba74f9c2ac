/** One client from accept to its last byte, on paper: which timer, which side, which ending. */
import t from 'tap';
import type { Test } from 'tap';
import { dryBalancer, type DryBalancer, type DryClient, type DryRelay } from '../help/dry-balancer.ts';
import { settledDry } from '../help/settled.ts';

interface Relayed {
  readonly dry: DryBalancer;
  readonly client: DryClient;
  readonly relay: DryRelay;
}

/** A session whose relay stands. */
async function relayed(t: Test, lines: readonly string[]): Promise<Relayed> {
  const dry = await dryBalancer(t, ['listen l', 'bind :1', ...lines, 'server a 192.0.2.1:1'].join('\n  '));
  const client = dry.come();
  dry.dials[0]?.succeed();
  const relay = dry.relays[0];
  if (relay === undefined) throw new Error('there is no relay');
  return { dry, client, relay };
}

void t.test('both sides end in order: normal', async (t) => {
  const { dry, client, relay } = await relayed(t, []);
  relay.endSide('client');
  t.equal(client.record(), null);
  relay.endSide('server');
  t.match(client.record()?.ending, { cause: 'normal', stage: 'none' });
  settledDry(t, dry);
});

void t.test('idle, client and server alike: both shut, the client first', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 1s', 'timeout server 1s']);
  dry.clock.advance(999);
  t.same(relay.calls, []);
  dry.clock.advance(12);
  t.same(relay.calls, ['shut client', 'shut server']);
  t.match(client.record()?.ending, { reason: 'client-timeout' });
  settledDry(t, dry);
});

void t.test('idle, client sooner: half closed first, all closed when the server is silent too', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 1s', 'timeout server 4s']);
  dry.clock.advance(1012);
  t.same(relay.calls, ['shut client']);
  dry.clock.advance(2980);
  t.equal(client.record(), null);
  dry.clock.advance(30);
  t.same(relay.calls, ['shut client', 'shut server']);
  t.match(client.record(), { ending: { reason: 'client-timeout' } });
  t.ok((client.record()?.totalMs ?? 0) >= 4000);
  settledDry(t, dry);
});

void t.test('idle, server sooner', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 4s', 'timeout server 1s']);
  dry.clock.advance(1012);
  t.same(relay.calls, ['shut server']);
  dry.clock.advance(3000);
  t.match(client.record()?.ending, { reason: 'server-timeout' });
});

void t.test('the second phase is as long as server-fin or client-fin', async (t) => {
  const first = await relayed(t, ['timeout client 1s', 'timeout server 4s', 'timeout server-fin 500ms']);
  first.dry.clock.advance(1500);
  t.equal(first.client.record(), null);
  first.dry.clock.advance(30);
  t.match(first.client.record()?.ending, { reason: 'client-timeout' });
  const second = await relayed(t, ['timeout client 4s', 'timeout server 1s', 'timeout client-fin 500ms']);
  second.dry.clock.advance(1500);
  t.equal(second.client.record(), null);
  second.dry.clock.advance(30);
  t.match(second.client.record()?.ending, { reason: 'server-timeout' });
});

void t.test('activity moves the deadline without any timer per byte', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 1s', 'timeout server 1s']);
  for (let left = 20; left > 0; left -= 1) {
    dry.clock.advance(400);
    relay.server.lastReadMs = dry.clock.nowMs();
    relay.client.lastWriteMs = dry.clock.nowMs();
    t.ok(dry.clock.pendingCount <= 1);
  }
  t.equal(client.record(), null);
  dry.clock.advance(1020);
  t.match(client.record(), { ending: { reason: 'client-timeout' } });
});

void t.test('a client that does not read is cut at once', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 1s', 'timeout server 5s']);
  dry.clock.advance(200);
  relay.client.blockedSinceMs = dry.clock.nowMs();
  relay.client.lastReadMs = dry.clock.nowMs();
  relay.server.readPaused = true;
  dry.clock.advance(990);
  t.equal(client.record(), null);
  dry.clock.advance(30);
  t.same(relay.calls, ['abandon']);
  t.match(client.record()?.ending, { reason: 'client-timeout' });
  settledDry(t, dry);
});

void t.test('a client that breaks takes the server along', async (t) => {
  const { dry, client, relay } = await relayed(t, []);
  relay.handler.relayBroken('client', 'ECONNRESET');
  t.same(relay.calls, ['reset both']);
  t.match(client.record()?.ending, { reason: 'client-reset' });
  settledDry(t, dry);
});

void t.test('a server that breaks: the client still gets what was read, then FIN', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 1s', 'timeout server 300ms']);
  relay.client.blockedSinceMs = dry.clock.nowMs();
  relay.handler.relayBroken('server', 'ECONNRESET');
  t.same(relay.calls, ['close after pending']);
  dry.clock.advance(600);
  t.same(relay.calls, ['close after pending'], 'the timers of reading mean nothing any more');
  t.ok((dry.clock.nextInMs ?? 0) > 100, 'and do not strike at every tick');
  relay.finish();
  t.match(client.record()?.ending, { reason: 'server-reset' });
  settledDry(t, dry);
});

void t.test('... unless the client does not take it in time', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 1s', 'timeout server 300ms']);
  relay.client.blockedSinceMs = dry.clock.nowMs();
  relay.handler.relayBroken('server', 'ECONNRESET');
  dry.clock.advance(1020);
  t.same(relay.calls, ['close after pending', 'abandon']);
  t.match(client.record()?.ending, { reason: 'server-reset' });
  settledDry(t, dry);
});

void t.test('a timer that struck gives the session its name, also when a side breaks later', async (t) => {
  const { dry, client, relay } = await relayed(t, ['timeout client 1s', 'timeout server 4s']);
  dry.clock.advance(1500);
  relay.handler.relayBroken('client', 'ECONNRESET');
  t.match(client.record()?.ending, { reason: 'client-timeout' });
  settledDry(t, dry);
});

void t.test('killed from outside, in every stage', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1\n server a 192.0.2.1:1 maxconn 2`);
  const clients = [dry.come(), dry.come(), dry.come()];
  dry.dials[0]?.succeed();
  for (const stream of dry.house.clients().toReversed()) {
    stream.kill('killed');
    stream.kill('killed');
  }
  t.same(
    clients.map((client) => client.record()?.ending.reason),
    ['killed', 'killed', 'killed'],
  );
  t.equal(dry.records.length, 3, 'each once');
  settledDry(t, dry);
});

void t.test('the silence of a client while it connects', async (t) => {
  const slow = `listen l\n bind :1\n timeout client 1s\n timeout connect 2s\n retries 0\n server a 192.0.2.1:1 maxconn 1`;
  const dry = await dryBalancer(t, slow);
  const dialling = dry.come();
  const queued = dry.come();
  const talking = dry.come();
  talking.connection.send(10);
  dry.clock.advance(1020);
  t.match(queued.record()?.ending, { reason: 'client-timeout-in-queue' }, 'ends a wait');
  t.equal(talking.record(), null, 'of one that has said nothing');
  t.equal(dialling.record(), null, 'does not interrupt a dial');
  dry.clock.advance(1000);
  t.match(dialling.record()?.ending, { reason: 'client-timeout-connecting' }, 'but gives it its name');
});

void t.test('the record tells the times, the bytes and who stood where', async (t) => {
  const dry = await dryBalancer(t, `listen l\n bind :1 name door\n server a 192.0.2.1:1`);
  const client = dry.come();
  client.connection.send(7);
  dry.clock.advance(40);
  dry.dials[0]?.succeed();
  const relay = dry.relays[0];
  if (relay === undefined) throw new Error('there is no relay');
  dry.clock.advance(60);
  relay.server.firstReadMs = dry.clock.nowMs();
  relay.server.bytesRead = 500;
  dry.clock.advance(100);
  relay.finish();
  t.match(client.record(), {
    id: 1,
    clientAddress: '198.51.100.7',
    clientPort: 40_001,
    frontendAddress: '203.0.113.1',
    frontendName: 'l',
    listenerName: 'door',
    backendName: 'l',
    serverName: 'a',
    queueMs: 0,
    connectMs: 40,
    firstByteMs: 100,
    totalMs: 200,
    bytesIn: 7,
    bytesOut: 500,
    retries: 0,
    redispatched: false,
  });
  t.match(dry.server('a').counters, { bytesIn: 7, bytesOut: 500, sessionsTotal: 1, sessionsMax: 1 });
});

void t.test('keep-alive and nolinger reach the sockets they are said of', async (t) => {
  const dry = await dryBalancer(
    t,
    `frontend f
  bind :1
  option clitcpka
  clitcpka-idle 30s
  clitcpka-intvl 5s
  clitcpka-cnt 4
  default_backend b
backend b
  option nolinger
  server a 192.0.2.1:1`,
  );
  const { connection } = dry.come();
  const server = dry.dials[0]?.succeed();
  t.same([connection.keptAlive, server?.keptAlive], [[30_000, 5000, 4], null]);
  t.same([connection.lingers, server?.lingers], [true, false]);
});
