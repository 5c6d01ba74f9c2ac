/** What an operator sees of a diagnostic: HAProxy's layout, the line, the caret. */
import t from 'tap';
import type { Diagnostic, Place } from '../../lib/config/diagnostic.ts';
import { renderDiagnostic, renderDiagnostics } from '../../lib/config/render.ts';

function diagnostic(place: Partial<Place> | null, rest: Partial<Diagnostic> = {}): Diagnostic {
  const whole = place === null ? null : { file: 'a.cfg', line: 3, column: 1, width: 1, text: '', ...place };
  return { severity: 'alert', code: 'some-code', message: 'a message', place: whole, hint: null, ...rest };
}

/** The two lines that hold text and caret. */
function drawn(text: string, column: number, width: number): readonly [string, string] {
  const lines = renderDiagnostic(diagnostic({ text, column, width })).split('\n');
  return [lines[1]?.slice('   | '.length) ?? '', lines[2]?.slice('   | '.length) ?? ''];
}

void t.test('has the layout of HAProxy with line, caret and hint below', async (t) => {
  const one = diagnostic(
    { text: '  blance roundrobin', column: 3, width: 6 },
    { hint: "did you mean 'balance'?", code: 'unknown-keyword', message: "unknown keyword 'blance'" },
  );
  t.equal(
    renderDiagnostic(one, { pid: 4711 }),
    [
      "[ALERT]    (4711) : config : parsing [a.cfg:3:3] : unknown keyword 'blance' [unknown-keyword]",
      '   |   blance roundrobin',
      '   |   ^~~~~~',
      "   | did you mean 'balance'?",
      '',
    ].join('\n'),
  );
});

void t.test('every severity takes the same room', async (t) => {
  const severities = ['alert', 'warning', 'notice', 'diag'] as const;
  const list = severities.map((severity) => diagnostic(null, { severity }));
  t.equal(
    renderDiagnostics(list, { pid: 1 }),
    [
      '[ALERT]    (1) : config : a message [some-code]',
      '[WARNING]  (1) : config : a message [some-code]',
      '[NOTICE]   (1) : config : a message [some-code]',
      '[DIAG]     (1) : config : a message [some-code]',
      '',
    ].join('\n'),
  );
  t.equal(renderDiagnostics(list.slice(0, 1)), '[ALERT]    config : a message [some-code]\n', 'without pid');
  t.equal(renderDiagnostics([]), '');
});

void t.test('colours the severity and the caret', async (t) => {
  const text = renderDiagnostic(diagnostic({ text: 'ab', column: 2, width: 1 }), { color: true });
  t.ok(text.startsWith('\u001B[1;31m[ALERT]\u001B[0m    config'));
  t.ok(text.endsWith('   |  \u001B[1;31m^\u001B[0m\n'));
});

void t.test('the caret stands below its word whatever stands before it', async (t) => {
  t.strictSame(drawn('\ta\tb', 4, 1), ['    a    b', '         ^'], 'tabs');
  t.strictSame(drawn('\u4E2D\u6587 b', 4, 1), ['\u4E2D\u6587 b', '     ^'], 'wide characters');
  t.strictSame(drawn('\u{1F600} b', 4, 1), ['\u{1F600} b', '   ^'], 'characters beyond the basic plane');
  t.strictSame(drawn('e\u0301 b', 4, 1), ['e\u0301 b', '  ^'], 'combining marks');
  t.strictSame(drawn('\u00E9 b', 3, 1), ['\u00E9 b', '  ^']);
  t.strictSame(drawn('a\u4E2D', 2, 1), ['a\u4E2D', ' ^~'], 'below a wide character');
  t.strictSame(drawn('\uFF71b', 2, 1), ['\uFF71b', ' ^'], 'half-width forms');
});

void t.test('a file cannot steer the terminal', async (t) => {
  t.strictSame(drawn('\u001B[2J b', 6, 1), ['\\x1b[2J b', '        ^']);
  t.strictSame(drawn('\u202E b', 3, 1), ['\\u{202e} b', '         ^'], 'writing direction');
  t.strictSame(drawn('\uD800 b', 3, 1), ['\\u{d800} b', '         ^'], 'half a surrogate pair');
  t.strictSame(drawn('\0', 1, 1), ['\\x00', '^~~~']);
  const rendered = renderDiagnostic(diagnostic({ file: 'a\nb\u001B' }, { message: 'x\u0007\r', hint: '\n' }));
  t.match(rendered, 'parsing [a\\x0ab\\x1b:3:1] : x\\x07\\x0d [some-code]\n');
  t.ok(rendered.endsWith('   | \\x0a\n'));
});

void t.test('a place behind or outside of the line is drawn at its end', async (t) => {
  t.strictSame(drawn('server a', 9, 1), ['server a', '        ^']);
  t.strictSame(drawn('server a', 99, 9), ['server a', '        ^']);
  t.strictSame(drawn('server a', 0, 0), ['server a', '^']);
  t.strictSame(drawn('', 1, 1), ['', '^']);
});

void t.test('of a long line the part around the place is shown', async (t) => {
  const long = `${'a'.repeat(5000)} BAD ${'c'.repeat(5000)}`;
  const [text, caret] = drawn(long, 5002, 3);
  t.ok(text.length < 120, `${text.length} columns`);
  t.ok(text.startsWith('...a') && text.endsWith('c...'));
  t.equal(text.indexOf('BAD'), caret.indexOf('^'));
  t.equal(caret.trim(), '^~~');
  const [start] = drawn(long, 1, 5000);
  t.ok(start.startsWith('aaa') && start.length < 120);
  t.ok(drawn(long, 1, 5000)[1].length <= 100, 'the caret line is cut with its text');
  const marks = drawn('\u0301'.repeat(1_000_000), 500_000, 400_000);
  t.ok(marks[0].length < 2000, 'characters without width do not escape the bound');
});
