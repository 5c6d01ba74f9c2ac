/** Lines in bounded memory: what waits, what is dropped, what a slow or broken reader costs. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as net from 'node:net';
import t from 'tap';
import { StreamSink, openDescriptor, openFile } from '../../../lib/account/log/descriptor-sink.ts';
import { LineWriter } from '../../../lib/account/log/line-writer.ts';
import type { LineSink } from '../../../lib/account/log/line-writer.ts';
import { systemClock } from '../../../lib/time/clock.ts';
import { ManualClock } from '../../help/clock.ts';

/** A sink that finishes a batch when told. */
class HeldSink implements LineSink {
  readonly batchMs: number;
  readonly batches: (readonly string[])[] = [];
  closed = false;
  lost: (lineCount: number) => void = () => {};
  #done: (() => void) | null = null;

  constructor(batchMs = 0) {
    this.batchMs = batchMs;
  }

  start(lost: (lineCount: number) => void): void {
    this.lost = lost;
  }
  write(lines: readonly string[], done: () => void): void {
    this.batches.push(lines);
    this.#done = done;
  }
  close(): void {
    this.closed = true;
  }
  finish(): void {
    const done = this.#done;
    this.#done = null;
    done?.();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

void t.test('lines of one turn go out together, later ones when the batch is done', async (t) => {
  const sink = new HeldSink();
  const writer = new LineWriter('x', sink, new ManualClock());
  writer.write('a\n');
  writer.write('b\n');
  t.same(sink.batches, [], 'never within the call');
  await turn();
  writer.write('c\n');
  await turn();
  t.same(sink.batches, [['a\n', 'b\n']]);
  sink.finish();
  t.same(sink.batches, [['a\n', 'b\n'], ['c\n']]);
});

void t.test(
  'where batches are dear the first line goes at once, and those of some time follow together',
  async (t) => {
    const clock = new ManualClock();
    const sink = new HeldSink(20);
    const writer = new LineWriter('x', sink, clock);
    writer.write('a\n');
    await turn();
    t.same(sink.batches, [['a\n']]);
    sink.finish();
    writer.write('b\n');
    await turn();
    clock.advance(10);
    writer.write('c\n');
    await turn();
    t.equal(sink.batches.length, 1, 'not so soon');
    clock.advance(10);
    t.same(sink.batches.at(-1), ['b\n', 'c\n']);
    writer.write('d\n');
    sink.finish();
    t.equal(sink.batches.length, 2, 'what came meanwhile waits as well');
    const closed = writer.close();
    t.same(sink.batches.at(-1), ['d\n'], 'a close waits for nothing');
    sink.finish();
    await closed;
    t.equal(clock.pendingCount, 0);
    t.equal(writer.droppedCount, 0);
  },
);

void t.test('what exceeds the limit is dropped and counted, and there is room again later', async (t) => {
  const sink = new HeldSink();
  const writer = new LineWriter('x', sink, new ManualClock(), { limitCharacters: 10 });
  for (let count = 0; count < 7; count += 1) writer.write('1234\n');
  t.equal(writer.droppedCount, 5);
  await turn();
  writer.write('1234\n');
  t.equal(writer.droppedCount, 6, 'what is under way counts as held');
  sink.finish();
  writer.write('1234\n');
  t.equal(writer.droppedCount, 6);
});

void t.test('close waits for what is under way', async (t) => {
  const sink = new HeldSink();
  const writer = new LineWriter('x', sink, new ManualClock());
  writer.write('a\n');
  await turn();
  writer.write('b\n');
  const closed = writer.close();
  sink.finish();
  t.equal(sink.closed, false);
  sink.finish();
  await closed;
  t.equal(sink.closed, true);
  t.same(sink.batches.flat(), ['a\n', 'b\n']);
  t.equal(writer.droppedCount, 0);
  writer.write('late\n');
  t.equal(writer.droppedCount, 1);
});

void t.test('close has patience for a second, then counts what is left', async (t) => {
  const sink = new HeldSink();
  const clock = new ManualClock();
  const writer = new LineWriter('x', sink, clock);
  writer.write('a\n');
  await turn();
  writer.write('b\n');
  const closed = writer.close();
  clock.advance(1000);
  await closed;
  t.equal(sink.closed, true);
  t.equal(writer.droppedCount, 2);
});

void t.test('losses the sink reports are counted', (t) => {
  const sink = new HeldSink();
  const writer = new LineWriter('x', sink, new ManualClock());
  sink.lost(3);
  t.equal(writer.droppedCount, 3);
  t.end();
});

void t.test('appends to a file', async (t) => {
  const path = `${t.testdir()}/a.log`;
  for (const line of ['one\n', 'zwei ü\n']) {
    const writer = new LineWriter('file', openFile(path), systemClock);
    writer.write(line);
    await writer.close();
  }
  t.equal(fs.readFileSync(path, 'utf8'), 'one\nzwei ü\n');
  t.throws(() => openFile(`${t.testdir()}/none/a.log`), { code: 'ENOENT' });
});

void t.test('a full disk costs lines', async (t) => {
  const writer = new LineWriter('full', openFile('/dev/full'), systemClock);
  writer.write('one\n');
  await writer.close();
  t.equal(writer.droppedCount, 1);
});

void t.test('a reader that goes away costs lines', async (t) => {
  const server = net.createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = net.connect(address.port, '127.0.0.1');
  const gone = new Promise((resolve) => socket.once('close', resolve));
  const writer = new LineWriter('stream', new StreamSink(socket, true), systemClock);
  socket.resume();
  await gone;
  writer.write('one\n');
  await writer.close();
  t.equal(writer.droppedCount, 1);
  await new Promise((resolve) => server.close(resolve));
});

/** Runs a program that logs 64 MB to its standard output, a pipe, and says on its channel how that went. */
const FLOOD = `
const { LineWriter } = await import(process.env.WRITER);
const { openDescriptor } = await import(process.env.SINK);
const { systemClock } = await import(process.env.CLOCK);
const writer = new LineWriter('stdout', openDescriptor(1), systemClock);
const startMs = performance.now();
for (let turn = 0; turn < 64; turn += 1) {
  for (let count = 0; count < 1000; count += 1) writer.write('x'.repeat(999) + '\\n');
  await new Promise((resolve) => setImmediate(resolve));
}
process.send({ ms: performance.now() - startMs, dropped: writer.droppedCount });
await writer.close();
process.exit(0);
`;

void t.test('a pipe whose reader stands still blocks neither the loop nor the exit', async (t) => {
  const at = (name: string): string => new URL(`../../../lib/${name}.js`, import.meta.url).href;
  const child = spawn(process.execPath, ['--input-type=module', '-e', FLOOD], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      WRITER: at('account/log/line-writer'),
      SINK: at('account/log/descriptor-sink'),
      CLOCK: at('time/clock'),
    },
  });
  const said = new Promise<{ ms: number; dropped: number }>((resolve) => {
    child.once('message', (message) => resolve(message as { ms: number; dropped: number }));
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  // Nobody reads: Node does not read a child's output before it is asked to.
  const { dropped } = await said;
  t.ok(dropped > 60_000, `${dropped} lines dropped, about a thousand held`);
  t.equal(await exited, 0);
  child.stdout?.destroy();
});

void t.test('a descriptor that is not open is told at once, as a system error', (t) => {
  t.throws(() => openDescriptor(9999), { code: 'EBADF' });
  t.end();
});
