/**
 * Plausible but broken configurations: whatever the text, there are diagnostics and no exception, and a Config
 * exactly when there is no alert. Time-boxed; the seed is printed on a failure.
 */
import fc from 'fast-check';
import t from 'tap';
import { ALL_KEYWORDS, SECTION_NAMES } from '../../lib/config/keywords.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import { printConfig } from '../../lib/config/print.ts';

const keywords = ALL_KEYWORDS.flatMap(({ rows }) => rows.map((row) => row.keyword));
const values = [
  '\' " \\ \\x4 # % \0 é 𝒳 __proto__ constructor .if ${X-y} "${X[*]}" "$X"',
  'global from none tcp http roundrobin random(2) random( hash src fn:x consistent stdout local0 len sample 1,3:10',
  'if unless TRUE or ! !x { } path src hdr(host) -i -m str -- %[path] set-header deny return redirect set-var(txn.x) status',
  'uri url_param hdr(x) insert indirect errorfile 503 len depth location scheme code 301 except header http://x a:b .',
  '10s 1.5s 99999999d 0 -1 5x 2147483648 1k :80 *:80-90 [::1]:80 a:80 /x fd@3 udp@1:2 format raw debug %[src]',
].flatMap((list) => list.split(' '));
const word = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...keywords) },
  { weight: 4, arbitrary: fc.constantFrom(...values) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);
const words = (start: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...start), fc.array(word, { maxLength: 6 }))
    .map(([first, rest]) => [first, ...rest].join(' '));
const line = fc.oneof(
  { weight: 2, arbitrary: words(SECTION_NAMES) },
  { weight: 8, arbitrary: words(keywords) },
  {
    weight: 3,
    arbitrary: words(['server', 'default-server', 'bind', 'log', 'no option', 'default', 'no', 'balance']),
  },
  { weight: 1, arbitrary: words(['.if', '.elif', '.else', '.endif', '.notice', '.alert', '[x', '']) },
);
const text = fc
  .tuple(fc.constantFrom('tcp', 'http'), fc.array(line, { maxLength: 20 }))
  .map(([mode, lines]) => `listen l\nmode ${mode}\n${lines.join('\n')}\n`);

void t.test('any text gives diagnostics, never an exception', (t) => {
  let accepted = 0;
  const property = fc.property(text, (generated) => {
    const { config, diagnostics } = parseConfig([{ file: 'fuzz', text: generated }], {
      environment: { X: 'a b' },
    });
    const alerts = diagnostics.filter((one) => one.severity === 'alert').length;
    if ((config === null) !== alerts > 0) throw new Error('a Config and an alert, or neither');
    if (config === null) return;
    accepted++;
    const again = parseConfig([{ file: 'printed', text: printConfig(config) }], { environment: {} });
    if (again.config === null)
      throw new Error(`printed text is refused: ${again.diagnostics[0]?.message ?? ''}`);
  });
  fc.assert(property, { numRuns: 20_000, interruptAfterTimeLimit: 1000, markInterruptAsFailure: false });
  t.ok(accepted > 0, `${accepted} of the texts were accepted`);
  t.end();
});

void t.test('ten thousand servers and a long line are read in time', (t) => {
  const servers = Array.from({ length: 10_000 }, (_, index) => `  server s${index} 10.0.0.1:80 check`).join(
    '\n',
  );
  const big = `backend b\n  timeout connect 1s\n  timeout server 1s\n${servers}\n`;
  const { config } = parseConfig([{ file: 'big', text: big }], { environment: {} });
  t.equal(config?.proxies[0]?.backend?.servers.length, 10_000);
  const long = parseConfig([
    { file: 'long', text: `listen ${'x'.repeat(1_000_000)} ${'y'.repeat(1_000_000)}\n` },
  ]);
  t.equal(long.config, null);
  t.end();
});
