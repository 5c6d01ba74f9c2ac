/** Files that change: told once, when things are quiet again. */
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FileWatch } from '../../lib/tls/file-watch.ts';
import { ManualClock } from '../help/clock.ts';
import { folder } from './files.ts';

await t.test('tells of a file that was written over, replaced, removed or came', async (t) => {
  const { path, write } = folder(t);
  const clock = new ManualClock();
  let told = 0;
  const [a, b] = [write('a', 'one'), join(path, 'b')];
  const watch = new FileWatch(clock, [a, b], () => told++);
  const changes: [string, () => void][] = [
    ['nothing', () => {}],
    ['longer', () => write('a', 'other')],
    ['replaced', () => renameSync(write('c', 'other'), a)],
    ['came', () => write('b', '')],
    ['gone', () => rmSync(b)],
  ];
  for (const [name, change] of changes) {
    change();
    clock.advance(1000);
    t.equal(told, 0, `${name}: not yet`);
    clock.advance(1000);
    t.equal(told, name === 'nothing' ? 0 : 1, name);
    clock.advance(5000);
    t.ok(told <= 1, 'once');
    told = 0;
  }
  watch.stop();
  t.equal(clock.pendingCount, 0);
});

await t.test('waits while changes go on', async (t) => {
  const { write } = folder(t);
  const clock = new ManualClock();
  let told = 0;
  const [cert, key] = [write('cert', '1'), write('key', '1')];
  const watch = new FileWatch(clock, [cert, key], () => told++);
  write('cert', '22');
  clock.advance(1000);
  write('key', '22');
  clock.advance(1000);
  t.equal(told, 0);
  clock.advance(1000);
  t.equal(told, 1);
  watch.stop();
});

await t.test('sees the last of many', async (t) => {
  const { write } = folder(t);
  const clock = new ManualClock();
  let told = 0;
  const files = Array.from({ length: 200 }, (_, index) => write(`${index}`, ''));
  const watch = new FileWatch(clock, files, () => told++);
  write('199', 'changed');
  clock.advance(3000);
  t.equal(told, 0, 'a look is at some of them');
  clock.advance(2000);
  t.equal(told, 1);
  watch.watch(files.slice(0, 1));
  write('199', 'changed again');
  clock.advance(9000);
  t.equal(told, 1, 'not watched any more');
  watch.stop();
});
