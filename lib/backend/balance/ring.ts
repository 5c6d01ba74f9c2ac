/**
 * `hash-type consistent`: a ring of 2^32 positions on which every server has 16 points per unit of weight. A hash
 * belongs to the nearest point, so a server that comes or goes moves only the hashes next to its own points.
 *
 * Points stand sorted in two typed arrays. Changes are collected and worked in at the next use, in one pass: the
 * points of changed servers are left out, their new ones, sorted, merged in. With 160,000 points that costs about a
 * millisecond, for a single server or for a burst of changes.
 *
 * Source: HAProxy manual 4.2 "hash-type consistent", 5.2 "hash-key"; points as observed on HAProxy 2.6.
 *
 * Not here: hashes of streams (`hash.ts`), shares (`load-bound.ts`).
 */
import type { Candidate } from './balancer.ts';
import { avalanche, HASH_FUNCTIONS } from './hash-functions.ts';
import type { LoadBound } from './load-bound.ts';
import type { Lookup } from './lookup.ts';

/** Points a server may have at most, which keeps those of successive ids apart. */
const POINTS_MAX = 4096;
/** A point and its owner's index make one number that sorts by point first; 2^32 * 2^20 is still exact. */
const OWNERS_MAX = 2 ** 20;

export class Ring<S extends Candidate> implements Lookup<S> {
  readonly #servers: readonly S[];
  readonly #bound: LoadBound<S> | null;
  readonly #indexOf = new Map<S, number>();
  /** What a server's points are counted from. */
  readonly #bases: Uint32Array;
  /** Points each server has on the ring as it is. */
  readonly #counts: Uint16Array;
  /** Servers whose points are to be worked in, each once. */
  readonly #changed: number[] = [];
  readonly #isChanged: Uint8Array;
  #points = new Uint32Array(0);
  #owners = new Uint32Array(0);

  constructor(servers: readonly S[], bound: LoadBound<S> | null) {
    this.#servers = servers;
    this.#bound = bound;
    this.#bases = Uint32Array.from(servers, pointBase);
    this.#counts = new Uint16Array(servers.length);
    this.#isChanged = new Uint8Array(servers.length);
    for (const [index, server] of servers.entries()) {
      this.#indexOf.set(server, index);
      this.#note(index);
    }
    this.#workIn();
  }

