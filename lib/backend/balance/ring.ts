/**
 * `hash-type consistent`: a ring of 2^32 positions on which every server has 16 points per unit of weight. A hash
 * belongs to the nearest point, so a server that comes or goes moves only the hashes next to its own points.
 *
 * A change of a weight adds the points it has more, or takes out those it has less: the first points of a server are
 * the same at any weight. It costs as many steps as there are such points, whatever the number of servers.
 *
 * Source: HAProxy manual 4.2 "hash-type consistent", 5.2 "hash-key"; points as observed on HAProxy 2.6.
 *
 * Not here: the points in their order (`points.ts`), hashes of streams (`hash.ts`), shares (`load-bound.ts`).
 */
import type { Candidate } from './balancer.ts';
import { avalanche, HASH_FUNCTIONS } from './hash-functions.ts';
import type { LoadBound } from './load-bound.ts';
import type { Lookup } from './lookup.ts';
import { ownerOf, Points } from './points.ts';

/** Points a server may have at most, which keeps those of successive ids apart. */
const POINTS_MAX = 4096;

export class Ring<S extends Candidate> implements Lookup<S> {
  readonly #servers: readonly S[];
  readonly #bound: LoadBound<S> | null;
  readonly #indexOf = new Map<S, number>();
  /** What a server's points are counted from. */
  readonly #bases: Uint32Array;
  /** Points each server has on the ring. */
  readonly #counts: Uint16Array;
  readonly #points: Points;

  constructor(servers: readonly S[], bound: LoadBound<S> | null) {
    this.#servers = servers;
    this.#bound = bound;
    this.#bases = Uint32Array.from(servers, pointBase);
    this.#counts = new Uint16Array(servers.length);
    this.#points = new Points(servers.reduce((sum, server) => sum + server.configuredWeight, 0));
    for (const [index, server] of servers.entries()) {
      this.#indexOf.set(server, index);
      this.#place(index, server);
    }
  }

  get size(): number {
    return this.#points.size;
  }

  serverAt(place: number): S {
    return this.#server(this.#points.ownerAt(place));
  }

  /**
   * The nearest server, or the next one clockwise that is not `avoid` and within bounds. `avoid` is taken only if
   * there is no other.
   */
  find(hash: number, avoid: S | null): S | null {
    if (this.#points.size === 0) return null;
    const nearest = this.#points.nearest(hash);
    const owner = ownerOf(nearest);
    const server = this.#server(owner);
    if (server !== avoid && this.#allows(owner)) return server;
    return this.#walk(nearest, avoid);
  }

  weightChanged(server: S): void {
    const index = this.#indexOf.get(server);
    if (index === undefined) return;
    this.#bound?.weightChanged(server);
    this.#place(index, server);
  }

  loadChanged(server: S): void {
    if (this.#indexOf.has(server)) this.#bound?.loadChanged(server);
  }

  #server(index: number): S {
    const server = this.#servers[index];
    if (server === undefined) throw new RangeError(`no server ${index} on the ring`);
    return server;
  }

  #allows(index: number): boolean {
    return this.#bound === null || this.#bound.allows(index);
  }

  /** Clockwise from a point that will not do. Bounds are above the mean, so few steps are to be expected. */
  #walk(start: number, avoid: S | null): S {
    let other: S | null = null;
    let entry = start;
    for (let steps = this.#points.size; steps > 0; steps -= 1) {
      const owner = ownerOf(entry);
      const server = this.#server(owner);
      if (server !== avoid) {
        if (this.#allows(owner)) return server;
        other ??= server;
      }
      entry = this.#points.from(entry + 1);
    }
    return other ?? this.#server(ownerOf(start));
  }

  /** Gives a server as many points as it weighs. */
  #place(index: number, server: S): void {
    const base = this.#bases[index] ?? 0;
    const wanted = Math.min(server.effectiveWeight, POINTS_MAX);
    let count = this.#counts[index] ?? 0;
    for (; count < wanted; count += 1) this.#points.add(avalanche(base + count), index);
    for (; count > wanted; count -= 1) this.#points.remove(avalanche(base + count - 1), index);
    this.#counts[index] = wanted;
  }
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
