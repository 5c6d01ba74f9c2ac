/** What `createLoadBalancer` and its object promise to an embedding program. */
import { once } from 'node:events';
import * as net from 'node:net';
import { text } from 'node:stream/consumers';
import t from 'tap';
import type { Test } from 'tap';
import { ConfigError, createLoadBalancer, SluiceError } from '../../lib/index.ts';
import type { BalanceFunction, LoadBalancer, SessionRecord } from '../../lib/index.ts';
import { Journal, turns } from '../help/gate.ts';
import { unusedPort } from '../help/peer.ts';

const TIMEOUTS = 'timeout connect 1s\n  timeout client 5s\n  timeout server 5s';

/** A server that says its name and then waits for the client's end. */
async function startServer(t: Test, name = 'a'): Promise<number> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.write(name);
    socket.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as net.AddressInfo).port;
}

function listen(port: number, more = ''): string {
  return `listen web\n  ${TIMEOUTS}\n  bind 127.0.0.1:0\n  server a 127.0.0.1:${port}\n  ${more}\n`;
}

/** A client that has met a server: its first bytes have come. */
async function connected(balancer: LoadBalancer): Promise<net.Socket> {
  const socket = net.connect(balancer.addresses[0]?.port ?? 0, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'data');
  return socket;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof SluiceError ? error.code : String(error);
  }
}

await t.test('text with faults is refused with all of them', async (t) => {
  const faulty = createLoadBalancer('listen web\n  blance leastconn\n  bind nowhere\n');
  const error = await faulty.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigError)) return t.fail('no ConfigError');
  t.equal(error.code, 'ERR_CONFIG');
  t.equal(error.retryable, false);
  const alerts = error.diagnostics.filter(({ severity }) => severity === 'alert').map(({ code }) => code);
  t.equal(alerts[0], 'unknown-keyword');
  t.ok(alerts.length > 1, 'more than the first');
  t.match(error.message, /blance.*more/);
});

const NO_NAMES = { lookup: () => Promise.reject(new Error('no such name')) };

await t.test('a start that cannot succeed says why, and leaves nothing bound', async (t) => {
  t.equal(await codeOf(createLoadBalancer('')), 'ERR_NO_LISTENER');
  t.equal(
    await codeOf(createLoadBalancer(`listen a\n  bind 127.0.0.1:0\n  server s nobody.invalid:1\n`, NO_NAMES)),
    'ERR_NAME_NOT_RESOLVED',
  );
  t.equal(await codeOf(createLoadBalancer(listen(1, 'balance fn:none'))), 'ERR_UNKNOWN_BALANCE_FUNCTION');
  t.equal(
    await codeOf(createLoadBalancer(listen(1, 'bind /tmp/sluice-test.sock user no-such-user-here'))),
    'ERR_UNKNOWN_ACCOUNT',
  );
  // An address of no interface here (RFC 5737).
  t.equal(await codeOf(createLoadBalancer(listen(1, 'bind 203.0.113.1:0'))), 'ERR_BIND');

  const taken = await startServer(t);
  const free = await startAndClose();
  const text = listen(1, `bind 127.0.0.1:${free}\n  bind 127.0.0.1:${taken}`);
  const error = await createLoadBalancer(text).catch((reason: unknown) => reason);
  t.match(error, { code: 'ERR_ADDRESS_IN_USE', retryable: true });
  t.equal(await startAndClose(free), free, 'what was bound before is free again');
});

/** Binds `port` (0: any) and lets it go; resolves with the port. */
async function startAndClose(port = 0): Promise<number> {
  const server = net.createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as net.AddressInfo).port;
  server.close();
  await once(server, 'close');
  return bound;
}

