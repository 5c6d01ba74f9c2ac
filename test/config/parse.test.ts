import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { Config } from '../../lib/config/config.ts';
import type { Diagnostic } from '../../lib/config/diagnostic.ts';
import { parseConfig } from '../../lib/config/parse.ts';

function parse(...texts: string[]): { config: Config | null; diagnostics: readonly Diagnostic[] } {
  return parseConfig(
    texts.map((text, index) => ({ file: `${index}.cfg`, text })),
    { environment: { HOME: '/root' } },
  );
}

/** `severity code` of each diagnostic. */
function answers(...texts: string[]): string[] {
  return parse(...texts).diagnostics.map((one) => `${one.severity} ${one.code}`);
}

const TIMEOUTS = '  timeout client 1s\n  timeout connect 1s\n  timeout server 1s\n';

void t.test("the vendor's transport-layer configuration is accepted byte for byte, without a word", (t) => {
  const text = readFileSync(join('test', 'config', 'cases', 'seed-transport-layer.cfg'), 'utf8');
  const { config, diagnostics } = parse(text);
  t.strictSame(diagnostics, []);
  t.strictSame(
    config?.proxies.map(({ kind, name }) => `${kind} ${name}`),
    ['backend nirvana', 'frontend https_proxy'],
  );
  const [server] = config?.proxies[0]?.backend?.servers ?? [];
  t.match(server, {
    name: 'nirvana1',
    weight: 1,
    maxconn: 1024,
    address: { kind: 'name', host: 'nirvanahost' },
  });
  const front = config?.proxies[1]?.frontend;
  t.match(front?.binds[0]?.addresses, [{ kind: 'ipv4', host: '0.0.0.0', port: 443 }]);
  t.equal(front?.timeoutClientMs, 30_000);
  t.equal(front?.defaultBackend, 'nirvana');
  t.end();
});

void t.test('several files are one configuration', (t) => {
  const { config, diagnostics } = parse(
    `frontend f\n  bind :1\n  timeout client 1s\n  default_backend b\n`,
    `backend b\n  timeout connect 1s\n  timeout server 1s\n  server a h:1\n`,
  );
  t.strictSame(diagnostics, []);
  t.equal(config?.proxies.length, 2);
  t.end();
});

void t.test('a defaults section reaches into the files below', (t) => {
  const { config } = parse(`defaults\n${TIMEOUTS}`, 'listen l\n  bind :1\n');
  t.equal(config?.proxies[0]?.frontend?.timeoutClientMs, 1000);
  t.end();
});

void t.test('a file does not continue the section of the one before', (t) => {
  t.strictSame(answers('global\n', '  daemon\n'), ['alert keyword-outside-section']);
  t.end();
});

void t.test('global sections add up', (t) => {
  const { config } = parse('global\n  maxconn 5\nglobal\n  log-tag x\n');
  t.match(config?.global, { maxconn: 5, logTag: 'x' });
  t.end();
});

void t.test('no text is an empty configuration', (t) => {
  t.strictSame(parse('').config?.proxies, []);
  t.strictSame(parse().config?.proxies, []);
  t.end();
});

void t.test('all faults come in one run, and reading stops after fifty', (t) => {
  const lines = Array.from({ length: 60 }, (_, index) => `  wrong${index}\n`).join('');
  const { config, diagnostics } = parse(`global\n${lines}`);
  t.equal(config, null);
  t.equal(diagnostics.filter((one) => one.severity === 'alert').length, 50);
  t.equal(diagnostics.at(-1)?.code, 'too-many-faults');
  t.end();
});

void t.test('a fault stands at its word', (t) => {
  const [fault] = parse('listen l\n\tbind :80 name\n').diagnostics;
  t.match(fault?.place, { file: '0.cfg', line: 2, column: 11, width: 4, text: '\tbind :80 name' });
  t.match(fault, { code: 'missing-argument', hint: 'usage: name NAME' });
  t.end();
});

void t.test('lines under a faulty header are read, and their faults told', (t) => {
  t.strictSame(answers('listen a@b\n  bnd :80\n'), ['alert invalid-name', 'alert unknown-keyword']);
  t.end();
});

void t.test('setenv is seen by the lines below, and the environment by all', (t) => {
  const { config } = parse('global\n  setenv P 81\n  description "$HOME"\nlisten l\n  bind :"$P"\n');
  t.equal(config?.global.description, '/root');
  t.match(config?.proxies[0]?.frontend?.binds[0]?.addresses, [{ port: 81 }]);
  t.end();
});

