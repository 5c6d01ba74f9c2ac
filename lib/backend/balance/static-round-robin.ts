/**
 * `balance static-rr`: the table of weights, gone through place by place; full servers are skipped. A change puts
 * a server in or out of the table, and the place is kept.
 *
 * Source: HAProxy manual 4.2 "balance static-rr"; sequences as observed on HAProxy 2.6.
 *
 * Not here: the table (`map.ts`, `table.ts`).
 */
import type { Balancer, Candidate, ChoiceContext } from './balancer.ts';
import { Rotation } from './lookup.ts';
import { WeightMap } from './map.ts';

/** Serves one group; see `Balancer`. What a choice and a change cost is the map's to say. */
export class StaticRoundRobin<S extends Candidate> implements Balancer<S> {
  readonly dynamic = false;
  readonly deterministic = false;
  readonly #map: WeightMap<S>;
  readonly #rotation: Rotation<S>;

  constructor(servers: readonly S[]) {
    this.#map = new WeightMap(servers);
    this.#rotation = new Rotation(servers, this.#map);
  }

  choose(_context: ChoiceContext, avoid: S | null): S | null {
    return this.#rotation.choose(avoid);
  }

  weightChanged(server: S): void {
    this.#map.weightChanged(server);
    this.#rotation.changed(server);
  }

  loadChanged(server: S): void {
    this.#rotation.changed(server);
  }
}
