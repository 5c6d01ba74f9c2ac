/** One order over all threads, whichever of them chooses. */
import t from 'tap';
import type { Balancer } from '../../lib/backend/balance/balancer.ts';
import { SharedTurns } from '../../lib/backend/shared-turns.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { from, Group, type StubServer, weights } from './balance/group.ts';

const THREADS = 3;
const CLIENT = from('192.0.2.1');
type Algorithm = 'roundrobin' | 'static-rr';

/** The same servers as each thread has them, and its balancer. */
function thread(algorithm: Algorithm, setting: string, memory: SharedMemory): Balancer<StubServer> {
  const { balancer, servers } = new Group({ balance: { algorithm } }, weights(setting));
  const sum = servers.reduce((one, { effectiveWeight }) => one + effectiveWeight / 16, 0);
  return new SharedTurns(balancer, memory, () => sum);
}

for (const algorithm of ['roundrobin', 'static-rr'] as const) {
  for (const setting of ['1:1:1', '5:1:1', '4:3:2:1', '7:5:3', '100:50:25']) {
    void t.test(`${algorithm} ${setting}: threads in any order make the order of one`, async (t) => {
      const control = SharedMemory.forThreads(THREADS);
      thread(algorithm, setting, control);
      const threads = Array.from({ length: THREADS }, (_, index) =>
        thread(algorithm, setting, SharedMemory.attach(control.handout(index), index)),
      );
      const alone = new Group({ balance: { algorithm } }, weights(setting));
      // Turn about, and long silences of some.
      const silence = Array.from({ length: 3000 }, () => 1);
      const who = [0, 1, 2, 0, 1, 2, 2, 2, 2, 0, 1, 1, ...silence, 0, 2, 0, 1, 0, 2, 2, 1];
      const seen = who.map((index) => threads[index]?.choose(CLIENT, null)?.name ?? '-').join('');
      t.equal(seen, alone.chosen(who.length));
    });
  }
}
