/** Which known word a mistyped one is taken for. */
import t from 'tap';
import { closest } from '../../lib/config/closest.ts';

const known = ['bind', 'balance', 'backlog', 'default_backend', 'maxconn', 'mode', 'server', 'timeout'];

void t.test('finds the word behind one or two typing mistakes', async (t) => {
  t.equal(closest('blance', known), 'balance', 'a letter lost');
  t.equal(closest('baalance', known), 'balance', 'a letter added');
  t.equal(closest('maxcomn', known), 'maxconn', 'a letter changed');
  t.equal(closest('sevrer', known), 'server', 'two letters swapped');
  t.equal(closest('Server', known), 'server', 'case does not count');
  t.equal(closest('default-backend', known), 'default_backend');
  t.equal(closest('mdoe', known), 'mode', 'a swap is one mistake, so it is allowed in a short word');
});

void t.test('keeps silent when nothing is near', async (t) => {
  t.equal(closest('frobnicate', known), null);
  t.equal(closest('xy', known), null);
  t.equal(closest('z', ['a']), null, 'a single letter has no near letter');
  t.equal(closest('', known), null);
  t.equal(closest('server', []), null);
  t.equal(closest('a'.repeat(65), ['a'.repeat(65)]), null, 'longer than any mistyped word');
});

void t.test('takes the nearest, and of equally near ones the first', async (t) => {
  t.equal(closest('baan', ['bean', 'baan1', 'bran']), 'bean');
  t.equal(closest('backen', ['backup', 'backend']), 'backend');
});
