/** Sample expressions: text -> fetch, arguments, converters, types; the first fault with its place. */
import fc from 'fast-check';
import t from 'tap';
import { ABSENT_CONVERTERS, ABSENT_FETCHES } from '../../lib/config/absent-samples.ts';
import { castable, CONVERTER_BY_NAME, CONVERTERS } from '../../lib/config/converter-table.ts';
import { parseExpression, readExpression } from '../../lib/config/expression.ts';
import { ACL_VARIANTS, FETCH_BY_WORD, FETCHES } from '../../lib/config/fetch-table.ts';
import type { ArgumentShape } from '../../lib/config/sample-arguments.ts';

const EXAMPLES: Readonly<Partial<Record<ArgumentShape['kind'], string>>> = {
  integer: '1',
  bool: '1',
  ipv4: '10.0.0.1',
  ipv6: '::1',
  mask4: '8',
  variable: 'txn.a',
  operand: '1',
};

/** Examples of the arguments that must be there. */
function argumentsOf(shapes: readonly ArgumentShape[]): string {
  const needed = shapes.filter((one) => one.otherwise === undefined);
  return needed.length === 0 ? '' : `(${needed.map(({ kind }) => EXAMPLES[kind] ?? 'a').join(',')})`;
}

void t.test('a fetch with arguments and converters is read', (t) => {
  t.strictSame(parseExpression('req.hdr(host),field(1,:),lower'), {
    ok: true,
    value: {
      fetch: 'req.hdr',
      args: ['host', 0],
      converters: [
        { name: 'field', args: [1, ':', 1] },
        { name: 'lower', args: [] },
      ],
      type: 'str',
      stage: 'request',
    },
  });
  t.end();
});

void t.test('aliases stand for the fetch itself', (t) => {
  const aliases = [
    ['hdr(a)', 'req.hdr'],
    ['cook(a)', 'req.cook'],
    ['cookie(a)', 'req.cook'],
    ['shdr(a)', 'res.hdr'],
    ['scook(a)', 'res.cook'],
    ['hdr_cnt(a)', 'req.hdr_cnt'],
    ['req_ver', 'req.ver'],
    ['resp_ver', 'res.ver'],
    ['urlp(a)', 'url_param'],
    ['req_len', 'req.len'],
  ] as const;
  for (const [text, fetch] of aliases) t.match(parseExpression(text), { ok: true, value: { fetch } }, text);
  t.end();
});

void t.test('in rules about the answer, hdr and cookie mean the answer', (t) => {
  t.match(parseExpression('hdr(a)', 'response'), { value: { fetch: 'res.hdr', stage: 'response' } });
  t.match(parseExpression('cookie(a)', 'response'), { value: { fetch: 'res.cook', stage: 'response' } });
  t.match(parseExpression('req.hdr(a)', 'response'), { value: { fetch: 'req.hdr', stage: 'request' } });
  t.match(parseExpression('cook(a)', 'response'), { value: { fetch: 'req.cook' } });
  t.end();
});

void t.test('absent arguments stand at their default, or the list ends', (t) => {
  const lists = [
    ['hdr', ['', 0]],
    ['hdr()', ['', 0]],
    ['hdr(a,-1)', ['a', -1]],
    ['nbsrv', ['']],
    ['rand', [2 ** 32]],
    ['rand(10)', [10]],
    ['date', [0, 's']],
    ['date(-5,ms)', [-5, 'ms']],
    ['url_param(a)', ['a', '?']],
    ['var(txn.a)', ['txn.a']],
    ['var(txn.a,b)', ['txn.a', 'b']],
    ['bool(TRUE)', [1]],
    ['str()', ['']],
    ['str("a,b) ")', ['a,b) ']],
    [String.raw`str(a\,b\))`, ['a,b)']],
    ['srv_is_up(be/s1)', ['be/s1']],
    ['hdr( host )', [' host ', 0]],
  ] as const;
  for (const [text, args] of lists) {
    const read = parseExpression(text);
    t.strictSame(read.ok ? read.value.args : read.problem, args, text);
  }
  t.end();
});

