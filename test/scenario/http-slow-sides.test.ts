/** In mode http one side is slower than the other: it is not read ahead of, memory stays bounded, nothing is lost. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { balance, server } from '../help/balancer.ts';
import { answer, get, head, message, request } from '../help/http-peer.ts';
import { settledHttp } from '../help/http-settled.ts';
import { resting } from '../help/resting.ts';

/** What two kernels' buffers and one read ahead may hold on loopback; far below what is sent. */
const BOUND_BYTES = 16_000_000;
/** What the balancer may hold beside its peers in this very process. */
const MEMORY_BYTES = 5_000_000;
const SENT_BYTES = 100_000_000;

const bytes = Buffer.alloc(SENT_BYTES, 'a body that is much longer than any buffer');

function hash(...parts: readonly (Uint8Array | string)[]): string {
  const sum = createHash('sha256');
  for (const part of parts) sum.update(part);
  return sum.digest('hex');
}

const text = (port: number): string => `listen l
  mode http
  bind 127.0.0.1:0
  server a 127.0.0.1:${port}`;

void t.test('a client that does not read its answer', async (t) => {
  const a = await server(t);
  const running = await balance(t, text(a.port));
  const client = (await running.connect(true)).count();
  client.send(get());
  const backend = await a.next();
  await head(backend);
  const before = process.memoryUsage().arrayBuffers;
  backend.send(`HTTP/1.1 200 OK\r\nContent-Length: ${SENT_BYTES}\r\n\r\n`);
  backend.send(bytes);
  const moved = await resting(() => running.lb.stats().frontends[0]?.bytesOut ?? 0);
  t.ok(moved < BOUND_BYTES, `${moved} bytes were read ahead`);
  const grown = process.memoryUsage().arrayBuffers - before;
  t.ok(grown < MEMORY_BYTES, `${grown} bytes are held`);
  client.release();
  const top = `HTTP/1.1 200 OK\r\ncontent-length: ${SENT_BYTES}\r\n\r\n`;
  await client.expectCount(top.length + SENT_BYTES);
  t.equal(client.digest(), hash(top, bytes));
  t.match(await running.nextClose(), {
    ending: { reason: 'normal' },
    bytesOut: top.length + SENT_BYTES,
    http: { status: 200 },
  });
  await settledHttp(t, running);
});

void t.test('a server that does not read an upload', async (t) => {
  const a = await server(t, { held: true });
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  const before = process.memoryUsage().arrayBuffers;
  client.send(request('POST /', `Content-Length: ${SENT_BYTES}`));
  client.send(bytes);
  const backend = await a.next();
  const moved = await resting(() => running.lb.stats().frontends[0]?.bytesIn ?? 0);
  t.ok(moved < BOUND_BYTES, `${moved} bytes were read ahead`);
  const grown = process.memoryUsage().arrayBuffers - before;
  t.ok(grown < MEMORY_BYTES, `${grown} bytes are held`);
  backend.count().release();
  const top = `POST / HTTP/1.1\r\nhost: test\r\ncontent-length: ${SENT_BYTES}\r\n\r\n`;
  await backend.expectCount(top.length + SENT_BYTES);
  t.equal(backend.digest(), hash(top, bytes));
  backend.send(answer('all of it'));
  t.match(await message(client), /all of it$/);
  t.match(await running.nextClose(), { ending: { reason: 'normal' }, bytesIn: top.length + SENT_BYTES });
  await settledHttp(t, running);
});

void t.test('an upload waits for its server in a queue', async (t) => {
  const a = await server(t);
  const running = await balance(
    t,
    `listen l
  mode http
  bind 127.0.0.1:0
  timeout queue 20s
  server a 127.0.0.1:${a.port} maxconn 1`,
  );
  const first = await running.connect();
  first.send(get());
  const busy = await a.next();
  await head(busy);
  const client = await running.connect();
  const before = process.memoryUsage().arrayBuffers;
  client.send(request('POST /', `Content-Length: ${SENT_BYTES}`));
  client.send(bytes);
  await resting(() => running.lb.view().backends[0]?.queuedCount ?? 0);
  const grown = process.memoryUsage().arrayBuffers - before;
  t.ok(grown < MEMORY_BYTES, `${grown} bytes are held`);
  busy.send(answer('done'));
  const backend = (await a.next()).count();
  const top = `POST / HTTP/1.1\r\nhost: test\r\ncontent-length: ${SENT_BYTES}\r\n\r\n`;
  await backend.expectCount(top.length + SENT_BYTES);
  t.equal(backend.digest(), hash(top, bytes));
  backend.send(answer('all of it'));
  t.match(await message(client), /all of it$/);
  await settledHttp(t, running);
});

void t.test('both ways at once, in chunks', async (t) => {
  const a = await server(t, {
    service: (peer) => {
      peer.count();
      let begun = false;
      peer.socket.on('data', (chunk: Buffer) => {
        // What comes is chunks already: they go back as they are.
        const from = begun ? 0 : chunk.indexOf('\r\n\r\n') + 4;
        if (!begun) peer.send('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
        begun = true;
        if (!peer.socket.write(chunk.subarray(from))) peer.hold().socket.once('drain', () => peer.release());
      });
    },
  });
  const running = await balance(t, text(a.port));
  const client = await running.connect();
  const part = bytes.subarray(0, 1_000_000);
  client.send(request('POST /', 'Transfer-Encoding: chunked'));
  const sum = createHash('sha256');
  let count = 0;
  const got = new Promise<void>((resolve) => {
    // Of 20 chunks and the last one, as long as each is passed on whole or in pieces: their bytes are what counts.
    let behind = Buffer.alloc(0);
    let left = -1;
    client.count().socket.on('data', (piece: Buffer) => {
      behind = Buffer.concat([behind, piece]);
      for (;;) {
        if (left > 0) {
          const taken = behind.subarray(0, left);
          sum.update(taken);
          count += taken.length;
          left -= taken.length;
          behind = behind.subarray(taken.length);
          if (left > 0) return;
        }
        const line = /^(?:\r\n|HTTP[^]*?\r\n\r\n)?([\da-f]+)\r\n/i.exec(
          behind.subarray(0, 200).toString('latin1'),
        );
        if (line === null) return;
        behind = behind.subarray(line[0].length);
        left = Number.parseInt(line[1] ?? '', 16);
        if (left === 0) {
          resolve();
          return;
        }
      }
    });
  });
  for (let left = 20; left > 0; left -= 1) {
    client.send(`${part.length.toString(16)}\r\n`);
    client.send(part);
    client.send('\r\n');
  }
  client.send('0\r\n\r\n');
  await got;
  t.equal(count, 20 * part.length);
  t.equal(sum.digest('hex'), hash(...Array.from({ length: 20 }, () => part)));
  t.match(await running.nextClose(), { ending: { reason: 'normal' } });
  await settledHttp(t, running);
});
