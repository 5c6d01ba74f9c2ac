/**
 * `balance random(DRAWS)`: as many random points on the consistent ring as there are draws; of the servers found
 * there the one with the fewest streams for its weight, the later one if they are level. If it is full there is
 * no choice now, even if others had room.
 *
 * Source: HAProxy manual 4.2 "balance random" ("The Power of Two Random Choices", Mitzenmacher 2001).
 *
 * Not here: the ring (`ring.ts`).
 */
import type { Balancer, Candidate, ChoiceContext } from './balancer.ts';
import { isFree } from './free-servers.ts';
import type { Ring } from './ring.ts';

const HASHES = 2 ** 32;

/** Serves one group; see `Balancer`. A choice is O(draws * log(points)). */
export class Random<S extends Candidate> implements Balancer<S> {
  readonly dynamic = true;
  readonly deterministic = false;
  readonly #ring: Ring<S>;
  readonly #draws: number;
  readonly #random: () => number;

  /** `random` gives numbers in [0, 1). */
  constructor(ring: Ring<S>, draws: number, random: () => number) {
    this.#ring = ring;
    this.#draws = draws;
    this.#random = random;
  }

  choose(_context: ChoiceContext, avoid: S | null): S | null {
    let best: S | null = null;
    for (let draw = 0; draw < this.#draws; draw += 1) {
      const drawn = this.#ring.find(Math.floor(this.#random() * HASHES), avoid);
      if (drawn === null) return null;
      if (best === null || !isLighter(best, drawn)) best = drawn;
    }
    return best !== null && isFree(best) ? best : null;
  }

  weightChanged(server: S): void {
    this.#ring.weightChanged(server);
  }

  loadChanged(server: S): void {
    this.#ring.loadChanged(server);
  }
}

/** True if `one` holds fewer streams for its weight than `other`. */
function isLighter(one: Candidate, other: Candidate): boolean {
  return one.servedCount * other.effectiveWeight < other.servedCount * one.effectiveWeight;
}
