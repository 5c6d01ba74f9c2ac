import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import t from 'tap';
import { run } from '../../lib/cli/run.ts';
import { Signals } from '../../lib/cli/signals.ts';
import { LANGUAGE_LEVEL } from '../../lib/config/conditions.ts';
import { ownVersion } from '../../lib/version.ts';

/** Runs the command in this process, without any of its outputs. */
async function sluice(argv: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  let out = '';
  let err = '';
  const source = Object.assign(new EventEmitter(), { pid: 1, kill: () => true });
  const exitCode = await run({
    argv,
    environment,
    terminal: {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      color: false,
      outIsTerminal: false,
    },
    signals: new Signals(source),
    daemonReport: null,
    invocation: { executable: process.execPath, words: [], directory: process.cwd(), environment },
  });
  return { exitCode, out, err };
}

const good = `listen l
  mode tcp
  timeout connect 1s
  timeout client 1s
  timeout server 1s
  bind 127.0.0.1:8443
  server a 127.0.0.1:9443
`;

void t.test('-v names both versions, --version only ours', async (t) => {
  t.same(await sluice(['-v']), {
    exitCode: 0,
    out: `sluice version ${ownVersion()} - HAProxy language level ${LANGUAGE_LEVEL}\n`,
    err: '',
  });
  t.same(await sluice(['--version']), { exitCode: 0, out: `${ownVersion()}\n`, err: '' });
  t.match(ownVersion(), /^[0-9]+\.[0-9]+\.[0-9]+/);
  t.match((await sluice(['-vv'])).out, /^sluice version .*\nRunning on: Node\.js .*OpenSSL.*\n/);
});

void t.test('a good file is valid; -q says nothing', async (t) => {
  const file = join(t.testdir({ 'good.cfg': good }), 'good.cfg');
  t.same(await sluice(['-c', '-f', file]), { exitCode: 0, out: 'Configuration file is valid\n', err: '' });
  t.same(await sluice(['-c', '-q', '-f', file]), { exitCode: 0, out: '', err: '' });
});

void t.test('a faulty file shows every fault with its place; -q keeps only the exit code', async (t) => {
  const folder = t.testdir({ 'bad.cfg': good.replace('bind', 'bnid').replace('1s', 'soon') });
  const file = join(folder, 'bad.cfg');
  const { exitCode, out, err } = await sluice(['-c', '-f', file]);
  t.equal(exitCode, 1);
  t.equal(out, '');
  t.match(err, /\[ALERT\] +\([0-9]+\) : config : parsing \[.*bad\.cfg:3:[0-9]+\] : .*'soon'/);
  t.match(err, /bad\.cfg:6:3\] : unknown keyword 'bnid' in 'listen' section/);
  t.match(
    err,
    /: config : Error\(s\) found in configuration file : .*bad\.cfg\n.* : config : Fatal errors found in configuration\.\n$/,
  );
  t.same(await sluice(['-c', '-q', '-f', file]), { exitCode: 1, out: '', err: '' });
});

void t.test('a valid file without listener is 2 with -c', async (t) => {
  const file = join(t.testdir({ 'empty.cfg': 'global\n  maxconn 10\n' }), 'empty.cfg');
  t.same(await sluice(['-c', '-f', file]), {
    exitCode: 2,
    out: 'Configuration file has no error but will not start (no listener) => exit(2).\n',
    err: '',
  });
});

void t.test('warnings are said, and stop the start only if asked', async (t) => {
  const file = join(t.testdir({ 'warned.cfg': good.replace('  timeout client 1s\n', '') }), 'warned.cfg');
  const { exitCode, out, err } = await sluice(['-c', '-f', file]);
  t.equal(exitCode, 0);
  t.equal(out, 'Warnings were found.\nConfiguration file is valid\n');
  t.match(err, /\[WARNING\]/);
  const strict = await sluice(['-c', '-dW', '-f', file]);
  t.equal(strict.exitCode, 1);
  t.match(strict.err, /Some warnings were found and 'zero-warning' is set\. Aborting\.\n$/);
});

void t.test('a file that cannot be read, and a folder that cannot be entered', async (t) => {
  const { exitCode, err } = await sluice(['-c', '-f', join(t.testdir(), 'none.cfg')]);
  t.equal(exitCode, 1);
  t.match(err, /cannot open configuration file.*none\.cfg.*No such file or directory/);
  t.match(await sluice(['-C', join(t.testdir(), 'none'), '-c', '-f', 'x']), {
    exitCode: 1,
    err: /^\[ALERT\] .* : cannot change to directory \S+: No such file or directory\n$/,
  });
});

