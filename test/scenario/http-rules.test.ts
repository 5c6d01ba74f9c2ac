/** In mode http each proxy's rules are applied once, and what they make of a message is one that both sides read alike. */
import t from 'tap';
import { balance, server } from '../help/balancer.ts';
import { answer, get, head, message } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';

const RULES = (mark: string): string => `
    http-request add-header x-way ${mark}
    http-response add-header x-way ${mark}`;

void t.test('rules of a listen section are applied once', async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
    mode http
    bind 127.0.0.1:0 ${RULES('here')}
    server a 127.0.0.1:${a.port}`,
  );
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  t.equal(await head(backend), 'GET / HTTP/1.1\r\nhost: test\r\nx-way: here\r\n\r\n');
  backend.send(answer());
  t.equal(await message(client), 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx-way: here\r\n\r\n');
  client.close();
  await settledHttp(t, running);
});

void t.test('rules of frontend and backend are applied on the way there and back', async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `frontend f
    mode http
    bind 127.0.0.1:0 ${RULES('front')}
    default_backend b
  backend b
    mode http ${RULES('back')}
    server a 127.0.0.1:${a.port}`,
  );
  const client = await running.connect();
  client.send(get());
  const backend = await a.next();
  t.match(await head(backend), 'x-way: front\r\nx-way: back\r\n\r\n');
  backend.send(answer());
  t.match(await message(client), 'x-way: back\r\nx-way: front\r\n\r\n');
  client.close();
  await settledHttp(t, running);
});
