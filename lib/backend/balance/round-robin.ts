/**
 * `balance roundrobin`: servers in turn by weight, in exactly HAProxy's order, with weights that may change at
 * any time.
 *
 * Time is counted in choices. A window is as many choices long as the weights sum up to; in it a server of
 * weight e is due every W/e choices (fractions are carried along). Servers stand in three sets:
 *
 *              its turn came before anything in `current` was due
 *       init ------------------------------------------------+
 *     by weight                                              v
 *        ^                      chosen, due again in this window
 *        |                    current <----+
 *        | `current` and        |  |       |
 *        | `init` are empty:    |  +-------+
 *        | a window begins      | chosen, due again beyond this window
 *       next <------------------+
 *     by weight
 *
 * Within `init` and `next` the heavier stands first; within `current` the one due first. A server that may not be
 * chosen stands in none.
 *
 * Source: HAProxy manual 4.2 "balance roundrobin"; the order of picks as observed on HAProxy 2.6.
 *
 * Not here: the weights' meaning (`../server.ts`), and where streams wait when every server is full.
 */
import type { Balancer, Candidate, ChoiceContext } from './balancer.ts';
import { FreeServers, SMALL_GROUP } from './free-servers.ts';
import { Order } from './order.ts';
import type { Ranked } from './order.ts';

/** Largest effective weight: 256 units of 16. */
const WEIGHT_MAX = 4096;
/** Sixteenths per unit of weight. */
const WEIGHT_SCALE = 16;
/** Keys in `current` leave this much room below each position for weights to decide. */
const KEYS_PER_POSITION = 256;

/** Saturated servers drawn in a row before a large group is asked for any free one. */
const DRAWS_MAX = 8;

/** A server and where it stands. */
interface Place<S> extends Ranked {
  readonly server: S;
  /** Weight as last told; 0: stands in no set. */
  weight: number;
  /** When it was last due, and when it will be; in choices. While in `next`, counted from the next window. */
  lastDue: number;
  due: number;
  /** What the division W/e has left over so far, below e. */
  remainder: number;
  standsIn: Order<Place<S>> | null;
}

/** Serves one group; see `Balancer`. A choice and a change are O(log n). */
export class RoundRobin<S extends Candidate> implements Balancer<S> {
  readonly dynamic = true;
  readonly deterministic = false;
  readonly #places = new Map<S, Place<S>>();
  /** Only for groups where looking at every server could take long. */
  readonly #free: FreeServers<S> | null;
  readonly #current = new Order<Place<S>>();
  #init = new Order<Place<S>>();
  #next = new Order<Place<S>>();
  /** Sum of the weights now, and when the window began. */
  #total = 0;
  #window = 0;
  #position = 0;
  #turn = 0;
  /** Saturated or avoided servers drawn during a choice; empty between choices. */
  readonly #passed: Place<S>[] = [];

  constructor(servers: readonly S[]) {
    for (const server of servers) {
      const weight = server.effectiveWeight;
      const place: Place<S> = {
        server,
        weight,
        lastDue: 0,
        due: 0,
        remainder: 0,
        standsIn: null,
        key: 0,
        turn: 0,
        at: -1,
      };
      this.#places.set(server, place);
      this.#total += weight;
      if (weight > 0) this.#standByWeight(place, this.#init);
    }
    this.#free = servers.length > SMALL_GROUP ? new FreeServers(servers) : null;
    this.#beginWindow();
  }

