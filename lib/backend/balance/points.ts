/**
 * The points of a consistent ring in their order, each with its owner: a row of buckets, each for an equal share of the
 * 2^32 positions. Points are hashes, so they spread evenly and a bucket holds some twenty, sorted; adding, taking out
 * and looking up touch one or two buckets, however many points there are.
 *
 *     position   0        2^32/4     2^32/2    2^32*3/4
 *                | . . .  |  .       |         | . .  . . |
 *     filled       yes       yes       no        yes          so the way to the next point never crosses an empty stretch
 *
 * Not here: whose points there are (`ring.ts`).
 */
import { IndexSet } from './index-set.ts';
import { Ranks } from './ranks.ts';

/** A point and its owner make one number that sorts by point first; 2^32 * 2^20 is still exact. */
const OWNERS_MAX = 2 ** 20;
const POSITIONS = 2 ** 32;
/** Larger buckets take longer to look through, smaller ones are spread over more memory. */
const POINTS_PER_BUCKET = 32;

export class Points {
  readonly #buckets: number[][];
  readonly #filled: IndexSet;
  readonly #ranks: Ranks;
  /** Entries per bucket. */
  readonly #width: number;

  /** `expected`: how many points there will be; more or fewer only cost time. */
  constructor(expected: number) {
    const count = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, expected / POINTS_PER_BUCKET))));
    this.#buckets = Array.from({ length: count }, () => []);
    this.#filled = new IndexSet(count);
    this.#ranks = new Ranks(count);
    this.#width = (POSITIONS * OWNERS_MAX) / count;
  }

  get size(): number {
    return this.#ranks.total;
  }

  /** Points and owners are whole numbers below 2^32 and 2^20; owners may share a point. */
  add(point: number, owner: number): void {
    const entry = point * OWNERS_MAX + owner;
    const index = this.#indexOf(entry);
    const bucket = this.#bucket(index);
    if (bucket.length === 0) this.#filled.add(index);
    let at = bucket.length;
    for (; at > 0 && (bucket[at - 1] ?? 0) > entry; at -= 1) bucket[at] = bucket[at - 1] ?? 0;
    bucket[at] = entry;
    this.#ranks.add(index, 1);
  }

  /** Takes out a point that was added. */
  remove(point: number, owner: number): void {
    const entry = point * OWNERS_MAX + owner;
    const index = this.#indexOf(entry);
    const bucket = this.#bucket(index);
    const last = bucket.length - 1;
    for (let at = bucket.indexOf(entry); at < last; at += 1) bucket[at] = bucket[at + 1] ?? 0;
    bucket.length = last;
    if (last === 0) this.#filled.delete(index);
    this.#ranks.add(index, -1);
  }

  /** Owner of the point at a place, 0 to `size - 1`, in the order of points. */
  ownerAt(place: number): number {
    const index = this.#ranks.find(place);
    return ownerOf(this.#bucket(index)[place - this.#ranks.before(index)] ?? 0);
  }

  /** The entry of the point nearest to a hash; at equal distance the one before it. There must be a point. */
  nearest(hash: number): number {
    const target = hash * OWNERS_MAX;
    const index = this.#indexOf(target);
    const bucket = this.#bucket(index);
    const at = placeIn(bucket, target);
    const before = bucket[at - 1] ?? this.#lastBefore(index);
    const after = bucket[at] ?? this.#firstAfter(index);
    return (hash - pointOf(before)) >>> 0 <= (pointOf(after) - hash) >>> 0 ? before : after;
  }

  /** The first entry that is `target` or greater, or beyond the last one the first of all. There must be a point. */
  from(target: number): number {
    const index = this.#indexOf(target);
    const bucket = this.#bucket(index);
    return bucket[placeIn(bucket, target)] ?? this.#firstAfter(index);
  }

  #firstAfter(index: number): number {
    const next = this.#filled.firstFrom(index + 1);
    return this.#bucket(next < 0 ? this.#filled.firstFrom(0) : next)[0] ?? 0;
  }

  #lastBefore(index: number): number {
    const previous = this.#filled.lastTo(index - 1);
    return this.#bucket(previous < 0 ? this.#filled.lastTo(this.#buckets.length - 1) : previous).at(-1) ?? 0;
  }

  #indexOf(entry: number): number {
    return Math.min(Math.floor(entry / this.#width), this.#buckets.length - 1);
  }

  #bucket(index: number): number[] {
    const bucket = this.#buckets[index];
    if (bucket === undefined) throw new RangeError(`no points at ${index}`);
    return bucket;
  }
}

/** Where in a bucket `target` stands or would stand. */
function placeIn(bucket: readonly number[], target: number): number {
  let at = 0;
  while (at < bucket.length && (bucket[at] ?? 0) < target) at += 1;
  return at;
}

/** Where an entry stands on the ring, 0 to 2^32 - 1. */
export function pointOf(entry: number): number {
  return Math.floor(entry / OWNERS_MAX);
}

/** Whose it is. */
export function ownerOf(entry: number): number {
  return entry % OWNERS_MAX;
}
