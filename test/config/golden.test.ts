/**
 * Golden pairs: `cases/NAME.cfg` above, what is understood of it below: `NAME.json` (the Config; absent: it is
 * refused) and `NAME.err` (the diagnostics as an operator sees them; absent: there are none).
 *
 * After a wanted change run this file with `UPDATE_GOLDEN=1` and read the difference.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { parseConfig } from '../../lib/config/parse.ts';
import { printConfig } from '../../lib/config/print.ts';
import { renderDiagnostics } from '../../lib/config/render.ts';

const directory = join('test', 'config', 'cases');
const names = readdirSync(directory)
  .filter((file) => file.endsWith('.cfg'))
  .map((file) => file.slice(0, -4));

function expected(name: string, kind: 'json' | 'err', found: string | null): string | null {
  const file = join(directory, `${name}.${kind}`);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    if (found === null) rmSync(file, { force: true });
    else writeFileSync(file, found);
  }
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

for (const name of names) {
  void t.test(name, (t) => {
    const file = `${name}.cfg`;
    const text = readFileSync(join(directory, file), 'utf8');
    const { config, diagnostics } = parseConfig([{ file, text }], { environment: {} });
    const json = config === null ? null : `${JSON.stringify(config, null, 2)}\n`;
    const err = diagnostics.length === 0 ? null : `${renderDiagnostics(diagnostics).trimEnd()}\n`;
    t.equal(json, expected(name, 'json', json), 'the Config is as written down');
    t.equal(err, expected(name, 'err', err), 'the diagnostics are as written down');
    if (config !== null) {
      const again = parseConfig([{ file: 'printed', text: printConfig(config) }], { environment: {} });
      t.strictSame(again.config, config, 'printed and read again it is the same');
    }
    t.end();
  });
}
