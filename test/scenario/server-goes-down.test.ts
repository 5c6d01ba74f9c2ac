/** Servers that fail and return, seen by checks, by traffic and by the operator. */
import t from 'tap';
import type { Test } from 'tap';
import { balance, eventually, server, type Running } from '../help/balancer.ts';
import { Journal } from '../help/gate.ts';
import { PeerServer, sayName, unusedPort } from '../help/peer.ts';
import type { ServerStateEvent } from '../../lib/index.ts';

t.jobs = 20;
const together = { buffered: true };

/** Changes of servers as `b/a UP DOWN`. */
function changes({ lb }: Running): Journal {
  const journal = new Journal();
  lb.on('serverState', ({ backendName, serverName, from, to }: ServerStateEvent) =>
    journal.note(`${backendName}/${serverName} ${from} ${to}`),
  );
  return journal;
}

/** Whom a new client reaches; the server says its name and ends. */
async function reached({ connect }: Running): Promise<string> {
  const client = await connect();
  // One that ends without a word before its server stands is taken for one that has left.
  client.end('a word');
  await client.over();
  return client.text;
}

/** A server that has gone, on a port where it may come back. */
async function gone(t: Test): Promise<{ port: number; come: (name: string) => Promise<PeerServer> }> {
  const port = await unusedPort();
  return { port, come: (name) => server(t, { port, service: sayName(name) }) };
}

void t.test('a backup takes over and gives back', together, async (t) => {
  const main = await PeerServer.listen({ service: sayName('main') });
  const { port } = main;
  const backup = await server(t, { service: sayName('backup') });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  option redispatch
  server main 127.0.0.1:${port} check inter 40ms rise 2 fall 2
  server backup 127.0.0.1:${backup.port} backup`,
  );
  const seen = changes(running);
  t.equal(await reached(running), 'main');
  await main.close();
  await seen.until('l/main UP DOWN');
  t.equal(await reached(running), 'backup');
  await server(t, { port, service: sayName('main again') });
  await seen.until('l/main DOWN UP');
  t.equal(await reached(running), 'main again');
  await running.end();
});

void t.test(
  'a first check that fails takes a server out at once, init-state fully-up needs all of fall',
  together,
  async (t) => {
    const { port } = await gone(t);
    const running = await balance(
      t,
      `listen l
  bind 127.0.0.1:0
  server one 127.0.0.1:${port} check inter 30ms fall 3
  server all 127.0.0.1:${port} check inter 30ms fall 3 init-state fully-up`,
    );
    const seen = changes(running);
    await seen.reached(2);
    t.same(seen.entries, ['l/one UP DOWN', 'l/all UP DOWN']);
    const [one, all] = running.lb.view().backends[0]?.servers ?? [];
    t.equal(one?.counters.downTransitionsTotal, 1);
    t.ok((all?.counters.checkFailuresTotal ?? 0) >= 3);
    t.equal(await reached(running), '');
    t.equal(await running.nextLetters(), 'SC');
    await running.end();
  },
);

void t.test('on-marked-down shutdown-sessions ends the sessions on it', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${a.port} on-marked-down shutdown-sessions
  server b 127.0.0.1:${a.port}`,
  );
  const [first, second] = [await running.connect(), await running.connect()];
  await a.next();
  await a.next();
  running.lb.setServerState('l', 'a', 'maint');
  await first.expectEnd();
  t.equal(await running.nextLetters(), 'D-');
  t.equal(second.state, 'open');
  await running.end();
});

