/** Lines to words: comments, quotes, escapes, variables (reference 1.1 to 1.3); results were compared with HAProxy 2.6.12. */
import t from 'tap';
import type { Test } from 'tap';
import { Diagnostics } from '../../lib/config/diagnostic.ts';
import { Variables } from '../../lib/config/variables.ts';
import { expandVariables, placeOf, quoteWord, splitArguments, splitWords } from '../../lib/config/words.ts';

const environment = {
  HOME: '/root',
  EMPTY: '',
  LIST: 'a b',
  BLANKS: ' a  b ',
  ADDRESS: '10.0.0.1',
  DOLLAR: '$HOME',
};

/** The words of a line, or `code@column+width: message (hint)`. */
function split(line: string): readonly string[] | string {
  const diagnostics = new Diagnostics();
  const statement = splitWords('x.cfg', 7, line, new Variables(environment), diagnostics, { section: 'web' });
  const fault = diagnostics.list[0];
  if (fault === undefined) return statement?.words.map((word) => word.text) ?? [];
  const hint = fault.hint === null ? '' : ` (${fault.hint})`;
  return `${fault.code}@${fault.place?.column}+${fault.place?.width}: ${fault.message}${hint}`;
}

function checkAll(t: Test, cases: readonly [string, readonly string[] | string][]): void {
  for (const [line, expected] of cases) t.strictSame(split(line), expected, JSON.stringify(line));
}

void t.test('words are separated by blanks', async (t) => {
  checkAll(t, [
    ['', []],
    [' \t ', []],
    ['bind *:443', ['bind', '*:443']],
    ['  a\t b  \tc ', ['a', 'b', 'c']],
    ['\fa\vb', ['a', 'b']],
    ['a\r', ['a']],
    ['\u00E9\u{1F600} \u4E2D', ['\u00E9\u{1F600}', '\u4E2D']],
    ['__proto__ constructor', ['__proto__', 'constructor']],
  ]);
});

void t.test('a comment starts anywhere outside quotes, even glued to a word', async (t) => {
  checkAll(t, [
    ['# a b', []],
    ['a # b', ['a']],
    ['global#x', ['global']],
    ['"a # b" c', ['a # b', 'c']],
    ["'a#b'", ['a#b']],
    ['a\\#b', ['a#b']],
    ['a # "unmatched', ['a']],
  ]);
});

void t.test('quotes join what they touch', async (t) => {
  checkAll(t, [
    [`a"b c"'d'`, ['ab cd']],
    [`'a'"b" "c"`, ['ab', 'c']],
    [`"it's"`, ["it's"]],
    [`'say "hi"'`, ['say "hi"']],
  ]);
});

void t.test('escapes are read outside of quotes and in double ones', async (t) => {
  checkAll(t, [
    ['a\\ b', ['a b']],
    ['\\\\ \\" \\\' \\#', ['\\', '"', "'", '#']],
    ['a\\nb\\rc\\td', ['a\nb\rc\td']],
    ['\\x41\\x4a', ['AJ']],
    ['"\\x41\\\\\\"\\\'\\#\\ "', ['A\\"\'# ']],
    ['\\1\\q', ['\\1\\q']],
    ['"\\1"', ['\\1']],
    ['a\\', ['a\\']],
    ['\\xc3\\xa9', ['\u00E9']],
    ["'a\\nb\\'", ['a\\nb\\']],
    ['"\\$HOME"', ['$HOME']],
    ['\\$HOME', ['\\$HOME']],
  ]);
});

void t.test('variables are expanded in double quotes only', async (t) => {
  checkAll(t, [
    ['"$HOME"', ['/root']],
    ['"${HOME}x"', ['/rootx']],
    ['x"$HOME"y', ['x/rooty']],
    ['$HOME ${HOME}', ['$HOME', '${HOME}']],
    ["'$HOME'", ['$HOME']],
    ['"$LIST"', ['a b']],
    ['"$DOLLAR"', ['$HOME']],
    ['"a$NOPE"', ['a']],
    ['"a$constructor"', ['a']],
  ]);
});