void t.test('arguments of converters are typed', (t) => {
  const lists = [
    ['int(1),add(-2)', [-2]],
    ['int(1),add(txn.x)', ['txn.x']],
    ['src,ipmask(24)', [24]],
    ['src,ipmask(255.0.0.0,64)', ['255.0.0.0', 64]],
    ['path,regsub("(a|b)",c,g)', ['(a|b)', 'c', 'g']],
    ['path,concat(a,txn.b)', ['a', 'txn.b', '']],
    ['path,concat(a,,b)', ['a', '', 'b']],
    ['path,map(/a.map)', ['/a.map']],
    ['path,map_str_int(/a.map,5)', ['/a.map', 5]],
    ['bin(41),bytes(1)', [1]],
    ['path,url_enc', ['query']],
    ['date,utime(%H:%M)', ['%H:%M', 0]],
  ] as const;
  for (const [text, args] of lists) {
    const read = parseExpression(text);
    t.strictSame(read.ok ? read.value.converters.at(-1)?.args : read.problem, args, text);
  }
  t.end();
});

void t.test('commas too many say nothing, as in HAProxy', (t) => {
  t.match(parseExpression('src,,lower,'), { ok: true, value: { converters: [{ name: 'lower' }] } });
  t.strictSame(parseExpression('src,'), parseExpression('src'));
  t.end();
});

// Taken from `haproxy -c` 2.6.12 by trying each pair.
void t.test('types follow each other as in HAProxy', (t) => {
  const sources = ['bool(1)', 'int(1)', 'src', 'str(a)', 'bin(41)', 'var(txn.a)'];
  const refused = {
    even: ['bin(41)'],
    'add(1)': ['bin(41)'],
    'ipmask(8)': ['bool(1)', 'bin(41)'],
    lower: [],
    hex: [],
    'map_ip(/dev/null)': ['bool(1)', 'bin(41)'],
    'iif(a,b)': ['src', 'bin(41)'],
  };
  for (const [converter, sourcesRefused] of Object.entries(refused)) {
    const faults = sources.filter((source) => !parseExpression(`${source},${converter}`).ok);
    t.strictSame(faults, sourcesRefused, converter);
  }
  t.match(parseExpression('src,iif(a,b)'), {
    offset: 4,
    problem: /'iif' cannot be applied to a value of type ip/,
  });
  t.end();
});

void t.test('the first fault is told with its place and a way out', (t) => {
  const faults: readonly (readonly [text: string, offset: number, problem: RegExp, hint?: RegExp])[] = [
    ['', 0, /missing fetch method/],
    ['hdrr(a)', 0, /unknown fetch method 'hdrr'/, /'hdr'/],
    ['SRC', 0, /unknown fetch method 'SRC'/, /'src'/],
    ['src,lowr', 4, /unknown converter 'lowr'/, /'lower'/],
    ['path_beg', 0, /only stand in an ACL/, /'path\(\.\.\.\)' and '-m beg'/],
    ['lower', 0, /is a converter/, /'src,lower'/],
    ['req.ssl_sni', 0, /'req.ssl_sni' is not supported in this version/],
    ['src,sha1', 4, /'sha1' is not supported in this version/],
    ['src lower', 3, /unexpected ' lower'/, /comma/],
    ['src, lower', 4, /followed by no converter/],
    ['hdr(a', 3, /expected '\)'/],
    ['hdr("a', 3, /unmatched quote/],
    ['hdr(a)b', 6, /unexpected 'b'/],
    ['hdr(a,b)', 0, /'b' is not a whole number/],
    ['hdr(a,-20)', 0, /-20/],
    ['hdr(a,1,2)', 0, /at most 2 argument/, /\(\[name\[,occurrence\]\]\)/],
    ['src(1)', 0, /takes no arguments/],
    ['int()', 0, /needs an argument 'number'/],
    ['date(0,x)', 0, /'x' is no unit/, /s, ms, us/],
    ['bool(yes)', 0, /none of true, false/],
    ['ipv4(1.2)', 0, /not an IPv4 address/],
    ['ipv6(1.2.3.4)', 0, /not an IPv6 address/],
    ['bin(4)', 0, /odd number/],
    ['bin(0x)', 0, /no hexadecimal digit: 'x'/],
    ['var(a)', 0, /not the name of a variable/, /scope/],
    ['var(txn.a-b)', 0, /not the name of a variable/],
    ['var(foo.a)', 0, /not the name of a variable/],
    ['src,add(x)', 4, /not a whole number or the name of a variable/],
    ['src,ipmask(33)', 4, /33/, /at most 32/],
    ['src,ipmask(8,129)', 4, /129/, /at most 128/],
    ['src,field(0,.)', 4, /'index' cannot be 0/],
    ['src,field(1,"")', 4, /'separators' is empty/],
    ['src,field(1)', 4, /needs an argument 'separators'/],
    ['src,regsub("(",b)', 4, /regex '\(' is invalid/],
    ['src,regsub(a,b,x)', 4, /'x' is no flags/],
    ['src,map()', 4, /needs an argument 'file'|file is empty/],
    ['src,map_str_ip(/a,x)', 4, /not an IP address/],
    ['srv_is_up', 0, /needs an argument '\[backend\/\]server'/],
  ];
  for (const [text, offset, problem, hint] of faults) {
    const read = parseExpression(text);
    t.match(read, { ok: false, code: 'invalid-expression', offset, problem }, text);
    if (hint !== undefined && !read.ok) t.match(read.hint, hint, text);
  }
  t.end();
});

