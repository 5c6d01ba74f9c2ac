/** From names to addresses at start. */
import t from 'tap';
import { lookupBySystem, resolveServer } from '../../lib/backend/resolve.ts';
import type { Lookup } from '../../lib/backend/resolve.ts';
import type { ServerConfig } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/parse.ts';

function serverConfig(line: string): ServerConfig {
  const { config, diagnostics } = parseConfig(
    [{ file: 'test', text: `listen l\n bind :1\n server ${line}\n` }],
    {},
  );
  const server = config?.proxies[0]?.backend?.servers[0];
  if (server === undefined) throw new Error(diagnostics.map(({ message }) => message).join());
  return server;
}

const lookup = (name: string): Promise<string> =>
  name === 'known.test' ? Promise.resolve('192.0.2.9') : Promise.reject(new Error('ENOTFOUND'));

const ROWS: readonly (readonly [string, unknown])[] = [
  ['s 192.0.2.1:80', { kind: 'tcp', address: '192.0.2.1', port: 80, portOffset: 0 }],
  ['s 192.0.2.1', { kind: 'tcp', address: '192.0.2.1', port: null, portOffset: 0 }],
  ['s 192.0.2.1:+1000', { kind: 'tcp', address: '192.0.2.1', port: null, portOffset: 1000 }],
  ['s 192.0.2.1:-80', { kind: 'tcp', address: '192.0.2.1', port: null, portOffset: -80 }],
  ['s [2001:db8::1]:80', { kind: 'tcp', address: '2001:db8::1', port: 80, portOffset: 0 }],
  ['s /run/x.sock', { kind: 'unix', path: '/run/x.sock' }],
  ['s known.test:80', { kind: 'tcp', address: '192.0.2.9', port: 80, portOffset: 0 }],
  ['s unknown.test:80 init-addr libc,none', null],
  ['s unknown.test:80 init-addr none', null],
  [
    's unknown.test:80 init-addr last,libc,192.0.2.8',
    { kind: 'tcp', address: '192.0.2.8', port: 80, portOffset: 0 },
  ],
  [
    's known.test:80 init-addr 192.0.2.8,libc',
    { kind: 'tcp', address: '192.0.2.8', port: 80, portOffset: 0 },
  ],
];

for (const [line, target] of ROWS) {
  void t.test(line, async (t) => {
    t.same(await resolveServer(serverConfig(line), 'b', lookup), target);
  });
}

void t.test('a name without an address stops the start, and says what would not', async (t) => {
  await t.rejects(resolveServer(serverConfig('s unknown.test:80'), 'b', lookup), {
    code: 'ERR_NAME_NOT_RESOLVED',
    retryable: true,
    message: /server b\/s: the name 'unknown\.test' has no address; add 'init-addr/,
  });
});

void t.test('the family before a name is what the system is asked for', async (t) => {
  const byFamily: Lookup = (name, family) => Promise.resolve(`${family ?? 'any'} of ${name}`);
  const found = async (line: string): Promise<unknown> => resolveServer(serverConfig(line), 'b', byFamily);
  t.match(await found('s a.test:80'), { address: 'any of a.test' });
  t.match(await found('s ipv4@a.test:80'), { address: 'ipv4 of a.test' });
  t.match(await found('s ipv6@a.test:80'), { address: 'ipv6 of a.test' });
});

void t.test("the system's own look-up keeps to the family", async (t) => {
  t.equal(await lookupBySystem('localhost', 'ipv4'), '127.0.0.1');
  t.equal(await lookupBySystem('::1'), '::1');
});
