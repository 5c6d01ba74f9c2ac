/**
 * The keyword table as a whole: complete against a list taken from HAProxy 2.6 itself, and the pages made of it.
 *
 * After a change of the table run this file with `UPDATE_GOLDEN=1`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DIAGNOSTIC_CODES } from '../../lib/config/codes.ts';
import { keywordPage } from '../help/keyword-page.ts';
import { ALL_KEYWORDS, GLOBAL_KEYWORDS, PROXY_KEYWORDS, SECTION_NAMES } from '../../lib/config/keywords.ts';
import { parseConfig } from '../../lib/config/parse.ts';

const [globals, proxies, binds, servers] = ALL_KEYWORDS.map(
  ({ rows }) => new Set(rows.map((row) => row.keyword)),
);

/** Words from `haproxy -dKall` of 2.6.12, those of `option` without the word itself. */
const HAPROXY_OPTIONS =
  'abortonclose accept-invalid-http-request accept-invalid-http-response allbackups checkcache clitcpka contstats ' +
  'disable-h2-upgrade dontlog-normal dontlognull forwardfor h1-case-adjust-bogus-client h1-case-adjust-bogus-server ' +
  'http-buffer-request http-ignore-probes http-keep-alive http-no-delay http-pretend-keepalive ' +
  'http-restrict-req-hdr-names http-server-close http-use-proxy-header httpchk httpclose httplog httpslog ' +
  'idle-close-on-response independent-streams ldap-check external-check log-health-checks log-separate-errors logasap ' +
  'mysql-check nolinger originalto persist pgsql-check prefer-last-server redispatch redis-check smtpchk socket-stats ' +
  'splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk tcp-check tcp-smart-accept ' +
  'tcp-smart-connect tcpka tcplog transparent';

const HAPROXY_SERVER_PARAMS =
  'addr agent-addr agent-check agent-inter agent-port agent-send allow-0rtt alpn backup ca-file check check-alpn ' +
  'check-proto check-send-proxy check-sni check-ssl check-via-socks4 ciphers ciphersuites cookie crl-file crt disabled ' +
  'downinter enabled error-limit fall fastinter force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 id ' +
  'init-addr inter log-proto max-reuse maxconn maxqueue minconn namespace no-agent-check no-backup no-check ' +
  'no-check-send-proxy no-check-ssl no-send-proxy no-send-proxy-v2 no-send-proxy-v2-ssl no-send-proxy-v2-ssl-cn no-ssl ' +
  'no-ssl-reuse no-sslv3 no-tfo no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 non-stick npn observe on-error ' +
  'on-marked-down on-marked-up pool-low-conn pool-max-conn pool-purge-delay port proto proxy-v2-options redir ' +
  'resolve-net resolve-opts resolve-prefer resolvers rise send-proxy send-proxy-v2 send-proxy-v2-ssl ' +
  'send-proxy-v2-ssl-cn slowstart sni socks4 source ssl ssl-max-ver ssl-min-ver ssl-reuse stick tcp-ut tfo tls-tickets ' +
  'track usesrc verify verifyhost weight ws';

const HAPROXY_BIND_PARAMS =
  'accept-netscaler-cip accept-proxy allow-0rtt alpn backlog ca-file ca-ignore-err ca-sign-file ca-sign-pass ' +
  'ca-verify-file ciphers ciphersuites crl-file crt crt-ignore-err crt-list curves defer-accept ecdhe expose-fd ' +
  'force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 generate-certificates gid group id interface level ' +
  'maxconn mode mss name namespace nice no-ca-names no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11 no-tlsv12 no-tlsv13 npn ' +
  'prefer-client-ciphers process proto severity-output shards ssl ssl-max-ver ssl-min-ver strict-sni tcp-ut tfo thread ' +
  'tls-ticket-keys transparent uid user v4v6 v6only verify';

void t.test('knows every word that HAProxy 2.6 registers', (t) => {
  const missing = (words: string, known: Set<string> | undefined, prefix = ''): string[] =>
    words.split(' ').filter((word) => known?.has(`${prefix}${word}`) !== true);
  t.strictSame(missing(HAPROXY_OPTIONS, proxies, 'option '), []);
  t.strictSame(missing(HAPROXY_SERVER_PARAMS, servers), []);
  t.strictSame(missing(HAPROXY_BIND_PARAMS, binds), []);
  t.ok(globals?.has('tune.bufsize') === true && globals.has('chroot'));
  t.end();
});

void t.test('has each keyword in one row', (t) => {
  for (const { heading, rows } of ALL_KEYWORDS) {
    const names = rows.map((row) => row.keyword);
    t.strictSame(names, [...new Set(names)], heading);
  }
  t.end();
});

/** Arguments as the table asks for them. */
function exampleOf(args: string): string {
  const example = (form: string): string => {
    const word = form.split('|').find((one) => /^[a-z0-9]/.test(one));
    return word ?? { N: '1', TIME: '1s' }[form] ?? 'x';
  };
  return args
    .split(' ')
    .filter((one) => one !== '' && !one.startsWith('['))
    .map((one) => example(one.replace('…', '')))
    .join(' ');
}

/** Codes of what is said about one line of `global`, or of a `listen` behind `head`. */
function codesOf(line: string, head = 'global'): string[] {
  const { diagnostics } = parseConfig([{ file: 'f', text: `${head}\n  ${line}\n` }]);
  return diagnostics.filter((one) => one.place?.line === 2).map((one) => one.code);
}

