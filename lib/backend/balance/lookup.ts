/**
 * What stands between a hash and a server: a structure of places, looked up by hash or gone through in turn.
 *
 * Not here: the two structures (`map.ts`, `ring.ts`) and where hashes come from (`hash.ts`).
 */
import type { Candidate } from './balancer.ts';
import { FreeServers, isFree, SMALL_GROUP } from './free-servers.ts';

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

/**
 * Places looked at in their order before any free server is taken. In a small group they are in the processor's
 * cache, and enough to find the lightest of two servers behind the heaviest.
 */
const PLACES_MAX_SMALL = 512;
const PLACES_MAX_LARGE = 96;

/**
 * Goes through the places in turn, past full servers. The place is kept when the structure changes. Serves
 * `static-rr`, and streams that have nothing to hash.
 */
export class Rotation<S extends Candidate> {
  readonly #lookup: Lookup<S>;
  readonly #free: FreeServers<S>;
  readonly #placesMax: number;
  /** May be one past the end; it is not taken back to 0 before it is used, so that a structure that grows goes on. */
  #next = 0;

  constructor(servers: readonly S[], lookup: Lookup<S>) {
    this.#lookup = lookup;
    this.#free = new FreeServers(servers);
    this.#placesMax = servers.length > SMALL_GROUP ? PLACES_MAX_LARGE : PLACES_MAX_SMALL;
  }

  /** The next server with a free slot; `avoid` only if there is no other. */
  choose(avoid: S | null): S | null {
    const size = this.#lookup.size;
    if (size === 0) return null;
    if (this.#next >= size) this.#next = 0;
    let avoided: S | null = null;
    let afterAvoided = this.#next;
    let place = this.#next;
    for (let looks = Math.min(size, this.#placesMax); looks > 0; looks -= 1) {
      if (place >= size) place = 0;
      const server = this.#lookup.serverAt(place);
      place += 1;
      if (!isFree(server)) continue;
      if (server !== avoid) {
        this.#next = place;
        return server;
      }
      avoided = server;
      afterAvoided = place;
    }
    if (size > this.#placesMax) return this.#free.inTurn(avoid);
    this.#next = afterAvoided;
    return avoided;
  }

  /** To be called when weight or load of a server changed. */
  changed(server: S): void {
    this.#free.changed(server);
  }
}
