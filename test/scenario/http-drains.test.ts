/** A balancer in mode http stops: clients between two requests are sent away, the others after their answer; what is left is cut. */
import t from 'tap';
import { balance, eventually, server } from '../help/balancer.ts';
import { answer, get, head, message, post } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, more = '', server = ''): string => `listen l
  mode http
  bind 127.0.0.1:0
${more}
  server a 127.0.0.1:${port} ${server}`;

void t.test('between two requests: closed at once', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(client);
  const closed = running.lb.close({ drainMs: 20_000 });
  await client.expectEnd();
  t.same(await closed, { cutSessions: 0 });
  await backend.over();
  t.equal(running.closes.count, 1);
  await settledHttp(t, running);
});

void t.test('waiting for an answer: it is told that it was the last one', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  const closed = running.lb.close({ drainMs: 20_000 });
  await eventually(() => running.lb.addresses.length === 0, 'the doors to close');
  backend.send(answer('one'));
  t.match(await message(client), /connection: close\r\n[^]*one$/);
  await client.expectEnd();
  t.same(await closed, { cutSessions: 0 });
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});

void t.test(
  'within an answer: it is completed, what is pipelined behind is not begun',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send(get('/1') + get('/2'));
    const backend = await a.next();
    await head(backend);
    backend.send('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe');
    await head(client);
    await client.expect('he');
    const closed = running.lb.close({ drainMs: 20_000 });
    await eventually(() => running.lb.addresses.length === 0, 'the doors to close');
    backend.send('llo');
    await client.expect('llo');
    await client.expectEnd();
    client.end();
    t.same(await closed, { cutSessions: 0 });
    t.equal(a.peers.length, 1);
    t.equal(running.closes.count, 1);
    await settledHttp(t, running);
  },
);

void t.test('within a request: it is still served', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get('/1') + post(5, 'he').slice(0, 12));
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  await message(client);
  const closed = running.lb.close({ drainMs: 20_000 });
  await eventually(() => running.lb.addresses.length === 0, 'the doors to close');
  client.send(`${post(5, 'he').slice(12)}llo`);
  await head(backend);
  await backend.expect('hello');
  backend.send(answer('two'));
  t.match(await message(client), /connection: close\r\n[^]*two$/);
  await client.expectEnd();
  t.same(await closed, { cutSessions: 0 });
  await settledHttp(t, running);
});

void t.test('what is left is cut, wherever it stands', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port, '  timeout queue 20s', 'maxconn 1'));
  const waiting = await running.connect();
  waiting.send(get('/answer'));
  const backend = await a.next();
  await head(backend);
  const queued = await running.connect();
  queued.send(get('/queue'));
  await eventually(() => running.lb.view().backends[0]?.queuedCount === 1, 'a queue');
  t.same(await running.lb.close({ drainMs: 50 }), { cutSessions: 2 });
  await waiting.expectEnd();
  await queued.expectEnd();
  await backend.over();
  t.equal(a.peers.length, 1);
  t.same([await running.nextLetters(), await running.nextLetters()], ['K-', 'K-']);
  await settledHttp(t, running);
});

void t.test(
  'a server that goes down with shutdown-sessions takes its requests along',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port, '', 'on-marked-down shutdown-sessions'));
    const client = await running.connect();
    client.send(get());
    const backend = await a.next();
    await head(backend);
    running.lb.setServerState('l', 'a', 'maint');
    await client.expectEnd();
    t.match(await running.nextClose(), { ending: { reason: 'server-marked-down' } });
    await settledHttp(t, running);
  },
);
