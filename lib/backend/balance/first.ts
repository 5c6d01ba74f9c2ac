/**
 * `balance first`: the server with the lowest id that has a free slot, so that the rest may stay idle. Weights
 * other than 0 do not matter; without `maxconn` everything goes to the first.
 *
 * Source: HAProxy manual 4.2 "balance first".
 *
 * Not here: how a server's limit is found (`../server.ts`).
 */
import type { Balancer, Candidate, ChoiceContext } from './balancer.ts';
import { FreeServers, isFree, SMALL_GROUP } from './free-servers.ts';
import { IndexSet } from './index-set.ts';

/** Serves one group; see `Balancer`. A choice and a change take a bounded number of steps. */
export class First<S extends Candidate> implements Balancer<S> {
  readonly dynamic = true;
  readonly deterministic = false;
  readonly #byId: readonly S[];
  readonly #indexOf = new Map<S, number>();
  readonly #usable: IndexSet;
  readonly #free: FreeServers<S>;

  constructor(servers: readonly S[]) {
    this.#byId = servers.toSorted((one, other) => one.id - other.id);
    this.#usable = new IndexSet(servers.length);
    this.#free = new FreeServers(this.#byId);
    for (const [index, server] of this.#byId.entries()) {
      this.#indexOf.set(server, index);
      if (server.effectiveWeight > 0) this.#usable.add(index);
    }
  }

  choose(_context: ChoiceContext, avoid: S | null): S | null {
    let index = -1;
    for (let looks = 0; looks < SMALL_GROUP; looks += 1) {
      index = this.#usable.firstFrom(index + 1);
      const server = this.#byId[index];
      // All were looked at: there may still be the one to avoid.
      if (server === undefined) return avoid !== null && this.#has(avoid) && isFree(avoid) ? avoid : null;
      if (server !== avoid && isFree(server)) return server;
    }
    return this.#free.first(avoid);
  }

  weightChanged(server: S): void {
    this.#free.changed(server);
    const index = this.#indexOf.get(server);
    if (index === undefined) return;
    if (server.effectiveWeight > 0) this.#usable.add(index);
    else this.#usable.delete(index);
  }

  loadChanged(server: S): void {
    this.#free.changed(server);
  }

  /** The server to avoid may belong to the other group. */
  #has(server: S): boolean {
    return this.#indexOf.has(server);
  }
}
