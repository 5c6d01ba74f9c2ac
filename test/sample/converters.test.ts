/** Converters; what they make of their values was seen on HAProxy 2.6.12. */
import t from 'tap';
import { SluiceError } from '../../lib/errors.ts';
import { engineOver, sourceOf } from './stand-ins.ts';

const engine = engineOver();

/** The expression's value as text, `n` being a header; null: there is none. */
function text(expression: string, n: string): string | null {
  return engine.text(expression)(sourceOf({ request: { headers: ['n', n] } }));
}

void t.test('numbers', async (t) => {
  const columns = [
    'hdr(n),add(1)',
    'hdr(n),div(2)',
    'hdr(n),mod(3)',
    'hdr(n),neg',
    'hdr(n),odd',
    'hdr(n),cpl',
  ];
  const more = ['hdr(n),and(6)', 'hdr(n),not', 'hdr(n),bool', 'hdr(n),bool,iif(y,n)', 'hdr(n),hex'];
  const rows: Readonly<Record<string, readonly string[]>> = {
    '5': ['6', '2', '2', '-5', '1', '-6', '4', '0', '1', 'y', '35'],
    '5x': ['6', '2', '2', '-5', '1', '-6', '4', '0', '1', 'y', '3578'],
    '1.2.3.4': ['2', '0', '1', '-1', '1', '-2', '0', '0', '1', 'y', '312E322E332E34'],
    '12': ['13', '6', '0', '-12', '0', '-13', '4', '0', '1', 'y', '3132'],
    '-7': ['-6', '-3', '-1', '7', '1', '6', '0', '0', '1', 'y', '2D37'],
    '0': ['1', '0', '0', '0', '0', '-1', '0', '1', '0', 'n', '30'],
    true: ['1', '0', '0', '0', '0', '-1', '0', '1', '0', 'n', '74727565'],
  };
  for (const [n, values] of Object.entries(rows)) {
    t.same(
      [...columns, ...more].map((expression) => text(expression, n)),
      values,
      n,
    );
  }
  t.equal(text('int(5),xor(3)', ''), '6');
  t.equal(text('int(5),or(3)', ''), '7');
  t.equal(text('int(5),mod(0)', ''), '0');
  t.equal(text('int(5),div(0)', ''), String(Number.MAX_SAFE_INTEGER), "HAProxy's is 2^63 - 1");
  t.equal(
    text(`int(${Number.MAX_SAFE_INTEGER}),add(1)`, ''),
    String(Number.MAX_SAFE_INTEGER),
    'stops at the limit',
  );
  t.equal(text('hdr(n),add(1)', ''), null, 'an empty text is no number');
});

void t.test('parts of texts', async (t) => {
  const expected = {
    'word(1,:)': 'a',
    'word(2,:)': 'b',
    'word(-1,:)': 'c',
    'word(2,:,2)': 'b:c',
    'word(2,:,0)': 'b:c',
    'word(4,:)': null,
    'field(1,:)': 'a',
    'field(2,:)': '',
    'field(3,:)': 'b',
    'field(9,:)': null,
    'field(-1,:)': 'c',
    'field(-9,:)': null,
    'field(2,:,0)': ':b:c',
    'field(-1,:,2)': 'b:c',
    'bytes(1,2)': '::',
    'bytes(9)': null,
    length: '6',
    'regsub(:,-)': 'a-:b:c',
    'regsub(:,-,g)': 'a--b-c',
    'ltrim(a)': '::b:c',
    'rtrim(c)': 'a::b:',
    upper: 'A::B:C',
  };
  for (const [converter, value] of Object.entries(expected)) {
    t.equal(text(`hdr(n),${converter}`, 'a::b:c'), value, converter);
  }
  t.equal(text('str(foobar),regsub([ao],<\\0>,g)', ''), 'f<o><o>b<a>r');
});

