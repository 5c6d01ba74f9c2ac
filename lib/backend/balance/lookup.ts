/**
 * What stands between a hash and a server: a structure of places, looked up by hash or gone through in turn.
 *
 * Not here: the two structures (`map.ts`, `ring.ts`) and where hashes come from (`hash.ts`).
 */
import type { Candidate } from './balancer.ts';
import { FreeServers, isFree } from './free-servers.ts';

/** A structure that gives each server places by its weight. */
export interface Lookup<S extends Candidate> {
  /** Number of places now; 0: no server may be chosen. */
  readonly size: number;
  /** Server at a place, 0 to `size - 1`. */
  serverAt(place: number): S;
  /** Server of a hash, 0 to 2^32 - 1; null if there is none. */
  find(hash: number, avoid: S | null): S | null;
  weightChanged(server: S): void;
  loadChanged(server: S): void;
}

/** Places looked at in their order; beyond it the next free server is taken. Enough for any two servers. */
const PLACES_MAX = 512;

/**
 * Goes through the places in turn, past full servers. The place is kept when the structure changes. Serves
 * `static-rr`, and streams that have nothing to hash.
 */
export class Rotation<S extends Candidate> {
  readonly #lookup: Lookup<S>;
  readonly #free: FreeServers<S>;
  #next = 0;

  constructor(servers: readonly S[], lookup: Lookup<S>) {
    this.#lookup = lookup;
    this.#free = new FreeServers(servers);
  }

  /** The next server with a free slot; `avoid` only if there is no other. */
  choose(avoid: S | null): S | null {
    const size = this.#lookup.size;
    if (this.#next >= size) this.#next = 0;
    let place = this.#next;
    let avoided: S | null = null;
    let afterAvoided = place;
    for (let looks = Math.min(size, PLACES_MAX); looks > 0; looks -= 1) {
      const server = this.#lookup.serverAt(place);
      place = place + 1 === size ? 0 : place + 1;
      if (!isFree(server)) continue;
      if (server !== avoid) {
        this.#next = place;
        return server;
      }
      avoided = server;
      afterAvoided = place;
    }
    if (size > PLACES_MAX) return this.#free.inTurn(avoid);
    this.#next = afterAvoided;
    return avoided;
  }

  /** To be called when weight or load of a server changed. */
  changed(server: S): void {
    this.#free.changed(server);
  }
}
