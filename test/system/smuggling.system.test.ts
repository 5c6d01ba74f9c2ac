/**
 * Ambiguous and malformed messages through HAProxy and through sluice: what the client and the server get of each is as the table says.
 * That of HAProxy is an observation; that it still holds shows that the table is about this HAProxy.
 *
 * Not here: the table (`smuggling/`), the same requests straight into the parser (`test/http/strictness.test.ts`).
 */
import t from 'tap';
import { balancers } from './help/balancer.ts';
import { expectedOf } from './smuggling/case.ts';
import { observe } from './smuggling/run.ts';
import { SUBJECTS } from './smuggling/table.ts';

const CASES = SUBJECTS.flatMap(({ cases }) => cases);

for (const name of balancers()) {
  void t.test(name, async (t) => {
    const seen = await observe(t, name, CASES);
    for (const [index, one] of CASES.entries()) {
      t.same(seen[index], name === 'haproxy' ? one.haproxy : expectedOf(one), one.title);
    }
  });
}