void t.test('an unknown user is a fault even for -c', async (t) => {
  const file = join(t.testdir({ 'user.cfg': `global\n  user no-such-user-here\n${good}` }), 'user.cfg');
  t.match(await sluice(['-c', '-f', file]), { exitCode: 1, err: /there is no user 'no-such-user-here'/ });
});

void t.test('a server whose name has no address has its own exit code', async (t) => {
  const text = good.replace('server a 127.0.0.1', 'server a name.invalid');
  const file = join(t.testdir({ 'name.cfg': text }), 'name.cfg');
  t.match(await sluice(['-c', '-f', file]), {
    exitCode: 6,
    err: /server l\/a: the name 'name\.invalid' has no address/,
  });
  t.match(await sluice(['-c', '-dr', '-f', file]), { exitCode: 0 }, '-dr starts without it');
});

void t.test('conditions answer by exit code alone', async (t) => {
  const answers = await Promise.all(
    [
      'version_atleast(2.6)',
      'version_atleast(2.7)',
      'feature(OPENSSL)',
      'streq("$WHO",me)',
      '',
      'nonsense(',
    ].map((condition) => sluice(['-cc', condition], { WHO: 'me' })),
  );
  t.same(
    answers.map(({ exitCode }) => exitCode),
    [0, 1, 0, 0, 1, 2],
  );
  t.same(answers.map(({ out }) => out).join(''), '');
  t.match(answers.at(-1)?.err, /-cc : unparsable/);
});

void t.test(
  '--print-config shows what a quick form stands for, and what was understood of a file',
  async (t) => {
    const quick = ['--listen', '443', '--server', 'a:9443,weight=3', '--print-config'];
    t.match(await sluice(quick), {
      exitCode: 0,
      out: /^listen main\n {2}bind \*:443\n {2}server s1 a:9443 weight 3\n$/m,
    });
    const file = join(
      t.testdir({ 'good.cfg': good.replace('timeout connect 1s', 'timeout connect 1000') }),
      'good.cfg',
    );
    t.match(await sluice(['-f', file, '--print-config', '-n', '7']), {
      exitCode: 0,
      out: /^ {2}timeout connect 1s$/m,
    });
    t.match(await sluice(['-f', file, '--print-config', '-n', '7']), { out: /^ {2}maxconn 7$/m }, '-n wins');
  },
);

void t.test('--print-config of a quick form holds what other options say', async (t) => {
  const quick = ['--listen', '443', '--server', 'a:9443,check,check-ssl,ca-file=/ca', '--print-config'];
  const options = ['-p', '/run/s.pid', '--log-json=debug', '-N', '7', '-L', 'me', '-dr', '-dV'];
  const { out } = await sluice([...quick, ...options]);
  for (const line of [
    /^ {2}pidfile \/run\/s\.pid$/m,
    /^ {2}json-log stdout debug$/m,
    /^ {2}localpeer me$/m,
    /^ {2}maxconn 7$/m,
    /^ {2}server s1 a:9443 .* verify none .* init-addr last,libc,none$/m,
  ])
    t.match(out, line);
});

void t.test('flags without effect are named wherever work is done', async (t) => {
  const notice = /^\[NOTICE\] .* : -W has no effect here: /;
  t.match(await sluice(['-W', '--listen', '443', '--server', 'a:9443', '--print-config']), { err: notice });
  t.match(await sluice(['-W', '-c', '--listen', '443', '--server', '127.0.0.1:1']), { err: notice });
  t.match(await sluice(['-W', '-v']), { err: '' });
});

void t.test('a command line that makes no sense is 1, on standard error', async (t) => {
  t.same(await sluice(['--nonsense']), {
    exitCode: 1,
    out: '',
    err: "sluice: unknown option or stray word 'nonsense'\nTry 'sluice --help'.\n",
  });
});

void t.test('help goes to standard output', async (t) => {
  t.match(await sluice(['--help']), { exitCode: 0, out: /^sluice: .*\n\nExamples:\n/, err: '' });
});

void t.test("the name of this process is known to the configuration's text", async (t) => {
  const text = `.if streq("$HAPROXY_LOCALPEER",me)\n.alert "called me"\n.endif\n${good}`;
  const file = join(t.testdir({ 'peer.cfg': text }), 'peer.cfg');
  t.match(await sluice(['-c', '-L', 'me', '-f', file]), { exitCode: 1, err: /called me/ });
});
