/** Files and directories of the command line. */
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FILE_MAX_BYTES, readConfigFiles } from '../../lib/config/files.ts';

void t.test('reads files in the order given', async (t) => {
  const dir = t.testdir({ 'b.txt': 'b\n', 'a.cfg': 'a\n' });
  const { texts, diagnostics } = readConfigFiles([join(dir, 'b.txt'), join(dir, 'a.cfg')]);
  t.strictSame(texts, [
    { file: join(dir, 'b.txt'), text: 'b\n' },
    { file: join(dir, 'a.cfg'), text: 'a\n' },
  ]);
  t.strictSame(diagnostics, []);
});

void t.test('a directory stands for its *.cfg files in byte order', async (t) => {
  const names = ['b.cfg', 'B.cfg', '10.cfg', '9.cfg', '\u00E9.cfg', '\u{1F600}.cfg', '\uFF5E.cfg'];
  const dir = t.testdir(
    Object.fromEntries([...names, '.hidden.cfg', 'x.cfg.bak', 'readme'].map((name) => [name, ''])),
  );
  const expected = ['10.cfg', '9.cfg', 'B.cfg', 'b.cfg', '\u00E9.cfg', '\uFF5E.cfg', '\u{1F600}.cfg'];
  t.strictSame(
    readConfigFiles([dir]).texts.map(({ file }) => file),
    expected.map((name) => join(dir, name)),
  );
});

void t.test('says what cannot be read and why, and goes on', async (t) => {
  const dir = t.testdir({ 'a.cfg': 'a\n', d: {} });
  symlinkSync(join(dir, 'loop'), join(dir, 'loop'));
  mkdirSync(join(dir, 'd', 'x.cfg'));
  const paths = ['gone', 'loop', 'd', 'a.cfg', 'a.cfg/x', ''].map((name) =>
    name === '' ? '' : join(dir, name),
  );
  const { texts, diagnostics } = readConfigFiles(paths);
  t.strictSame(
    texts.map(({ text }) => text),
    ['a\n'],
  );
  t.match(diagnostics, [
    {
      severity: 'alert',
      code: 'unreadable-file',
      place: null,
      message: `'${join(dir, 'gone')}': No such file`,
    },
    { code: 'unreadable-file', message: 'Too many levels of symbolic links' },
    { code: 'unreadable-file', message: `${join('d', 'x.cfg')}': Is a directory` },
    { code: 'unreadable-file', message: 'Not a directory' },
    { code: 'unreadable-file', message: "'': No such file or directory" },
  ]);
});

void t.test('an empty directory is a warning', async (t) => {
  const dir = t.testdir({});
  t.match(readConfigFiles([dir]), {
    texts: [],
    diagnostics: [{ severity: 'warning', code: 'empty-directory' }],
  });
});

void t.test('a file that is no configuration is refused before it fills the memory', async (t) => {
  const dir = t.testdir({ 'big.cfg': '' });
  truncateSync(join(dir, 'big.cfg'), FILE_MAX_BYTES + 1);
  t.match(readConfigFiles([join(dir, 'big.cfg')]), {
    texts: [],
    diagnostics: [{ severity: 'alert', code: 'file-too-large', message: /larger than 64 MiB$/ }],
  });
});

void t.test('bytes that are not UTF-8 do not stop the reading', async (t) => {
  const dir = t.testdir({});
  writeFileSync(join(dir, 'a.cfg'), Buffer.from([0x23, 0xe9, 0x0a, 0x61, 0x0a]));
  t.strictSame(readConfigFiles([join(dir, 'a.cfg')]).texts, [
    { file: join(dir, 'a.cfg'), text: '#\uFFFD\na\n' },
  ]);
});
