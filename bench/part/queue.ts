/**
 * What standing in a queue costs: joining and leaving at its end, being served from its head, and leaving from anywhere,
 * with 1,000 and 100,000 waiters.
 *
 *     node build/bench/part/queue.js [seconds per figure, 0.3]
 *
 * Not here: who is woken and why (`many-servers.ts` has a placement with waiters).
 */
import { Queue, Waiter, type WaiterOwner } from '../../lib/backend/queue.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { figure, nanosecondsPerCall, say } from './timing.ts';

const NOBODY: WaiterOwner = { slotGranted: () => {}, dismissed: () => {} };
const SIZES = [1000, 100_000];
const seconds = Number(process.argv[2] ?? 0.3);

/** A queue that keeps its length: whoever leaves is followed by a new one. */
class Crowd {
  readonly queue = new Queue(SharedMemory.alone(), () => {});
  readonly #waiters: Waiter[] = [];
  #order = 0;

  constructor(size: number) {
    while (this.#waiters.length < size) this.#waiters.push(this.#join());
  }

  #join(): Waiter {
    this.#order += 1;
    const waiter = new Waiter(NOBODY, this.#order, this.queue.length);
    this.queue.enqueue(waiter);
    return waiter;
  }

  joinAndLeave(): void {
    this.#join().cancel();
  }

  serve(): void {
    const { head } = this.queue;
    if (head !== null) this.queue.remove(head);
    this.#join();
  }

  /** Somebody from the middle gives up. */
  cancelAnywhere(): void {
    const index = (this.#order * 7919) % this.#waiters.length;
    this.#waiters[index]?.cancel();
    this.#waiters[index] = this.#join();
  }
}

for (const size of SIZES) {
  // Two crowds: serving takes waiters that cancelling would look for in vain.
  const [served, cancelling] = [new Crowd(size), new Crowd(size)];
  say(
    `queue of ${size}`,
    figure(
      nanosecondsPerCall(() => served.joinAndLeave(), seconds),
      'ns enqueue and cancel',
    ),
    figure(
      nanosecondsPerCall(() => served.serve(), seconds),
      'ns serve and enqueue',
    ),
    figure(
      nanosecondsPerCall(() => cancelling.cancelAnywhere(), seconds),
      'ns cancel anywhere and enqueue',
    ),
  );
}
