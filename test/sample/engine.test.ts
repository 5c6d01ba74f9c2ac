/** Conditions, formats and the fetches that need no message. */
import t from 'tap';
import type { SessionRecord } from '../../lib/account/session.ts';
import { SluiceError } from '../../lib/errors.ts';
import type { SampleSource } from '../../lib/sample/sample.ts';
import type { TlsView } from '../../lib/tls/view.ts';
import { engineOver, holds, sourceOf } from './stand-ins.ts';

const ACLS = [
  ['is_ws', 'hdr(Upgrade) -i WebSocket'],
  ['local', 'src 127.0.0.0/8'],
  ['local', 'src ::1'],
] as const;

void t.test('conditions: and, or, not, unless', async (t) => {
  const ws = { request: { headers: ['upgrade', 'websocket'] } };
  const here = sourceOf({ ...ws, sourceAddress: '::1' });
  const away = sourceOf({ ...ws, sourceAddress: '192.0.2.1' });
  const page = sourceOf({ request: {}, sourceAddress: '192.0.2.1' });
  for (const [condition, ...expected] of [
    ['if is_ws', true, true, false],
    ['if is_ws local', true, false, false],
    ['if is_ws !local', false, true, false],
    ['if is_ws ! local', false, true, false],
    ['if local or is_ws', true, true, false],
    ['unless local', false, true, true],
    ['unless local or is_ws', false, false, true],
    ['if !is_ws', false, false, true],
    ['if local || { hdr(x) y } !TRUE', true, false, false],
    ['if LOCALHOST', true, false, false],
    ['if HTTP_1.1', true, true, true],
  ] as const) {
    t.same(
      [here, away, page].map((source) => holds(condition, source, {}, ACLS)),
      expected,
      condition,
    );
  }
  t.ok(engineOver().condition(null, [])(page), 'without words it always holds');
});

void t.test('what is absent passes no test, so its negation holds', async (t) => {
  const source = sourceOf({ request: {} });
  t.notOk(holds('if { hdr(zz) x }', source));
  t.ok(holds('if ! { hdr(zz) x }', source));
  t.ok(holds('unless { hdr(zz) x }', source));
});

// As HAProxy 2.6 decides, with `acl` lines that rules of both sides use.
void t.test(
  'about an answer, cookie means the answer, and what is of the request never passes',
  async (t) => {
    const source = sourceOf({
      request: { target: '/p', headers: ['x', 'req', 'cookie', 'c=req'] },
      response: { headers: ['x', 'res', 'set-cookie', 'c=res; path=/'] },
    });
    const acls = [
      'cookie(c) req',
      'cookie(c) res',
      'hdr(x) req',
      'hdr(x) res',
      'cook(c) req',
      'path /p',
      'method GET',
    ];
    const lines = acls.map((words) => ({ name: 'a', words: words.split(' ') }));
    const passing = (side: 'request' | 'response') =>
      acls.filter((_, at) => engineOver().condition(['if', 'a'], lines.slice(at, at + 1), side)(source));
    t.same(passing('request'), ['cookie(c) req', 'hdr(x) req', 'cook(c) req', 'path /p', 'method GET']);
    t.same(passing('response'), ['cookie(c) res', 'method GET']);
    t.ok(engineOver().condition('if { cookie(c) res } ! { path /p }'.split(' '), [], 'response')(source));
  },
);

void t.test('a condition with a fault throws', async (t) => {
  for (const [condition, acl] of [
    ['if nobody', 'src 127.0.0.1'],
    ['if a', 'nosuch x'],
    ['if a', 'src nowhere'],
  ] as const) {
    const error = t.throws(() => holds(condition, sourceOf(), {}, [['a', acl]]));
    t.ok(error instanceof SluiceError && error.code === 'ERR_CONFIG', condition);
  }
});

function written(format: string, source: SampleSource): string {
  const noRecord = (): SessionRecord => {
    throw new Error('asked for a record without an alias');
  };
  return engineOver().format(format)(source, noRecord);
}