void t.test('a default is taken when the variable is not set, not when it is empty', async (t) => {
  checkAll(t, [
    ['"${NOPE-b c}"', ['b c']],
    ['"${HOME-b}"', ['/root']],
    ['"x${EMPTY-b}"', ['x']],
    ['"x${NOPE-}"', ['x']],
    ['"${NOPE-a\\}c}"', ['a\\c}']],
  ]);
});

void t.test('[*] gives one word per piece of the value, and none for no value', async (t) => {
  checkAll(t, [
    ['x "${LIST[*]}" y', ['x', 'a', 'b', 'y']],
    ['x "${NOPE[*]}" y', ['x', 'y']],
    ['x "${EMPTY[*]}" y', ['x', 'y']],
    ['"${NOPE[*]}"', []],
    ['foo"${BLANKS[*]}"bar', ['foo', 'a', 'b', 'bar']],
    ['foo"${LIST[*]}"bar', ['fooa', 'bbar']],
    ['"a${NOPE[*]-b c}"', ['ab', 'c']],
    ['"a ${LIST[*]} d"', ['a a', 'b d']],
  ]);
});

void t.test('pseudo variables answer from the context', async (t) => {
  checkAll(t, [['"$.FILE" "${.LINE}" x"$.SECTION"', ['x.cfg', '7', 'xweb']]]);
});

void t.test('faults name their place', async (t) => {
  const name = 'forbidden first char in environment variable name';
  const dollar = "a literal '$' is written '\\$'";
  const hex = 'truncated or invalid hexadecimal sequence (write two hex digits: \\x41)';
  checkAll(t, [
    ['a "b c', 'unmatched-quote@3+1: unmatched quote'],
    ["a 'b\\'' c", 'unmatched-quote@7+1: unmatched quote'],
    ['"a\rb"', 'unmatched-quote@1+1: unmatched quote'],
    ['a\\x4', `invalid-hex@2+2: ${hex}`],
    ['\\xg1', `invalid-hex@1+2: ${hex}`],
    ['\\xe9', 'invalid-hex@1+4: the hexadecimal sequence is no UTF-8 text'],
    ['"$"', `invalid-variable-name@3+1: ${name} (${dollar})`],
    ['"$1"', `invalid-variable-name@3+1: ${name} (${dollar})`],
    ['"a${}"', `invalid-variable-name@5+1: ${name} (${dollar})`],
    ['"$.NOPE"', `invalid-variable-name@3+5: ${name} (${dollar})`],
    ['"a${X"', 'unmatched-brace@4+1: unmatched brace in environment variable name'],
    ['"${X:-b}"', 'unmatched-brace@3+1: unmatched brace in environment variable name'],
    [
      '"${X[*}"',
      'invalid-word-expansion@5+1: truncated or invalid word expansion sequence (write "${X[*]}")',
    ],
    ['a\0b', 'stray-nul@2+1: stray NUL character'],
    ['"a\0b"', 'stray-nul@3+1: stray NUL character'],
    ['\\x00', 'stray-nul@1+4: a word cannot hold a NUL character'],
    [
      'foo\rbar',
      'stray-carriage-return@4+1: a carriage return inside the line (end lines with a line feed, or with carriage return and line feed)',
    ],
  ]);
});

void t.test('an empty word is refused, with the variable that was probably meant', async (t) => {
  const message = (number: number): string =>
    `argument number ${number} is empty and would end the list of arguments`;
  checkAll(t, [
    ['bind "" x', `empty-argument@6+2: ${message(1)} (remove it or give it a value)`],
    ["''", `empty-argument@1+2: ${message(0)} (remove it or give it a value)`],
    ['bind x "$ADRESS"', `empty-argument@8+9: ${message(2)} (maybe you meant 'ADDRESS'?)`],
    ['bind "$QQQQQQ"', `empty-argument@6+9: ${message(1)} (set it, or give a default: "\${QQQQQQ-default}")`],
    ['bind "$EMPTY"', `empty-argument@6+8: ${message(1)} (remove it or give it a value)`],
  ]);
});

