/**
 * `hash-balance-factor`: no server may hold more than its share, by weight, of a percentage of all streams. With
 * factor 150 and two equal servers, one holds at most three quarters.
 *
 * The slots to share out are (streams held + 1) * factor / 100, rounded up; whole slots go by weight, the rest is
 * spread in the order of declaration, and nobody gets less than one.
 *
 * Source: HAProxy manual 4.2 "hash-balance-factor" ("Consistent Hashing with Bounded Loads", Mirrokni, Thorup,
 * Zadimoghaddam 2016).
 *
 * Not here: who is asked instead (`ring.ts`).
 */
import type { Candidate } from './balancer.ts';

export class LoadBound<S extends Candidate> {
  readonly #servers: readonly S[];
  readonly #factorPercent: number;
  readonly #served = new Map<S, number>();
  #servedTotal = 0;
  /** Sum of the weights declared before each server; its last element is the sum of all. */
  readonly #weightBefore: Float64Array;
  #stale = true;

  /** `factorPercent` is above 100, so that somebody is always within bounds. */
  constructor(servers: readonly S[], factorPercent: number) {
    this.#servers = servers;
    this.#factorPercent = factorPercent;
    this.#weightBefore = new Float64Array(servers.length + 1);
    for (const server of servers) this.loadChanged(server);
  }

  /** True if the server at `index` of the group may take one more. */
  allows(index: number): boolean {
    if (this.#stale) this.#sumWeights();
    const server = this.#servers[index];
    const before = this.#weightBefore[index] ?? 0;
    const after = this.#weightBefore[index + 1] ?? 0;
    const total = this.#weightBefore[this.#servers.length] ?? 0;
    if (server === undefined || total === 0) return false;
    const slots = Math.ceil(((this.#servedTotal + 1) * this.#factorPercent) / 100);
    const perWeight = Math.trunc(slots / total);
    const rest = slots % total;
    const share =
      (after - before) * perWeight + Math.trunc((after * rest) / total) - Math.trunc((before * rest) / total);
    return server.servedCount < Math.max(share, 1);
  }

  weightChanged(): void {
    this.#stale = true;
  }

  loadChanged(server: S): void {
    this.#servedTotal += server.servedCount - (this.#served.get(server) ?? 0);
    this.#served.set(server, server.servedCount);
  }

  #sumWeights(): void {
    this.#stale = false;
    let sum = 0;
    for (const [index, server] of this.#servers.entries()) {
      sum += server.effectiveWeight;
      this.#weightBefore[index + 1] = sum;
    }
  }
}
