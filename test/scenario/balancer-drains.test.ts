/** A balancer that stops: no more clients, sessions end by themselves or are cut. */
import t from 'tap';
import { createLoadBalancer } from '../../lib/index.ts';
import { balance, client, eventually, server, tookAbout } from '../help/balancer.ts';
import { Peer } from '../help/peer.ts';

t.jobs = 20;
const together = { buffered: true };

void t.test('drain stops accepting, sessions go on, close waits for them', together, async (t) => {
  const a = await server(t);
  const { lb, port, connect, nextLetters, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  let drained = 0;
  lb.on('drain', () => (drained += 1));
  const one = await connect();
  const backend = await a.next();
  lb.drain();
  lb.drain();
  t.equal(lb.state, 'draining');
  await t.rejects(Peer.connect(port), { code: 'ECONNREFUSED' });
  const closed = lb.close({ drainMs: 20_000 });
  one.send('goes on');
  await backend.expect('goes on');
  one.end();
  backend.end();
  t.same(await closed, { cutSessions: 0 });
  t.equal(drained, 1);
  t.equal(lb.state, 'closed');
  t.equal(await nextLetters(), '--');
  await end();
});

void t.test('close cuts what is left after drainMs', together, async (t) => {
  const a = await server(t);
  const { lb, connect, nextLetters, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const clients = [await connect(), await connect()];
  await a.next();
  await a.next();
  const startMs = performance.now();
  const [first, second] = await Promise.all([lb.close({ drainMs: 5000 }), lb.close({ drainMs: 300 })]);
  t.same([first, second], [{ cutSessions: 2 }, { cutSessions: 2 }]);
  tookAbout(t, performance.now() - startMs, 295);
  await Promise.all(clients.map((one) => one.expectEnd()));
  t.same([await nextLetters(), await nextLetters()], ['K-', 'K-']);
  await end();
});

void t.test(
  'clients that wait at the doors of several frontends do not keep it from closing',
  together,
  async (t) => {
    const a = await server(t);
    const { lb, end } = await balance(
      t,
      `global
  maxconn 2
frontend f
  bind 127.0.0.1:0
  default_backend b
frontend g
  bind 127.0.0.1:0
  default_backend b
backend b
  server a 127.0.0.1:${a.port}`,
    );
    for (let left = 4; left > 0; left -= 1) {
      for (const { port } of lb.addresses) await client(t, port);
    }
    await eventually(
      () => lb.view().frontends.every((one) => one.listeners[0]?.counters.connectionsTotal === 4),
      'all clients to be accepted',
    );
    t.same(await lb.close(), { cutSessions: 2 });
    await end();
  },
);

void t.test('a close ends a grace period', together, async (t) => {
  const a = await server(t);
  const { lb, connect, end } = await balance(t, `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`);
  lb.drain({ graceMs: 60_000 });
  const one = await connect();
  await a.next();
  t.same(await lb.close(), { cutSessions: 1 });
  await one.expectEnd();
  await end();
});

void t.test('a grace period ends by itself', together, async (t) => {
  const a = await server(t);
  const { lb, port, connect, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  lb.drain({ graceMs: 150 });
  const one = await connect();
  const backend = await a.next();
  await eventually(() => lb.addresses.length === 0, 'the listener to close');
  await t.rejects(Peer.connect(port), { code: 'ECONNREFUSED' });
  one.send('goes on');
  await backend.expect('goes on');
  await end();
});

void t.test('the address is free when close resolves', together, async (t) => {
  const a = await server(t);
  const { lb, port, end } = await balance(t, `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`);
  await lb.close();
  const next = await createLoadBalancer(`listen l\n bind 127.0.0.1:${port}\n server a 127.0.0.1:${a.port}`);
  await next.close();
  await end();
});

void t.test('what cannot start leaves nothing behind', together, async (t) => {
  const taken = await server(t);
  const text = `frontend f
  bind 127.0.0.1:0
  bind 127.0.0.1:${taken.port}`;
  await t.rejects(createLoadBalancer(text), { code: 'ERR_ADDRESS_IN_USE', retryable: true });
  await t.rejects(
    createLoadBalancer('listen l\n bind 127.0.0.1:0\n server a nowhere.invalid:1', {
      lookup: () => Promise.reject(new Error('no such name')),
    }),
    { code: 'ERR_NAME_NOT_RESOLVED' },
  );
  await t.rejects(createLoadBalancer('backend b\n server a 127.0.0.1:1'), { code: 'ERR_NO_LISTENER' });
  await t.rejects(
    createLoadBalancer('listen l\n bind 127.0.0.1:0\n balance fn:mine\n server a 127.0.0.1:1'),
    {
      code: 'ERR_UNKNOWN_BALANCE_FUNCTION',
    },
  );
});
