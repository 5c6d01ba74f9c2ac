/** The table of cases in the head of `lib/check/state-words.ts`, row by row. */
import t from 'tap';
import { Health } from '../../lib/check/health.ts';
import type { ServerStateFacts } from '../../lib/check/state-words.ts';
import { serverStateWord } from '../../lib/check/state-words.ts';

function health(results: readonly ('passed' | 'failed')[]): Health {
  const one = new Health({ rise: 2, fall: 3, initState: 'fully-up' });
  for (const result of results) one[result]();
  return one;
}

const full = health([]);
const failing = health(['failed', 'failed']);
const down = health(['failed', 'failed', 'failed']);
const rising = health(['failed', 'failed', 'failed', 'passed']);
const via = { backendName: 'be', serverName: 'srv' };

void t.test('a server says in a word how it is', async (t) => {
  const rows: [
    ServerStateFacts['maintenance'],
    ServerStateFacts['running'],
    boolean,
    Health | null,
    string,
  ][] = [
    [{ kind: 'own' }, 'up', true, full, 'MAINT'],
    [{ kind: 'own' }, 'down', false, null, 'MAINT'],
    [{ kind: 'tracked', via }, 'down', false, full, 'MAINT (via be/srv)'],
    [{ kind: 'resolution' }, 'down', false, down, 'MAINT (resolution)'],
    [null, 'up', false, null, 'no check'],
    [null, 'up', true, null, 'DRAIN'],
    [null, 'up', false, full, 'UP'],
    [null, 'up', false, failing, 'UP 1/3'],
    [null, 'up', true, full, 'DRAIN'],
    [null, 'up', true, failing, 'DRAIN 1/3'],
    [null, 'stopping', false, full, 'NOLB'],
    [null, 'stopping', false, null, 'NOLB'],
    [null, 'stopping', false, failing, 'NOLB 1/3'],
    [null, 'down', false, down, 'DOWN'],
    [null, 'down', true, down, 'DOWN'],
    [null, 'down', false, null, 'DOWN'],
    [null, 'down', false, rising, 'DOWN 1/2'],
  ];
  for (const [maintenance, running, drain, of, word] of rows) {
    t.equal(serverStateWord({ maintenance, running, drain, health: of }), word);
  }
});