await t.test('tells of a session from its beginning to its end', async (t) => {
  const port = await startServer(t, 'hello');
  const balancer = await createLoadBalancer(listen(port));
  t.teardown(() => balancer.close());
  const told = new Journal<string>();
  const records: SessionRecord[] = [];
  balancer.on('connection', ({ id, frontendName, clientPort }) => {
    told.note(`connection ${id} ${frontendName} ${clientPort}`);
  });
  balancer.on('close', (record) => {
    records.push(record);
    told.note(`close ${record.id}`);
  });

  const client = await connected(balancer);
  await told.until(`connection 1 web ${client.localPort}`);
  client.end('four');
  await once(client, 'close');
  await told.until('close 1');

  t.match(records, [
    {
      id: 1,
      frontendName: 'web',
      backendName: 'web',
      serverName: 'a',
      serverAddress: '127.0.0.1',
      serverPort: port,
      bytesIn: 4,
      bytesOut: 5,
      queueMs: 0,
      retries: 0,
      redispatched: false,
      ending: { reason: 'normal', cause: 'normal', stage: 'none' },
    },
  ]);
  t.ok((records[0]?.connectMs ?? -1) >= 0 && (records[0]?.totalMs ?? -1) >= (records[0]?.firstByteMs ?? 0));
  const stats = balancer.stats();
  t.match(stats, { sessionsNow: 0, sessionsTotal: 1, stopping: false });
  t.match(stats.frontends[0], { name: 'web', bytesIn: 4, bytesOut: 5, closed: { normal: 1 } });
  t.match(stats.backends[0]?.servers[0], {
    name: 'a',
    sessionsTotal: 1,
    status: 'UP',
    statusWords: 'no check',
  });
});

await t.test('tells of servers that change', async (t) => {
  const balancer = await createLoadBalancer(listen(await startServer(t)));
  t.teardown(() => balancer.close());
  const changes = new Journal<string>();
  balancer.on('serverState', ({ backendName, serverName, from, to, text: sentence }) => {
    changes.note(`${backendName}/${serverName} ${from} ${to}`);
    t.match(sentence, /^Server web\/a /);
  });
  balancer.setServerState('web', 'a', 'drain');
  balancer.setServerState('web', 'a', 'drain');
  balancer.setServerState('web', 'a', 'maint');
  balancer.setServerState('web', 'a', 'ready');
  await changes.reached(3);
  t.same(changes.entries, ['web/a UP DRAIN', 'web/a DRAIN MAINT', 'web/a MAINT UP']);
});

await t.test('listeners run after the fact', async (t) => {
  const balancer = await createLoadBalancer(listen(1));
  t.teardown(() => balancer.close());
  const order: string[] = [];
  balancer.once('serverState', () => order.push('told'));
  balancer.setServerState('web', 'a', 'maint');
  order.push('set');
  await turns();
  t.same(order, ['set', 'told']);
});

await t.test('close waits for sessions, cuts what is left, and says how many', async (t) => {
  const port = await startServer(t);
  const balancer = await createLoadBalancer(listen(port));
  const [leaves, stays] = await Promise.all([connected(balancer), connected(balancer)]);
  let drains = 0;
  balancer.on('drain', () => (drains += 1));

  const front = balancer.addresses[0]?.port ?? 0;
  const waits = balancer.close({ drainMs: Infinity });
  t.equal(balancer.state, 'draining');
  t.same(balancer.stats().stopping, true);
  const refused = net.connect(front, '127.0.0.1');
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  t.equal(error.code, 'ECONNREFUSED');
  leaves.end();
  await once(leaves, 'close');

  const shortened = balancer.close();
  t.same(await waits, { cutSessions: 1 });
  t.same(await shortened, { cutSessions: 1 }, 'the same answer for both');
  t.equal(await text(stays), '', 'cut in order');
  t.equal(balancer.state, 'closed');
  t.equal(drains, 1);
  t.same(balancer.addresses, []);
  t.same(balancer.stats().sessionsNow, 0);
});

await t.test('nothing can be set after the end', async (t) => {
  const balancer = await createLoadBalancer(listen(1));
  await balancer.close();
  balancer.drain();
  for (const set of [
    () => balancer.setServerState('web', 'a', 'drain'),
    () => balancer.setServerWeight('web', 'a', 1),
    () => balancer.setServerMaxconn('web', 'a', 1),
  ]) {
    t.throws(set, { code: 'ERR_CLOSED' });
  }
  t.same(await balancer.close(), { cutSessions: 0 });
});

