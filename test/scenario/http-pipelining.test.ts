/** In mode http requests come before their turn: many in one write, behind bodies, with an end behind them. */
import t from 'tap';
import { balance, eventually, server } from '../help/balancer.ts';
import { answer, answering, get, head, message, post, statusOf } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';
import { resting } from '../help/resting.ts';

t.jobs = 20;
const together = { buffered: true };

const text = (port: number, more = ''): string => `listen l
  mode http
  bind 127.0.0.1:0
${more}
  server a 127.0.0.1:${port}`;

const RETURNS =
  '  http-request return status 200 content-type text/plain lf-string "%[path]\\n" if { path_beg /own/ }';

void t.test('3,000 in one write, some answered by us: all are answered, in order', together, async (t) => {
  const a = await server(t, { service: answering(answer('theirs')) });
  const running = await balance(t, text(a.port, RETURNS));
  const client = await running.connect();
  const asked = Array.from({ length: 3000 }, (_one, number) =>
    number % 3 === 0 ? '/theirs' : `/own/${number}`,
  );
  client.send(asked.map((path) => get(path)).join(''));
  await running.closes.reached(3000);
  await eventually(() => client.text.split('HTTP/1.1 200 OK').length === 3001, 'all answers');
  const got = client.text.match(/^(?:\/own\/\d+|theirs)/gm)?.map((one) => one.replace('theirs', '/theirs'));
  t.same(got, asked);
  t.equal(a.peers.length, 1, 'on one connection to the server');
  await settledHttp(t, running);
});

void t.test('a client that asks and does not read is not read either', together, async (t) => {
  const a = await server(t);
  const page = 'x'.repeat(8000);
  const running = await balance(
    t,
    text(a.port, `  http-request return status 200 content-type text/plain string ${page}`),
  );
  const client = (await running.connect(true)).count();
  const asked = 6000;
  client.send(get('/').repeat(asked));
  const answered = await resting(() => running.closes.count);
  t.ok(answered < asked / 2, `${answered} were answered for nobody`);
  client.release();
  await running.closes.reached(asked);
  await settledHttp(t, running);
});

void t.test(
  'with an end behind them: every one is answered, then the client sees its end',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.end(get('/1') + get('/2') + get('/3'));
    const backend = await a.next();
    for (const path of ['/1', '/2', '/3']) {
      t.match(await head(backend), new RegExp(`^GET ${path} `));
      backend.send(answer(path));
      t.match(await message(client), new RegExp(`${path}$`));
    }
    await client.expectEnd();
    await settledHttp(t, running);
  },
);

void t.test('with half a request and an end behind them: 400 for that', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.end(`${get('/1')}GET /2 HT`);
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  t.match(await message(client), /one$/);
  t.equal(statusOf(await message(client)), 400);
  await client.expectEnd();
  t.same([await running.nextLetters(), await running.nextLetters()], ['--', 'CR']);
  await settledHttp(t, running);
});

void t.test('behind a body: it begins where that ends', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(post(5, 'hello') + get('/behind'));
  const backend = await a.next();
  t.match(await head(backend), /^POST \/ [^]*content-length: 5\r\n/);
  await backend.expect('hello');
  t.equal(backend.text, '', 'the next one waits');
  backend.send(answer('one'));
  t.match(await message(client), /one$/);
  t.match(await head(backend), /^GET \/behind /);
  backend.send(answer('two'));
  t.match(await message(client), /two$/);
  await settledHttp(t, running);
});

void t.test('behind one that closes: it is not looked at', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  client.send(get('/last', 'Connection: close') + get('/behind'));
  const backend = await a.next();
  await head(backend);
  backend.send(answer('one'));
  t.match(await message(client), /connection: close\r\n[^]*one$/);
  await client.expectEnd();
  client.end();
  t.equal(await running.nextLetters(), '--');
  t.equal(running.closes.count, 1);
  await settledHttp(t, running);
});

void t.test(
  'behind one that nobody understands: it is not looked at, and the answer arrives',
  together,
  async (t) => {
    const a = await server(t);
    const running = await balance(t, text(a.port));
    const client = await running.connect();
    client.send('GET / HTTP/1.1\r\nno header\r\n\r\n');
    client.send('x'.repeat(2_000_000));
    t.equal(statusOf(await message(client)), 400);
    await client.expectEnd();
    t.equal(a.peers.length, 0);
    t.equal(await running.nextLetters(), 'PR');
    await settledHttp(t, running);
  },
);

void t.test('answers the client has not taken yet are not lost by its end', together, async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = (await running.connect(true)).count();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  const bytes = 12_000_000;
  backend.send(answer('z'.repeat(bytes)));
  client.end();
  client.release();
  await client.expectEnd();
  t.ok(client.bytesReceived > bytes);
  t.equal(await running.nextLetters(), '--');
  await settledHttp(t, running);
});
