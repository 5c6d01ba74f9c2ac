/**
 * Log lines to a unix datagram socket, by way of the Perl helper, received by socat.
 *
 * Not here: what happens without the helper (`test/account/log/targets.test.ts`).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Test } from 'tap';
import { DatagramSink } from '../../lib/account/log/datagram-sink.ts';
import { LineWriter } from '../../lib/account/log/line-writer.ts';
import { silentLogger } from '../../lib/account/log/logger.ts';
import { systemClock } from '../../lib/time/clock.ts';
import { until } from './help/network.ts';
import { temporaryDirectory } from './help/process.ts';

function seen(what: string, look: () => boolean): Promise<true> {
  return until(what, () => Promise.resolve(look() ? true : null));
}

interface Receiver {
  readonly text: () => string;
  stop(): Promise<void>;
}

async function receiver(t: Test, path: string): Promise<Receiver> {
  const child = spawn('socat', ['-u', `UNIX-RECV:${path},unlink-early`, 'STDOUT'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill();
    await exited;
  };
  t.teardown(stop);
  await seen('the socket is there', () => existsSync(path));
  return { text: () => text, stop };
}

void t.test('every line arrives, also those of a burst, and after the daemon was started anew', async (t) => {
  // Not tap's own directory: a socket's path holds 108 characters.
  const path = join(temporaryDirectory(t), 'log');
  const sink = new DatagramSink(path, systemClock, silentLogger);
  const writer = new LineWriter('unix', sink, systemClock);
  const first = await receiver(t, path);
  for (let count = 0; count < 2000; count += 1) writer.write(`<134>line ${count}\n`);
  await seen('the last line', () => first.text().endsWith('line 1999\n'));
  t.equal(first.text().split('\n').length, 2001);
  t.equal(writer.droppedCount, 0);
  await first.stop();
  writer.write('<134>to nobody\n');
  await seen('a loss is counted', () => writer.droppedCount === 1);
  const second = await receiver(t, path);
  writer.write('<134>back\n');
  await seen('a line at the new daemon', () => second.text() === '<134>back\n');
  await writer.close();
});
