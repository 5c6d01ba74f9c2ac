/** The manual page of samples is the tables. `UPDATE_GOLDEN=1` writes it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { samplesPage } from '../help/samples-page.ts';

void t.test('the manual page is current', (t) => {
  const file = join('docs', 'manual', 'samples.md');
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, samplesPage());
  t.equal(readFileSync(file, 'utf8'), samplesPage());
  t.end();
});
