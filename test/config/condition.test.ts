/** ACLs and conditions: words -> tests and terms; the first fault with the word it is in. */
import fc from 'fast-check';
import t from 'tap';
import { neverMatches, parseAcl, parseAclName, parseCondition } from '../../lib/config/condition.ts';
import type { AclTest } from '../../lib/config/condition.ts';
import { PREDEFINED_ACLS } from '../../lib/config/known-acls.ts';

function words(text: string): readonly string[] {
  return text.split(' ').filter((one) => one !== '');
}

/** The test that a correct line stands for. */
function acl(text: string): AclTest {
  const read = parseAcl(words(text));
  if (!read.ok) throw new Error(`${text}: ${read.problem}`);
  return read.value;
}

const ACLS = new Map([
  ['is_ws', [acl('hdr(Upgrade) -i WebSocket')]],
  ['local', [acl('src 127.0.0.0/8'), acl('src ::1')]],
]);

/** `a !b | c`: terms by the fetch of their first test. */
function shape(text: string): string {
  const read = parseCondition(words(text), ACLS);
  if (!read.ok) return `${read.word}: ${read.problem}`;
  const alternatives = read.value.alternatives.map((terms) =>
    terms.map((term) => (term.negated ? '!' : '') + (term.tests[0]?.expression.fetch ?? '')).join(' '),
  );
  return (read.value.unless ? 'unless ' : '') + alternatives.join(' | ');
}

void t.test('an acl line is an expression, flags and patterns', (t) => {
  t.strictSame(acl('hdr_beg(host) -i ws. api.'), {
    expression: { fetch: 'req.hdr', args: ['host', 0], converters: [], type: 'str', stage: 'request' },
    match: 'beg',
    ignoreCase: true,
    patterns: ['ws.', 'api.'],
    files: [],
    exactFileCount: 0,
    filesAreMaps: false,
    operator: 'eq',
  });
  t.end();
});

void t.test('the method comes from -m, else from the name, else from the type', (t) => {
  const methods = [
    ['src 10.0.0.0/8', 'ip'],
    ['dst_port 80', 'int'],
    ['ssl_fc', 'bool'],
    ['path /', 'str'],
    ['path_beg /', 'beg'],
    ['url_dom a', 'dom'],
    ['urlp_reg(a) b', 'reg'],
    ['scook_sub(a) b', 'sub'],
    ['path_len gt 5', 'len'],
    ['ssl_fc_sni_end .example', 'end'],
    ['hdr_beg(host) -m dom a', 'dom'],
    ['hdr(a) -m found', 'found'],
    // A converter takes the method of the name away.
    ['hdr_beg(host),lower a', 'str'],
    ['hdr_beg(host),length 5', 'int'],
  ] as const;
  for (const [text, match] of methods) t.equal(acl(text).match, match, text);
  t.end();
});

void t.test('flags end at the first word that is none, or at --', (t) => {
  t.match(acl('path a -i'), { ignoreCase: false, patterns: ['a', '-i'] });
  t.match(acl('path -i -- -i'), { ignoreCase: true, patterns: ['-i'] });
  t.match(acl('dst_port -- -1'), { patterns: ['-1'] });
  t.match(acl('hdr_val(a) lt -1'), { operator: 'lt', patterns: ['-1'] });
  t.match(acl('path -n -u 5 a'), { patterns: ['a'] });
  t.match(acl('path -M -f a.map'), { files: ['a.map'], filesAreMaps: true });
  t.end();
});

void t.test('-i holds for what follows it', (t) => {
  t.match(acl('path -f exact.lst -i -f any.lst test'), {
    files: ['exact.lst', 'any.lst'],
    exactFileCount: 1,
    ignoreCase: true,
  });
  t.match(acl('path -i -f a.lst -i -f b.lst'), { exactFileCount: 0, ignoreCase: true });
  t.end();
});

void t.test('one operator stays, several and ranges behind one become ranges', (t) => {
  const rows = [
    ['dst_port 80 443', 'eq', ['80', '443']],
    ['dst_port gt 1023', 'gt', ['1023']],
    ['dst_port 1:5 :9 7:', 'eq', ['1:5', ':9', '7:']],
    ['dst_port eq', 'eq', []],
    // As `haproxy` 2.6.12 matched 2, 4, 0, 11 and 15.
    ['dst_port ge 10 lt 3 4:5', 'eq', ['10:', ':2', '4:4']],
    ['dst_port gt 10:20', 'eq', ['11:20']],
    ['dst_port le 10:20', 'eq', ['10:20']],
    ['dst_port 3 gt 4 le 1', 'eq', ['3', '5:', ':1']],
    ['path -m len gt 3', 'gt', ['3']],
  ] as const;
  for (const [text, operator, patterns] of rows) t.match(acl(text), { operator, patterns }, text);
  t.end();
});

