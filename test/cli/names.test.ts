import t from 'tap';
import { unresolvedNames } from '../../lib/cli/names.ts';
import type { Config } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/parse.ts';

function configured(lines: string): Config {
  const text = `listen l\n  mode tcp\n${lines}\n`;
  const { config, diagnostics } = parseConfig([{ file: 'names.cfg', text }]);
  if (config === null) throw new Error(JSON.stringify(diagnostics));
  return config;
}

void t.test('names of servers and bind lines are asked for once each', async (t) => {
  const asked: string[] = [];
  const config = configured(
    '  bind front:80\n  server a known:1\n  server b known:2\n  server c 192.0.2.1:1',
  );
  const sentences = await unresolvedNames(config, async (name) => {
    asked.push(name);
    if (name !== 'known') throw new Error('ENOTFOUND');
    return '192.0.2.9';
  });
  t.same(asked.toSorted(), ['front', 'known']);
  t.same(sentences, ["bind line of l: the name 'front' has no address"]);
});

void t.test('init-addr with a way out needs no name', async (t) => {
  const config = configured(`  bind 127.0.0.1:80
  server a unknown:1 init-addr libc,none
  server b unknown:1 init-addr libc,192.0.2.7
  server c unknown:1`);
  const sentences = await unresolvedNames(config, () => Promise.reject(new Error('ENOTFOUND')));
  t.match(sentences, [/^server l\/c: the name 'unknown' has no address/]);
  t.equal(sentences.length, 1);
});
