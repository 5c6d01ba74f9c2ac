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
  readonly #weights = new Map<S, number>();
  #weightTotal = 0;
  /**
   * Where each server's part of the rest begins: the weights declared before it, as they were at the start. HAProxy
   * does not move these either; it shifts the rounding by one slot at most.
   */
  readonly #weightBefore: Float64Array;

  /** `factorPercent` is above 100, so that somebody is always within bounds. */
  constructor(servers: readonly S[], factorPercent: number) {
    this.#servers = servers;
    this.#factorPercent = factorPercent;
    this.#weightBefore = new Float64Array(servers.length);
    for (const [index, server] of servers.entries()) {
      if (server.effectiveWeight > 0) this.#weightBefore[index] = this.#weightTotal;
      this.weightChanged(server);
      this.loadChanged(server);
    }
  }

  /** True if the server at `index` of the group may take one more. */
  allows(index: number): boolean {
    const server = this.#servers[index];
    const total = this.#weightTotal;
    if (server === undefined || total === 0) return false;
    const slots = Math.ceil(((this.#servedTotal + 1) * this.#factorPercent) / 100);
    const rest = slots % total;
    const weight = server.effectiveWeight;
    const before = this.#weightBefore[index] ?? 0;
    const ofRest = Math.trunc(((before + weight) * rest) / total) - Math.trunc((before * rest) / total);
    const share = weight * Math.trunc(slots / total) + ofRest;
    return server.servedCount < Math.max(share, 1);
  }

  weightChanged(server: S): void {
    this.#weightTotal += server.effectiveWeight - (this.#weights.get(server) ?? 0);
    this.#weights.set(server, server.effectiveWeight);
  }

  loadChanged(server: S): void {
    this.#servedTotal += server.servedCount - (this.#served.get(server) ?? 0);
    this.#served.set(server, server.servedCount);
  }
}