void t.test('addresses may be networks and short forms, not names', (t) => {
  const list = '10/8 127.1 10.1.2.3/255.255.0.0 192.168.1/24 ::1 ::1/64 ::ffff:1.2.3.4';
  t.equal(acl(`src ${list}`).patterns.length, 7);
  for (const wrong of ['300.1.1.1', '1.1.1.1/33', '::1/129', '1.1.1.1/', '1.2.3.4.5', 'a/b/c']) {
    t.match(parseAcl(['src', wrong]), { word: 1, problem: /not a valid IPv4 or IPv6/ }, wrong);
  }
  t.match(parseAcl(['src', '::1', 'localhost']), { word: 2, hint: /names are not resolved/ });
  t.end();
});

void t.test('the first fault of an acl is told with its word', (t) => {
  const faults: readonly (readonly [text: string, word: number, problem: RegExp, hint?: RegExp])[] = [
    ['', 0, /missing fetch method/],
    ['foo(a) b', 0, /unknown fetch method 'foo'/],
    ['req.hdr_beg(a) b', 0, /unknown fetch method 'req.hdr_beg'/],
    ['TRUE', 0, /unknown fetch method 'TRUE'/],
    ['hdr(a)lower b', 0, /unexpected 'lower'/],
    ['hdr(a) -z b', 1, /'-z' is not a valid ACL option/, /'--'/],
    ['dst_port -1', 1, /not a valid ACL option/],
    ['hdr(a) -m', 2, /unknown matching method ''/],
    ['hdr(a) -i -m foo b', 3, /unknown matching method 'foo'/, /found bool int/],
    ['hdr(a) -f', 2, /needs the name of a file/],
    ['hdr(a) -u x b', 2, /must be an integer/],
    ['hdr(a) -f a.lst -m str b', 3, /'-m' must stand before/],
    ['bool(1) -m ip 1.1.1.1', 2, /'ip' cannot be used with fetch 'bool'/],
    ['bin(11) -m int 1', 2, /'int' cannot be used/],
    ['bin(11) 11', 1, /matching method must be specified first/],
    ['var(txn.a) -f a -m str b', 1, /matching method must be specified first/],
    ['hdr(a) -m reg a (b', 4, /regex '\(b' is invalid/],
    ['hdr(a) -m bin 4', 3, /odd number/],
    ['hdr(a) -m bin zz', 3, /no hexadecimal digit: 'z'/],
    ['dst_port 80 abc', 2, /'abc' is not a number/],
    ['dst_port gt x', 2, /'x' is not a number/],
    ['dst_port :', 1, /':' is not a number/],
    ['dst_port 1.5', 1, /not a number/],
    ['dst_port 20:10', 1, /not a valid number range/],
    ['hdr_beg(a),length b', 1, /'b' is not a number/],
  ];
  for (const [text, word, problem, hint] of faults) {
    const read = parseAcl(words(text));
    t.match(read, { ok: false, code: 'invalid-acl', word, problem }, text);
    if (hint !== undefined && !read.ok) t.match(read.hint, hint, text);
  }
  t.end();
});

void t.test('a test without patterns never matches, unless it needs none', (t) => {
  const never = (text: string): boolean => neverMatches(acl(text), words(text));
  t.equal(never('hdr(host)'), true);
  t.equal(never('dst_port eq'), true);
  for (const text of ['hdr(host) -m found', 'hdr(host) --', 'ssl_fc', 'hdr(host) a', 'path -f a.lst']) {
    t.equal(never(text), false, text);
  }
  t.end();
});

void t.test('names of acls', (t) => {
  for (const name of ['is_ws', '1.x:y-_', 'METH_GET']) t.match(parseAclName(name), { ok: true, value: name });
  for (const name of ['or', 'OR', '||', 'a b', 'x+y', 'é', '', '{'])
    t.equal(parseAclName(name).ok, false, name);
  t.end();
});