void t.test('on-marked-up shutdown-backup-sessions brings clients back', together, async (t) => {
  const main = await gone(t);
  const backup = await server(t);
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server main 127.0.0.1:${main.port} check inter 30ms rise 1 fall 1 on-marked-up shutdown-backup-sessions
  server backup 127.0.0.1:${backup.port} backup`,
  );
  const seen = changes(running);
  await seen.until('l/main UP DOWN');
  const client = await running.connect();
  await backup.next();
  await main.come('main');
  await client.expectEnd();
  t.equal(await running.nextLetters(), 'U-');
  t.equal(await reached(running), 'main');
  await running.end();
});

void t.test('servers that track another follow it', together, async (t) => {
  const { port, come } = await gone(t);
  const a = await server(t, { service: sayName('a') });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${a.port} track checks/source
  server b 127.0.0.1:${a.port} backup
backend checks
  server source 127.0.0.1:${port} check inter 30ms rise 1 fall 1`,
  );
  const seen = changes(running);
  await seen.until('l/a UP DOWN');
  await come('source');
  await seen.until('l/a DOWN UP');
  running.lb.setServerState('checks', 'source', 'maint');
  await seen.until('l/a UP MAINT');
  t.equal(running.lb.stats().backends[0]?.servers[0]?.statusWords, 'MAINT (via checks/source)');
  await running.end();
});

void t.test('a disabled server takes part when the operator says so', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  const running = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port} disabled check inter 50ms`,
  );
  t.equal(running.lb.stats().backends[0]?.servers[0]?.status, 'MAINT');
  t.equal(await reached(running), '');
  running.lb.setServerState('l', 'a', 'ready');
  t.equal(await reached(running), 'a');
  await running.end();
});

void t.test('drain: sessions go on, nobody new', together, async (t) => {
  const a = await server(t);
  const b = await server(t, { service: sayName('b') });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${a.port}
  server b 127.0.0.1:${b.port}`,
  );
  const client = await running.connect();
  const backend = await a.next();
  running.lb.setServerState('l', 'a', 'drain');
  for (let left = 3; left > 0; left -= 1) t.equal(await reached(running), 'b');
  client.send('still here');
  await backend.expect('still here');
  t.equal(running.lb.stats().backends[0]?.servers[0]?.status, 'DRAIN');
  await running.end();
});

void t.test('observe layer4: traffic takes a server out between its checks', together, async (t) => {
  const a = await PeerServer.listen({ service: sayName('a') });
  const b = await server(t, { service: sayName('b') });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  retries 0
  server a 127.0.0.1:${a.port} check inter 20s fall 3 observe layer4 error-limit 2 on-error mark-down
  server b 127.0.0.1:${b.port}`,
  );
  const seen: string[] = [];
  running.lb.on('serverState', ({ text }) => seen.push(text));
  await eventually(
    () => (running.lb.view().backends[0]?.servers[0]?.counters.checksTotal ?? 0) === 1,
    'a check',
  );
  await a.close();
  const answers = [];
  for (let left = 6; left > 0; left -= 1) answers.push(await reached(running));
  t.same(answers, ['', 'b', '', 'b', 'b', 'b']);
  t.match(seen, [
    'Server l/a is DOWN, reason: Health analyze, info: "Detected 2 consecutive errors, last one was: L4 unsuccessful connection". 1 active and 0 backup servers left.',
  ]);
  await running.end();
});

void t.test('a server marked down by the very attempt that fails', together, async (t) => {
  const { port } = await gone(t);
  const b = await server(t, { service: sayName('b') });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  option redispatch
  server a 127.0.0.1:${port} check inter 20s observe layer4 error-limit 1 on-error mark-down on-marked-down shutdown-sessions init-state fully-up port ${b.port}
  server b 127.0.0.1:${b.port}`,
  );
  const client = await running.connect();
  await client.over();
  t.equal(await running.nextLetters(), 'D-', 'the session that was there is shut with the others');
  t.equal(await reached(running), 'b');
  await running.end();
});

void t.test('a server that comes back with slowstart gets its share by and by', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  const b = await server(t, { service: sayName('b') });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server a 127.0.0.1:${a.port} slowstart 60s weight 10
  server b 127.0.0.1:${b.port} weight 10`,
  );
  running.lb.setServerState('l', 'a', 'maint');
  running.lb.setServerState('l', 'a', 'ready');
  t.equal(running.lb.view().backends[0]?.servers[0]?.throttlePercent, 6);
  const answers = [];
  for (let left = 34; left > 0; left -= 1) answers.push(await reached(running));
  const share = answers.filter((answer) => answer === 'a').length;
  t.ok(share >= 1 && share <= 3, `${share} of 34, a seventeenth each`);
  await running.end();
});
