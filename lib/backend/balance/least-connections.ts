/**
 * `balance leastconn`: the server with the fewest streams for its weight; among equals the one that has been in
 * that position longest.
 *
 * Streams held and streams waiting for the server both count. A server without any comes first whatever its
 * weight. A full server with a `maxqueue` is still chosen while its own queue has room.
 *
 *     open        servers that can take a stream or a waiter       \  told by `loadChanged`, and looked at
 *     saturated   servers that can take neither                    /  again before it matters
 *     neither     servers that may not be chosen
 *
 * Source: HAProxy manual 4.2 "balance leastconn"; order of picks as observed on HAProxy 2.6.
 *
 * Not here: the queues themselves (`../queue.ts`).
 */
import type { Balancer, Candidate, ChoiceContext } from './balancer.ts';
import { SMALL_GROUP } from './free-servers.ts';
import { Order } from './order.ts';
import type { Ranked } from './order.ts';

/** Largest effective weight: 256 units of 16; keeps keys whole numbers of useful size. */
const WEIGHT_MAX = 4096;

interface Place<S> extends Ranked {
  readonly server: S;
  /** Weight as last told; 0: stands nowhere. */
  weight: number;
  standsIn: Order<Place<S>> | null;
}

/** Serves one group; see `Balancer`. A choice and a change are O(log n). */
export class LeastConnections<S extends Candidate> implements Balancer<S> {
  readonly dynamic = true;
  readonly deterministic = false;
  readonly #places = new Map<S, Place<S>>();
  readonly #open = new Order<Place<S>>();
  readonly #saturated = new Order<Place<S>>();
  #turn = 0;

  constructor(servers: readonly S[]) {
    for (const server of servers) {
      const place: Place<S> = {
        server,
        weight: server.effectiveWeight,
        standsIn: null,
        key: 0,
        turn: 0,
        at: -1,
      };
      this.#places.set(server, place);
      if (place.weight > 0) this.#stand(place);
    }
  }

  choose(_context: ChoiceContext, avoid: S | null): S | null {
    this.#lookAtSaturated();
    for (;;) {
      const place = this.#leastLoaded(avoid);
      if (place === null) return null;
      if (!isSaturated(place.server)) return place.server;
      this.#moveTo(place, this.#saturated);
    }
  }

  weightChanged(server: S): void {
    const place = this.#places.get(server);
    if (place === undefined || place.weight === server.effectiveWeight) return;
    place.weight = server.effectiveWeight;
    place.standsIn?.remove(place);
    place.standsIn = null;
    if (place.weight > 0) this.#stand(place);
  }

  loadChanged(server: S): void {
    const place = this.#places.get(server);
    if (place === undefined || place.weight === 0) return;
    const order = isSaturated(server) ? this.#saturated : this.#open;
    // Without a change of key it keeps its turn among equals.
    if (keyOf(place) !== place.key) {
      place.standsIn?.remove(place);
      this.#stand(place);
    } else if (place.standsIn !== order) {
      this.#moveTo(place, order);
    }
  }

  #leastLoaded(avoid: S | null): Place<S> | null {
    const first = this.#open.first;
    if (first === null || first.server !== avoid) return first;
    return this.#open.second ?? first;
  }

  /** A limit that follows the backend's load (`minconn`) opens servers without a word about them. */
  #lookAtSaturated(): void {
    for (let at = Math.min(this.#saturated.size, SMALL_GROUP) - 1; at >= 0; at -= 1) {
      const place = this.#saturated.at(at);
      if (place !== null && !isSaturated(place.server)) this.#moveTo(place, this.#open);
    }
  }

  /** At the end of those with the same key. */
  #stand(place: Place<S>): void {
    place.key = keyOf(place);
    place.turn = this.#turn;
    this.#turn += 1;
    const order = isSaturated(place.server) ? this.#saturated : this.#open;
    place.standsIn = order;
    order.insert(place);
  }

  /** Same key and turn, another set. */
  #moveTo(place: Place<S>, order: Order<Place<S>>): void {
    place.standsIn?.remove(place);
    place.standsIn = order;
    order.insert(place);
  }
}

/**
 * True if it can take neither a stream nor a waiter. HAProxy counts `maxqueue 0` as no room here, although such a
 * queue has no limit: the stream then waits in the backend's queue, for whichever server is free first.
 */
function isSaturated(server: Candidate): boolean {
  return server.full && (server.maxqueue === 0 || server.queueFull);
}

function keyOf(place: Place<Candidate>): number {
  const inFlight = place.server.servedCount + place.server.queuedCount;
  return inFlight === 0 ? 0 : Math.trunc(((inFlight + 1) * WEIGHT_MAX) / place.weight);
}