void t.test('a condition is alternatives of terms', (t) => {
  const shapes = [
    ['if is_ws', 'req.hdr'],
    ['if is_ws !local', 'req.hdr !src'],
    ['if is_ws ! local', 'req.hdr !src'],
    ['if is_ws or local { path /a }', 'req.hdr | src path'],
    ['unless is_ws || local', 'unless req.hdr | src'],
    ['if !{ path /a } or ! { method GET }', '!path | !method'],
    ['if !!is_ws !! local', 'req.hdr src'],
    ['if METH_GET OR HTTP_URL_STAR', 'method | url'],
    // HAProxy passes over an `or` with nothing on one side.
    ['if or is_ws or or local or', 'req.hdr | src'],
  ] as const;
  for (const [text, wanted] of shapes) t.equal(shape(text), wanted, text);
  t.end();
});

void t.test('all lines of a name are one term', (t) => {
  t.match(parseCondition(['if', 'local'], ACLS), {
    value: {
      alternatives: [[{ negated: false, tests: [{ patterns: ['127.0.0.0/8'] }, { patterns: ['::1'] }] }]],
    },
  });
  t.end();
});

void t.test('predefined names are known, and give way to lines of that name', (t) => {
  for (const name of PREDEFINED_ACLS.keys()) t.equal(parseCondition(['if', name], ACLS).ok, true, name);
  const own = new Map([['METH_GET', [acl('path /a')]]]);
  t.match(parseCondition(['if', 'METH_GET'], own), {
    value: { alternatives: [[{ tests: [{ expression: { fetch: 'path' } }] }]] },
  });
  t.match(parseCondition(['if', 'RDP_COOKIE'], ACLS), { code: 'unknown-acl', problem: /not supported/ });
  t.end();
});

void t.test('the first fault of a condition is told with its word', (t) => {
  const faults: readonly (readonly [
    text: string,
    word: number,
    code: string,
    problem: RegExp,
    hint?: RegExp,
  ])[] = [
    ['', 0, 'invalid-condition', /expected 'if' or 'unless'/],
    ['when is_ws', 0, 'invalid-condition', /'when'/],
    ['if', 1, 'invalid-condition', /followed by no ACL/],
    ['if or', 2, 'invalid-condition', /followed by no ACL/],
    ['if is_ws !', 3, 'invalid-condition', /'!' is followed by no ACL/],
    ['if is_ws ! or local', 3, 'invalid-condition', /'!' is followed by no ACL/],
    ['if { path /', 4, 'invalid-condition', /missing closing '}'/],
    ['if { }', 2, 'invalid-acl', /missing fetch method/],
    ['if is_ws { src a }', 4, 'invalid-acl', /'a' is not a valid IPv4/],
    ['if {path /}', 1, 'unknown-acl', /no such ACL : '{path'/, /braces/],
    ['if { path / } }', 5, 'unknown-acl', /no such ACL : '}'/, /braces/],
    ['if (is_ws', 1, 'unknown-acl', /no such ACL/, /no parentheses/],
    ['if is_w', 1, 'unknown-acl', /no such ACL : 'is_w'/, /'is_ws'/],
    ['if METH_GTE', 1, 'unknown-acl', /no such ACL/, /'METH_GET'/],
    ['if is_ws and local', 2, 'unknown-acl', /no such ACL : 'and'/, /blank/],
    ['if is_ws && local', 2, 'unknown-acl', /no such ACL : '&&'/, /blank/],
  ];
  for (const [text, word, code, problem, hint] of faults) {
    const read = parseCondition(words(text), ACLS);
    t.match(read, { ok: false, word, code, problem }, text);
    if (hint !== undefined && !read.ok) t.match(read.hint, hint, text);
  }
  t.end();
});

void t.test('any words are read or have a fault among them', (t) => {
  const word = fc.oneof(
    fc.constantFrom(
      'if',
      '!',
      '{',
      '}',
      'or',
      'is_ws',
      'hdr(a)',
      'src',
      'dst_port',
      '-i',
      '-m',
      'reg',
      '-f',
      '--',
      'gt',
      '1:2',
    ),
    fc.string({ maxLength: 6, unit: 'binary' }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 10 }), (list) => {
      const condition = parseCondition(['if', ...list], ACLS);
      const test = parseAcl(list);
      return (
        (condition.ok || (condition.word >= 0 && condition.word <= list.length + 1)) &&
        (test.ok || (test.word >= 0 && test.word <= list.length + 1))
      );
    }),
    { numRuns: 2000, interruptAfterTimeLimit: 2000 },
  );
  t.end();
});
