/**
 * `hash-type map-based`: a table with as many places as the weights sum up to; a hash names a place. Any server
 * that comes or goes gives most hashes another server.
 *
 * Weights are reduced by what divides them all, once, at the start: while running, a server is in the table with
 * its configured weight or not at all. Servers of equal weight have their places in the order of declaration, which
 * needs no table; otherwise the table is built again at the first use after a change, as HAProxy does it at the change.
 *
 * Source: HAProxy manual 4.2 "hash-type", "balance static-rr".
 *
 * Not here: the order of servers in the table (`table.ts`).
 */
import type { Candidate } from './balancer.ts';
import type { Lookup } from './lookup.ts';
import { Ranks } from './ranks.ts';
import { buildTable } from './table.ts';

/** A choice is O(log n); the first after a change O(places) where weights differ. */
export class WeightMap<S extends Candidate> implements Lookup<S> {
  readonly #servers: readonly S[];
  readonly #indexOf = new Map<S, number>();
  /** What each server weighs in the table while it is usable. */
  readonly #weights: Uint32Array;
  /** Who is usable: one entry each. */
  readonly #usable: Ranks;
  readonly #isUsable: Uint8Array;
  readonly #allEqual: boolean;
  #table: Uint32Array = new Uint32Array(0);
  #stale = true;

  constructor(servers: readonly S[]) {
    const divisor = servers.reduce((common, server) => gcd(common, server.configuredWeight), 0) || 1;
    this.#servers = servers;
    this.#weights = Uint32Array.from(servers, (server) => server.configuredWeight / divisor);
    this.#allEqual = this.#weights.every((weight) => weight === 1);
    this.#usable = new Ranks(servers.length);
    this.#isUsable = new Uint8Array(servers.length);
    for (const [index, server] of servers.entries()) {
      this.#indexOf.set(server, index);
      this.weightChanged(server);
    }
  }

  get size(): number {
    if (this.#allEqual) return this.#usable.total;
    if (this.#stale) this.#build();
    return this.#table.length;
  }

  serverAt(place: number): S {
    const server = this.#servers[this.#allEqual ? this.#usable.find(place) : (this.#table[place] ?? -1)];
    if (server === undefined) throw new RangeError(`no place ${place} in the table`);
    return server;
  }

  /** `avoid` is not looked at: a hash has one server, whether it answers or not (reference 4.6). */
  find(hash: number, _avoid: S | null): S | null {
    const size = this.size;
    return size === 0 ? null : this.serverAt(hash % size);
  }

  /** Only from or to 0 matters. */
  weightChanged(server: S): void {
    const index = this.#indexOf.get(server);
    if (index === undefined) return;
    const usable = server.effectiveWeight > 0 ? 1 : 0;
    const change = usable - (this.#isUsable[index] ?? 0);
    if (change === 0) return;
    this.#isUsable[index] = usable;
    this.#usable.add(index, change);
    this.#stale = true;
  }

  loadChanged(_server: S): void {}

  #build(): void {
    this.#stale = false;
    this.#table = buildTable(this.#weights.map((weight, index) => weight * (this.#isUsable[index] ?? 0)));
  }
}

function gcd(one: number, other: number): number {
  let a = one;
  let b = other;
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
