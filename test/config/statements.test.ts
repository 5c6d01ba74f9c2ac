/** Files to statements: lines, conditional blocks, messages (reference 1.1, 1.4). */
import t from 'tap';
import { Diagnostics } from '../../lib/config/diagnostic.ts';
import { StatementReader } from '../../lib/config/statements.ts';
import { Variables } from '../../lib/config/variables.ts';

interface Read {
  /** `line:word word`, and `file NAME` where one begins. */
  readonly seen: readonly string[];
  /** `severity code line:column message`. */
  readonly faults: readonly string[];
}

function read(text: string | readonly string[], options: { diag?: boolean } = {}): Read {
  const texts = typeof text === 'string' ? [text] : text;
  const sources = texts.map((one, index) => ({ file: `${index + 1}.cfg`, text: one }));
  const diagnostics = new Diagnostics();
  const variables = new Variables({ HOME: '/root' });
  const reader = new StatementReader(sources, variables, diagnostics, options);
  const seen: string[] = [];
  for (const item of reader.statements()) {
    if (item.kind === 'file') {
      if (texts.length > 1) seen.push(`file ${item.file}`);
      continue;
    }
    const words = item.statement.words.map((word) => word.text);
    seen.push(`${item.statement.line}:${words.join(' ')}`);
    // What a parser does with these two.
    if (words[0] === 'setenv') variables.set(words[1] ?? '', words[2] ?? '');
    if (words[0] === 'listen') reader.section = words[1] ?? '';
  }
  const faults = diagnostics.list.map(
    ({ severity, code, place, message }) => `${severity} ${code} ${place?.line}:${place?.column} ${message}`,
  );
  return { seen, faults };
}

void t.test('gives one statement per line that says something', async (t) => {
  const { seen, faults } = read('# a\n\nglobal\n  maxconn 5 # x\n\t\nlisten l\n');
  t.strictSame(seen, ['3:global', '4:maxconn 5', '6:listen l']);
  t.strictSame(faults, []);
});

void t.test('takes carriage returns and a byte order mark from other systems', async (t) => {
  const { seen, faults } = read('\uFEFFglobal\r\n  maxconn 5\r\n\r\n');
  t.strictSame(seen, ['1:global', '2:maxconn 5']);
  t.strictSame(faults, []);
});

void t.test('a missing final newline is a warning, never a fault', async (t) => {
  const { seen, faults } = read('global\n maxconn 5');
  t.strictSame(seen, ['1:global', '2:maxconn 5']);
  t.strictSame(faults, [
    'warning missing-final-newline 2:11 missing LF on last line, the file might have been truncated',
  ]);
  t.strictSame(read('').faults, []);
  t.strictSame(read('global\n   ').faults, [], 'blanks behind the last line are no lost text');
});

void t.test('every file begins outside of any section', async (t) => {
  const { seen } = read(['listen a\n x"$.SECTION"\n', ' y"$.SECTION"\n']);
  t.strictSame(seen, ['file 1.cfg', '1:listen a', '2:xa', 'file 2.cfg', '1:y']);
});

void t.test('a variable set by a statement is seen by the next line', async (t) => {
  t.strictSame(read('setenv A b\nx "$A"\n.if defined(A)\ny\n.endif\n').seen, [
    '1:setenv A b',
    '2:x b',
    '4:y',
  ]);
});

void t.test('goes on after a line with a fault', async (t) => {
  const { seen, faults } = read('a "\nb\n"c\nd\n');
  t.strictSame(seen, ['2:b', '4:d']);
  t.strictSame(faults, [
    'alert unmatched-quote 1:3 unmatched quote',
    'alert unmatched-quote 3:1 unmatched quote',
  ]);
});

void t.test('reads the first branch whose condition is true', async (t) => {
  const branches = (first: string, second: string): readonly string[] =>
    read(`.if ${first}\na\n.elif ${second}\nb\n.else\nc\n.endif\nd\n`).seen;
  t.strictSame(branches('1', '1'), ['2:a', '8:d']);
  t.strictSame(branches('0', '1'), ['4:b', '8:d']);
  t.strictSame(branches('0', '0'), ['6:c', '8:d']);
  t.strictSame(branches('', ''), ['6:c', '8:d']);
  t.strictSame(branches('"$NOPE"', 'streq("$HOME",/root)'), ['4:b', '8:d']);
  t.strictSame(branches('streq("\\"a b\\"",\'a b\')', '0'), ['2:a', '8:d']);
});

void t.test('blocks nest, also in branches that are skipped', async (t) => {
  const text = '.if 0\n.if 1\na\n.else\nb\n.endif\n.else\n.if 1\nc\n.if 0\nd\n.endif\n.endif\ne\n.endif\n';
  t.strictSame(read(text), { seen: ['9:c', '14:e'], faults: [] });
});

