/** The timers of a relayed session on the wire, each row of the reference's table (5.7). All wait at the same time. */
import t from 'tap';
import type { Test } from 'tap';
import { balance, server, tookAbout, type Running } from '../help/balancer.ts';
import type { Peer } from '../help/peer.ts';

t.jobs = 20;
const together = { buffered: true };

interface Session extends Running {
  readonly client: Peer;
  readonly backend: Peer;
  readonly startMs: number;
}

/** One relayed session over a proxy with these lines. */
async function session(t: Test, lines: readonly string[], held = false): Promise<Session> {
  const a = await server(t, { held });
  const running = await balance(
    t,
    ['listen l', 'bind 127.0.0.1:0', ...lines, `server a 127.0.0.1:${a.port}`].join('\n  '),
  );
  const client = await running.connect();
  const backend = await a.next();
  return { ...running, client, backend, startMs: performance.now() };
}

/** Sends from a peer again and again until it is told to stop. */
function stream(from: Peer, everyMs: number): () => void {
  const timer = setInterval(() => from.send('.'), everyMs);
  return () => clearInterval(timer);
}

void t.test('client and server alike: both are closed, named after the client', together, async (t) => {
  const { client, backend, nextClose, end } = await session(t, [
    'timeout client 300ms',
    'timeout server 300ms',
  ]);
  await Promise.all([client.expectEnd(), backend.expectEnd()]);
  const record = await nextClose();
  t.match(record, { ending: { cause: 'client-timeout', stage: 'data' } });
  tookAbout(t, record.totalMs, 300);
  await end();
});

void t.test(
  'client sooner: FIN to the server only, all closed at the timeout of the server',
  together,
  async (t) => {
    const { client, backend, nextClose, end, startMs } = await session(t, [
      'timeout client 200ms',
      'timeout server 800ms',
    ]);
    await backend.expectEnd();
    tookAbout(t, performance.now() - startMs, 190, 'FIN to the server');
    t.equal(client.state, 'open');
    await client.expectEnd();
    const record = await nextClose();
    t.match(record, { ending: { reason: 'client-timeout' } });
    tookAbout(t, record.totalMs, 800);
    await end();
  },
);

void t.test('... while the server keeps sending the client is served', together, async (t) => {
  const { client, backend, nextClose, end } = await session(t, [
    'timeout client 200ms',
    'timeout server 500ms',
  ]);
  // The first silence shuts the client's direction; what the server sends then still arrives.
  await backend.expectEnd();
  backend.send('still here');
  await client.expect('still here');
  const lastMs = performance.now();
  await client.expectEnd();
  tookAbout(t, performance.now() - lastMs, 480, 'since the last byte');
  t.match(await nextClose(), { ending: { reason: 'client-timeout' }, bytesOut: 10 });
  await end();
});

void t.test(
  'server sooner: FIN to the client, the server is closed at the timeout of the client',
  together,
  async (t) => {
    const { client, backend, nextClose, end, startMs } = await session(t, [
      'timeout client 800ms',
      'timeout server 200ms',
    ]);
    await client.expectEnd();
    tookAbout(t, performance.now() - startMs, 190, 'FIN to the client');
    t.equal(backend.state, 'open');
    const record = await nextClose();
    t.match(record, { ending: { cause: 'server-timeout', stage: 'data' } });
    tookAbout(t, record.totalMs, 800);
    await end();
  },
);

void t.test('server-fin bounds the second phase', together, async (t) => {
  const { nextClose, end } = await session(t, [
    'timeout client 200ms',
    'timeout server 20s',
    'timeout server-fin 300ms',
  ]);
  const record = await nextClose();
  t.match(record, { ending: { reason: 'client-timeout' } });
  tookAbout(t, record.totalMs, 500);
  await end();
});

void t.test('client-fin bounds the second phase', together, async (t) => {
  const { nextClose, end } = await session(t, [
    'timeout client 20s',
    'timeout server 200ms',
    'timeout client-fin 300ms',
  ]);
  const record = await nextClose();
  t.match(record, { ending: { reason: 'server-timeout' } });
  tookAbout(t, record.totalMs, 500);
  await end();
});

void t.test(
  'client-fin after the FIN of the server, server-fin after that of the client',
  together,
  async (t) => {
    const one = await session(t, ['timeout client-fin 300ms']);
    one.backend.end();
    await one.client.expectEnd();
    t.match(await one.nextClose(), { ending: { reason: 'client-timeout' } });
    await one.end();
    const other = await session(t, ['timeout server-fin 300ms']);
    other.client.end();
    await other.backend.expectEnd();
    await other.client.expectEnd();
    t.match(await other.nextClose(), { ending: { reason: 'server-timeout' } });
    await other.end();
  },
);

void t.test('timeout tunnel replaces both', together, async (t) => {
  const { nextClose, end } = await session(t, [
    'timeout client 150ms',
    'timeout server 150ms',
    'timeout tunnel 600ms',
  ]);
  const record = await nextClose();
  t.match(record, { ending: { reason: 'client-timeout' } });
  tookAbout(t, record.totalMs, 600);
  await end();
});

void t.test('a server that streams keeps a silent client alive', together, async (t) => {
  const { client, backend, nextClose, end, closes } = await session(t, [
    'timeout client 400ms',
    'timeout server 400ms',
  ]);
  const stop = stream(backend, 100);
  await client.expectCount(12);
  t.equal(closes.count, 0, 'well past its timeout');
  stop();
  t.match(await nextClose(), { ending: { reason: 'client-timeout' } });
  await end();
});

void t.test('a client that streams keeps a silent server alive', together, async (t) => {
  const { client, backend, nextClose, end, closes } = await session(t, [
    'timeout client 20s',
    'timeout server 400ms',
    'timeout client-fin 50ms',
  ]);
  const stop = stream(client, 100);
  await backend.expectCount(12);
  t.equal(closes.count, 0, 'well past its timeout');
  stop();
  t.match(await nextClose(), { ending: { reason: 'server-timeout' } });
  await end();
});

void t.test('independent-streams: the silent side does time out', together, async (t) => {
  const { client, backend, nextClose, end } = await session(t, [
    'option independent-streams',
    'timeout client 500ms',
    'timeout server 900ms',
  ]);
  const stop = stream(backend, 50);
  await backend.expectEnd();
  const received = client.bytesReceived;
  await client.expectCount(received + 3);
  stop();
  backend.end();
  t.match(await nextClose(), { ending: { reason: 'client-timeout' } });
  await end();
});

void t.test('a client that does not read is cut at once', together, async (t) => {
  const { client, backend, nextClose, end } = await session(t, [
    'timeout client 300ms',
    'timeout server 20s',
  ]);
  client.hold();
  const startMs = performance.now();
  backend.send(Buffer.alloc(30_000_000));
  const record = await nextClose();
  t.match(record, { ending: { cause: 'client-timeout', stage: 'data' } });
  t.ok(performance.now() - startMs >= 300);
  t.not(await backend.over(), 'open');
  await end();
});

void t.test('a server that does not read is cut at once', together, async (t) => {
  const { client, nextClose, end } = await session(t, ['timeout client 20s', 'timeout server 300ms'], true);
  client.send(Buffer.alloc(30_000_000));
  t.match(await nextClose(), { ending: { cause: 'server-timeout', stage: 'data' } });
  t.not(await client.over(), 'open');
  await end();
});
