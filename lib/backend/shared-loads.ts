/**
 * A balancer over servers whose loads other threads change as well. It knows of them only what it is told, and nobody tells it what
 * happens elsewhere; so it hears about some servers, in turn, before every choice: about all of them in a small group. If it
 * finds nothing although nobody waits, what it knows of the others may be too old, and it hears about all of them once.
 *
 * Not here: any order among servers (`balance/`).
 */
import type { Balancer, Candidate, ChoiceContext } from './balance/balancer.ts';

/** Servers a balancer is told about before each choice. */
const TOLD_COUNT = 16;

export class SharedLoads<S extends Candidate> implements Balancer<S> {
  readonly #balancer: Balancer<S>;
  readonly #servers: readonly S[];
  readonly #nobodyWaits: () => boolean;
  /** Who is next to be told about. */
  #next = 0;

  /** `balancer` chooses among `servers`. `nobodyWaits`: for a place on any of them, in any thread. */
  constructor(balancer: Balancer<S>, servers: readonly S[], nobodyWaits: () => boolean) {
    this.#balancer = balancer;
    this.#servers = servers;
    this.#nobodyWaits = nobodyWaits;
  }

  get dynamic(): boolean {
    return this.#balancer.dynamic;
  }

  get deterministic(): boolean {
    return this.#balancer.deterministic;
  }

  choose(context: ChoiceContext, avoid: S | null): S | null {
    this.#tell(TOLD_COUNT);
    const server = this.#balancer.choose(context, avoid);
    const knewAll = this.#servers.length <= TOLD_COUNT;
    if (server !== null || knewAll || !this.#nobodyWaits()) return server;
    this.#tell(this.#servers.length);
    return this.#balancer.choose(context, avoid);
  }

  weightChanged(server: S): void {
    this.#balancer.weightChanged(server);
  }

  loadChanged(server: S): void {
    this.#balancer.loadChanged(server);
  }

  #tell(count: number): void {
    const servers = this.#servers;
    for (let left = Math.min(count, servers.length); left > 0; left -= 1) {
      if (this.#next >= servers.length) this.#next = 0;
      const server = servers[this.#next];
      this.#next += 1;
      if (server !== undefined) this.#balancer.loadChanged(server);
    }
  }
}
