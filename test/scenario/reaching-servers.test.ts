/** The ways to a server: sockets, ports taken from the client, source addresses, names, options of the socket. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { balance, client, server, type Running } from '../help/balancer.ts';
import { echo, sayName } from '../help/peer.ts';

t.jobs = 10;
const together = { buffered: true };

async function reached(t: Test, { port }: Pick<Running, 'port'>): Promise<string> {
  const peer = await client(t, port);
  peer.end('a word');
  await peer.over();
  return peer.text;
}

void t.test('a unix socket', together, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.sock');
  await server(t, { path, service: sayName('a') });
  const running = await balance(t, `listen l\n bind 127.0.0.1:0\n server a unix@${path} maxconn 1`);
  t.equal(await reached(t, running), 'a');
  t.match(await running.nextClose(), {
    serverName: 'a',
    serverAddress: '',
    serverPort: 0,
    ending: { reason: 'normal' },
  });
  await running.end();
});

void t.test(
  'a port of its own is missing: the one the client used, and an offset to it',
  together,
  async (t) => {
    // The balancer listens on 127.0.0.1, the server on 127.0.0.2 with the same number, or one higher.
    for (let tries = 20; ; tries -= 1) {
      const probe = await server(t, { host: '127.0.0.2', service: sayName('same') });
      try {
        await server(t, { host: '127.0.0.2', port: probe.port + 1, service: sayName('higher') });
        const text = (address: string): string =>
          `listen l\n bind 127.0.0.1:${probe.port}\n server a ${address}`;
        const same = await balance(t, text('127.0.0.2'));
        t.equal(await reached(t, same), 'same');
        await same.end();
        const higher = await balance(t, text('127.0.0.2:+1'));
        t.equal(await reached(t, higher), 'higher');
        await higher.end();
        return;
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (tries === 0 || !['EADDRINUSE', 'ERR_ADDRESS_IN_USE'].includes(code)) throw error;
      }
    }
  },
);

void t.test('a source address of the backend, and of a server', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  source 127.0.0.2
  server a 127.0.0.1:${a.port}
  server b 127.0.0.1:${a.port} source 127.0.0.3`,
  );
  const clients = [await running.connect(), await running.connect()];
  const [first, second] = [await a.next(), await a.next()];
  t.same(
    new Set([first.socket.remoteAddress, second.socket.remoteAddress]),
    new Set(['127.0.0.2', '127.0.0.3']),
  );
  for (const one of [...clients, first, second]) one.end();
  t.match(
    [await running.nextClose(), await running.nextClose()].map(({ sourceAddress }) => sourceAddress).length,
    2,
  );
  await running.end();
});

void t.test('a source address that this machine has not: the connection fails', together, async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n retries 0\n source 192.0.2.77\n server a 127.0.0.1:${a.port}`,
  );
  t.equal(await reached(t, running), '');
  t.equal(await running.nextLetters(), 'SC');
  await running.end();
});

void t.test('names are looked up once, at start', together, async (t) => {
  const a = await server(t, { service: sayName('a') });
  const asked: string[] = [];
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  server known known.test:${a.port}
  server unknown unknown.test:${a.port} init-addr libc,none
  server fallback unknown.test:${a.port} init-addr libc,127.0.0.1`,
    {
      lookup: (name) => {
        asked.push(name);
        return name === 'known.test'
          ? Promise.resolve('127.0.0.1')
          : Promise.reject(new Error('no such name'));
      },
    },
  );
  for (let left = 4; left > 0; left -= 1) t.equal(await reached(t, running), 'a');
  t.same(asked, ['known.test', 'unknown.test', 'unknown.test']);
  const [known, unknown, fallback] = running.lb.stats().backends[0]?.servers ?? [];
  t.same([known?.sessionsTotal, unknown?.sessionsTotal, fallback?.sessionsTotal], [2, 0, 2]);
  t.match([unknown?.status, unknown?.statusWords], ['MAINT', 'MAINT (resolution)']);
  await running.end();
});

void t.test('keep-alive on both sides disturbs nothing', together, async (t) => {
  const a = await server(t, { service: echo });
  const running = await balance(
    t,
    `listen l
  bind 127.0.0.1:0
  option tcpka
  clitcpka-idle 5s
  srvtcpka-idle 5s
  srvtcpka-intvl 1s
  srvtcpka-cnt 3
  server a 127.0.0.1:${a.port}`,
  );
  const peer = await running.connect();
  peer.end('there and back');
  await peer.expect('there and back');
  await peer.expectEnd();
  t.equal(await running.nextLetters(), '--');
  await running.end();
});
