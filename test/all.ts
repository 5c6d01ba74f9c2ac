/**
 * All tests but the system tests, in processes of their own, three at a time: what `npm test` runs.
 *
 * Tap's runner could take the files itself, but it hangs a hook for coverage into each Node that runs below it, also into the processes
 * and threads that the tests start. On Node 20 that takes 0.4 s of a core each, more than most files need. Here the hook stays away,
 * unless coverage is asked for (`SLUICE_TEST_COVERAGE=1`). A single file can be given to tap as ever.
 *
 * Not here: how the files of a folder share a process (`help/together.ts`).
 */
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import t from 'tap';

const HERE = relative(process.cwd(), import.meta.dirname);

/** The longest, in their order: begun last they would run alone at the end. */
const FIRST = [
  'threads/crew.test.js',
  'cli/process.test.js',
  'threads/sockets.test.js',
  'public/documents.test.js',
];

/** Folders whose files are small and leave the process as they found it: each runs in one. */
const SHARED = new Set([
  '.',
  'account',
  'account/log',
  'account/stats-page',
  'backend',
  'backend/balance',
  'check',
  'config',
  'frontend',
  'http',
  'sample',
  'stream',
  'tls',
]);

/** What one process runs, from this folder on: a file, or a folder whose files share it. */
function runs(): string[] {
  const files = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !file.startsWith('system/'))
    .toSorted();
  const alone = files.filter((file) => !SHARED.has(dirname(file)) && !FIRST.includes(file));
  return [...FIRST, ...SHARED, ...alone];
}

t.jobs = 3;
t.setTimeout(0);
const withoutHook = process.env.SLUICE_TEST_COVERAGE === '1' ? [] : ['-u', 'NODE_OPTIONS'];
for (const name of runs()) {
  const program = SHARED.has(name) ? [join(HERE, 'help/together.js'), join(HERE, name)] : [join(HERE, name)];
  const command = [...withoutHook, process.execPath, '--enable-source-maps', ...program];
  void t.spawn('env', command, { name, timeout: 60_000, stdio: 'pipe', buffered: true });
}
