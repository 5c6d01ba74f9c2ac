/** A client that has said all it has to say still hears the rest. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { balance, server } from '../help/balancer.ts';

void t.test('the server goes on after the FIN of the client', async (t) => {
  const a = await server(t);
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect();
  const backend = await a.next();
  client.end('request');
  await backend.expect('request');
  await backend.expectEnd();
  backend.send('first part, ');
  await client.expect('first part, ');
  backend.end('last part');
  await client.expect('last part');
  await client.expectEnd();
  t.match(await nextClose(), {
    ending: { reason: 'normal' },
    bytesIn: 7,
    bytesOut: 21,
    serverName: 'a',
    retries: 0,
  });
  await end();
});

void t.test('a FIN right behind many bytes does not overtake them', async (t) => {
  const a = await server(t);
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const bytes = Buffer.alloc(3_000_000, 'abcdefg');
  const client = await connect();
  client.end(bytes);
  const backend = (await a.next()).count();
  await backend.expectEnd();
  t.equal(backend.digest(), createHash('sha256').update(bytes).digest('hex'));
  backend.end('ok');
  await client.expect('ok');
  await client.expectEnd();
  t.match(await nextClose(), { bytesIn: bytes.length, bytesOut: 2 });
  await end();
});

void t.test('a client that ends before it was connected, with a request, gets its answer', async (t) => {
  const a = await server(t);
  const { lb, connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n timeout queue 20s\n server a 127.0.0.1:${a.port} maxconn 1`,
  );
  const first = await connect();
  const holding = await a.next();
  const queued = await connect();
  queued.end('request');
  first.send('x');
  await holding.expect('x');
  holding.end();
  first.end();
  t.match(await nextClose(), { ending: { reason: 'normal' } });
  const backend = await a.next();
  await backend.expect('request');
  await backend.expectEnd();
  backend.end('answer');
  await queued.expect('answer');
  await queued.expectEnd();
  t.match(await nextClose(), { ending: { reason: 'normal' }, bytesIn: 7, backendQueuePosition: 1 });
  t.equal(lb.stats().backends[0]?.queuedMax, 1);
  await end();
});
