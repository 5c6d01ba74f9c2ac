/**
 * How many of something are taken, over all threads, and by which thread: sessions, places on a server, streams in a queue. Limits
 * hold exactly, whatever the threads do at the same moment.
 *
 *     cells:   [ all | thread 0 | thread 1 | ... | handed to thread 0 | handed to thread 1 | ... ]
 *
 * A thread may be killed whenever it calls something or turns a loop, and `Atomics` are calls: it is killed before such a call takes
 * effect, never right after. So what belongs together is done by one call and a plain assignment behind it, and `forget` finds
 * the sum and the shares equal. Only the thread itself assigns its share; what others hand it stands in a cell of its own until it
 * is claimed.
 *
 * Not here: who waits when a limit is reached (`../backend/queue.ts`, `../frontend/listener.ts`).
 */
export class Count {
  readonly #cells: Int32Array;
  readonly #threadCount: number;
  /** Where this thread's share stands. */
  readonly #at: number;

  /** Made by `SharedMemory.count`. `thread` null: a control thread, which takes nothing. */
  constructor(cells: Int32Array, threadCount: number, thread: number | null) {
    this.#cells = cells;
    this.#threadCount = threadCount;
    this.#at = thread === null ? -1 : thread + 1;
  }

  /** Cells that a count over that many threads needs. */
  static cellCount(threadCount: number): number {
    return 1 + 2 * threadCount;
  }

  /** Over all threads. */
  get now(): number {
    return Atomics.load(this.#cells, 0);
  }

  /** What this thread has taken or claimed. */
  get own(): number {
    return this.#cells[this.#at] ?? 0;
  }

  /** Everything else. */
  get elsewhere(): number {
    return this.now - this.own;
  }

  /** The share of thread number `thread`, with what has been handed to it. Another thread's may be a moment old. */
  of(thread: number): number {
    return Atomics.load(this.#cells, thread + 1) + Atomics.load(this.#cells, this.#handedAt(thread));
  }

  /** The next thread after number `after`, itself included as the last one, that has a share; null: there is none. */
  next(after: number): number | null {
    for (let step = 1; step <= this.#threadCount; step += 1) {
      const thread = (after + step) % this.#threadCount;
      if (this.of(thread) > 0) return thread;
    }
    return null;
  }

  /** One more; returns how many there are now. */
  add(): number {
    const cells = this.#cells;
    const at = this.#at;
    const before = Atomics.add(cells, 0, 1);
    cells[at] = (cells[at] ?? 0) + 1;
    return before + 1;
  }

  /** One more, unless there are `max` already; false then. */
  tryAdd(max: number): boolean {
    const cells = this.#cells;
    const at = this.#at;
    for (;;) {
      const now = Atomics.load(cells, 0);
      if (now >= max) return false;
      if (Atomics.compareExchange(cells, 0, now, now + 1) !== now) continue;
      cells[at] = (cells[at] ?? 0) + 1;
      return true;
    }
  }

  /** One less. */
  remove(): void {
    const cells = this.#cells;
    const at = this.#at;
    Atomics.sub(cells, 0, 1);
    cells[at] = (cells[at] ?? 0) - 1;
  }

  /** One of this thread's becomes thread number `thread`'s, which has to claim it; the sum stays. */
  handTo(thread: number): void {
    const cells = this.#cells;
    const at = this.#at;
    const handedAt = this.#handedAt(thread);
    Atomics.add(cells, handedAt, 1);
    cells[at] = (cells[at] ?? 0) - 1;
  }

  /** Takes one that another thread has handed to this one; false if there is none. */
  tryClaim(): boolean {
    const cells = this.#cells;
    const at = this.#at;
    const handedAt = this.#handedAt(at - 1);
    // Nobody else takes from there.
    if (at < 0 || Atomics.load(cells, handedAt) === 0) return false;
    Atomics.sub(cells, handedAt, 1);
    cells[at] = (cells[at] ?? 0) + 1;
    return true;
  }

  /** Takes out all that belongs to a dead thread. For the control thread. */
  forget(thread: number): void {
    const cells = this.#cells;
    const handed = Atomics.exchange(cells, this.#handedAt(thread), 0);
    Atomics.sub(cells, 0, Atomics.exchange(cells, thread + 1, 0) + handed);
  }

  #handedAt(thread: number): number {
    return 1 + this.#threadCount + thread;
  }
}
