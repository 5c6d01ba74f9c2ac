import { join } from 'node:path';
import t from 'tap';
import { machineFaults, remembering } from '../../lib/cli/machine-faults.ts';
import { quickFormText, QUICK_FORM_FILE } from '../../lib/cli/quick-form.ts';
import type { Lookup } from '../../lib/backend/resolve.ts';
import type { Diagnostic } from '../../lib/config/diagnostic.ts';
import { parseConfig } from '../../lib/config/parse.ts';

const nobody: Lookup = () => Promise.reject(new Error('ENOTFOUND'));

/** The faults of a configuration that is in itself free of them. */
async function faultsOf(
  text: string,
  lookup: Lookup = nobody,
  file = 'm.cfg',
): Promise<readonly Diagnostic[]> {
  const { config, places, diagnostics } = parseConfig([{ file, text }]);
  if (config === null) throw new Error(JSON.stringify(diagnostics));
  return await machineFaults(config, places, { lookup: remembering(lookup) });
}

/** `3:8 unknown-account`: where, and what. */
function found(faults: readonly Diagnostic[]): string[] {
  return faults.map(({ code, place }) => `${place?.line ?? 0}:${place?.column ?? 0} ${code}`);
}

void t.test('everything is found in one run, each with its place', async (t) => {
  const folder = t.testdir({ 'empty.pem': 'no certificate\n' });
  const text = `global
  user no-such-user-here
  group no-such-group-here
  json-log ${join(folder, 'none', 'log')}
  log fd@999 local0
  metrics name:9404
listen l
  mode tcp
  balance fn:mine
  bind fd@998
  bind /tmp/l.sock user no-such-user-here
  bind front:80
  server a name:1
  server b 192.0.2.1:1 check check-ssl ca-file ${join(folder, 'none.pem')}
  server c 192.0.2.1:1 check check-ssl ca-file ${join(folder, 'empty.pem')}
`;
  const faults = await faultsOf(text);
  t.same(found(faults), [
    '2:8 unknown-account',
    '3:9 unknown-account',
    '4:12 unusable-file',
    '5:7 unusable-descriptor',
    '6:11 unresolved-name',
    '10:8 unusable-descriptor',
    '11:20 unknown-account',
    '12:8 unresolved-name',
    '9:11 unknown-balance-function',
    '13:12 unresolved-name',
    '14:40 unusable-file',
    '15:40 unusable-file',
  ]);
  t.match(
    faults.map(({ message }) => message),
    [
      "there is no user 'no-such-user-here'",
      "there is no group 'no-such-group-here'",
      /^json-log '.*' cannot be opened: No such file or directory$/,
      'descriptor 999 is not open in this process',
      "metrics line: the name 'name' has no address",
      'descriptor 998 is not open in this process',
      "there is no user 'no-such-user-here'",
      "bind line of l: the name 'front' has no address",
      /the command has none$/,
      "server l/a: the name 'name' has no address",
      /^server l\/b: ca-file '.*none\.pem' cannot be used: No such file or directory$/,
      /^server l\/c: ca-file '.*empty\.pem' cannot be used: it holds no certificate/,
    ],
  );
});

void t.test('a disabled proxy asks for nothing, and a machine that has all is no fault', async (t) => {
  const folder = t.testdir({ log: '' });
  const text = `global
  user root
  json-log ${join(folder, 'log')}
  log stdout local0
listen l
  mode tcp
  bind known:80
  server a known:1
listen off
  mode tcp
  disabled
  bind fd@999
  server a unknown:1
`;
  t.same(await faultsOf(text, async () => '192.0.2.9'), []);
});

void t.test('a descriptor that is no socket cannot be listened on', async (t) => {
  const faults = await faultsOf('listen l\n  mode tcp\n  bind fd@0\n  server a 192.0.2.1:1\n');
  // The test runner may hand over anything as standard input; a socket is the one that passes.
  for (const { message } of faults) t.equal(message, 'descriptor 0 is not a socket');
});

