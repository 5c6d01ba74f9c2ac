/** Maps and files of patterns: what HAProxy 2.6.12 reads out of them. */
import t from 'tap';
import { SluiceError } from '../../lib/errors.ts';
import { engineOver, holds, sourceOf, type WorldText } from './stand-ins.ts';

const MAP =
  '# comment\n\n  a::b:c   v w  \nab  first\nabc second\nsp   two words \t\nnov\nexample dd\n.com  C\r\n';

const FILES: WorldText = {
  files: {
    'm.map': MAP,
    'ip.map': '10.0.0.0/8 wide\n10.1.0.0/16 narrow\n2001:db8::/32 six\n',
    'regex.map': '^(x)(y) \\2-\\1!\n',
    'int.map': '1:5 low\n6:9 high\n',
    'number.map': 'a 7\nb -2\n',
    'address.map': 'a 192.0.2.1\n',
    'pat.txt': '  a b  \n\tc\t\n #x\n#y\nd#e\n\nplain\r\n',
    'nets.txt': '# allowed\n10.0.0.0/8\n192.0.2.7\n',
    'bad.txt': '10.0.0.0/8\n\nnowhere\n',
    'bad.map': 'a 1\nb x\n',
  },
};

function value(expression: string): string | null {
  return engineOver(FILES).text(expression)(sourceOf());
}

void t.test('a map looks its first column up', async (t) => {
  const expected = {
    'str(a::b:c),map_str(m.map)': 'v w',
    'str(abc),map_beg(m.map)': 'second',
    'str(abx),map_beg(m.map)': 'first',
    'str(sp),map(m.map)': 'two words',
    'str(nov),map(m.map)': '',
    'str(none),map(m.map)': null,
    'str(none),map(m.map,d)': 'd',
    'str(#),map(m.map)': null,
    'str(www.example.com),map_dom(m.map)': 'dd',
    'str(x.com),map_end(m.map,d)': 'C',
    'str(xyz12),map_reg(regex.map)': '\\2-\\1!',
    'str(xyz12),map_regm(regex.map)': 'y-x!',
    'str(12),map_regm(regex.map,no)': 'no',
    'int(7),map_int(int.map)': 'high',
    'int(10),map_int(int.map)': null,
    'str(10.1.2.3),map_ip(ip.map)': 'narrow',
    'str(10.2.2.3),map_ip(ip.map)': 'wide',
    'str(2001:db8::1),map_ip(ip.map)': 'six',
    'str(::ffff:10.1.2.3),map_ip(ip.map)': 'narrow',
    'str(b),map_str_int(number.map),add(1)': '-1',
    'str(a),map_str_ip(address.map)': '192.0.2.1',
  };
  for (const [expression, text] of Object.entries(expected)) t.equal(value(expression), text, expression);
});

void t.test('a file of patterns has one a line; blanks at the end belong to it', async (t) => {
  const matches = (n: string) =>
    holds('if { hdr(n) -f pat.txt }', sourceOf({ request: { headers: ['n', n] } }), FILES);
  for (const [n, expected] of [
    ['a b', false],
    ['c', false],
    ['d#e', true],
    ['plain', true],
    ['#x', false],
    ['', false],
  ] as const) {
    t.equal(matches(n), expected, n);
  }
});

void t.test('patterns of files and of the line are one set', async (t) => {
  for (const [sourceAddress, expected] of [
    ['10.9.9.9', true],
    ['192.0.2.7', true],
    ['192.0.2.8', false],
    ['198.51.100.1', true],
  ] as const) {
    t.equal(
      holds('if { src -f nets.txt 198.51.100.1 }', sourceOf({ sourceAddress }), FILES),
      expected,
      sourceAddress,
    );
  }
});

void t.test('a fault names file and line', async (t) => {
  for (const [text, message] of [
    ['{ src -f bad.txt }', 'file bad.txt, line 3'],
    ['{ str(a),map_str_int(bad.map) 1 }', 'file bad.map, line 2'],
    ['{ src -f none.txt }', 'cannot read none.txt: ENOENT'],
    ['{ str(a),map(none.map) 1 }', 'cannot read none.map: ENOENT'],
  ] as const) {
    const error = t.throws(() => holds(`if ${text}`, sourceOf(), FILES));
    t.ok(
      error instanceof SluiceError && error.code === 'ERR_CONFIG' && error.message.includes(message),
      message,
    );
  }
});
