/**
 * A balancer that takes turns (`roundrobin`, `static-rr`), in one order over all threads: the choices of all are numbered, and before
 * a thread makes its own it makes those that others have made since, for itself alone, so that every thread stands at the same
 * turn.
 *
 * That is exact while all threads see the same servers with a free place. Where servers are full, or have just changed, a
 * thread may have skipped one that another had not; the shares by weight stay right in each thread.
 *
 * Not here: the order itself (`balance/`), loads (`shared-loads.ts`).
 */
import type { CounterMemory } from '../shared/memory.ts';
import type { Balancer, Candidate, ChoiceContext } from './balance/balancer.ts';

/** Turns of others that are made up for at most; a thread that slept longer goes on where it is. */
const TURNS_MAX = 1024;
/** A choice by turns looks at nobody in particular. */
const ANYBODY: ChoiceContext = {
  sourceAddress: '',
  sourcePort: 0,
  destinationAddress: '',
  destinationPort: 0,
};

export class SharedTurns<S extends Candidate> implements Balancer<S> {
  readonly #balancer: Balancer<S>;
  /** Choices of all threads so far, modulo 2^32. */
  readonly #turns: Int32Array;
  /** Units of weight in use: the order begins anew after so many choices at most. */
  readonly #round: () => number;
  #made = 0;

  /** `round`: the sum of the weights of those that may be chosen. */
  constructor(balancer: Balancer<S>, memory: CounterMemory, round: () => number) {
    this.#balancer = balancer;
    this.#turns = memory.together(1);
    this.#round = round;
  }

  get dynamic(): boolean {
    return this.#balancer.dynamic;
  }

  get deterministic(): boolean {
    return this.#balancer.deterministic;
  }

  choose(context: ChoiceContext, avoid: S | null): S | null {
    const turn = Atomics.add(this.#turns, 0, 1);
    this.#catchUp((turn - this.#made) | 0);
    this.#made = (turn + 1) | 0;
    return this.#balancer.choose(context, avoid);
  }

  weightChanged(server: S): void {
    this.#balancer.weightChanged(server);
  }

  loadChanged(server: S): void {
    this.#balancer.loadChanged(server);
  }

  #catchUp(turnCount: number): void {
    // Whole rounds lead to where they began.
    const left = turnCount < TURNS_MAX ? turnCount : turnCount % Math.max(1, this.#round());
    for (let turn = Math.min(left, TURNS_MAX); turn > 0; turn -= 1) this.#balancer.choose(ANYBODY, null);
  }
}
