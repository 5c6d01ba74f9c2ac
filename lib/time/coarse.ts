/**
 * Deadlines by the ten thousand on one timer: a wheel of slots, each a linked list, with the clock armed only
 * for the next slot that holds something.
 *
 *     slot:   k      k+1     k+2    ...   (k - 1)
 *             |       |       |
 *            [a]     [ ]     [b]-[c]       a is looked at when slot k has passed,
 *                                          b and c one tick later than a slot in between
 *
 * A deadline beyond the wheel's reach waits in its last slot and is put down again when that comes by.
 * Setting and cancelling are a few assignments and allocate nothing. A deadline is met up to one tick late,
 * never early.
 *
 * Short sessions one after the other leave the wheel empty between them. A timer of the clock for each would cost more
 * than all the rest, so the first one in an empty wheel arms a look a few ticks ahead, and a look that is near is not
 * called off when the wheel is empty again: it finds nothing and is the last.
 *
 * Idle timeouts do not move their deadline on every byte: the owner keeps a stamp of the last activity, and when
 * the deadline comes it computes the true one from the stamp and sets it again.
 *
 * Not here: what a deadline means, and calls that must be exact (`clock.ts`).
 */
import type { Clock, Timer } from './clock.ts';

/** Who is told. `due` may set the same deadline again. */
export interface DeadlineOwner {
  deadlineDue(nowMs: number): void;
}

/** One deadline of one owner; in the wheel while `set`, owned by whoever made it. */
export class Deadline {
  readonly owner: DeadlineOwner;
  atMs = 0;
  /** Neighbours in the slot's ring; null outside the wheel. Only the wheel touches them. */
  next: Deadline | null = null;
  previous: Deadline | null = null;

  constructor(owner: DeadlineOwner) {
    this.owner = owner;
  }

  get isSet(): boolean {
    return this.next !== null;
  }
}

const NOBODY: DeadlineOwner = { deadlineDue: () => {} };
const SLOT_COUNT = 1024;
/** A look is near up to here. Nothing else keeps an empty wheel's timer alive, so this is also how long a process may stay for it. */
const NEAR_TICKS = 10;

export class DeadlineWheel {
  readonly #clock: Clock;
  readonly #tickMs: number;
  /** Heads of the rings; a head alone points at itself. */
  readonly #slots: Deadline[];
  /** Every slot up to this tick has been looked at. */
  #doneTick: number;
  #count = 0;
  #timer: Timer | null = null;
  #armedTick = Number.POSITIVE_INFINITY;

  /** `tickMs`: how late a deadline may be met; 1024 ticks are the wheel's reach. */
  constructor(clock: Clock, tickMs = 10) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#doneTick = Math.floor(clock.nowMs() / tickMs);
    this.#slots = Array.from({ length: SLOT_COUNT }, () => {
      const head = new Deadline(NOBODY);
      head.next = head;
      head.previous = head;
      return head;
    });
  }

  /** Deadlines waiting. */
  get count(): number {
    return this.#count;
  }

  /** Puts the deadline at `atMs` (of the clock's `nowMs`), moving it if it was set; one in the past is due at the next tick. */
  set(deadline: Deadline, atMs: number): void {
    if (deadline.next !== null) this.cancel(deadline);
    deadline.atMs = atMs;
    if (this.#count === 0 && this.#timer === null)
      this.#doneTick = Math.floor(this.#clock.nowMs() / this.#tickMs);
    const tick = this.#insert(deadline);
    if (tick >= this.#armedTick) return;
    this.#arm(this.#timer === null ? Math.min(tick, this.#doneTick + NEAR_TICKS) : tick);
  }

  /** Takes the deadline out; nothing happens if it is not set. */
  cancel(deadline: Deadline): void {
    const { next, previous } = deadline;
    if (next === null || previous === null) return;
    previous.next = next;
    next.previous = previous;
    deadline.next = null;
    deadline.previous = null;
    this.#count -= 1;
    if (this.#count === 0 && this.#armedTick > this.#doneTick + NEAR_TICKS) this.#disarm();
  }

  /** Nobody will set a deadline any more: the look that may still be armed for an empty wheel is called off. */
  stop(): void {
    if (this.#count === 0) this.#disarm();
  }

  #insert(deadline: Deadline): number {
    const wanted = Math.ceil(deadline.atMs / this.#tickMs);
    const tick = Math.min(Math.max(wanted, this.#doneTick + 1), this.#doneTick + SLOT_COUNT - 1);
    const head = this.#slot(tick);
    const last = head.previous ?? head;
    deadline.previous = last;
    deadline.next = head;
    last.next = deadline;
    head.previous = deadline;
    this.#count += 1;
    return tick;
  }

  #slot(tick: number): Deadline {
    const head = this.#slots[tick % SLOT_COUNT];
    if (head === undefined) throw new RangeError(`tick ${tick} is no whole number`);
    return head;
  }

  #arm(tick: number): void {
    this.#timer?.cancel();
    this.#armedTick = tick;
    const delayMs = Math.max(0, tick * this.#tickMs - this.#clock.nowMs());
    this.#timer = this.#clock.after(Math.ceil(delayMs), () => this.#turn());
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#armedTick = Number.POSITIVE_INFINITY;
  }

  /** Looks at every slot that has passed, then arms for the next one in use. */
  #turn(): void {
    this.#disarm();
    const nowMs = this.#clock.nowMs();
    const nowTick = Math.floor(nowMs / this.#tickMs);
    // After a stall longer than the wheel's reach one round is enough to see every slot.
    const from = Math.max(this.#doneTick + 1, nowTick - SLOT_COUNT + 1);
    try {
      for (let tick = from; tick <= nowTick; tick += 1) {
        // Deadlines that owners set meanwhile land behind `doneTick`, so never in the slot that is being emptied.
        this.#doneTick = tick;
        this.#empty(this.#slot(tick), nowMs);
      }
      this.#doneTick = Math.max(this.#doneTick, nowTick);
    } finally {
      // Whatever one owner throws, the deadlines of the others stay alive.
      if (this.#count > 0) this.#arm(this.#nextTickInUse());
    }
  }

  #empty(head: Deadline, nowMs: number): void {
    let guard = this.#count;
    while (guard-- > 0) {
      const deadline = head.next;
      if (deadline === null || deadline === head) return;
      this.cancel(deadline);
      if (deadline.atMs > nowMs) this.#insert(deadline);
      else deadline.owner.deadlineDue(nowMs);
    }
  }

  #nextTickInUse(): number {
    for (let tick = this.#doneTick + 1; tick < this.#doneTick + SLOT_COUNT; tick += 1) {
      const head = this.#slot(tick);
      if (head.next !== head) return tick;
    }
    return this.#doneTick + SLOT_COUNT - 1;
  }
}