  get size(): number {
    if (this.#changed.length > 0) this.#workIn();
    return this.#points.length;
  }

  serverAt(place: number): S {
    return this.#server(this.#owners[place] ?? -1);
  }

  /**
   * The nearest server, or the next one clockwise that is not `avoid` and within bounds. `avoid` is taken only if
   * there is no other.
   */
  find(hash: number, avoid: S | null): S | null {
    const size = this.size;
    if (size === 0) return null;
    const nearest = this.#nearest(hash);
    const owner = this.#owners[nearest] ?? -1;
    const server = this.#server(owner);
    if (server !== avoid && this.#allows(owner)) return server;
    return this.#walk(nearest, avoid);
  }

  weightChanged(server: S): void {
    const index = this.#indexOf.get(server);
    if (index === undefined) return;
    this.#bound?.weightChanged(server);
    this.#note(index);
  }

  loadChanged(server: S): void {
    if (this.#indexOf.has(server)) this.#bound?.loadChanged(server);
  }

  #note(index: number): void {
    if (this.#isChanged[index] === 1) return;
    this.#isChanged[index] = 1;
    this.#changed.push(index);
  }

  #server(index: number): S {
    const server = this.#servers[index];
    if (server === undefined) throw new RangeError(`no server ${index} on the ring`);
    return server;
  }

  #allows(index: number): boolean {
    return this.#bound === null || this.#bound.allows(index);
  }

  /** Position of the point nearest to the hash; at equal distance the one before it. */
  #nearest(hash: number): number {
    const points = this.#points;
    let low = 0;
    let high = points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((points[middle] ?? 0) < hash) low = middle + 1;
      else high = middle;
    }
    const after = low === points.length ? 0 : low;
    const before = after === 0 ? points.length - 1 : after - 1;
    const toBefore = (hash - (points[before] ?? 0)) >>> 0;
    const toAfter = ((points[after] ?? 0) - hash) >>> 0;
    return toBefore <= toAfter ? before : after;
  }

  /** Clockwise from a point that will not do. Bounds are above the mean, so few steps are to be expected. */
  #walk(start: number, avoid: S | null): S {
    const size = this.#points.length;
    let other: S | null = null;
    let place = start;
    for (let steps = 0; steps < size; steps += 1) {
      const owner = this.#owners[place] ?? -1;
      const server = this.#server(owner);
      if (server !== avoid) {
        if (this.#allows(owner)) return server;
        other ??= server;
      }
      place = place + 1 === size ? 0 : place + 1;
    }
    return other ?? this.serverAt(start);
  }

  /** Merges the points of changed servers into a copy of the rest. */
  #workIn(): void {
    const fresh = this.#freshPoints();
    const size = this.#keptCount() + fresh.length;
    const [oldPoints, oldOwners] = [this.#points, this.#owners];
    const [points, owners] = [new Uint32Array(size), new Uint32Array(size)];
    const changed = this.#isChanged;
    let to = 0;
    let from = 0;
    // Plain indexing: this loop is what a flip costs, and iterators make it twenty times as long.
    for (let at = 0; at < oldPoints.length; at += 1) {
      const point = oldPoints[at] ?? 0;
      const owner = oldOwners[at] ?? 0;
      if (changed[owner] === 1) continue;
      const packed = point * OWNERS_MAX + owner;
      for (; from < fresh.length && (fresh[from] ?? 0) < packed; from += 1, to += 1) {
        unpack(fresh[from] ?? 0, points, owners, to);
      }
      points[to] = point;
      owners[to] = owner;
      to += 1;
    }
    for (; from < fresh.length; from += 1, to += 1) unpack(fresh[from] ?? 0, points, owners, to);
    this.#points = points;
    this.#owners = owners;
    this.#settle();
  }

  #settle(): void {
    for (const index of this.#changed) {
      this.#counts[index] = this.#wantedCount(index);
      this.#isChanged[index] = 0;
    }
    this.#changed.length = 0;
  }

  #keptCount(): number {
    let kept = this.#points.length;
    for (const index of this.#changed) kept -= this.#counts[index] ?? 0;
    return kept;
  }

  #wantedCount(index: number): number {
    return Math.min(this.#server(index).effectiveWeight, POINTS_MAX);
  }

  /** Points of the changed servers as they should be, each with its owner, sorted. */
  #freshPoints(): Float64Array {
    let count = 0;
    for (const index of this.#changed) count += this.#wantedCount(index);
    const fresh = new Float64Array(count);
    let to = 0;
    for (const index of this.#changed) {
      const base = this.#bases[index] ?? 0;
      const wanted = this.#wantedCount(index);
      for (let point = 0; point < wanted; point += 1, to += 1) {
        fresh[to] = avalanche(base + point) * OWNERS_MAX + index;
      }
    }
    return fresh.sort();
  }
}

function unpack(packed: number, points: Uint32Array, owners: Uint32Array, to: number): void {
  points[to] = Math.floor(packed / OWNERS_MAX);
  owners[to] = packed % OWNERS_MAX;
}

/** Where the points of a server are counted from: its id, or what `hash-key` says. */
function pointBase(server: Candidate): number {
  switch (server.hashKey) {
    case 'id':
      return Math.imul(server.id, POINTS_MAX) >>> 0;
    case 'id32':
      return avalanche(server.id);
    case 'addr':
      return textBase(server.address.replace(/:\+?[0-9]+$/, ''));
    case 'addr-port':
      return textBase(server.address);
  }
}

function textBase(text: string): number {
  const bytes = Buffer.from(text);
  return avalanche(HASH_FUNCTIONS.sdbm(bytes, bytes.length));
}
