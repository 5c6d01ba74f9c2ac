import t from 'tap';
import type { CommandLine } from '../../lib/cli/arguments.ts';
import { helpText, parseCommandLine } from '../../lib/cli/arguments.ts';
import { EXIT_CODES } from '../../lib/cli/exit-codes.ts';

function understood(words: string): CommandLine {
  const parsed = parseCommandLine(words.split(' '));
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return parsed.command;
}

function problemsOf(words: string): readonly string[] {
  const parsed = parseCommandLine(words.split(' ').filter(Boolean));
  return parsed.ok ? [] : parsed.problems;
}

void t.test("the words of HAProxy's own service file are understood", async (t) => {
  const command = understood(
    '-Ws -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid -S /run/haproxy-master.sock',
  );
  t.match(command, {
    action: 'run',
    files: ['/etc/haproxy/haproxy.cfg'],
    pidfile: '/run/haproxy.pid',
    systemd: true,
  });
  t.equal(command.notices.length, 1);
  t.match(understood('-Ws -f a -c -q -S /run/x'), { action: 'check', quiet: true });
});

void t.test('files are read in the order given, whatever way they are given', async (t) => {
  t.same(understood('-f b -f a --file c -- d').files, ['b', 'a', 'c', 'd']);
});

void t.test('numbers and switches', async (t) => {
  t.match(understood('-f a -n 100 -N 50 -L me -C /tmp -D -db -V -d -dW -dD -dr -dV'), {
    maxconn: 100,
    proxyMaxconn: 50,
    localPeer: 'me',
    directory: '/tmp',
    daemon: true,
    foreground: true,
    verbose: true,
    debug: true,
    zeroWarning: true,
    diagnostics: true,
    ignoreResolution: true,
    noServerVerify: true,
  });
  t.equal(understood('-f a').relay, 'auto');
  t.equal(understood('-f a --relay public').relay, 'public');
  t.same(problemsOf('-f a --relay fast'), ["--relay: 'fast' is not one of auto, public"]);
  t.same(problemsOf('-f a -n abc'), ["--maxconn: 'abc' is not a whole number"]);
  t.match(problemsOf('-f a -n -5'), [/^--maxconn: '-5' is not within/]);
});

void t.test('a question about the program is answered before any work', async (t) => {
  t.equal(understood('-v -f nowhere').action, 'versions');
  t.equal(understood('-vv').action, 'build');
  t.equal(understood('--version').action, 'version');
  t.equal(understood('-h').action, 'help');
  t.match(understood('-cc streq(a,b)'), { action: 'condition', condition: 'streq(a,b)' });
  t.equal(parseCommandLine(['-cc', '']).ok, true, 'an empty condition is one');
});

void t.test('the quick form keeps its parts word for word', async (t) => {
  t.match(
    understood(
      '--listen 443 --server a:9443,weight=3,check --server b:9443 --metrics 9404 --balance leastconn',
    ),
    {
      action: 'run',
      quick: {
        listen: ['443'],
        servers: ['a:9443,weight=3,check', 'b:9443'],
        metrics: ['9404'],
        balance: 'leastconn',
      },
    },
  );
});

void t.test('options that do not go together, or lack each other', async (t) => {
  t.match(problemsOf('-c'), [/^nothing to run: give -f FILE, or --listen and --server$/]);
  t.match(problemsOf('-f a --listen 1 --server b:2'), [/not both/]);
  t.match(problemsOf('--listen 443'), [/at least one --server/]);
  t.match(problemsOf('--server a:1'), [/needs --listen/]);
  t.match(problemsOf('-f a --balance first'), [/--balance goes with --listen/]);
  t.same(problemsOf('--demo -f a'), ['--demo brings its own configuration: leave --file out']);
  t.same(problemsOf('--demo --listen 1 --server a:1'), [
    '--demo brings its own configuration: leave --listen out',
  ]);
  t.same(problemsOf('--demo -p a.pid -V'), ['--demo brings its own configuration: leave --pidfile out']);
  t.match(problemsOf('--listen 1 --server a:1 --timeout 5s'), [/'5s' is not NAME=TIME/]);
});

void t.test('a stray or mistyped word is named, with the closest option', async (t) => {
  t.same(problemsOf('haproxy.cfg'), ["unknown option or stray word 'haproxy.cfg'"]);
  t.same(problemsOf('-f a --liste 1'), ["unknown option or stray word 'liste'; did you mean '--listen'?"]);
});

void t.test('the log level is optional and checked', async (t) => {
  t.equal(understood('-f a --log-json').logJson, 'info');
  t.equal(understood('-f a --log-json=debug').logJson, 'debug');
  t.match(problemsOf('-f a --log-json=loud'), [/'loud' is no level/]);
});

void t.test('help shows examples first, then every option in its group, then the exit codes', async (t) => {
  const help = await helpText();
  const order = [
    'Examples:',
    '--listen 443',
    'Configuration:',
    'Without a file:',
    'Start:',
    'Output:',
    'Exit status:',
  ];
  const places = order.map((text) => help.indexOf(text));
  t.notOk(places.includes(-1), 'everything is there');
  t.same(
    places,
    places.toSorted((left, right) => left - right),
  );
  for (const { code, meaning } of Object.values(EXIT_CODES))
    t.ok(help.includes(`${code}  ${meaning}`), meaning);
});
