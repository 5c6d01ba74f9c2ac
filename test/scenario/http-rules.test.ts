/** In mode http each proxy's rules are applied once, and what they make of a message is one that both sides read alike. */
import t, { type Test } from 'tap';
import { balance, server } from '../help/balancer.ts';
import { answer, get, head, message, request } from '../help/http-peer.ts';
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

/** What a client and a server that understand each other through these rules see of two requests in a row. */
async function exchange(
  t: Test,
  rule: string,
  asked: string,
  answers: readonly string[],
): Promise<readonly string[]> {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
    mode http
    bind 127.0.0.1:0
    ${rule}
    server a 127.0.0.1:${a.port}`,
  );
  const client = await running.connect();
  client.send(asked).send(get('/next'));
  const backend = await a.next();
  for (const text of answers) {
    t.match(await head(backend), / HTTP\/1\.1\r\n/);
    backend.send(text);
  }
  const seen = [await (asked.startsWith('HEAD') ? head : message)(client), await message(client)];
  client.close();
  await settledHttp(t, running);
  return seen;
}

const NEXT = 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext';
const CONNECT = 'CONNECT test:80 HTTP/1.1\r\nHost: test:80\r\n\r\n';
const BY_CLIENT = 'http-request set-method %[req.hdr(x-method)] if { req.hdr(x-method) -m found }';

void t.test('a client that asked HEAD gets no body, whatever the server was asked', async (t) => {
  const body = NEXT.replace('next', 'evil');
  const [first, second] = await exchange(t, BY_CLIENT, request('HEAD /', 'X-Method: GET'), [body, NEXT]);
  t.equal(first, 'HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n');
  t.equal(second, NEXT);
});

void t.test('a client that asked GET does not wait for the body of an answer to HEAD', async (t) => {
  const headers = 'HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n';
  const [first, second] = await exchange(t, BY_CLIENT, get('/', 'X-Method: HEAD'), [headers, NEXT]);
  t.equal(first, 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  t.equal(second, NEXT);
});

void t.test('an answer of our own to HEAD has no body either', async (t) => {
  const rules = `http-request set-method GET
    http-request deny if { path / }`;
  const [first, second] = await exchange(t, rules, request('HEAD /'), [NEXT]);
  t.match(first, /^HTTP\/1\.1 403 /);
  t.equal(second, NEXT);
});

void t.test('no rule makes a tunnel of a request, or a request of a tunnel', async (t) => {
  const [first] = await exchange(t, BY_CLIENT, get('/', 'X-Method: CONNECT'), [NEXT]);
  t.match(first, /^HTTP\/1\.1 500 /);
  const [second] = await exchange(t, 'http-request set-method GET if METH_CONNECT', CONNECT, [NEXT]);
  t.match(second, /^HTTP\/1\.1 500 /);
});

void t.test('an answer that becomes 204 loses its body', async (t) => {
  const rule = 'http-response set-status 204 if { res.hdr(x) -m found }';
  const body = NEXT.replace('\r\n\r\nnext', '\r\nx: 1\r\n\r\nevil');
  const [first, second] = await exchange(t, rule, get(), [body, NEXT]);
  t.equal(first, 'HTTP/1.1 204 No Content\r\nx: 1\r\n\r\n');
  t.equal(second, NEXT);
});

void t.test('an answer that is 204 no more has an empty body', async (t) => {
  const rule = 'http-response set-status 200 if { status 204 }';
  const [first, second] = await exchange(t, rule, get(), ['HTTP/1.1 204 No Content\r\n\r\n', NEXT]);
  t.equal(first, 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  t.equal(second, NEXT);
});
