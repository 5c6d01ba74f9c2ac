import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { writePidfile } from '../../lib/cli/pidfile.ts';

void t.test('holds the number and a line feed, and goes at the end', async (t) => {
  const path = join(t.testdir(), 'sluice.pid');
  const pidfile = writePidfile(path, 4711);
  t.equal(readFileSync(path, 'utf8'), '4711\n');
  pidfile.remove();
  t.notOk(existsSync(path));
  t.doesNotThrow(() => pidfile.remove());
});

void t.test('replaces an old file, but never writes through a link', async (t) => {
  const folder = t.testdir({ 'old.pid': '1\n', precious: 'keep me' });
  writePidfile(join(folder, 'old.pid'), 2);
  t.equal(readFileSync(join(folder, 'old.pid'), 'utf8'), '2\n');
  symlinkSync(join(folder, 'precious'), join(folder, 'link.pid'));
  writePidfile(join(folder, 'link.pid'), 3);
  t.equal(readFileSync(join(folder, 'precious'), 'utf8'), 'keep me');
});

void t.test('is emptied where it cannot be removed', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'sluice.pid');
  const pidfile = writePidfile(path, 4711);
  // Out of its reach, as a file in a folder of root's is after privileges were given up.
  renameSync(path, join(folder, 'moved.pid'));
  mkdirSync(path);
  pidfile.remove();
  t.equal(readFileSync(join(folder, 'moved.pid'), 'utf8'), '');
});

void t.test('leaves the file of another instance alone', async (t) => {
  const path = join(t.testdir(), 'sluice.pid');
  const pidfile = writePidfile(path, 1);
  writeFileSync(path, '2\n');
  pidfile.remove();
  t.equal(readFileSync(path, 'utf8'), '2\n');
});

void t.test('names the file it cannot write', async (t) => {
  t.throws(
    () => writePidfile(join(t.testdir(), 'no', 'sluice.pid'), 1),
    /cannot create pidfile .*no\/sluice\.pid: No such file or directory$/,
  );
});
