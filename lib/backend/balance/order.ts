/**
 * Servers standing in order of a key, those with equal keys in the order in which they came: a binary heap that
 * knows where everything stands in it, so that any entry can be taken out.
 *
 * Insertion and removal are O(log n), the first and second are at hand.
 *
 * Not here: what the keys mean (`round-robin.ts`, `least-connections.ts`).
 */

/** What stands in an order. An entry is in at most one order at a time, and only that order writes `at`. */
export interface Ranked {
  /** Lowest first. Not to be changed while the entry stands in an order. */
  key: number;
  /** Decides between equal keys, lowest first; as a rule a number that grows with every insertion. */
  turn: number;
  /** Position in the heap; -1 outside. */
  at: number;
}

export class Order<E extends Ranked> {
  readonly #heap: E[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get first(): E | null {
    return this.#heap[0] ?? null;
  }

  /** The one after the first. */
  get second(): E | null {
    const left = this.#heap[1];
    const right = this.#heap[2];
    if (left === undefined) return null;
    return right !== undefined && precedes(right, left) ? right : left;
  }

  /** Entry at a position of the heap, in no particular order but the first at 0; for looking at a few. */
  at(position: number): E | null {
    return this.#heap[position] ?? null;
  }

  insert(entry: E): void {
    this.#heap.push(entry);
    this.#rise(entry, this.#heap.length - 1);
  }

  remove(entry: E): void {
    const hole = entry.at;
    const last = this.#heap.pop();
    entry.at = -1;
    if (last === undefined || last === entry) return;
    if (precedes(last, entry)) this.#rise(last, hole);
    else this.#sink(last, hole);
  }

  /** The first one is to stand at another key: like taking it out and inserting it again, in fewer steps. */
  moveFirst(key: number): void {
    const first = this.#heap[0];
    if (first === undefined) return;
    first.key = key;
    this.#sink(first, 0);
  }

  /** Puts `entry` at `from` or, while it precedes what stands above, higher. */
  #rise(entry: E, from: number): void {
    const heap = this.#heap;
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >>> 1;
      const parent = heap[parentAt];
      if (parent === undefined || precedes(parent, entry)) break;
      heap[at] = parent;
      parent.at = at;
      at = parentAt;
    }
    heap[at] = entry;
    entry.at = at;
  }

  /** Puts `entry` at `from` or, while something below precedes it, lower. */
  #sink(entry: E, from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let childAt = 2 * at + 1;
      let child = heap[childAt];
      if (child === undefined) break;
      const right = heap[childAt + 1];
      if (right !== undefined && precedes(right, child)) {
        child = right;
        childAt += 1;
      }
      if (precedes(entry, child)) break;
      heap[at] = child;
      child.at = at;
      at = childAt;
    }
    heap[at] = entry;
    entry.at = at;
  }
}

function precedes(one: Ranked, other: Ranked): boolean {
  return one.key < other.key || (one.key === other.key && one.turn < other.turn);
}
