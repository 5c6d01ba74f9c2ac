/** The manual's page of metrics is the tables'. */
import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { metricsManual } from '../help/metrics-manual.ts';

const PAGE = new URL('../../../docs/manual/metrics.md', import.meta.url);

if (process.env['SLUICE_WRITE_MANUAL'] === '1') writeFileSync(PAGE, metricsManual());

void t.test('docs/manual/metrics.md is current', (t) => {
  t.equal(readFileSync(PAGE, 'utf8'), metricsManual());
  t.end();
});