void t.test('unsetenv and resetenv take variables away', (t) => {
  const unset = 'listen l\n  bind ${A}:80\n';
  t.ok(answers(`global\n  setenv A ::1\n  unsetenv A\n${unset}`).includes('alert unset-variable'));
  t.ok(answers(`global\n  setenv A ::1\n  resetenv HOME\n${unset}`).includes('alert unset-variable'));
  t.notOk(answers(`global\n  setenv A 127.0.0.1\n  resetenv A\n${unset}`).includes('alert unset-variable'));
  t.end();
});

void t.test('presetenv keeps what is set', (t) => {
  t.equal(parse('global\n  presetenv HOME /x\n  description "$HOME"\n').config?.global.description, '/root');
  t.end();
});

void t.test('threads are counted, or as many as there are cores', (t) => {
  t.strictSame(answers('global\n  nbthread 4\n'), []);
  t.strictSame(answers('global\n  nbthread auto\n'), []);
  t.strictSame(answers('global\n  nbthread many\n'), ['alert invalid-number']);
  t.strictSame(answers('global\n  nbthread 1\n'), []);
  t.end();
});

void t.test('Debian’s stock file loads with notices only', (t) => {
  const text = readFileSync(join('test', 'config', 'cases', 'debian-stock.cfg'), 'utf8');
  const { config, diagnostics } = parse(text);
  t.match(config?.global, { user: 'haproxy', group: 'haproxy', daemon: true });
  t.strictSame([...new Set(diagnostics.map((one) => one.severity))], ['notice']);
  t.end();
});

void t.test('metrics may be given several times, also with a comma', (t) => {
  const { config } = parse('global\n  metrics 127.0.0.1:9404,[::1]:9404\n  metrics /run/m.sock\n');
  t.strictSame(
    config?.global.metrics.map((one) => one.kind),
    ['ipv4', 'ipv6', 'unix'],
  );
  t.end();
});

void t.test('json-log logs from level info unless another is named', (t) => {
  t.strictSame(parse('global\n  json-log stdout\n').config?.global.jsonLog, {
    target: 'stdout',
    level: 'info',
  });
  t.ok(answers('global\n  json-log stdout loud\n').includes('alert invalid-value'));
  t.end();
});

void t.test('server-template makes one server per number', (t) => {
  const text = `backend b\n${TIMEOUTS.replace('  timeout client 1s\n', '')}  server-template w 3 h:1 id 5 weight 2\n`;
  const servers = parse(text).config?.proxies[0]?.backend?.servers;
  t.match(servers, [
    { name: 'w1', id: 5, weight: 2 },
    { name: 'w2', id: 6, weight: 2 },
    { name: 'w3', id: 7, weight: 2 },
  ]);
  t.end();
});

void t.test('every balancing algorithm is read', (t) => {
  const read = (words: string): unknown =>
    parse(`backend b\n  balance ${words}\n`).config?.proxies[0]?.backend?.balance;
  for (const algorithm of ['roundrobin', 'static-rr', 'leastconn', 'first', 'source']) {
    t.strictSame(read(algorithm), { algorithm });
  }
  t.strictSame(read('random'), { algorithm: 'random', draws: 2 });
  t.strictSame(read('random(5)'), { algorithm: 'random', draws: 5 });
  t.strictSame(read('hash src_port'), { algorithm: 'hash', expression: 'src_port' });
  t.strictSame(read('fn:mine'), { algorithm: 'fn', name: 'mine' });
  t.strictSame(read('uri'), { algorithm: 'roundrobin' }, 'falls back where HAProxy does');
  t.end();
});

void t.test('a consistent hash without a function is scrambled, with one it is not', (t) => {
  const read = (words: string): unknown =>
    parse(`backend b\n  hash-type ${words}\n`).config?.proxies[0]?.backend?.hashType;
  t.strictSame(read('consistent'), { method: 'consistent', function: 'sdbm', avalanche: true });
  t.strictSame(read('consistent sdbm'), { method: 'consistent', function: 'sdbm', avalanche: false });
  t.strictSame(read('map-based'), { method: 'map-based', function: 'sdbm', avalanche: false });
  t.strictSame(read('map-based crc32 avalanche'), {
    method: 'map-based',
    function: 'crc32',
    avalanche: true,
  });
  t.end();
});

