/**
 * What is packed works where it is unpacked: with the dependencies it declares and nothing else of this checkout.
 *
 * Not here: what it does there (every other test).
 */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import t from 'tap';
import { readText, ROOT, runProgram } from '../public/consumer.ts';

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

const { dependencies } = JSON.parse(await readText('package.json')) as {
  dependencies: Readonly<Record<string, string>>;
};

const folder = await mkdtemp(join(tmpdir(), 'sluice-package-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));

const npm = await runProgram(
  'npm',
  ['pack', '--json', '--loglevel=error', '--ignore-scripts', `--pack-destination=${folder}`],
  { cwd: ROOT },
);
const [packed] = JSON.parse(npm.output.slice(npm.output.indexOf('['))) as readonly [Packed];
const tarball = join(folder, packed.filename);
const paths = packed.files.map(({ path }) => path);

await t.test('holds what operators and programs need, and none of the workshop', (t) => {
  for (const path of [
    'LICENSE',
    'README.md',
    'CHANGELOG.md',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/cli/main.js',
    'docs/manual/command.md',
    'docs/flow.svg',
    'examples/transport-layer.cfg',
    'deploy/systemd/sluice.service',
  ]) {
    t.ok(paths.includes(path), path);
  }
  const strays = paths.filter(
    (path) => !/^(?:dist|docs|examples|deploy)\/|^[A-Z]+(?:\.md)?$|^package\.json$/.test(path),
  );
  t.same(strays, []);
  t.end();
});

await t.test('the command runs where only its own dependencies are', async (t) => {
  const unpacked = await runProgram('tar', ['-xzf', tarball], { cwd: folder });
  t.equal(unpacked.code, 0, unpacked.output);
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'package/node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), link);
  }
  const main = join(folder, 'package/dist/cli/main.js');
  const checked = await runProgram(
    process.execPath,
    [main, '-c', '-f', 'package/examples/transport-layer.cfg', '-dr'],
    {
      cwd: folder,
    },
  );
  t.match(checked, { code: 0, output: 'Configuration file is valid\n' });

  const demo = spawn(process.execPath, [main, '--demo', '--log-json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => demo.once('exit', resolve));
  let said = '';
  for await (const chunk of demo.stdout.setEncoding('utf8')) {
    said += String(chunk);
    if (said.includes('Ctrl-C')) demo.kill('SIGINT');
  }
  t.equal(await ended, 0);
  t.match(said, /curl -k https:/);
});

await t.test('publint finds nothing', async (t) => {
  const { code, output } = await runProgram('npx', ['--no-install', 'publint', 'run', tarball, '--strict'], {
    cwd: ROOT,
  });
  t.equal(code, 0, output);
  t.match(output, /All good/);
});

await t.test('attw finds nothing', async (t) => {
  const words = ['--no-install', 'attw', tarball, '--profile', 'esm-only'];
  const { code, output } = await runProgram('npx', words, { cwd: ROOT });
  t.equal(code, 0, output);
});
