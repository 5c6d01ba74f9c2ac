/** Matching methods; what matches what was seen on HAProxy 2.6.12. */
import t from 'tap';
import { parseNetwork } from '../../lib/sample/addresses.ts';
import { engineOver, holds, sourceOf } from './stand-ins.ts';

const URL = sourceOf({ request: { target: '/A/b/c/', headers: ['host', 'w.x.y:80', 'num', '5x'] } });

void t.test('texts', async (t) => {
  const cases: Readonly<Record<string, boolean>> = {
    'path_dir b': true,
    'path_dir b/c': true,
    'path_dir /b/': true,
    'path_dir -i a': true,
    'path_dir /': false,
    'hdr_dom(host) x.y': true,
    'hdr_dom(host) y': true,
    'hdr_dom(host) y:80': true,
    'hdr_dom(host) .y.': true,
    'hdr_dom(host) x.': true,
    'hdr_dom(host) w.y': false,
    'path_sub b/c': true,
    'path_sub B/C': false,
    'path_sub -i B/C': true,
    'path_reg -i ^/a.B': true,
    'path_reg ^/a.b': false,
    'path_reg (?i)^/a.B': true,
    'path_end c/': true,
    'path_end -i C/': true,
    'path_beg /A /x': true,
    'path_beg /a': false,
    'path -m beg -i /a': true,
    'path /A/b/c/': true,
    'path -i /a/B/C/': true,
    'path /A/b/c': false,
    'path -m len 7': true,
    'path_len gt 7': false,
    'path -m str': false,
  };
  for (const [test, expected] of Object.entries(cases)) t.equal(holds(`if { ${test} }`, URL), expected, test);
});

void t.test('a hundred patterns match as one does', async (t) => {
  const many = Array.from({ length: 100 }, (_, at) => `/p${at}/${'x'.repeat(at % 5)}`).join(' ');
  const at = (target: string) => sourceOf({ request: { target } });
  t.ok(holds(`if { path_beg ${many} }`, at('/p7/xx/more')));
  t.notOk(holds(`if { path_beg ${many} }`, at('/q7/xx')));
  t.ok(holds(`if { path_end ${many} }`, at('/more/p99/xxxx')));
  t.notOk(holds(`if { path_end ${many} }`, at('/p99/xxxxx')));
  t.ok(holds(`if { path ${many} }`, at('/p4/xxxx')));
  t.ok(holds(`if { path -i ${many} }`, at('/P4/XXXX')));
});

void t.test('numbers, and what is cast to them', async (t) => {
  const cases: Readonly<Record<string, boolean>> = {
    'hdr(num) -m int 5': true,
    'hdr_val(num) 1:5': true,
    'hdr_val(num) 6:': false,
    'hdr_val(num) :5': true,
    'hdr_val(num) ge 5': true,
    'hdr_val(num) gt 5': false,
    'hdr_val(num) le 5': true,
    'hdr_val(num) lt 5': false,
    'hdr_val(num) lt 5 gt 4': true,
    'dst_port 80 443': true,
    'dst_port 1:1023': true,
    'src_port -m len 5': true,
    'src_port -m str 40000': true,
    'src_port -m beg 4': true,
    'int(5) -m bool': true,
    'int(0) -m bool': false,
    'hdr(num) -m bool': true,
    'hdr(host) -m bool': false,
    'always_true 0': true,
    'method -m bin 474554': true,
    'bin(00ff) -m bin 00FF': true,
    'hdr(none) -m found': false,
  };
  for (const [test, expected] of Object.entries(cases)) t.equal(holds(`if { ${test} }`, URL), expected, test);
});

void t.test('addresses and networks', async (t) => {
  const cases: readonly (readonly [address: string, test: string, expected: boolean])[] = [
    ['127.0.0.1', 'src 127.0.0.0/8', true],
    ['127.0.0.1', 'src ::ffff:127.0.0.0/104', true],
    ['127.0.0.1', 'src 127', false],
    ['127.0.0.1', 'src 127.1', true],
    ['127.0.0.1', 'src 127/8', false],
    ['127.0.0.1', 'src 127.0.0.9/255.255.255.240', true],
    ['127.0.0.1', 'src 127.0.0.9/28 10.0.0.0/8', true],
    ['127.0.0.1', 'src 2001:db8::/32', false],
    ['::ffff:127.0.0.1', 'src 127.0.0.0/8', true],
    ['::127.0.0.1', 'src 127.0.0.0/8', true],
    ['2002:7f00:1::', 'src 127.0.0.0/8', true],
    ['2001:db8::1', 'src 127.0.0.0/8', false],
    ['2001:db8::1', 'src 2001:db8::/32', true],
    ['2001:db9::1', 'src 2001:db8::/32', false],
    ['2001:db8::1', 'src 2001:DB8:0::1', true],
    ['', 'src 0.0.0.0/0 ::/0', false],
    ['1.2.3.4', 'src 0.0.0.0/0', true],
    ['1.2.3.4', 'src -m str 1.2.3.4', true],
    ['1.2.3.4', 'src -m beg 1.2.', true],
  ];
  for (const [sourceAddress, test, expected] of cases) {
    t.equal(holds(`if { ${test} }`, sourceOf({ sourceAddress })), expected, `${sourceAddress}: ${test}`);
  }
  t.ok(holds('if { hdr(x) -m ip 1.2.3.0/24 }', sourceOf({ request: { headers: ['x', '1.2.3.4'] } })));
  t.notOk(holds('if { hdr(x) -m ip 1.2.3.0/24 }', sourceOf({ request: { headers: ['x', '1.2.3'] } })));
});

void t.test('what is no network', async (t) => {
  for (const text of [
    '',
    'a',
    '1.2.3.4/33',
    '::/129',
    '1.2.3.4.5',
    '256.1',
    '1.256.1',
    '1.2.3.4/',
    '/8',
    '::1/255.0.0.0',
  ]) {
    t.equal(parseNetwork(text), null, text);
  }
});

void t.test('a file of 100,000 networks is looked through without going through it', async (t) => {
  const lines = Array.from(
    { length: 100_000 },
    (_, at) => `10.${at >>> 12}.${(at >>> 4) & 255}.${(at & 15) << 4}/28`,
  );
  const src = engineOver({ files: { nets: lines.join('\n') } }).condition(
    ['if', '{', 'src', '-f', 'nets', '}'],
    [],
  );
  const inside = sourceOf({ sourceAddress: '10.7.9.200' });
  const outside = sourceOf({ sourceAddress: '11.7.9.200' });
  let found = 0;
  for (let round = 0; round < 20_000; round += 1) found += (src(inside) ? 1 : 0) + (src(outside) ? 1 : 0);
  t.equal(found, 20_000, 'would take minutes line by line');
});