void t.test('encodings and hashes', async (t) => {
  const expected = {
    base64: 'YTo6Yjpj',
    crc32: '3157013611',
    'crc32(1)': '3711699761',
    sdbm: '2238031978',
    djb2: '3999165881',
    wt6: '2849616001',
  };
  for (const [converter, value] of Object.entries(expected)) {
    t.equal(text(`hdr(n),${converter}`, 'a::b:c'), value, converter);
  }
  t.equal(text('hdr(n),url_dec', 'a+b?c+d%20'), 'a+b?c d ');
  t.equal(text('hdr(n),url_dec(1)', 'a+b'), 'a b');
  t.equal(text('hdr(n),url_dec', 'a%zz'), null);
  t.equal(text('hdr(n),url_dec', 'a%4'), null);
  t.equal(text('hdr(n),url_enc', 'a b/c?d=e&f~_.-:'), 'a%20b%2Fc%3Fd%3De%26f~_.-%3A');
  t.equal(text('hdr(n),b64dec', 'YWJj'), 'abc');
  t.equal(text('hdr(n),b64dec', 'YW!'), null);
  t.same(
    ['c', 'ff', 'd#e'].map((n) => text('hdr(n),hex2i', n)),
    ['12', '255', null],
  );
});

void t.test('addresses', async (t) => {
  t.equal(text('hdr_ip(n),ipmask(24,32)', '2001:db8:1:0:0::7:8'), '2001:db8::');
  t.equal(text('hdr_ip(n)', '2001:db8:1:0:0::7:8'), '2001:db8:1::7:8');
  t.equal(text('hdr_ip(n),ipmask(255.255.0.0)', '10.20.30.40'), '10.20.0.0');
  t.equal(text('hdr_ip(n),ipmask(24)', '2001:db8::1'), null, 'no mask for IPv6');
  const hosts = ['1.2.3.4:80', '[2001:db8::1]:80', '2001:db8::1', '[::1]', 'h:99', 'zz'];
  t.same(
    hosts.map((n) => [text('hdr(n),host_only', n), text('hdr(n),port_only', n)]),
    [
      ['1.2.3.4', '80'],
      ['[2001:db8::1]', '80'],
      ['2001:db8:', '1'],
      ['[::1]', '0'],
      ['h', '99'],
      ['zz', '0'],
    ],
  );
});

void t.test('times', async (t) => {
  t.equal(text('int(0),http_date', ''), 'Thu, 01 Jan 1970 00:00:00 GMT');
  t.equal(text('int(1500),http_date(500,ms)', ''), 'Thu, 01 Jan 1970 00:00:02 GMT');
  t.equal(text('int(86399),utime(%a %d %b %Y %H:%M:%S %j)', ''), 'Thu 01 Jan 1970 23:59:59 001');
  t.equal(text('int(86399),utime(%F %T %z %% %q)', ''), '1970-01-01 23:59:59 +0000 % %q');
  t.equal(text('int(0),utime(%s)', ''), '0');
  t.match(text('int(0),ltime(%Y-%m-%d)', ''), /^(1970-01-01|1969-12-31)$/);
});

void t.test('variables', async (t) => {
  const source = sourceOf({ request: { headers: ['n', 'a::b:c'] } });
  source.variables.set('txn.b', '1');
  source.variables.set('txn.k', 5);
  const value = (expression: string) => engine.text(expression)(source);
  t.equal(value('hdr(n),concat(<,txn.b,>)'), 'a::b:c<1>');
  t.equal(value('hdr(n),concat(<,txn.none,>)'), 'a::b:c<>');
  t.equal(value('hdr(n),strcmp(txn.b)'), '48');
  t.equal(value('hdr(n),strcmp(txn.none)'), null);
  t.equal(value('var(txn.k),add(txn.k)'), '10');
  t.equal(value('var(txn.k),add(txn.none)'), null);
  t.equal(value('var(txn.none)'), null);
  t.equal(value('var(txn.none,x)'), 'x');
});

void t.test('a chain ends where there is no value', async (t) => {
  t.equal(text('hdr(none),lower,length', 'x'), null);
  t.equal(text('hdr(n),field(3,:),length', 'a:b'), null);
});

void t.test('a text with a fault throws', async (t) => {
  for (const expression of ['path,nosuch', 'nosuch', 'req.hdr(', 'hdr(x),regsub([,x)']) {
    const error = t.throws(() => engine.expression(expression));
    t.ok(error instanceof SluiceError && error.code === 'ERR_CONFIG', expression);
  }
});
