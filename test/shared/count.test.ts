import t from 'tap';
import { SharedMemory } from '../../lib/shared/memory.ts';

void t.test('a count of one thread', async (t) => {
  const count = SharedMemory.alone().count();
  t.equal(count.add(), 1);
  t.equal(count.tryAdd(2), true);
  t.equal(count.tryAdd(2), false, 'the limit holds');
  t.same([count.now, count.own, count.elsewhere], [2, 2, 0]);
  count.remove();
  t.equal(count.now, 1);
});

void t.test('threads see one sum and their own share', async (t) => {
  const control = SharedMemory.forThreads(2);
  const seen = control.count();
  const [first, second] = [0, 1].map((thread) =>
    SharedMemory.attach(control.handout(thread), thread).count(),
  );
  if (first === undefined || second === undefined) throw new Error('two threads were asked for');
  first.add();
  second.add();
  second.add();
  t.same([seen.now, seen.of(0), seen.of(1)], [3, 1, 2]);
  t.equal(first.elsewhere, 2);
  t.equal(first.tryAdd(3), false, 'what others took counts');
  second.handTo(0);
  t.equal(first.own, 1, 'what is handed over is to be claimed');
  t.same([first.tryClaim(), first.tryClaim(), first.own], [true, false, 2]);
  t.same([seen.now, seen.of(0), seen.of(1)], [3, 2, 1]);
  control.forget(0);
  t.same([seen.now, seen.of(0), seen.of(1)], [1, 0, 1], 'a dead thread holds nothing');
});

void t.test('counters are added up and peaks compared where all threads are seen', async (t) => {
  const control = SharedMemory.forThreads(2);
  const sums = control.counters(2);
  const highest = control.peaks(1);
  for (const thread of [0, 1]) {
    const memory = SharedMemory.attach(control.handout(thread), thread);
    memory.counters(2).set([1, thread]);
    memory.peaks(1)[0] = 5 - thread;
  }
  sums[0] = (sums[0] ?? 0) + 10;
  control.gather();
  control.gather();
  t.same([...sums], [12, 1], 'what the control thread counts itself is part of the sum');
  t.same([...highest], [5]);
});

void t.test('a large balancer needs several pieces of memory', async (t) => {
  const control = SharedMemory.forThreads(1);
  const seen = Array.from({ length: 40 }, () => control.counters(10_000));
  const memory = SharedMemory.attach(control.handout(0), 0);
  const own = Array.from({ length: 40 }, () => memory.counters(10_000));
  own[39]?.set([7], 9_999);
  control.gather();
  t.equal(seen[39]?.[9_999], 7);
  t.throws(() => memory.counters(500_000), /has built more/);
});