void t.test('names are asked for once each', async (t) => {
  const asked: string[] = [];
  const text = `listen l\n  mode tcp\n  bind front:80
  server a known:1\n  server b known:2\n  server c 192.0.2.1:1\n`;
  const faults = await faultsOf(text, async (name) => {
    asked.push(name);
    if (name !== 'known') throw new Error('ENOTFOUND');
    return '192.0.2.9';
  });
  t.same(asked.toSorted(), ['front', 'known']);
  t.same(found(faults), ['3:8 unresolved-name']);
});

void t.test('init-addr with a way out needs no name; the hint fits how it was written', async (t) => {
  const text = `listen l\n  mode tcp\n  bind 127.0.0.1:80
  server a unknown:1 init-addr libc,none
  server b unknown:1 init-addr libc,192.0.2.7
  server c unknown:1\n`;
  t.match(await faultsOf(text), [{ place: { line: 6 }, hint: /^add 'init-addr last,libc,none'/ }]);
  const quick = quickFormText({
    listen: ['80'],
    servers: ['unknown:1'],
    metrics: [],
    balance: null,
    timeouts: [],
    maxconn: null,
  });
  t.match(await faultsOf(quick, nobody, QUICK_FORM_FILE), [{ hint: 'give -dr as well to start without it' }]);
});

void t.test('files of rules, ACLs, maps and error pages are looked for, each once', async (t) => {
  const folder = t.testdir({ there: '10.0.0.0/8\n' });
  const none = join(folder, 'none');
  const text = `defaults
  mode http
  timeout client 1s
  timeout connect 1s
  timeout server 1s
  errorfile 503 /dev/null
  errorfile 502 ${none}.http
frontend f
  bind :80
  acl known src -f ${join(folder, 'there')}
  acl known src -f ${none}.acl
  acl again src -f ${none}.acl
  http-request deny if { src -f ${none}.braces }
  http-request return content-type text/plain file ${none}.body if known
  http-request set-header X %[src,map_ip(${none}.map)]
  use_backend %[req.hdr(host),map(${none}.hosts)] if again
  http-response return content-type text/plain file ${folder} if known
`;
  t.same(found(await faultsOf(text)), [
    '11:3 unusable-file',
    '7:17 unusable-file',
    '13:3 unusable-file',
    '14:3 unusable-file',
    '15:3 unusable-file',
    '17:3 unusable-file',
    '16:15 unusable-file',
  ]);
  t.end();
});

void t.test('files of lines with TLS are looked at, each fault at the word that names it', async (t) => {
  const folder = t.testdir({ 'empty.pem': 'no certificate\n', list: 'none.pem [verify often]\n' });
  const text = `global
  crt-base ${folder}
defaults
  timeout client 1s
  timeout server 1s
  timeout connect 1s
frontend f
  bind :443 ssl crt empty.pem
  bind :444 ssl crt none.pem
  bind :445 ssl crt-list list
  default_backend b
backend b
  server a 192.0.2.1:1 ssl check ca-file ${join(folder, 'none.pem')}
  server b 192.0.2.1:1 ssl verify none crt empty.pem
  server c 192.0.2.1:1 ssl verify none ciphers NONSENSE
`;
  const faults = await faultsOf(text);
  t.same(found(faults), [
    '8:17 unusable-file',
    '9:17 unusable-file',
    '10:17 unusable-file',
    '13:34 unusable-file',
    '14:40 unusable-file',
    '15:24 unusable-file',
  ]);
  t.match(
    faults.map(({ message }) => message),
    [
      /^bind line of f: crt '.*empty\.pem' cannot be used: it holds no certificate \(PEM\)$/,
      /^bind line of f: crt '.*none\.pem' cannot be used: No such file or directory$/,
      /^bind line of f: crt-list '.*list' cannot be used: line 1: 'verify' has no use for 'often'$/,
      /^server b\/a: ca-file '.*none\.pem' cannot be used: No such file or directory$/,
      /^server b\/b: crt '.*empty\.pem' cannot be used: it holds no certificate \(PEM\)$/,
      /^server b\/c: .*cipher/i,
    ],
  );
});
