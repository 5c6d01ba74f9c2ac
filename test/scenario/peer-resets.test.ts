/** A reset of the client breaks its server connection; of a reset of the server the client sees only an end (reference 5.8). */
import t from 'tap';
import { balance, server } from '../help/balancer.ts';
import { unusedPort } from '../help/peer.ts';

void t.test('the client resets: the server is reset', async (t) => {
  const a = await server(t);
  const { connect, nextLetters, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect();
  const backend = await a.next();
  client.send('half a requ');
  await backend.expect('half a requ');
  client.reset();
  await backend.expectReset();
  t.equal(await nextLetters(), 'CD');
  await end();
});

void t.test('the client closes with bytes unread: the server is reset', async (t) => {
  const a = await server(t);
  const { connect, nextLetters, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect(true);
  const backend = await a.next();
  await backend.flush('something');
  client.release();
  await client.expectCount(9);
  client.hold();
  await backend.flush(Buffer.alloc(3000));
  client.close();
  // A first write after the close draws the reset, if the unread bytes did not.
  for (let left = 50; left > 0 && backend.state === 'open'; left -= 1) {
    backend.send('more');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  t.equal(await backend.over(), 'reset');
  t.equal(await nextLetters(), 'CD');
  await end();
});

void t.test('the server resets: the client gets FIN', async (t) => {
  const a = await server(t);
  const { connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect();
  const backend = await a.next();
  backend.send('first');
  await client.expect('first');
  backend.reset();
  await client.expectEnd();
  t.match(await nextClose(), {
    ending: { cause: 'server-abort', stage: 'data', reason: 'server-reset' },
    bytesOut: 5,
  });
  await end();
});

void t.test('the server resets while the client does not read: what was read still arrives', async (t) => {
  const a = await server(t);
  const { connect, nextLetters, end, lb } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect(true);
  const backend = await a.next();
  await backend.flush(Buffer.alloc(100_000));
  while ((lb.stats().frontends[0]?.bytesOut ?? 0) < 100_000)
    await new Promise((resolve) => setImmediate(resolve));
  backend.reset();
  client.release();
  await client.expectCount(100_000);
  t.equal(await client.over(), 'ended');
  t.equal(await nextLetters(), 'SD');
  await end();
});

void t.test('a client that resets before its server stands reaches none', async (t) => {
  const port = await unusedPort();
  const { connect, nextLetters, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${port}`,
  );
  const client = await connect();
  client.reset();
  t.equal(await nextLetters(), 'CC');
  await end();
});

void t.test('nolinger: the side it is said of gets RST instead of FIN', async (t) => {
  const a = await server(t);
  const { connect, nextLetters, end } = await balance(
    t,
    `frontend f
  bind 127.0.0.1:0
  default_backend b
backend b
  option nolinger
  server a 127.0.0.1:${a.port}`,
  );
  const client = await connect();
  const backend = await a.next();
  client.send('hello');
  await backend.expect('hello');
  client.end();
  await backend.expectReset();
  await client.expectEnd();
  t.equal(await nextLetters(), '--');
  await end();
});