void t.test('formats: texts, values, blanks as they stand', async (t) => {
  const source = sourceOf({ request: { target: '/p?q', headers: ['x', 'a "b" \\]'] } });
  t.equal(written('  a   %[path]  %[hdr(none)]%% ', source), '  a   /p  % ');
  t.equal(written('%[src]:%[src_port]', source), '127.0.0.1:40000');
  t.equal(written('%{+Q}[path]', source), '/p', 'no quotes in rules');
  t.equal(written('%{+X}[int(255)]', source), '255', 'nor hexadecimal digits');
  t.equal(written('%{+E}[hdr(x)]', source), 'a \\"b\\" \\\\\\]');
  t.equal(written('plain', source), 'plain');
  t.equal(written('', source), '');
});

void t.test('formats: no value ends a line', async (t) => {
  const all = Array.from({ length: 256 }, (_, at) => String.fromCharCode(at)).join('');
  const source = sourceOf();
  source.variables.set('txn.x', all);
  const text = written('%[var(txn.x)]', source);
  t.equal(text.slice(0, 26), '%00%01%02%03%04%05%06%07%0'.slice(0, 26));
  t.ok(
    text.includes('%08\t%0A') &&
      text.includes('%1F !"') &&
      text.includes('~%7F\x80') &&
      text.endsWith('\xff'),
  );
});

void t.test('formats: aliases ask for the record', async (t) => {
  let asked = 0;
  const format = engineOver().format('%ci %[src] %b %H');
  const record = () => {
    asked += 1;
    const part: Partial<SessionRecord> = { clientAddress: '192.0.2.1', backendName: 'be' };
    return part as SessionRecord;
  };
  t.equal(format(sourceOf(), record), '192.0.2.1 127.0.0.1 be proxy');
  t.equal(asked, 3, 'once for each');
});

void t.test('constants and what the world knows', async (t) => {
  const engine = engineOver();
  const source = sourceOf({ backendName: 'be', serverName: 's1', listenerName: 'main', listenerId: 3 });
  const expected = {
    always_true: '1',
    always_false: '0',
    'str(a)': 'a',
    'int(-5)': '-5',
    'bool(true)': '1',
    'ipv4(192.0.2.1)': '192.0.2.1',
    'ipv6(2001:DB8::0:1)': '2001:db8::1',
    'bin(616263)': 'abc',
    'env(NODE)': 'one',
    'env(NONE)': null,
    'rand(10)': '5',
    date: '1700000000',
    'date(-5)': '1699999995',
    'date(0,ms)': '1700000000123',
    hostname: 'proxy',
    stopping: '0',
    uptime: '61',
    src: '127.0.0.1',
    src_port: '40000',
    src_is_local: '1',
    dst: '127.0.0.2',
    dst_port: '443',
    so_name: 'main',
    so_id: '3',
    fe_name: 'fe',
    be_name: 'be',
    srv_name: 's1',
    fc_err: '0',
    wait_end: '1',
  };
  for (const [expression, value] of Object.entries(expected))
    t.equal(engine.text(expression)(source), value, expression);
  const unix = sourceOf({ sourceAddress: '', sourcePort: 0 });
  for (const expression of ['src', 'src_port', 'src_is_local', 'be_name', 'srv_name']) {
    t.equal(engine.text(expression)(unix), null, `${expression} of a unix socket`);
  }
});

