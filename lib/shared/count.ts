/**
 * How many of something are taken, over all threads, and by which thread: sessions, places on a server, streams in a queue. Limits
 * hold exactly, whatever the threads do at the same moment.
 *
 *     cells:   [ all | thread 0 | thread 1 | ... ]
 *
 * A thread may be killed at any call or turn of a loop, but not between two plain operations; so its share and the sum are
 * changed one right after the other, and `forget` finds them equal.
 *
 * Not here: who waits when a limit is reached (`../backend/queue.ts`, `../frontend/listener.ts`).
 */
export class Count {
  readonly #cells: Int32Array;
  /** Where this thread's share stands. */
  readonly #at: number;

  /** Made by `SharedMemory.count`. `thread` null: a control thread, which takes nothing. */
  constructor(cells: Int32Array, thread: number | null) {
    this.#cells = cells;
    this.#at = thread === null ? -1 : thread + 1;
  }

  /** Over all threads. */
  get now(): number {
    return Atomics.load(this.#cells, 0);
  }

  /** This thread's share. */
  get own(): number {
    return this.#at < 0 ? 0 : Atomics.load(this.#cells, this.#at);
  }

  /** The other threads' share. */
  get elsewhere(): number {
    return this.now - this.own;
  }

  /** The share of thread number `thread`. */
  of(thread: number): number {
    return Atomics.load(this.#cells, thread + 1);
  }

  /** The next thread after number `after`, itself included as the last one, that has a share; null: there is none. */
  next(after: number): number | null {
    const threadCount = this.#cells.length - 1;
    for (let step = 1; step <= threadCount; step += 1) {
      const thread = (after + step) % threadCount;
      if (this.of(thread) > 0) return thread;
    }
    return null;
  }

  /** One more; returns how many there are now. */
  add(): number {
    const before = Atomics.add(this.#cells, 0, 1);
    Atomics.add(this.#cells, this.#at, 1);
    return before + 1;
  }

  /** One more, unless there are `max` already; false then. */
  tryAdd(max: number): boolean {
    for (;;) {
      const now = Atomics.load(this.#cells, 0);
      if (now >= max) return false;
      if (Atomics.compareExchange(this.#cells, 0, now, now + 1) === now) {
        Atomics.add(this.#cells, this.#at, 1);
        return true;
      }
    }
  }

  /** One less. */
  remove(): void {
    Atomics.sub(this.#cells, 0, 1);
    Atomics.sub(this.#cells, this.#at, 1);
  }

  /** One of this thread's becomes thread number `thread`'s; the sum stays. */
  handTo(thread: number): void {
    Atomics.add(this.#cells, thread + 1, 1);
    Atomics.sub(this.#cells, this.#at, 1);
  }

  /** Takes the share of a dead thread out. */
  forget(thread: number): void {
    const share = Atomics.exchange(this.#cells, thread + 1, 0);
    Atomics.sub(this.#cells, 0, share);
  }
}