void t.test('skipped lines may hold anything', async (t) => {
  const text = '.if 0\n "\n "$NOPE"\n .frob\n .alert "x"\n .elif zz" \n.endif\n';
  t.strictSame(
    read(text).faults,
    ['alert unmatched-quote 6:10 unmatched quote'],
    'but the branch that follows is read',
  );
  t.strictSame(read('.if 1\n.elif zz\n"\n.else\n"\n.endif\n').faults, []);
  t.strictSame(read('.if 0\n.if zz"\n.elif zz"\n.endif\n.endif\n').faults, []);
});

void t.test('misplaced directives are faults', async (t) => {
  const faults = (text: string): readonly string[] => read(text).faults;
  t.strictSame(faults('.else\n'), ["alert misplaced-directive 1:1 lone '.else' with no matching '.if'"]);
  t.strictSame(faults('.elif 1\n'), ["alert misplaced-directive 1:1 lone '.elif' with no matching '.if'"]);
  t.strictSame(faults(' .endif\n'), ["alert misplaced-directive 1:2 lone '.endif' with no matching '.if'"]);
  t.strictSame(faults('.if 1\n.else\n.else\n.endif\n'), [
    "alert misplaced-directive 3:1 '.else' after '.else' is not permitted",
  ]);
  t.strictSame(faults('.if 0\n.else\n.elif 1\n.endif\n'), [
    "alert misplaced-directive 3:1 '.elif' after '.else' is not permitted",
  ]);
  t.strictSame(faults('.if 1\n.else x\n.endif y\n'), [
    "alert unexpected-directive-argument 2:7 unexpected argument 'x' for '.else'",
    "alert unexpected-directive-argument 3:8 unexpected argument 'y' for '.endif'",
  ]);
  t.strictSame(faults('.esle\n'), ["alert unknown-directive 1:1 unknown directive '.esle'"]);
  t.strictSame(faults('[scope]\n'), ["alert scope-marker 1:1 scope marker '[scope]' is not supported"]);
});

void t.test('a block must end in its file', async (t) => {
  const { seen, faults } = read(['.if 1\n.if 0\n', 'a\n']);
  t.strictSame(seen, ['file 1.cfg', 'file 2.cfg', '1:a']);
  t.strictSame(faults, [
    "alert unterminated-if 1:1 non-terminated '.if' block",
    "alert unterminated-if 2:1 non-terminated '.if' block",
  ]);
});

void t.test('a faulty condition takes no branch and is told once, at its place', async (t) => {
  const { seen, faults } = read('.if  1  &&  zz\na\n.elif 1\nb\n.else\nc\n.endif\nd\n');
  t.strictSame(seen, ['8:d']);
  t.strictSame(faults, ["alert invalid-condition 1:13 unparsable conditional expression 'zz'"]);
  t.strictSame(read('.if 1 &&\n.endif\n').faults, [
    'alert invalid-condition 1:9 the condition ends too early',
  ]);
  t.strictSame(read('.if "\na\n.endif\n').faults, ['alert unmatched-quote 1:5 unmatched quote']);
});

void t.test('messages speak with their severity, and an alert ends everything', async (t) => {
  const text = '.notice "a b"\n.warning c\n.diag d\nx\n.alert "stop here"\ny\n';
  const { seen, faults } = read([text, 'z\n'], { diag: true });
  t.strictSame(seen, ['file 1.cfg', '4:x']);
  t.strictSame(faults, [
    "notice directive-notice 1:1 'a b'",
    "warning directive-warning 2:1 'c'",
    "diag directive-diag 3:1 'd'",
    "alert directive-alert 5:1 'stop here'",
  ]);
  t.strictSame(read('.diag d\n').faults, [], '.diag is for those who ask');
  t.strictSame(read('.notice a b\n').faults, [
    "alert unexpected-directive-argument 1:11 unexpected argument 'b' for '.notice'",
  ]);
});

void t.test('hostile text ends quickly and with diagnostics', async (t) => {
  t.match(read('.if 1\n'.repeat(100_000)).faults, [/too-many-blocks 1025:1/]);
  t.match(read(`${'.if 0\n'.repeat(1000)}${'.endif\n'.repeat(1000)}x\n`), { seen: ['2001:x'], faults: [] });
  t.strictSame(
    read(`${'a'.repeat(1_000_000)}\n`).seen,
    [`1:${'a'.repeat(1_000_000)}`],
    'a megabyte in one word',
  );
  t.match(read(`${'a '.repeat(500_000)}\n`).faults, [/too-many-words/], 'a megabyte of words');
  t.match(read(`${'\\x41'.repeat(250_000)}\n`).seen, [/^1:AAA/], 'a megabyte of escapes');
  t.match(read(`${'"\\""'.repeat(250_000)}\n`).seen, [/^1:"""/], 'a megabyte of quotes');
  t.match(read(`"${'$HOME'.repeat(200_000)}"\n`).seen, [/^1:.root.root/], 'a megabyte of variables');
  t.match(
    read(`.if ${'('.repeat(1_000_000)}\n.endif\n`).faults,
    [/invalid-condition/],
    'a megabyte of parentheses',
  );
  t.match(read(`${' '.repeat(1_000_000)}.\n`).faults, [/unknown-directive/], 'a megabyte of blanks');
});