  choose(_context: ChoiceContext, avoid: S | null): S | null {
    // As if not asked: a window that began without any weight would be lost.
    if (this.#total === 0) return null;
    let switched = false;
    let avoided: Place<S> | null = null;
    let chosen: Place<S> | null = null;
    if (this.#window === 0) this.#beginWindow();
    while (this.#free === null || this.#passed.length < DRAWS_MAX) {
      const place = this.#draw();
      if (place === null) {
        if (switched) {
          chosen = avoided;
          break;
        }
        switched = true;
        this.#switchSets();
        continue;
      }
      this.#consume(place);
      if (place.server.full || place.server === avoid) {
        if (!place.server.full) avoided = place;
        this.#passed.push(place);
        continue;
      }
      chosen = place;
      break;
    }
    if (chosen !== null) this.#stand(chosen);
    if (this.#passed.length > 0) this.#putBack(chosen, switched);
    if (chosen === null && this.#free !== null) return this.#free.inTurn(avoid);
    return chosen === null ? null : chosen.server;
  }

  weightChanged(server: S): void {
    this.#free?.changed(server);
    const place = this.#places.get(server);
    if (place === undefined) return;
    const before = place.weight;
    const weight = server.effectiveWeight;
    if (weight === before) return;
    place.weight = weight;
    this.#total += weight - before;
    if (weight === 0) this.#leave(place);
    else if (before === 0) this.#enter(place);
    else this.#move(place);
  }

  loadChanged(server: S): void {
    this.#free?.changed(server);
  }

  /** The server whose turn it is, or null when a new window must begin. */
  #draw(): Place<S> | null {
    const current = this.#current.first;
    if (current !== null && current.due <= this.#position) return current;
    const fresh = this.#init.first;
    if (fresh === null) return current;
    fresh.due = 0;
    fresh.remainder = 0;
    return fresh;
  }

  /** Uses up a turn: out of its set, due again W/e later. */
  #consume(place: Place<S>): void {
    if (place.due === 0) place.due = this.#position;
    place.lastDue = place.due;
    place.due += Math.trunc(this.#total / place.weight);
    place.remainder += this.#total % place.weight;
    if (place.remainder >= place.weight) {
      place.remainder -= place.weight;
      place.due += 1;
    }
    place.standsIn?.remove(place);
    this.#position += 1;
  }

  /** Into `current` or, if due beyond this window or beyond one of the new weights, into `next`. */
  #stand(place: Place<S>): void {
    if (place.due >= 2 * this.#window || place.due >= this.#window + this.#total) {
      place.due -= this.#window;
      this.#standByWeight(place, this.#next);
      return;
    }
    const byWeight = Math.trunc((WEIGHT_MAX + place.remainder - place.weight) / WEIGHT_SCALE);
    this.#standIn(place, this.#current, KEYS_PER_POSITION * place.due + byWeight);
  }

  #standByWeight(place: Place<S>, order: Order<Place<S>>): void {
    this.#standIn(place, order, WEIGHT_MAX - place.weight);
  }

  #standIn(place: Place<S>, order: Order<Place<S>>, key: number): void {
    place.key = key;
    place.turn = this.#turn;
    this.#turn += 1;
    place.standsIn = order;
    order.insert(place);
  }

  /**
   * The servers drawn in vain: as if their turn had been used. If a window ended meanwhile their places in it are
   * lost, and only their weight matters.
   */
  #putBack(chosen: Place<S> | null, switched: boolean): void {
    for (let place = this.#passed.pop(); place !== undefined; place = this.#passed.pop()) {
      if (place === chosen) continue;
      if (switched) this.#standByWeight(place, this.#init);
      else this.#stand(place);
    }
  }

  #switchSets(): void {
    const init = this.#init;
    this.#init = this.#next;
    this.#next = init;
    this.#beginWindow();
  }

  #beginWindow(): void {
    this.#window = this.#total;
    this.#position = this.#total;
  }

  #leave(place: Place<S>): void {
    place.standsIn?.remove(place);
    place.standsIn = null;
  }

  /** A server that may be chosen again: soon, but not at once. */
  #enter(place: Place<S>): void {
    const room = this.#total + this.#window - this.#position;
    // After the weights shrank the window may be overdrawn; then the server waits for the next one.
    place.due = room < 0 ? 2 * this.#window : this.#position + Math.trunc(room / place.weight);
    this.#stand(place);
  }

  /** Another weight: nearer or farther from where it was last due, but never later than it would have been. */
  #move(place: Place<S>): void {
    const order = place.standsIn;
    if (order === this.#init) {
      order.remove(place);
      this.#standByWeight(place, order);
      return;
    }
    if (order === this.#next) place.due += this.#window;
    const step = Math.trunc(this.#total / place.weight);
    place.remainder = 0;
    place.due = Math.min(place.due, place.lastDue + step);
    if (place.due < this.#position + 2) place.due = this.#position + step;
    order?.remove(place);
    this.#stand(place);
  }
}
