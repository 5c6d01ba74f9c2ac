/** Whatever an operator writes: words and addresses survive print and parse, and no text makes the reader throw or hang. */
import * as fc from 'fast-check';
import t from 'tap';
import {
  parseBindAddresses,
  parseLogAddress,
  parseServerAddress,
  parseSourceAddress,
  printBindAddresses,
  printLogAddress,
  printServerAddress,
  printSourceAddress,
} from '../../lib/config/address.ts';
import { Diagnostics } from '../../lib/config/diagnostic.ts';
import { evaluateCondition } from '../../lib/config/conditions.ts';
import { renderDiagnostics } from '../../lib/config/render.ts';
import { StatementReader } from '../../lib/config/statements.ts';
import {
  parseInteger,
  parseSizeBytes,
  parseTimeMs,
  printTimeMs,
  TIME_MAX_MS,
} from '../../lib/config/units.ts';
import { Variables } from '../../lib/config/variables.ts';
import { expandVariables, quoteWord, splitArguments, splitWords } from '../../lib/config/words.ts';

/** Longest a single property may search, so that the whole suite stays fast on any machine. */
const bounded = { interruptAfterTimeLimit: 1500, markInterruptAsFailure: false } as const;

const special = fc.constantFrom(
  ...Array.from(' \t"\'\\$#{}[]*-.,()!&|=\r'),
  '\\x',
  '${',
  '"$HOME"',
  '[*]',
  '"$constructor"',
  '__proto__',
  'é',
  '\u{1F600}',
  '\u4E2D',
);
const anyText = fc.string({
  unit: fc.oneof(special, fc.string({ unit: 'binary', maxLength: 3 })),
  maxLength: 40,
});

void t.test('a quoted word splits back to exactly its text', async () => {
  const word = anyText.filter((text) => text !== '' && !text.includes('\0'));
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 60 }),
      fc.constantFrom(' ', '\t', '  '),
      (words, blank) => {
        const diagnostics = new Diagnostics();
        const line = words.map(quoteWord).join(blank);
        const statement = splitWords('f', 1, line, new Variables({ HOME: 'x' }), diagnostics);
        const read = statement?.words.map(({ text }) => text);
        return diagnostics.list.length === 0 && JSON.stringify(read) === JSON.stringify(words);
      },
    ),
    { ...bounded, numRuns: 500 },
  );
});

void t.test('the place of every word lies inside its line', async () => {
  fc.assert(
    fc.property(anyText, (line) => {
      const diagnostics = new Diagnostics();
      const statement = splitWords('f', 1, line, new Variables({ HOME: 'x y' }), diagnostics);
      const places = [...(statement?.words ?? []), ...diagnostics.list.flatMap(({ place }) => place ?? [])];
      return places.every(
        ({ column, width }) => column >= 1 && width >= 1 && column + width - 1 <= line.length + 1,
      );
    }),
    { ...bounded, numRuns: 500 },
  );
});

void t.test('times print to text that reads as the same time', async () => {
  const unit = fc.constantFrom(1, 1000, 60_000, 3_600_000, 86_400_000);
  const time = fc.tuple(fc.nat(TIME_MAX_MS), unit).map(([ms, size]) => Math.floor(ms / size) * size);
  fc.assert(
    fc.property(time, (ms) => {
      const read = parseTimeMs(printTimeMs(ms), 'us');
      return read.ok && read.value === ms;
    }),
    bounded,
  );
});

const port = fc.integer({ min: 1, max: 65_535 });
const range = fc.tuple(port, port).map(([a, b]) => ({ port: Math.min(a, b), portEnd: Math.max(a, b) }));
const free = fc.constant({ port: 0, portEnd: 0 });
const label = fc.stringMatching(/^[a-z_][a-zA-Z0-9_-]{0,10}$/);
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const ipv6 = fc.ipV6().map((host) => {
  // The canonical spelling is what the parser gives; the reader is asked for it once.
  const read = parseSourceAddress(`[${host}]`);
  return read.ok ? read.value.host : '::';
});
const path = fc.stringMatching(/^[/a-z][a-zA-Z0-9/:._ @-]{0,40}$/);
const host = fc.oneof(
  fc.record({ kind: fc.constant('ipv4' as const), host: fc.ipV4() }),
  fc.record({ kind: fc.constant('ipv6' as const), host: ipv6 }),
  fc.record({ kind: fc.constant('name' as const), host: name }),
);
const unix = fc.record({ kind: fc.constant('unix' as const), path });
const descriptor = fc.record({ kind: fc.constant('fd' as const), fd: fc.nat(1000) });
const serverPort = fc.oneof(
  fc.record({ kind: fc.constant('fixed' as const), port }),
  fc.record({ kind: fc.constant('client' as const), offset: fc.integer({ min: -65_535, max: 65_535 }) }),
);

