import t from 'tap';
import { HAPROXY_FLAGS, translateFlags } from '../../lib/cli/flags.ts';

void t.test('flags of several letters become one long option, not several short ones', async (t) => {
  t.same(translateFlags(['-db', '-dW', '-vv', '-Ws']).words, [
    '--foreground',
    '--zero-warning',
    '--build',
    '--systemd',
  ]);
});

void t.test('a value stays with its option even if it looks like one', async (t) => {
  t.same(translateFlags(['-f', '-odd.cfg', '-n', '5']).words, ['--file=-odd.cfg', '--maxconn=5']);
});

void t.test('words behind two dashes are files', async (t) => {
  t.same(translateFlags(['-f', 'a', '--', 'b', '-c']).words, ['--file=a', '--file=b', '--file=-c']);
});

void t.test('long options pass unchanged', async (t) => {
  t.same(translateFlags(['--listen', '443', '--log-json=debug']).words, [
    '--listen',
    '443',
    '--log-json=debug',
  ]);
});

void t.test('a flag without effect is a notice, with or without what may be glued to it', async (t) => {
  const { words, notices, problems } = translateFlags(['-dM', '-dM170', '-W', '-S', '/run/master.sock']);
  t.same(words, []);
  t.same(problems, []);
  t.equal(notices.length, 4);
  t.match(notices[1], /^-dM170 has no effect here: memory belongs to Node\.js$/);
});

void t.test('handing over from an old process is refused, an empty list of processes is not', async (t) => {
  t.same(translateFlags(['-sf', '-f', 'a']), { words: ['--file=a'], notices: [], problems: [] });
  t.match(translateFlags(['-sf', '12', '13', '-f', 'a']).problems, [
    /^-sf is not supported: stop the old process first/,
  ]);
  t.same(translateFlags(['-st', '12', '-f', 'a']).words, ['--file=a'], 'the list ends at the next option');
});

void t.test('an unknown flag is named, with what was probably meant', async (t) => {
  t.same(translateFlags(['-cq']).problems, ["unknown option '-cq'; did you mean '-c -q'?"]);
  t.same(translateFlags(['-fa']).problems, ["unknown option '-fa'; did you mean '-f'?"]);
  t.same(translateFlags(['-Z']).problems, ["unknown option '-Z'"]);
});

void t.test('a flag at the end that lacks its value is a problem', async (t) => {
  t.same(translateFlags(['-f']).problems, ['-f needs a value']);
});

void t.test('every flag stands once in the table', async (t) => {
  const flags = HAPROXY_FLAGS.map(({ flag }) => flag);
  t.equal(new Set(flags).size, flags.length);
});