void t.test('figures, of the proxy named or the own one', async (t) => {
  const engine = engineOver({
    figures: {
      usableServers: (name) => ({ be: 3, none: 0 })[name] ?? null,
      queued: () => 7,
      freeSlots: () => -1,
      backendSessions: (name) => name.length,
      frontendSessions: (name) => name.length,
      serverUp: (proxy, name) => `${proxy}/${name}` === 'be/s1',
      serverSessions: (proxy, name) => proxy.length * 10 + name.length,
    },
  });
  const inside = sourceOf({ backendName: 'be', frontendName: 'front' });
  const expected = {
    nbsrv: 3,
    'nbsrv(be)': 3,
    'nbsrv(none)': 0,
    'nbsrv(nobody)': null,
    avg_queue: 3,
    'avg_queue(none)': 14,
    'avg_queue(nobody)': null,
    connslots: -1,
    be_conn: 2,
    'be_conn(other)': 5,
    fe_conn: 5,
    'fe_conn(x)': 1,
    'srv_is_up(s1)': true,
    'srv_is_up(be/s1)': true,
    'srv_is_up(other/s1)': false,
    'srv_conn(abc)': 23,
    'srv_queue(s1)': null,
  };
  for (const [expression, value] of Object.entries(expected)) {
    t.equal(engine.expression(expression)(inside), value, expression);
  }
  t.equal(engine.expression('nbsrv')(sourceOf()), null, 'before a backend is chosen');
  t.equal(engine.expression('srv_is_up(s1)')(sourceOf()), null);
});

const TLS: TlsView = {
  version: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  sni: 'a.example',
  alpn: 'http/1.1',
  resumed: false,
  clientVerify: 0,
  clientCertificate: {
    subject: '/C=DE/O=x, y/OU=one/OU=two/CN=a/b',
    issuer: '/CN=ca',
    commonName: 'a/b',
    sha1: Uint8Array.of(0xab, 0xcd),
    serial: Uint8Array.of(1, 2),
    notBefore: '260131120000Z',
    notAfter: '270131120000Z',
  },
};

void t.test('TLS of the client', async (t) => {
  const engine = engineOver();
  const expected = {
    ssl_fc: '1',
    ssl_fc_sni: 'a.example',
    ssl_fc_has_sni: '1',
    ssl_fc_alpn: 'http/1.1',
    ssl_fc_protocol: 'TLSv1.3',
    ssl_fc_is_resumed: '0',
    ssl_fc_has_crt: '1',
    ssl_c_used: '1',
    ssl_c_verify: '0',
    ssl_c_s_dn: '/C=DE/O=x, y/OU=one/OU=two/CN=a/b',
    'ssl_c_s_dn(CN)': 'a/b',
    'ssl_c_s_dn(OU)': 'one',
    'ssl_c_s_dn(OU,2)': 'two',
    'ssl_c_s_dn(OU,-1)': 'two',
    'ssl_c_s_dn(L)': null,
    'ssl_c_i_dn(CN)': 'ca',
    'ssl_c_sha1,hex': 'ABCD',
    'ssl_c_serial,hex': '0102',
    ssl_c_notbefore: '260131120000Z',
  };
  for (const [expression, value] of Object.entries(expected)) {
    t.equal(engine.text(expression)(sourceOf({ tls: TLS })), value, expression);
  }
  const plain = sourceOf();
  t.same(
    ['ssl_fc', 'ssl_c_used', 'ssl_fc_sni', 'ssl_c_verify', 'ssl_c_s_dn'].map((one) =>
      engine.expression(one)(plain),
    ),
    [false, false, null, null, null],
    'without TLS',
  );
  const anonymous = sourceOf({ tls: { ...TLS, clientCertificate: null } });
  t.same(
    ['ssl_fc', 'ssl_c_used', 'ssl_c_s_dn'].map((one) => engine.expression(one)(anonymous)),
    [true, false, null],
    'without a certificate',
  );
});

void t.test('bytes of a value are what is hashed', async (t) => {
  const bytes = (expression: string) => engineOver().bytes(expression)(sourceOf());
  t.same([...(bytes('src') ?? [])], [127, 0, 0, 1]);
  t.same([...(bytes('int(258)') ?? [])], [0, 0, 0, 0, 0, 0, 1, 2]);
  t.same(
    [...(bytes('int(-1)') ?? [])],
    Array.from({ length: 8 }, () => 255),
  );
  t.same([...(bytes('str(ab)') ?? [])], [97, 98]);
  t.equal(bytes('path'), null);
});
