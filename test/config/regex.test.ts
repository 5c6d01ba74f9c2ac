/** Regexes of PCRE as JavaScript has them. */
import fc from 'fast-check';
import t from 'tap';
import { compileRegex } from '../../lib/config/regex.ts';

function matches(pattern: string, text: string): boolean {
  const regex = compileRegex(pattern);
  if (!regex.ok) throw new Error(regex.problem);
  return regex.value.test(text);
}

void t.test('what PCRE has and JavaScript has not is translated', (t) => {
  const rows: readonly (readonly [pattern: string, text: string, found: boolean])[] = [
    ['(?i)^abc$', 'ABC', true],
    ['(?s)a.b', 'a\nb', true],
    ['^[[:upper:]]+$', 'ABC', true],
    ['^[[:upper:]]+$', 'AB]', false],
    ['^[^[:space:]_]+$', 'a b', false],
    ['^[[:alpha:][:digit:]-]+$', 'a-1', true],
    ['^[[:punct:]]$', '[', true],
    ['^[[:punct:]]$', 'a', false],
    ['^[]a]+$', 'a]', true],
    ['^[^]a]$', ']', false],
    [String.raw`\Aa\z`, 'a', true],
    [String.raw`^\h$`, '\t', true],
    [String.raw`^[\h]$`, ' ', true],
    [String.raw`^\Qa.b(\E+$`, 'a.b((', true],
    [String.raw`^\Qa.b\E$`, 'axb', false],
    ['^(?P<x>a)$', 'a', true],
    [String.raw`^\[[a-z]\]$`, '[b]', true],
    [String.raw`^[\]x]$`, ']', true],
  ];
  for (const [pattern, text, found] of rows) t.equal(matches(pattern, text), found, `${pattern} ${text}`);
  t.end();
});

void t.test('options are flags beside those of the pattern', (t) => {
  t.match(compileRegex('a', { ignoreCase: true, global: true }), { value: { flags: 'gi' } });
  t.match(compileRegex('(?im)a', { ignoreCase: true }), { value: { flags: 'im' } });
  t.end();
});

void t.test('what JavaScript cannot do is a fault', (t) => {
  for (const pattern of ['(a', 'a++', '(?>a)', '[a', 'a)', '(?P=x)', '(?i)(', '*']) {
    t.match(compileRegex(pattern), { ok: false, problem: /regex .* is invalid/ }, pattern);
  }
  t.end();
});

void t.test('any text is a regex or has a fault', (t) => {
  const pieces = fc.constantFrom(
    '[',
    ']',
    '^',
    '[:alpha:]',
    '\\',
    '\\Q',
    '\\E',
    '(',
    '(?P<',
    ')',
    '(?i)',
    'a',
    '-',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 12 }), (parts) => {
      const regex = compileRegex(parts.join(''));
      return regex.ok || regex.problem !== '';
    }),
    { numRuns: 2000, interruptAfterTimeLimit: 2000 },
  );
  t.end();
});
