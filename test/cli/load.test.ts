import { join } from 'node:path';
import t from 'tap';
import type { CommandLine } from '../../lib/cli/arguments.ts';
import { parseCommandLine } from '../../lib/cli/arguments.ts';
import { loadConfig, withCommandLine } from '../../lib/cli/load.ts';
import { Messages } from '../../lib/cli/messages.ts';
import type { Config } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/parse.ts';

const text = `global
  maxconn 1000
  pidfile /run/configured.pid
defaults
  mode tcp
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend own
  maxconn 5
  bind 127.0.0.1:1
  default_backend b
frontend none
  bind 127.0.0.1:2
  default_backend b
backend b
  server s name.invalid:9443 check check-ssl verify required ca-file /ca.pem
`;

function laidOver(words: string): Config {
  const { config } = parseConfig([{ file: 'load.cfg', text }]);
  const parsed = parseCommandLine(['-f', 'x', ...words.split(' ').filter(Boolean)]);
  if (config === null || !parsed.ok) throw new Error('both are well known');
  const command: CommandLine = parsed.command;
  return withCommandLine(config, command);
}

void t.test('a command line that says nothing changes nothing', async (t) => {
  t.same(laidOver(''), parseConfig([{ file: 'load.cfg', text }]).config);
});

void t.test('the command line wins over the file', async (t) => {
  const { global } = laidOver('-n 10 -p /run/mine.pid -L me --log-json=debug');
  t.match(global, {
    maxconn: 10,
    pidfile: '/run/mine.pid',
    localpeer: 'me',
    jsonLog: { target: 'stdout', level: 'debug' },
  });
});

void t.test('-N is for frontends without a maxconn of their own', async (t) => {
  const { proxies } = laidOver('-N 7');
  t.same(
    proxies.map(({ frontend }) => frontend?.maxconn),
    [5, 7, undefined],
  );
});

void t.test('-dr lets servers start without address, -dV never verifies them', async (t) => {
  const server = laidOver('-dr -dV').proxies[2]?.backend?.servers[0];
  t.equal(server?.initAddr.at(-1)?.kind, 'none');
  t.equal(server?.check?.sslVerify, 'none');
});

void t.test('--metrics is served beside what the file says', async (t) => {
  const file = join(t.testdir({ 'a.cfg': `${text}global\n  metrics 127.0.0.1:9404\n` }), 'a.cfg');
  const parsed = parseCommandLine(['-f', file, '--metrics', '9405', '--metrics', '127.0.0.2:1']);
  if (!parsed.ok) throw new Error('it is well known');
  const said: string[] = [];
  const terminal = {
    out: () => {},
    err: (words: string) => void said.push(words),
    color: false,
    outIsTerminal: false,
  };
  const loaded = loadConfig(parsed.command, {}, new Messages(terminal, { quiet: false, pid: 1 }));
  t.match(loaded?.config.global.metrics, [
    { host: '127.0.0.1', port: 9404 },
    { host: '127.0.0.1', port: 9405 },
    { host: '127.0.0.2', port: 1 },
  ]);
  t.same(said.join(''), '');
});
