/** Waiters in order of arrival. */
import t from 'tap';
import { Queue, Waiter, type Dismissal } from '../../lib/backend/queue.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';

class Named {
  readonly name: string;
  readonly log: string[];
  readonly waiter: Waiter;
  readonly queue: Queue;
  constructor(name: string, queue: Queue, log: string[]) {
    this.name = name;
    this.log = log;
    this.queue = queue;
    this.waiter = new Waiter(this, 1, queue.length);
    queue.enqueue(this.waiter);
  }
  slotGranted(): void {
    this.log.push(`${this.name} served`);
  }
  dismissed(reason: Dismissal): void {
    this.log.push(`${this.name} ${reason}`);
  }
}

function names(queue: Queue): string[] {
  const found: string[] = [];
  for (let one = queue.head; one !== null; one = one.next) found.push((one.owner as Named).name);
  return found;
}

void t.test('keeps the order of arrival wherever one leaves', async (t) => {
  const lengths: number[] = [];
  const queue: Queue = new Queue(SharedMemory.alone(), () => lengths.push(queue.length));
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => new Named(name, queue, []));
  t.same(names(queue), ['a', 'b', 'c', 'd']);
  t.same([a?.waiter.ahead, d?.waiter.ahead], [0, 3]);
  c?.waiter.cancel();
  t.same(names(queue), ['a', 'b', 'd']);
  a?.waiter.cancel();
  t.same(names(queue), ['b', 'd']);
  d?.waiter.cancel();
  t.same(names(queue), ['b']);
  b?.waiter.cancel();
  t.equal(queue.head, null);
  t.same(lengths, [1, 2, 3, 4, 3, 2, 1, 0], 'every change is told');
});

void t.test('a waiter leaves once', async (t) => {
  const queue = new Queue(SharedMemory.alone(), () => {});
  const [a, b] = ['a', 'b'].map((name) => new Named(name, queue, []));
  a?.waiter.cancel();
  a?.waiter.cancel();
  if (a !== undefined) queue.remove(a.waiter);
  t.equal(a?.waiter.queue, null);
  t.equal(queue.length, 1);
  t.equal(b?.waiter.queue, queue);
});

void t.test('dismisses everybody in order and says how many; whoever joins meanwhile stays', async (t) => {
  const queue = new Queue(SharedMemory.alone(), () => {});
  const log: string[] = [];
  class Returning extends Named {
    override dismissed(reason: Dismissal): void {
      super.dismissed(reason);
      queue.enqueue(new Waiter(this, 2, 0));
    }
  }
  for (const name of ['a', 'b', 'c']) new Returning(name, queue, log);
  t.equal(queue.dismissAll('redistributed'), 3);
  t.same(log, ['a redistributed', 'b redistributed', 'c redistributed']);
  t.same(names(queue), ['a', 'b', 'c']);
});

void t.test('one that leaves because of another dismissal is not dismissed', async (t) => {
  const queue = new Queue(SharedMemory.alone(), () => {});
  const log: string[] = [];
  let victim: Waiter | null = null;
  class Killer extends Named {
    override dismissed(reason: Dismissal): void {
      super.dismissed(reason);
      victim?.cancel();
    }
  }
  new Killer('a', queue, log);
  victim = new Named('b', queue, log).waiter;
  new Named('c', queue, log);
  queue.dismissAll('no-server');
  t.same(log, ['a no-server', 'c no-server']);
  t.equal(queue.length, 0);
});