void t.test('option redispatch counts retries', (t) => {
  const read = (lines: string): unknown =>
    parse(`backend b\n${lines}`).config?.proxies[0]?.backend?.redispatchInterval;
  t.equal(read('  option redispatch\n'), -1);
  t.equal(read('  option redispatch 3\n'), 3);
  t.equal(read('  option redispatch 0\n'), 0);
  t.equal(read('  option redispatch\n  no option redispatch\n'), 0);
  t.end();
});

void t.test('a sample of messages is a list of ranges within a size', (t) => {
  const read = (sample: string): unknown =>
    parse(`global\n  log 1.2.3.4 sample ${sample} local0\n`).config?.global.log[0]?.sample;
  t.strictSame(read('3-5,1:10'), {
    ranges: [
      [1, 1],
      [3, 5],
    ],
    size: 10,
  });
  t.equal(read('1-3,2:10'), undefined);
  t.equal(read('11:10'), undefined);
  t.equal(read('0:10'), undefined);
  t.equal(read('x'), undefined);
  t.end();
});

void t.test('the places of things are kept for whoever finds a fault later', (t) => {
  const text = `global
  user nobody
  log 10.0.0.1 local0
  log name.example local1
listen l
  bind :80 user root
  log other.example local0
  server s 10.0.0.1:80 check check-ssl ca-file /x
`;
  const { places } = parseConfig([{ file: 'a.cfg', text }], { environment: {} });
  const at = (...path: (string | number)[]): string => {
    const place = places.at(...path);
    return place === null ? 'nowhere' : `${place.line}:${place.column}`;
  };
  t.equal(at('global', 'user'), '2:8');
  t.equal(at('global', 'log', 0), '3:7');
  t.equal(at('global', 'log', 1), '4:7');
  t.equal(at('proxy', 0), '5:1');
  t.equal(at('proxy', 0, 'bind', 0, 'user'), '6:12');
  t.equal(at('proxy', 0, 'log', 0), '7:7');
  t.equal(at('proxy', 0, 'server', 0, 'ca-file'), '8:40');
  t.equal(at('proxy', 0, 'server', 0, 'sni'), '8:10', 'what was not said stands where its line does');
  t.equal(at('proxy', 7), 'nowhere');
  t.end();
});

void t.test('ssl-server-verify is what checks do that do not say verify', (t) => {
  const text = (global: string): string => `backend b
  default-server check check-ssl
  server a 10.0.0.1:80 ca-file /x
  server b 10.0.0.1:80 verify required ca-file /x
  server c 10.0.0.1:80 verify none
global
  ${global}
`;
  const verify = (global: string): (string | undefined)[] | undefined =>
    parse(text(global)).config?.proxies[0]?.backend?.servers.map((one) => one.check?.sslVerify);
  t.strictSame(verify('ssl-server-verify none'), ['none', 'required', 'none']);
  t.strictSame(verify('ssl-server-verify required'), ['required', 'required', 'none']);
  t.strictSame(verify('quiet'), ['required', 'required', 'none']);
  t.strictSame(answers(text('ssl-server-verify maybe')), ['alert invalid-value', 'warning missing-timeout']);
  t.end();
});

void t.test('what was excused in a disabled section is refused if the section is enabled after all', (t) => {
  const rule = '  tcp-request inspect-delay 5s\n';
  const found = (lines: string): string[] => answers(`listen l\n  bind :80\n${TIMEOUTS}${lines}`);
  t.strictSame(found(`  disabled\n${rule}`), ['notice unsupported-keyword']);
  t.strictSame(found(`  disabled\n${rule}  enabled\n`), [
    'notice unsupported-keyword',
    'alert unsupported-keyword',
  ]);
  t.strictSame(found(`${rule}  disabled\n`), ['alert unsupported-keyword']);
  t.end();
});

void t.test('of two files the one with the first declaration is named', (t) => {
  const faults = (...texts: string[]): string[] =>
    parse(...texts)
      .diagnostics.filter((one) => one.severity === 'alert')
      .map((one) => one.message);
  t.match(faults('backend b\n', 'backend b\n'), [/same name as backend 'b' declared at 0\.cfg:1$/]);
  t.match(faults('backend b\n  id 9\n', '\nbackend c\n  id 9\n'), [
    /id 9 is already used by backend 'b' \(0\.cfg:2\)$/,
  ]);
  t.end();
});
