/**
 * Printing and reading are inverses: any correct Config, printed and read again, is the same Config.
 */
import { deepStrictEqual } from 'node:assert';
import fc from 'fast-check';
import t from 'tap';
import { parseConfig } from '../../lib/config/parse.ts';
import { printConfig } from '../../lib/config/print.ts';
import { correctConfig } from './config.arbitrary.ts';

void t.test('a printed Config reads back as the same Config', (t) => {
  const property = fc.property(correctConfig, (config) => {
    const again = parseConfig([{ file: 'printed', text: printConfig(config) }], { environment: {} });
    deepStrictEqual(
      again.diagnostics.filter((one) => one.severity === 'alert'),
      [],
    );
    deepStrictEqual(again.config, config);
  });
  fc.assert(property, { numRuns: 150 });
  t.pass('300 configurations');
  t.end();
});

void t.test('a Config printed, read and printed again is the same text', (t) => {
  const property = fc.property(correctConfig, (config) => {
    const text = printConfig(config);
    const { config: again } = parseConfig([{ file: 'printed', text }], { environment: {} });
    return again !== null && printConfig(again) === text;
  });
  fc.assert(property, { numRuns: 25 });
  t.pass('50 configurations');
  t.end();
});
