/** The manual's page of refused messages is the table's. */
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { strictnessPage } from '../help/strictness-page.ts';

const PAGE = new URL('../../../docs/manual/strictness.md', import.meta.url);

if (process.env['SLUICE_WRITE_MANUAL'] === '1') writeFileSync(PAGE, strictnessPage());

void t.test('docs/manual/strictness.md is current', (t) => {
  t.equal(readFileSync(PAGE, 'utf8'), strictnessPage());
  t.end();
});
