/**
 * Streams in order of arrival, waiting for a place on a server. One queue per server (for streams that must go
 * there) and one per backend (for those that any server may serve).
 *
 * A waiter's state is the list it stands in: `waiter.queue` is null once it was served, cancelled or refused.
 * Enqueueing, cancelling and taking the head are constant time and allocate nothing but the waiter.
 *
 * With several threads each has its own list of the same queue, and tells the others how long it is and how long its first one has
 * waited. Everything that says "over all threads" is true for the moment in which it is asked.
 *
 * Not here: who is woken when a place frees (`backend.ts`), how long one may wait (`connect.ts`).
 */
import type { Count } from '../shared/count.ts';
import type { SharedMemory } from '../shared/memory.ts';
import type { Slot } from './slot.ts';

/** Why a waiter leaves the queue without a slot and without having asked. */
export type Dismissal = 'no-server' | 'redistributed';

/** Who waits. */
export interface WaiterOwner {
  /** A place: the slot is taken for this stream and must be given back by it. */
  slotGranted(slot: Slot): void;
  /** Out of the queue without a slot: no server is left, or the stream should ask the backend again. */
  dismissed(reason: Dismissal): void;
}

export class Waiter {
  readonly owner: WaiterOwner;
  /** When it came among all waiters of the backend, over all threads; see `cameBefore`. Never 0. */
  readonly order: number;
  /** Streams that stood before it when it joined, over all threads. */
  readonly ahead: number;
  /** The queue it stands in; null outside. Only the queue writes these three. */
  queue: Queue | null = null;
  next: Waiter | null = null;
  previous: Waiter | null = null;

  constructor(owner: WaiterOwner, order: number, ahead: number) {
    this.owner = owner;
    this.order = order;
    this.ahead = ahead;
  }

  /** Leaves the queue; does nothing outside of one. */
  cancel(): void {
    this.queue?.remove(this);
  }
}

/** True if the first of two orders is the earlier one. They start again from the other end of 32 bits some day. */
export function cameBefore(one: number, other: number): boolean {
  return ((one - other) | 0) < 0;
}

export class Queue {
  #head: Waiter | null = null;
  #tail: Waiter | null = null;
  readonly #count: Count;
  /** Of each thread, the order of its head; 0: nobody waits there. */
  readonly #heads: Int32Array;
  readonly #thread: number;
  readonly #changed: (change: 1 | -1) => void;

  /** `changed` is called after every change of this thread's list, with the difference of its length. */
  constructor(memory: SharedMemory, changed: (change: 1 | -1) => void) {
    this.#count = memory.count();
    this.#heads = memory.perThread();
    // A control thread has no waiters, so it never writes there.
    this.#thread = memory.thread ?? 0;
    this.#changed = changed;
  }

  /** Who waits longest in this thread. */
  get head(): Waiter | null {
    return this.#head;
  }

  /** Over all threads. */
  get length(): number {
    return this.#count.now;
  }

  /** The order of who waits longest over all threads; 0: nobody waits. */
  get firstOrder(): number {
    const heads = this.#heads;
    let first = 0;
    for (let thread = 0; thread < heads.length; thread += 1) {
      const order = Atomics.load(heads, thread);
      if (order !== 0 && (first === 0 || cameBefore(order, first))) first = order;
    }
    return first;
  }

  /** The thread in which the one stands who waits longest; -1: nobody waits, or that one has just left. */
  get firstThread(): number {
    const { firstOrder } = this;
    return firstOrder === 0 ? -1 : this.#heads.indexOf(firstOrder);
  }

  /** Puts a waiter, who stands in no queue, at the end. */
  enqueue(waiter: Waiter): void {
    waiter.queue = this;
    waiter.previous = this.#tail;
    if (this.#tail === null) this.#setHead(waiter);
    else this.#tail.next = waiter;
    this.#tail = waiter;
    this.#count.add();
    this.#changed(1);
  }

  /** Takes a waiter of this queue out, wherever it stands. */
  remove(waiter: Waiter): void {
    if (waiter.queue !== this) return;
    if (waiter.previous === null) this.#setHead(waiter.next);
    else waiter.previous.next = waiter.next;
    if (waiter.next === null) this.#tail = waiter.previous;
    else waiter.next.previous = waiter.previous;
    waiter.queue = null;
    waiter.next = null;
    waiter.previous = null;
    this.#count.remove();
    this.#changed(-1);
  }

  /** Takes everybody of this thread out and dismisses them; returns how many. Who joins meanwhile stays. */
  dismissAll(reason: Dismissal): number {
    const waiters: Waiter[] = [];
    for (let waiter = this.#head; waiter !== null; waiter = waiter.next) waiters.push(waiter);
    for (const waiter of waiters) {
      // An earlier one's dismissal may have made a later one leave already.
      if (waiter.queue !== this) continue;
      this.remove(waiter);
      waiter.owner.dismissed(reason);
    }
    return waiters.length;
  }

  #setHead(waiter: Waiter | null): void {
    this.#head = waiter;
    Atomics.store(this.#heads, this.#thread, waiter?.order ?? 0);
  }
}