void t.test('checks the arguments of keywords without effect as far as the table describes them', (t) => {
  const faults: [string, string][] = [
    ['chroot', 'missing-argument'],
    ['chroot /a /b', 'unexpected-argument'],
    ['tune.bufsize abc', 'invalid-number'],
    ['tune.bufsize 16k', 'no-effect'],
    ['tune.maxaccept -1', 'no-effect'],
    ['nosplice x', 'unexpected-argument'],
    ['tune.fd.edge-triggered maybe', 'invalid-value'],
    ['stats timeout soon', 'invalid-time'],
    ['close-spread-time infinite', 'no-effect'],
    ['close-spread-time never', 'invalid-time'],
    ['cpu-map 1', 'missing-argument'],
    ['cpu-map 1 0-3 5', 'no-effect'],
    ['master-worker', 'no-effect'],
    ['stats socket', 'missing-argument'],
    ['stats socket /run/x.sock mode 660 level admin expose-fd listeners', 'no-effect'],
    ['stats socket /run/x.sock level foo', 'invalid-value'],
    ['stats socket /run/x.sock mode rw', 'invalid-value'],
    ['stats socket /run/x.sock lvel admin', 'unknown-keyword'],
  ];
  for (const [line, code] of faults) t.strictSame(codesOf(line), [code], line);
  t.strictSame(codesOf('bind :80 nice high', 'listen l'), ['invalid-number']);
  t.strictSame(codesOf('bind :80 interface', 'listen l'), ['missing-argument']);
  t.strictSame(codesOf('server a 10.0.0.1:80 pool-purge-delay x', 'listen l'), ['invalid-time']);
  t.end();
});

void t.test('answers every keyword that is not supported, by its state', (t) => {
  const answers = {
    'no-effect': 'no-effect',
    unsupported: 'unsupported-keyword',
    removed: 'removed-keyword',
  };
  for (const { rows, head } of [
    { rows: GLOBAL_KEYWORDS.rows, head: 'global' },
    { rows: PROXY_KEYWORDS.rows, head: 'listen l' },
  ]) {
    for (const row of rows) {
      if (row.state === 'supported') continue;
      if (row.sections !== undefined && !row.sections.includes('L')) continue;
      const words = row.state === 'no-effect' ? exampleOf(row.args) : 'x y';
      const { diagnostics } = parseConfig([{ file: 'f', text: `${head}\n  ${row.keyword} ${words}\n` }]);
      const wanted = row.state === 'http-only' ? 'needs-mode-http' : answers[row.state];
      const found = diagnostics.filter((one) => one.place?.line === 2).map((one) => one.code);
      t.strictSame(found, [wanted], row.keyword);
    }
  }
  t.end();
});

void t.test('gives every supported keyword without arguments a fault that says what is expected', (t) => {
  for (const { rows, head } of [
    { rows: GLOBAL_KEYWORDS.rows, head: 'global' },
    { rows: PROXY_KEYWORDS.rows, head: 'listen l' },
  ]) {
    for (const row of rows) {
      if (row.state !== 'supported' || row.args === '' || row.args.startsWith('[')) continue;
      const { diagnostics } = parseConfig([{ file: 'f', text: `${head}\n  ${row.keyword}\n` }]);
      const [fault] = diagnostics.filter((one) => one.place?.line === 2);
      t.equal(fault?.code, 'missing-argument', row.keyword);
      t.match(fault?.hint, `usage: ${row.keyword}`);
    }
  }
  t.end();
});

void t.test('section names begin a section wherever they stand', (t) => {
  for (const name of SECTION_NAMES) {
    const { diagnostics } = parseConfig([{ file: 'f', text: `global\n${name} n\n` }]);
    t.notOk(
      diagnostics.some((one) => one.code === 'unknown-keyword'),
      name,
    );
  }
  t.end();
});

void t.test('every code that is emitted is in the table, and every code of the table is emitted', (t) => {
  const quoted = new Set(['directive-alert', 'directive-warning', 'directive-notice', 'directive-diag']);
  const emitted = new Set<string>();
  const directories = [join('lib', 'config'), join('lib', 'config', 'keywords'), join('lib', 'cli')];
  const files = directories.flatMap((at) => readdirSync(at).map((file) => join(at, file)));
  for (const file of files.filter((one) => one.endsWith('.ts') && !one.endsWith('codes.ts'))) {
    const text = readFileSync(file, 'utf8');
    for (const [, word = ''] of text.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)) quoted.add(word);
    for (const [, code = ''] of text.matchAll(
      /(?:\bfailed|#fail|#alert|\balert|\bwarning|\bnotice)\(\s*'([a-z-]+)'/g,
    ))
      emitted.add(code);
    for (const [, code = ''] of text.matchAll(/\bcode: '([a-z-]+)'/g)) emitted.add(code);
  }
  const codes = Object.keys(DIAGNOSTIC_CODES);
  t.ok(emitted.size > 30, 'the sources are where they are looked for');
  t.strictSame(
    [...emitted].filter((code) => !codes.includes(code)),
    [],
    'no emitted code is missing',
  );
  t.strictSame(
    codes.filter((code) => !quoted.has(code)),
    [],
    'no code is without a use',
  );
  t.end();
});

void t.test('the manual page is current', (t) => {
  const file = join('docs', 'manual', 'keywords.md');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, keywordPage());
  t.equal(readFileSync(file, 'utf8'), keywordPage());
  t.end();
});
