/**
 * Clients and servers that say valid and invalid things, cut at random places, through a real balancer in mode http: servers see exactly
 * what clients have sent (read by Node's own server), each client gets the answers to its own requests in their order, and nothing is held
 * at the end.
 */
import * as http from 'node:http';
import * as net from 'node:net';
import { once } from 'node:events';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { balance } from '../help/balancer.ts';
import { within } from '../help/gate.ts';
import { settledHttp } from '../help/http-settled.ts';

const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\nX-Id: smuggled\r\n\r\n';

/** What a server makes of a request; its name goes along in the target. */
const PLANS = [
  'length',
  'chunked',
  'empty',
  'close',
  'interim',
  'early',
  'until-close',
  'more',
  'bad',
  'cut',
];

interface Message {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly plan: string;
  readonly version: '1.0' | '1.1';
  readonly framing: 'none' | 'length' | 'chunked';
  readonly body: string;
  readonly chunkBytes: number;
  /** What is wrong with it, as a header line in the place of Host or beside it; null: nothing. */
  readonly fault: string | null;
}

const FAULTS = [
  'Content-Length : 1\r\nHost: a',
  'Host: a\r\n X-Folded: 1',
  'Host: a\r\nHost: b',
  'Host: a\nX: 1',
  'Host: a\r\nTransfer-Encoding: xchunked',
  'Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0',
  'Host: a\r\nContent-Length: +5',
  'Host: a\r\nContent-Length: 0\r\nContent-Length: 61',
  'Host: a b',
];

function seldom<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

const message: fc.Arbitrary<Message> = fc.record({
  method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT'),
  plan: fc.constantFrom(...PLANS),
  version: fc.constantFrom('1.1', '1.1', '1.1', '1.0'),
  framing: fc.constantFrom('none', 'length', 'chunked'),
  body: fc.oneof(fc.constant(SMUGGLED), fc.constant(''), fc.constant(`0\r\n\r\n${SMUGGLED.repeat(300)}`)),
  chunkBytes: fc.integer({ min: 1, max: 3000 }),
  fault: seldom(fc.constantFrom(...FAULTS)),
});

interface Client {
  readonly messages: readonly Message[];
  /** Where what it sends is cut, in parts of the whole. */
  readonly cuts: readonly number[];
  /** Breaks off behind that part of it; null: sends all and waits for its answers. */
  readonly leavesAfter: number | null;
}

const client: fc.Arbitrary<Client> = fc.record({
  messages: fc.array(message, { minLength: 1, maxLength: 5 }),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
  leavesAfter: seldom(fc.double({ min: 0, max: 1, noNaN: true })),
});

function bodyOf({ framing, version, body }: Message): string {
  return framing === 'none' || (framing === 'chunked' && version === '1.0') ? '' : body;
}

function chunked(body: string, bytes: number): string {
  let text = '';
  // A body in thousands of chunks would take its time.
  const step = Math.max(bytes, Math.ceil(body.length / 200));
  for (let at = 0; at < body.length; at += step) {
    const piece = body.slice(at, at + step);
    text += `${piece.length.toString(16)};x=1\r\n${piece}\r\n`;
  }
  return `${text}0\r\nX-Sum: 1\r\n\r\n`;
}

function textOf(sent: Message, id: string): string {
  const { method, plan, version, framing, fault, chunkBytes } = sent;
  const body = bodyOf(sent);
  const lines = [`${method} /${plan}/${id} HTTP/${version}`, fault ?? 'Host: a', `X-Id: ${id}`];
  if (version === '1.0') lines.push('Connection: keep-alive');
  if (fault !== null) return [...lines, '', SMUGGLED].join('\r\n');
  if (framing === 'length') lines.push(`Content-Length: ${body.length}`);
  const inChunks = framing === 'chunked' && version === '1.1';
  if (inChunks) lines.push('Transfer-Encoding: chunked');
  return [...lines, '', inChunks ? chunked(body, chunkBytes) : body].join('\r\n');
}

