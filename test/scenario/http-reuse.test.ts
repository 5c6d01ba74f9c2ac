/** In mode http connections to servers are used again: whose, by whom, for how long. */
import t from 'tap';
import { balance, client, eventually, server, type Running } from '../help/balancer.ts';
import { answer, answering, get, head, message } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';
import type { Peer } from '../help/peer.ts';

/** Each thread keeps its own, so what is counted here is one thread's. */
const ONE_THREAD = { random: Math.random };

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, ...more: readonly string[]): string => `listen l
  mode http
  bind 127.0.0.1:0
  ${more.join('\n  ')}
  server a 127.0.0.1:${port}`;

async function ask(client: Peer): Promise<string> {
  client.send(get());
  return message(client);
}

const kept = ({ lb }: Running): number =>
  lb.view().backends[0]?.servers[0]?.counters.idleConnectionsNow ?? -1;

/** Three clients, one after the other, two requests each: how many connections that takes. */
const COUNTS = { never: 3, safe: 3, aggressive: 1, always: 1 } as const;

for (const [reuse, connections] of Object.entries(COUNTS)) {
  void t.test(`http-reuse ${reuse}`, together, async (t) => {
    const a = await server(t, { service: answering(answer('yes')) });
    const running = await balance(t, text(a.port, `http-reuse ${reuse}`), ONE_THREAD);
    for (let left = 3; left > 0; left -= 1) {
      const client = await running.connect();
      await ask(client);
      await ask(client);
      client.end();
      await client.expectEnd();
    }
    t.equal(a.peers.length, connections);
    const { counters } = running.lb.view().backends[0]?.servers[0] ?? {};
    t.equal(counters?.http?.reusesTotal, 6 - connections);
    t.equal(counters?.connectAttemptsTotal, connections);
    t.equal(counters?.sessionsTotal, 6);
    t.equal(kept(running), reuse === 'never' ? 0 : connections);
    await settledHttp(t, running);
    await Promise.all(a.peers.map((peer) => peer.over()));
  });
}

void t.test('http-reuse aggressive: not one that has never been used again', together, async (t) => {
  const a = await server(t, { service: answering(answer('yes')) });
  const running = await balance(t, text(a.port, 'http-reuse aggressive'), ONE_THREAD);
  await ask(await running.connect());
  await ask(await running.connect());
  t.equal(a.peers.length, 2);
  await settledHttp(t, running);
});

void t.test('http-reuse never: it goes with its client', together, async (t) => {
  const a = await server(t, { service: answering(answer('yes')) });
  const running = await balance(t, text(a.port, 'http-reuse never'), ONE_THREAD);
  const client = await running.connect();
  await ask(client);
  t.equal(a.openCount, 1);
  client.end();
  const [peer] = a.peers;
  await peer?.over();
  await settledHttp(t, running);
});

void t.test('http-reuse never: one that its server has ended is not used', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, 'http-reuse never'), ONE_THREAD);
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.end(answer('one'));
  await message(client);
  await backend.over();
  client.send(get());
  const fresh = await a.next();
  await head(fresh);
  fresh.send(answer('two'));
  t.match(await message(client), /two$/);
  await settledHttp(t, running);
});

for (const [option, side] of [
  ['http-server-close', 'server'],
  ['httpclose', 'both'],
] as const) {
  void t.test(`option ${option}`, together, async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port, `option ${option}`), ONE_THREAD);
    const client = await running.connect();
    client.send(get());
    const backend = await a.next();
    t.match(await head(backend), /connection: close/);
    backend.send(answer('one'));
    const got = await message(client);
    t.equal(/connection: close/.test(got), side === 'both');
    await backend.over();
    if (side === 'both') await client.expectEnd();
    t.equal(kept(running), 0);
    await settledHttp(t, running);
  });
}

void t.test('a server that says close is taken at its word', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port), ONE_THREAD);
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one', 'Connection: close'));
  t.notMatch(await message(client), /connection/);
  await backend.over();
  client.send(get());
  const fresh = await a.next();
  await head(fresh);
  fresh.send(answer('two'));
  t.match(await message(client), /two$/);
  await settledHttp(t, running);
});

void t.test('a kept connection that its server ends is forgotten', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port), ONE_THREAD);
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(client);
  t.equal(kept(running), 1);
  backend.end();
  await eventually(() => kept(running) === 0, 'the connection to be forgotten');
  await settledHttp(t, running);
});

void t.test('two balancers keep their own', together, async (t) => {
  const a = await server(t, { service: answering(answer('yes')) });
  const one = await balance(t, text(a.port, 'http-reuse always'), ONE_THREAD);
  const other = await balance(t, text(a.port, 'http-reuse always'), ONE_THREAD);
  await ask(await one.connect());
  await ask(await other.connect());
  t.equal(a.peers.length, 2);
  await settledHttp(t, one);
  t.equal(kept(other), 1, 'the other one still has its own');
  await ask(await other.connect());
  t.equal(a.peers.length, 2);
  await settledHttp(t, other);
});

void t.test('frontends of one balancer share them', together, async (t) => {
  const a = await server(t, { service: answering(answer('yes')) });
  const running = await balance(
    t,
    `defaults
  mode http
  timeout connect 20s
  timeout client 20s
  timeout server 20s
frontend f
  bind 127.0.0.1:0
  default_backend b
frontend g
  bind 127.0.0.1:0
  default_backend b
backend b
  http-reuse always
  server a 127.0.0.1:${a.port}`,
    ONE_THREAD,
  );
  for (const { port } of running.lb.addresses) {
    await ask(await client(t, port));
  }
  t.equal(a.peers.length, 1);
  await settledHttp(t, running);
});
