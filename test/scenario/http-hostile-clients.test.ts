/** In mode http what strangers send on purpose neither breaks, nor fools, nor burdens the balancer. */
import t from 'tap';
import { balance, server } from '../help/balancer.ts';
import { answer, get, head, message, request, response } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

void t.test('an upload that is refused and turns out malformed gets one answer', async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
    mode http
    bind 127.0.0.1:0
    http-request deny if { path /no }
    server a 127.0.0.1:${a.port}`,
  );
  const client = await running.connect();
  client.send(request('POST /no', 'Transfer-Encoding: chunked') + 'no chunk\r\n');
  t.match(await message(client), /^HTTP\/1\.1 403 /);
  await client.expectEnd();
  client.close();
  t.match(await running.nextClose(), { ending: { reason: 'request-denied' } });
  await settledHttp(t, running);
  t.equal(running.closes.count, 1, 'and is one request');
});

void t.test('an interim answer cannot say how long it is, nor what becomes of the connection', async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
    mode http
    bind 127.0.0.1:0
    server a 127.0.0.1:${a.port}`,
  );
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  backend.send('HTTP/1.1 103 Early Hints\r\nConnection: close\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n');
  t.equal(await head(client), 'HTTP/1.1 103 Early Hints\r\nx: 1\r\n\r\n');
  backend.send(answer());
  await message(client);
  client.close();
  await settledHttp(t, running);
});

for (const scheme of ['NTLM', 'Negotiate']) {
  void t.test(`a connection on which ${scheme} was asked for is for nobody else`, async (t) => {
    const a = await server(t);
    const running = await balance(
      t,
      `listen l
      mode http
      bind 127.0.0.1:0
      http-reuse always
      server a 127.0.0.1:${a.port}`,
    );
    const known = await running.connect();
    known.send(get('/secret'));
    const first = await a.next();
    await head(first);
    first.send(response('401 Unauthorized', '', `WWW-Authenticate: ${scheme}`));
    await message(known);
    known.send(get('/secret', `Authorization: ${scheme} x`));
    await head(first);
    first.send(answer('for you'));
    t.match(await message(known), /for you$/);
    const other = await running.connect();
    other.send(get('/secret'));
    const second = await a.next();
    await head(second);
    second.send(answer('who are you?'));
    t.match(await message(other), /who are you\?$/);
    known.close();
    other.close();
    await first.expectEnd();
    await settledHttp(t, running);
  });
}