void t.test('an expression inside a text ends where its language ends', (t) => {
  t.match(readExpression('%[src,lower] x', 2, 'request'), {
    value: { end: 11, expression: { fetch: 'src' } },
  });
  t.match(readExpression('%[hdr("]")]', 2, 'request'), {
    value: { end: 10, expression: { args: [']', 0] } },
  });
  t.end();
});

void t.test('the tables hold every word once, and no word that is absent', (t) => {
  const words = FETCHES.flatMap((row) => [row.name, ...row.aliases]);
  t.equal(new Set(words).size, words.length);
  t.equal(CONVERTER_BY_NAME.size, CONVERTERS.length);
  for (const word of words) t.notOk(ABSENT_FETCHES.has(word) || ACL_VARIANTS.has(word), word);
  for (const { name } of CONVERTERS) t.notOk(ABSENT_CONVERTERS.has(name), name);
  for (const { word } of ACL_VARIANTS.values()) t.ok(FETCH_BY_WORD.has(word), word);
  for (const word of ABSENT_FETCHES) t.notOk(parseExpression(word).ok, word);
  t.end();
});

void t.test('optional arguments follow the needed ones', (t) => {
  for (const { name, args } of [...FETCHES, ...CONVERTERS]) {
    const optional = args.map((one) => one.otherwise !== undefined);
    t.strictSame(
      optional,
      optional.toSorted((one, other) => Number(one) - Number(other)),
      name,
    );
  }
  t.end();
});

void t.test('whatever the tables allow is read, with the type they say', (t) => {
  const chain = fc.record({
    fetch: fc.constantFrom(...FETCHES),
    converters: fc.array(fc.constantFrom(...CONVERTERS), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(chain, ({ fetch, converters }) => {
      const text = [fetch, ...converters].map((row) => row.name + argumentsOf(row.args)).join(',');
      const read = parseExpression(text);
      const froms = [fetch.type, ...converters.map((one) => one.to)];
      const fits = converters.every((one, index) => castable(froms[index] ?? 'any', one.from));
      if (!read.ok) return !fits && /cannot be applied/.test(read.problem);
      return fits && read.value.fetch === fetch.name && read.value.type === froms.at(-1);
    }),
    { numRuns: 1000, interruptAfterTimeLimit: 2000 },
  );
  t.end();
});

void t.test('any text is read or has a fault within it', (t) => {
  const words = fc.constantFrom(
    'src',
    'hdr',
    'lower',
    'field',
    '(',
    ')',
    ',',
    '1',
    '"',
    "'",
    '\\',
    ' ',
    ']',
    'regsub',
  );
  const text = fc.array(fc.oneof(words, fc.string({ maxLength: 4, unit: 'binary' })), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const joined = parts.join('');
      const read = parseExpression(joined);
      return read.ok || (read.offset >= 0 && read.offset <= joined.length && read.problem !== '');
    }),
    { numRuns: 2000, interruptAfterTimeLimit: 2000 },
  );
  t.end();
});
