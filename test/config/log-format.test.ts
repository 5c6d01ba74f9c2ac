import fc from 'fast-check';
import t from 'tap';
import { HTTP_ALIASES, parseLogFormat, TCP_ALIASES, TCPLOG_FORMAT } from '../../lib/config/log-format.ts';

const none = { quote: false, hex: false, escape: false };

void t.test('items are read in order', (t) => {
  t.strictSame(parseLogFormat('%ci:%{+Q}b  %%'), {
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
  t.match(parseLogFormat('%{+Q,+X}o %(name)ci %{-Q}cp'), {
    items: [
      { kind: 'blank' },
      { alias: 'ci', flags: { quote: true, hex: true } },
      { kind: 'blank' },
      { alias: 'cp', flags: { quote: false, hex: true } },
    ],
  });
  t.end();
});

void t.test('every alias of mode tcp is known, none of mode http', (t) => {
  t.equal(parseLogFormat(TCPLOG_FORMAT).ok, true);
  for (const alias of TCP_ALIASES) t.equal(parseLogFormat(`%${alias}`).ok, true, alias);
  for (const alias of HTTP_ALIASES) t.match(parseLogFormat(`%${alias}`), { ok: false, problem: /mode http/ });
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
    ['%[src]', 0, /not supported/],
  ];
  for (const [format, position, problem] of faults) {
    t.match(parseLogFormat(format), { ok: false, position, problem }, format);
  }
  t.match(parseLogFormat('%tsq'), { hint: "did you mean '%Ts'?" });
  t.end();
});

void t.test('any text is read or has a fault within it', (t) => {
  const words = fc.constantFrom('%', '{', '}', '+Q', ',', 'o', 'ci', 'ST', '(0)', '[', ' ', '%%', 'x', '"');
  const text = fc.array(fc.oneof(words, fc.string({ maxLength: 4 })), { maxLength: 12 });
  fc.assert(
    fc.property(text, (parts) => {
      const format = parts.join('');
      const parsed = parseLogFormat(format);
      return parsed.ok || (parsed.position >= 0 && parsed.position < format.length);
    }),
    { numRuns: 1000, interruptAfterTimeLimit: 2000 },
  );
  t.end();
});
