import fc from 'fast-check';
import t from 'tap';
import {
  HTTP_ALIASES,
  HTTPLOG_CLF_FORMAT,
  HTTPLOG_FORMAT,
  HTTPSLOG_FORMAT,
  parseLogFormat,
  TCP_ALIASES,
  TCPLOG_FORMAT,
} from '../../lib/config/log-format.ts';

const none = { quote: false, hex: false, escape: false };

void t.test('items are read in order', (t) => {
  t.strictSame(parseLogFormat('%ci:%{+Q}b  %%', { mode: 'tcp' }), {
    ok: true,
    items: [
      { kind: 'alias', alias: 'ci', flags: none },
      { kind: 'text', text: ':' },
      { kind: 'alias', alias: 'b', flags: { ...none, quote: true } },
      { kind: 'blank' },
      { kind: 'text', text: '%' },
    ],
  });
  t.end();
});

void t.test('flags of %o hold for what follows', (t) => {
  t.match(parseLogFormat('%{+Q,+X}o %(name)ci %{-Q}cp', { mode: 'tcp' }), {
    items: [
      { kind: 'blank' },
      { alias: 'ci', flags: { quote: true, hex: true } },
      { kind: 'blank' },
      { alias: 'cp', flags: { quote: false, hex: true } },
    ],
  });
  t.end();
});

void t.test('in mode http, aliases of requests are known too', (t) => {
  for (const alias of TCP_ALIASES) t.equal(parseLogFormat(`%${alias}`, { mode: 'tcp' }).ok, true, alias);
  for (const alias of [...TCP_ALIASES, ...HTTP_ALIASES]) {
    t.equal(parseLogFormat(`%${alias}`, { mode: 'http' }).ok, true, alias);
  }
  for (const alias of HTTP_ALIASES) {
    t.match(parseLogFormat(`%${alias}`, { mode: 'tcp' }), { ok: false, problem: /mode http/ }, alias);
  }
  t.match(parseLogFormat('%HPP', { mode: 'http' }), { ok: false, hint: "did you mean '%HP'?" });
  t.end();
});

void t.test("HAProxy's own formats are read", (t) => {
  t.equal(parseLogFormat(TCPLOG_FORMAT, { mode: 'tcp' }).ok, true);
  for (const format of [HTTPLOG_FORMAT, HTTPLOG_CLF_FORMAT, HTTPSLOG_FORMAT]) {
    t.match(parseLogFormat(format, { mode: 'http' }), { ok: true }, format);
  }
  t.end();
});

void t.test('expressions stand between brackets, with flags before them', (t) => {
  t.match(parseLogFormat('a-%[src,lower]:%{+Q}[hdr("]")]%ci', { mode: 'tcp' }), {
    ok: true,
    items: [
      { kind: 'text', text: 'a-' },
      { kind: 'sample', expression: 'src,lower', parsed: { fetch: 'src', type: 'str' }, flags: none },
      { kind: 'text', text: ':' },
      { kind: 'sample', expression: 'hdr("]")', parsed: { args: [']', 0] }, flags: { ...none, quote: true } },
      { kind: 'alias', alias: 'ci' },
    ],
  });
  t.match(parseLogFormat('%[hdr(a)]', { mode: 'http', side: 'response' }), {
    items: [{ parsed: { fetch: 'res.hdr' } }],
  });
  t.end();
});

void t.test('rules keep blanks as they are', (t) => {
  t.match(parseLogFormat('a  %ci ', { mode: 'http', blanks: 'kept' }), {
    items: [{ text: 'a' }, { kind: 'text', text: '  ' }, { alias: 'ci' }, { kind: 'text', text: ' ' }],
  });
  t.end();
});

void t.test('a fault in an expression is told where it stands', (t) => {
  const faults: readonly (readonly [format: string, position: number, problem: RegExp])[] = [
    ['a %[foo]', 4, /unknown fetch method 'foo'/],
    ['%[src,foo]', 6, /unknown converter 'foo'/],
    ['%[src', 4, /'\[' without ']'/],
    ['%[src lower]', 5, /unexpected ' ' in a sample expression/],
    ['%[', 1, /missing fetch method/],
    ['%{+Z}[src]', 0, /unknown flag/],
    ['%[hdr(a', 5, /expected '\)'/],
  ];
  for (const [format, position, problem] of faults) {
    t.match(parseLogFormat(format, { mode: 'http' }), { ok: false, position, problem }, format);
  }
  t.end();
});

void t.test('the first fault is told with its place and a way out', (t) => {
  const faults: readonly (readonly [format: string, position: number, problem: RegExp])[] = [
    ['%ci %foo', 4, /unknown alias '%foo'/],
    ['%cifoo', 0, /unknown alias '%cifoo'/],
    ['x %r', 2, /mode http/],
    ['%ci%', 3, /followed by no alias/],
    ['% x', 0, /followed by no alias/],
    ['%{+Q', 0, /without '}'/],
    ['%(name', 0, /without '\)'/],
    ['%{+Z}ci', 0, /unknown flag '\+Z'/],
    ['%{Q}ci', 0, /unknown flag 'Q'/],
  ];
  for (const [format, position, problem] of faults) {
    t.match(parseLogFormat(format, { mode: 'tcp' }), { ok: false, position, problem }, format);
  }
  t.match(parseLogFormat('%tsq', { mode: 'tcp' }), { hint: "did you mean '%Ts'?" });
  t.end();
});

void t.test('any text is read or has a fault within it', (t) => {
  const words = fc.constantFrom(
    '%',
    '{',
    '}',
    '+Q',
    ',',
    'o',
    'ci',
    '(0)',
    '[',
    ']',
    'src',
    ' ',
    '%%',
    'x',
    '"',
  );
  const text = fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const format = parts.join('');
      return [parseLogFormat(format, { mode: 'tcp' }), parseLogFormat(format, { mode: 'http' })].every(
        (parsed) => parsed.ok || (parsed.position >= 0 && parsed.position < format.length),
      );
    }),
    { numRuns: 1000, interruptAfterTimeLimit: 2000 },
  );
  t.end();
});
