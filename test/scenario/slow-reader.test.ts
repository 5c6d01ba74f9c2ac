/** One side does not read: the other is not read either, memory stays bounded, nothing is lost. */
import { createHash } from 'node:crypto';
import t from 'tap';
import { balance, server } from '../help/balancer.ts';
import { turns } from '../help/gate.ts';

/** What two kernels' buffers and one read ahead may hold on loopback; far below what is sent. */
const BOUND_BYTES = 16_000_000;
const SENT_BYTES = 40_000_000;

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Waits until a figure rests for a while. */
async function resting(figure: () => number): Promise<number> {
  for (let last = -1, same = 0; ;) {
    const now = figure();
    same = now === last ? same + 1 : 0;
    if (same === 20 && now > 0) return now;
    last = now;
    await turns(3);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const bytes = Buffer.alloc(SENT_BYTES, 'a stream that is much longer than any buffer');

void t.test('a client that does not read', async (t) => {
  const a = await server(t);
  const { lb, connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n server a 127.0.0.1:${a.port}`,
  );
  const client = (await connect(true)).count();
  const backend = await a.next();
  backend.end(bytes);
  const moved = await resting(() => lb.stats().frontends[0]?.bytesOut ?? 0);
  t.ok(moved < BOUND_BYTES, `${moved} bytes were read ahead`);
  client.release();
  await client.expectEnd();
  t.equal(client.digest(), hash(bytes));
  client.end();
  t.match(await nextClose(), { ending: { reason: 'normal' }, bytesOut: SENT_BYTES });
  await end();
});

void t.test('a server that accepts and never reads', async (t) => {
  const a = await server(t, { held: true });
  const { lb, connect, nextLetters, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n timeout server 300ms\n server a 127.0.0.1:${a.port}`,
  );
  const client = await connect();
  client.send(bytes);
  const moved = await resting(() => lb.stats().frontends[0]?.bytesIn ?? 0);
  t.ok(moved < BOUND_BYTES, `${moved} bytes were read ahead`);
  t.equal(await nextLetters(), 'sD');
  await client.over();
  await end();
});

void t.test('a client that talks while it waits is read to a small bound', async (t) => {
  const a = await server(t, { held: true });
  const { lb, connect, nextClose, end } = await balance(
    t,
    `listen l\n bind 127.0.0.1:0\n timeout queue 20s\n server a 127.0.0.1:${a.port} maxconn 1`,
  );
  await connect();
  await a.next();
  const waiting = await connect();
  waiting.send(bytes.subarray(0, 10_000_000));
  const before = process.memoryUsage().arrayBuffers;
  await resting(() => 1);
  const grown = process.memoryUsage().arrayBuffers - before;
  t.ok(grown < 5_000_000, `${grown} bytes`);
  t.equal(lb.stats().backends[0]?.queuedNow, 1);
  await end();
  t.match(await nextClose(), { ending: { reason: 'killed' }, serverName: null });
});
