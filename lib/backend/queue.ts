/**
 * Streams in order of arrival, waiting for a place on a server. One queue per server (for streams that must go
 * there) and one per backend (for those that any server may serve).
 *
 * A waiter's state is the list it stands in: `waiter.queue` is null once it was served, cancelled or refused.
 * Enqueueing, cancelling and taking the head are constant time and allocate nothing but the waiter.
 *
 * Not here: who is woken when a place frees (`backend.ts`), how long one may wait (`connect.ts`).
 */
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
  /** Rises with every waiter of the backend: of two heads the smaller one waits longer. */
  readonly order: number;
  /** Streams that stood before it when it joined. */
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

export class Queue {
  #head: Waiter | null = null;
  #tail: Waiter | null = null;
  #length = 0;
  readonly #changed: (change: 1 | -1) => void;

  /** `changed` is called after every change of the length, with the difference. */
  constructor(changed: (change: 1 | -1) => void) {
    this.#changed = changed;
  }

  get head(): Waiter | null {
    return this.#head;
  }

  get length(): number {
    return this.#length;
  }

  /** Puts a waiter, who stands in no queue, at the end. */
  enqueue(waiter: Waiter): void {
    waiter.queue = this;
    waiter.previous = this.#tail;
    if (this.#tail === null) this.#head = waiter;
    else this.#tail.next = waiter;
    this.#tail = waiter;
    this.#length += 1;
    this.#changed(1);
  }

  /** Takes a waiter of this queue out, wherever it stands. */
  remove(waiter: Waiter): void {
    if (waiter.queue !== this) return;
    if (waiter.previous === null) this.#head = waiter.next;
    else waiter.previous.next = waiter.next;
    if (waiter.next === null) this.#tail = waiter.previous;
    else waiter.next.previous = waiter.previous;
    waiter.queue = null;
    waiter.next = null;
    waiter.previous = null;
    this.#length -= 1;
    this.#changed(-1);
  }

  /** Takes everybody out and dismisses them; returns how many. Who joins meanwhile stays. */
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
}