/** True when reading what was printed gives the same data. */
function survives<T>(
  value: T,
  print: (value: T) => string,
  parse: (text: string) => { readonly ok: boolean; readonly value?: unknown },
): boolean {
  const read = parse(print(value));
  const sorted = (data: unknown): string => JSON.stringify(data, (_key, one: unknown) => ordered(one));
  return read.ok && sorted(read.value) === sorted(value);
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

void t.test('addresses print to text that reads as the same address', async () => {
  const inet = fc.tuple(host, fc.oneof(range, free)).map(([one, ports]) => ({ ...one, ...ports }));
  const binds = fc.array(fc.oneof(inet, unix, descriptor), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(binds, (list) => survives(list, printBindAddresses, parseBindAddresses)),
    bounded,
  );
  const server = fc.oneof(
    fc.tuple(host, serverPort).map(([one, itsPort]) => ({ ...one, port: itsPort })),
    unix,
  );
  fc.assert(
    fc.property(server, (one) => survives(one, printServerAddress, parseServerAddress)),
    bounded,
  );
  const source = fc
    .tuple(fc.oneof(fc.ipV4(), ipv6), fc.oneof(range, free))
    .map(([one, ports]) => ({ host: one, ...ports }));
  fc.assert(
    fc.property(source, (one) => survives(one, printSourceAddress, parseSourceAddress)),
    bounded,
  );
  const udp = fc.record({ kind: fc.constant('udp' as const), host: host.map((one) => one.host), port });
  fc.assert(
    fc.property(fc.oneof(udp, unix, descriptor), (one) => survives(one, printLogAddress, parseLogAddress)),
    bounded,
  );
});

void t.test('no text makes a parser of single words throw', async () => {
  const variables = new Variables({ HOME: 'x' });
  fc.assert(
    fc.property(anyText, (text) => {
      parseBindAddresses(text);
      parseServerAddress(text);
      parseSourceAddress(text);
      parseLogAddress(text);
      parseTimeMs(text, 'ms');
      parseSizeBytes(text);
      parseInteger(text, { min: 0, max: 10 });
      splitArguments(text);
      expandVariables(text, variables);
      evaluateCondition(text, { variables });
    }),
    { ...bounded, numRuns: 500 },
  );
});

void t.test('no configuration text makes the reader throw or hang', async (t) => {
  const directive = fc.constantFrom(
    '.if', '.if 1\n', '.if 0\n', '.elif 1', '.else\n', '.endif\n', '.alert x', '.notice "a b"', 'defined(HOME)', '&&',
  ); // prettier-ignore
  const text = fc.array(fc.oneof(anyText, directive, fc.constantFrom('\n', '\r\n', ' ', '\n\n')), {
    maxLength: 60,
  });
  let readCount = 0;
  fc.assert(
    fc.property(text, fc.boolean(), (parts, diag) => {
      const diagnostics = new Diagnostics();
      const sources = [{ file: 'f', text: parts.join('') }];
      const reader = new StatementReader(sources, new Variables({ HOME: 'a b', E: '' }), diagnostics, {
        diag,
      });
      for (const item of reader.statements()) if (item.kind === 'statement') readCount++;
      renderDiagnostics(diagnostics.list, { pid: 1, color: diag });
    }),
    { interruptAfterTimeLimit: 1000, markInterruptAsFailure: false, numRuns: 10_000 },
  );
  t.ok(readCount > 0, 'and some of it was read');
});