await t.test('misuse is said at once', async (t) => {
  const balancer = await createLoadBalancer(listen(1, 'balance static-rr'));
  t.teardown(() => balancer.close());
  t.throws(() => balancer.setServerState('web', 'b', 'maint'), { code: 'ERR_UNKNOWN_NAME' });
  t.throws(() => balancer.setServerState('app', 'a', 'maint'), { code: 'ERR_UNKNOWN_NAME' });
  for (const weight of [-1, 257, 1.5, Number.NaN]) {
    t.throws(() => balancer.setServerWeight('web', 'a', weight), { code: 'ERR_OUT_OF_RANGE' });
  }
  t.throws(() => balancer.setServerMaxconn('web', 'a', -1), { code: 'ERR_OUT_OF_RANGE' });
  t.throws(() => balancer.setServerWeight('web', 'a', 7), { code: 'ERR_STATIC_WEIGHT' });
  t.doesNotThrow(() => balancer.setServerWeight('web', 'a', 0));
  t.doesNotThrow(() => balancer.setServerWeight('web', 'a', 1));
});

await t.test('a higher limit lets in who waits', async (t) => {
  const balancer = await createLoadBalancer(listen(await startServer(t), 'default-server maxconn 1'));
  t.teardown(() => balancer.close());
  balancer.setServerMaxconn('web', 'a', 1);
  const first = await connected(balancer);
  const second = net.connect(balancer.addresses[0]?.port ?? 0, '127.0.0.1');
  const served = once(second, 'data');
  const told = new Journal<number>();
  balancer.on('connection', ({ id }) => told.note(id));
  await told.until(2);
  t.equal(balancer.stats().backends[0]?.queuedNow, 1);
  balancer.setServerMaxconn('web', 'a', 2);
  await served;
  first.end();
  second.end();
});

await t.test('several live in one process and know nothing of each other', async (t) => {
  const port = await startServer(t);
  const [one, two] = await Promise.all([createLoadBalancer(listen(port)), createLoadBalancer(listen(port))]);
  t.teardown(() => Promise.all([one.close(), two.close()]));
  one.setServerState('web', 'a', 'maint');
  const client = await connected(two);
  t.equal(one.stats().sessionsTotal, 0);
  t.equal(two.stats().sessionsNow, 1);
  client.destroy();
  await one.close();
  (await connected(two)).destroy();
});

await t.test('a policy chooses among usable servers; its fault ends one session and is told', async (t) => {
  const [a, b] = await Promise.all([startServer(t, 'a'), startServer(t, 'b')]);
  const offered: string[][] = [];
  const answers: BalanceFunction[] = [
    (servers) => servers.at(-1) ?? null,
    () => {
      throw new Error('not today');
    },
    (servers) => servers[0] ?? null,
  ];
  const policy: BalanceFunction = (servers, context) => {
    offered.push(servers.map(({ name }) => name));
    t.equal(context.sourceAddress, '127.0.0.1');
    return answers.shift()?.(servers, context) ?? null;
  };
  const errors = new Journal<object>();
  const quiet = (): void => {};
  const balancer = await createLoadBalancer(listen(a, `balance fn:mine\n  server b 127.0.0.1:${b}`), {
    balanceFunctions: { mine: policy },
    logger: {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (fields) => errors.note(Object(fields) as object),
    },
  });
  t.teardown(() => balancer.close());
  const ends = new Journal<string>();
  balancer.on('close', ({ serverName, ending }) => ends.note(`${serverName} ${ending.reason}`));

  (await connected(balancer)).end();
  await ends.until('b normal');
  const refused = net.connect(balancer.addresses[0]?.port ?? 0, '127.0.0.1');
  t.equal(await text(refused), '');
  await ends.until('null internal-error');
  await errors.reached(1);
  balancer.setServerState('web', 'b', 'drain');
  (await connected(balancer)).end();
  await ends.until('a normal');
  t.same(offered, [['a', 'b'], ['a', 'b'], ['a']]);
});

await t.test('warnings about the text go to the logger', async (t) => {
  const warnings: unknown[] = [];
  const quiet = (): void => {};
  const logger = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (fields: unknown) => warnings.push(fields),
  };
  const balancer = await createLoadBalancer('listen web\n  bind 127.0.0.1:0\n  server a 127.0.0.1:1', {
    logger,
  });
  t.teardown(() => balancer.close());
  t.match(warnings, [{ code: 'missing-final-newline', line: 3 }, { code: 'missing-timeout' }]);
});

await t.test('variables of the text come from the environment that is passed', async (t) => {
  const environment = { PLACE: '127.0.0.1:0' };
  const balancer = await createLoadBalancer('listen a\n  bind "$PLACE"\n  server s 127.0.0.1:1\n', {
    environment,
  });
  t.teardown(() => balancer.close());
  t.equal(balancer.addresses[0]?.address, '127.0.0.1');
});