void t.test('64 words fit in a line, 65 do not', async (t) => {
  const words = Array.from({ length: 64 }, (_, index) => `w${index}`);
  t.strictSame(split(words.join(' ')), words);
  t.strictSame(split(`${words.join(' ')} # more`), words);
  t.equal(
    split(`${words.join(' ')} z`),
    `too-many-words@${words.join(' ').length + 2}+1: more than 64 words in one line`,
  );
});

void t.test('words know their column and width', async (t) => {
  const diagnostics = new Diagnostics();
  const statement = splitWords(
    'x.cfg',
    1,
    `  a "b c"d "\${LIST[*]}"z`,
    new Variables(environment),
    diagnostics,
  );
  t.ok(statement);
  if (statement === null) return;
  t.strictSame(
    statement.words.map(({ column, width }) => [column, width]),
    [
      [3, 1],
      [5, 6],
      [12, 11],
      [13, 12],
    ],
  );
  t.match(placeOf(statement, 1), { file: 'x.cfg', line: 1, column: 5, width: 6, text: statement.text });
  t.match(placeOf(statement, 9), { column: 25, width: 1 }, 'a missing word is missed behind the last');
});

void t.test('empty words are taken where they are asked for', async (t) => {
  const statement = splitWords('x', 1, '.if "$NOPE"', new Variables({}), new Diagnostics(), {
    allowEmpty: true,
  });
  t.strictSame(
    statement?.words.map((word) => word.text),
    ['.if', ''],
  );
});

void t.test('a word is quoted only where it must be', async (t) => {
  t.equal(quoteWord('*:443'), '*:443');
  t.equal(quoteWord('$HOME'), '$HOME');
  t.equal(quoteWord('a b'), "'a b'");
  t.equal(quoteWord('a#b'), "'a#b'");
  t.equal(quoteWord("it's $5"), '"it\'s \\$5"');
  t.equal(quoteWord('a\nb'), '"a\\nb"');
  t.equal(quoteWord(''), '""');
});

void t.test('addresses are expanded a second time, quoted or not', async (t) => {
  const expand = (text: string): string => {
    const result = expandVariables(text, new Variables(environment));
    return result.ok ? result.value : `${result.code}: ${result.problem}`;
  };
  t.equal(expand('${ADDRESS}:80'), '10.0.0.1:80');
  t.equal(expand('$ADDRESS:80'), '10.0.0.1:80');
  t.equal(expand('${NOPE-*}:80'), '*:80');
  t.equal(expand('a$'), 'a$');
  t.equal(expand('${EMPTY}:80'), ':80');
  t.equal(expand('${NOPE}:80'), "unset-variable: environment variable 'NOPE' in '${NOPE}:80' is not set");
  t.equal(
    expand('${ADDRESS:80'),
    "unmatched-brace: unmatched brace in environment variable name in '${ADDRESS:80'",
  );
});

void t.test('arguments in parentheses are read a second time', async (t) => {
  const list = (text: string): readonly string[] | string => {
    const result = splitArguments(text);
    return result.ok ? result.value : result.code;
  };
  t.strictSame(list(''), []);
  t.strictSame(list('a'), ['a']);
  t.strictSame(list('a, b'), ['a', ' b'], 'blanks count');
  t.strictSame(list(','), ['', '']);
  t.strictSame(list(`"a,b",'c)'`), ['a,b', 'c)']);
  t.strictSame(list(`a\\,b,\\)\\n\\1`), ['a,b', ')\n\\1']);
  t.strictSame(list(`"`), 'unmatched-quote');
  t.strictSame(list('a)b'), 'unexpected-parenthesis');
  t.strictSame(list('a,b\\'), ['a', 'b\\']);
});
