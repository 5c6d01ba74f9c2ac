/** Pieces leave in their order and in few writes, however many there are. */
import t from 'tap';
import { Outbox } from '../../lib/http/outbox.ts';

function written(
  pieces: readonly (Buffer | string)[],
  last = true,
): { readonly writes: Buffer[]; readonly taken: boolean } {
  const writes: Buffer[] = [];
  const box = new Outbox();
  for (const piece of pieces) box.add(piece);
  const taken = box.flush((bytes) => {
    writes.push(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    return last;
  });
  return { writes, taken };
}

void t.test('a head and its body leave together', async (t) => {
  t.same(written(['head\r\n', Buffer.from('body')]).writes, [Buffer.from('head\r\nbody')]);
});

void t.test('thousands of small pieces do not make thousands of writes', async (t) => {
  const pieces = Array.from({ length: 60_000 }, (_, at) => (at % 2 === 0 ? '1\r\n' : Buffer.from('x\r\n')));
  const { writes } = written(pieces);
  t.equal(Buffer.concat(writes).toString('latin1'), '1\r\nx\r\n'.repeat(30_000));
  t.ok(writes.length < 20, `${writes.length} writes`);
});

void t.test('a large piece is not copied, and keeps its place', async (t) => {
  const large = Buffer.alloc(100_000, 'x');
  const { writes } = written(['a', large, 'b', 'c']);
  t.same(writes, [Buffer.from('a'), large, Buffer.from('bc')]);
  t.equal(writes[1], large);
});

void t.test('the last write says whether bytes wait', async (t) => {
  t.equal(written([Buffer.alloc(50_000), 'a'], false).taken, false);
  t.equal(written([Buffer.alloc(50_000)], false).taken, false);
  t.equal(written([], false).taken, true);
});