// --- the server ----------------------------------------------------------------------------------------------------

interface Seen {
  readonly id: string;
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

/** Node's server with what it has read; `faults`: what it could not. */
async function startServer(
  t: Test,
): Promise<{ readonly port: number; readonly seen: Seen[]; readonly faults: string[] }> {
  const seen: Seen[] = [];
  const faults: string[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    const plan = request.url?.split('/')[1] ?? '';
    const id = String(request.headers['x-id']);
    if (plan === 'early') answer(plan, id, response);
    request.setEncoding('latin1').on('data', (piece: string) => (body += piece));
    request.on('end', () => {
      seen.push({ id, method: request.method ?? '', target: request.url ?? '', body });
      if (plan !== 'early') answer(plan, id, response);
    });
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Whoever leaves in the middle takes the connection with it.
    if (error.code !== 'ECONNRESET' && error.code !== 'HPE_INVALID_EOF_STATE')
      faults.push(String(error.code));
    socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as net.AddressInfo).port, seen, faults };
}

function answer(plan: string, id: string, response: http.ServerResponse): void {
  const text = `for ${id}`;
  const whole = `HTTP/1.1 200 OK\r\nX-Id: ${id}\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
  const stray = whole.replaceAll(id, 'stray');
  response.setHeader('X-Id', id);
  switch (plan) {
    case 'chunked':
      response.write(text.slice(0, 2));
      response.end(text.slice(2));
      return;
    case 'empty':
      response.writeHead(204).end();
      return;
    case 'close':
      response.setHeader('Connection', 'close');
      response.end(text);
      return;
    case 'interim':
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.end(text);
      return;
    case 'until-close':
      response.socket?.end(`HTTP/1.0 200 OK\r\nX-Id: ${id}\r\n\r\n${text}`);
      return;
    case 'more':
      response.socket?.end(whole + stray);
      return;
    case 'bad':
      response.socket?.end(
        `HTTP/1.1 200 OK\r\nX-Id: ${id}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nno`,
      );
      return;
    case 'cut':
      response.socket?.end(whole.slice(0, -2));
      return;
    default:
      response.setHeader('Content-Length', text.length).end(text);
  }
}

// --- the client ----------------------------------------------------------------------------------------------------

async function converse(
  port: number,
  { messages, cuts, leavesAfter }: Client,
  name: string,
): Promise<string> {
  const bytes = messages.map((one, at) => textOf(one, `${name}-${at}`)).join('');
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
  let received = '';
  socket.setEncoding('latin1').on('data', (piece: string) => (received += piece));
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.on('end', () => socket.destroy());
  const end = Math.floor(bytes.length * (leavesAfter ?? 1));
  const places = cuts.map((part) => Math.floor(part * end)).sort((one, other) => one - other);
  let from = 0;
  for (const to of [...places, end]) {
    if (to > from && !socket.destroyed) {
      await new Promise((resolve) => socket.write(bytes.slice(from, to), 'latin1', resolve));
      await new Promise(setImmediate);
    }
    from = to;
  }
  if (leavesAfter === null) socket.end();
  else socket.destroy();
  await within(closed, () => `${name} to be answered; it got ${JSON.stringify(received)}`);
  return received;
}

/** What is wrong with what a client got; null: nothing. The last answer may be cut. */
function faultIn(received: string, messages: readonly Message[], name: string): string | null {
  let rest = received;
  for (const [at, { method, fault }] of messages.entries()) {
    let end = rest.indexOf('\r\n\r\n');
    while (end >= 0 && rest.startsWith('HTTP/1.1 1')) {
      rest = rest.slice(end + 4);
      end = rest.indexOf('\r\n\r\n');
    }
    if (end < 0) return rest.includes('stray') ? 'a stray answer' : null;
    const head = rest.slice(0, end + 4).toLowerCase();
    rest = rest.slice(end + 4);
    if (!/^http\/1\.1 [2-5]\d\d /.test(head)) return `no status line: ${JSON.stringify(head)}`;
    const id = /\r\nx-id: (.*)\r\n/.exec(head)?.[1];
    if (id !== undefined && id !== `${name}-${at}`) return `${name}-${at} got the answer of ${id}`;
    // Of what could not be read nobody knows that it was HEAD.
    const body = takeBody(head, rest, fault === null ? method : '');
    if (body === null) return null;
    if (id !== undefined && body.text !== '' && body.text !== `for ${id}`) return `${id} got '${body.text}'`;
    rest = body.rest;
  }
  return rest === '' ? null : `more than was asked for: ${JSON.stringify(rest)}`;
}

/** Null: it is not all there. */
function takeBody(
  head: string,
  rest: string,
  method: string,
): { readonly text: string; readonly rest: string } | null {
  if (method === 'HEAD' || head.startsWith('http/1.1 204')) return { text: '', rest };
  const length = /\r\ncontent-length: (\d+)\r\n/.exec(head)?.[1];
  if (length !== undefined) {
    const bytes = Number(length);
    return rest.length < bytes ? null : { text: rest.slice(0, bytes), rest: rest.slice(bytes) };
  }
  if (!head.includes('\r\ntransfer-encoding: chunked\r\n')) return { text: rest, rest: '' };
  let text = '';
  for (let at = 0; ;) {
    const [line = '', digits = ''] = /^([0-9a-f]+)\r\n/.exec(rest.slice(at)) ?? [];
    const bytes = Number.parseInt(digits, 16);
    if (Number.isNaN(bytes) || rest.length < at + line.length + bytes + 2) return null;
    at += line.length;
    text += rest.slice(at, at + bytes);
    at += bytes + 2;
    if (bytes === 0) return { text, rest: rest.slice(at) };
  }
}

// --- the property ------------------------------------------------------------------------------------------------------

void t.test('whatever is said, everybody is told what is theirs', async (t) => {
  const { port, seen, faults } = await startServer(t);
  const running = await balance(
    t,
    `listen l
    mode http
    bind 127.0.0.1:0
    http-reuse always
    retries 1
    server a 127.0.0.1:${port} maxconn 2
    server b 127.0.0.1:${port} maxconn 2`,
  );
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(client, { minLength: 1, maxLength: 4 }), async (clients) => {
      runs += 1;
      const names = clients.map((_, at) => `${runs}-${at}`);
      const got = await Promise.all(clients.map((one, at) => converse(running.port, one, names[at] ?? '')));
      for (const [at, { messages }] of clients.entries()) {
        const fault = faultIn(got[at] ?? '', messages, names[at] ?? '');
        if (fault !== null) throw new Error(`${fault}; it got ${JSON.stringify(got[at])}`);
      }
      const sent = new Map(
        clients.flatMap(({ messages }, at) => messages.map((one, index) => [`${names[at]}-${index}`, one])),
      );
      for (const { id, method, target, body } of seen.splice(0)) {
        const wanted = sent.get(id);
        // Of an earlier run's client that has left.
        if (wanted === undefined && /^\d/.test(id) && !id.startsWith(`${runs}-`)) continue;
        if (wanted === undefined) throw new Error(`${method} ${target} was never sent`);
        if (wanted.fault !== null) throw new Error(`${id} was passed on: ${wanted.fault}`);
        if (method !== wanted.method || target !== `/${wanted.plan}/${id}` || body !== bodyOf(wanted))
          throw new Error(`${id} came as ${method} ${target} ${JSON.stringify(body)}`);
      }
      if (faults.length > 0) throw new Error(`the server could not read: ${faults.splice(0).join()}`);
    }),
    { numRuns: 500, interruptAfterTimeLimit: 3000 },
  );
  await settledHttp(t, running);
});