await t.test('metrics are served where the text says, and readiness ends with draining', async (t) => {
  const port = await startServer(t);
  const balancer = await createLoadBalancer(`global\n  metrics 127.0.0.1:0\n${listen(port)}`);
  const client = await connected(balancer);
  const url = `http://127.0.0.1:${balancer.metricsAddresses[0]?.port}`;
  const ask = async (path: string): Promise<[number, string]> => {
    const response = await fetch(url + path, { headers: { connection: 'close' } });
    return [response.status, await response.text()];
  };
  t.match((await ask('/metrics'))[1], /sluice_server_sessions_current\{backend="web",server="a"\} 1\n/);
  t.equal((await ask('/readyz'))[0], 200);
  balancer.drain();
  t.equal((await ask('/readyz'))[0], 503);
  t.equal((await ask('/livez'))[0], 200);
  t.match(await balancer.createRegistry().metrics(), /sluice_stopping 1\n/);
  client.destroy();
  await balancer.close();
  await t.rejects(ask('/livez'));
});

await t.test('one line per session goes to the logger, if asked for', async (t) => {
  const port = await startServer(t);
  const lines = new Journal<{ readonly event?: string; readonly reason?: string }>();
  const quiet = (): void => {};
  const info = (fields: unknown): void => lines.note(Object(fields) as { event?: string });
  const logger = { debug: quiet, info, warn: info, error: info };
  const balancer = await createLoadBalancer(listen(port), { logger, sessionLog: true });
  (await connected(balancer)).end();
  t.match(await lines.until(({ event }) => event === 'session'), { reason: 'normal', server: 'a' });
  await balancer.close();
});

await t.test('leaves nothing behind in the process', async (t) => {
  const port = await startServer(t);
  const signals = ['SIGINT', 'SIGTERM', 'SIGUSR1', 'SIGHUP', 'exit', 'uncaughtException'];
  const handlers = (): number[] => signals.map((signal) => process.listenerCount(signal));
  const before = { handlers: handlers(), resources: await resources() };
  for (let round = 0; round < 5; round += 1) {
    const balancer = await createLoadBalancer(
      `global\n  metrics 127.0.0.1:0\n  log 127.0.0.1:5140 local0\n${listen(port, 'log global\n  default-server check inter 1s\n  server b 127.0.0.1:1')}`,
    );
    t.same(handlers(), before.handlers, 'no handler while it runs');
    (await connected(balancer)).end();
    await balancer.close();
  }
  t.same(await resources(), before.resources);
});

/** What keeps the process alive, but for the ends of connections that this test's own server still waits for. */
async function resources(): Promise<string[]> {
  await turns(20);
  return process.getActiveResourcesInfo().filter((kind) => kind !== 'TCPSocketWrap');
}

await t.test('nobody is let in before everything is bound and the program is ready', async (t) => {
  const port = await startServer(t);
  const own = await unusedPort();
  const config = `global\n  metrics 127.0.0.1:0\nlisten web\n  ${TIMEOUTS}\n  bind 127.0.0.1:${own}\n  server a 127.0.0.1:${port}\n`;
  const told: string[] = [];
  let early: net.Socket | null = null;
  const balancer = await createLoadBalancer(config, {
    bound: async () => {
      early = net.connect(own, '127.0.0.1').on('data', () => told.push('served'));
      await once(early, 'connect');
      await turns(20);
      told.push('ready');
    },
  });
  t.teardown(() => balancer.close());
  if (early === null) return t.fail('bound was not called');
  if (!told.includes('served')) await once(early, 'data');
  t.same(told, ['ready', 'served']);
  (early as net.Socket).destroy();
});

await t.test('a program that cannot get ready leaves nothing bound', async (t) => {
  const own = await unusedPort();
  const refused = createLoadBalancer(
    listen(await startServer(t)).replace('127.0.0.1:0', `127.0.0.1:${own}`),
    {
      bound: () => {
        throw new Error('no rights to give up');
      },
    },
  );
  await t.rejects(refused, { message: 'no rights to give up' });
  const next = net.createServer().listen(own, '127.0.0.1');
  t.teardown(() => next.close());
  await once(next, 'listening');
});
