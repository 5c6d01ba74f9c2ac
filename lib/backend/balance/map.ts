/**
 * `hash-type map-based`: a table with as many places as the weights sum up to; a hash names a place. Any server
 * that comes or goes gives most hashes another server.
 *
 * Weights are reduced by what divides them all, once, at the start: while running, a server is in the table with
 * its configured weight or not at all. The table is built again at the first use after a change.
 *
 * Source: HAProxy manual 4.2 "hash-type", "balance static-rr".
 *
 * Not here: the order of servers in the table (`table.ts`).
 */
import type { Candidate } from './balancer.ts';
import type { Lookup } from './lookup.ts';
import { buildTable } from './table.ts';

export class WeightMap<S extends Candidate> implements Lookup<S> {
  readonly #servers: readonly S[];
  readonly #divisor: number;
  readonly #usable: Set<S>;
  #table: Uint32Array;
  #stale = false;

  constructor(servers: readonly S[]) {
    this.#servers = servers;
    this.#divisor = servers.reduce((divisor, server) => gcd(divisor, server.configuredWeight), 0) || 1;
    this.#usable = new Set(servers.filter((server) => server.effectiveWeight > 0));
    this.#table = this.#build();
  }

  get size(): number {
    if (this.#stale) this.#refresh();
    return this.#table.length;
  }

  serverAt(place: number): S {
    const server = this.#servers[this.#table[place] ?? -1];
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
    const usable = server.effectiveWeight > 0;
    if (usable === this.#usable.has(server)) return;
    if (usable) this.#usable.add(server);
    else this.#usable.delete(server);
    this.#stale = true;
  }

  loadChanged(_server: S): void {}

  #refresh(): void {
    this.#stale = false;
    this.#table = this.#build();
  }

  #build(): Uint32Array {
    const weights = Uint32Array.from(this.#servers, (server) =>
      this.#usable.has(server) ? server.configuredWeight / this.#divisor : 0,
    );
    return buildTable(weights);
  }
}

function gcd(one: number, other: number): number {
  let a = one;
  let b = other;
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
