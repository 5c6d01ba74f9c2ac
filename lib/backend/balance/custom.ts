/**
 * `balance fn:NAME`: a policy written in code. It is given the usable servers in the order of their declaration
 * and returns one of them, or null if none will do now.
 *
 * The list is made once per change of a weight and is the same array until then, so a policy may keep what it
 * computed from it.
 *
 * Not here: where policies are registered (`create.ts` gets them by name).
 */
import { SluiceError } from '../../errors.ts';
import type { Balancer, BalanceFunction, BalanceFunctionServer, ChoiceContext } from './balancer.ts';
import { Ranks } from './ranks.ts';

/** Serves one group; see `Balancer`. A choice costs what the policy costs. */
export class Custom<S extends BalanceFunctionServer> implements Balancer<S> {
  readonly dynamic = true;
  readonly deterministic = false;
  readonly #name: string;
  readonly #policy: BalanceFunction;
  readonly #servers: readonly S[];
  /** To find ours again in what the policy returns. */
  readonly #indexOf = new Map<BalanceFunctionServer, number>();
  /** Who is usable, in the order of declaration, and how many of them stand before whom. */
  readonly #usable: S[] = [];
  readonly #ranks: Ranks;
  /** What the policy is given; null after a change. */
  #offer: readonly S[] | null = null;

  constructor(servers: readonly S[], name: string, policy: BalanceFunction) {
    this.#servers = servers;
    this.#name = name;
    this.#policy = policy;
    this.#ranks = new Ranks(servers.length);
    for (const [index, server] of servers.entries()) {
      this.#indexOf.set(server, index);
      this.weightChanged(server);
    }
  }

  /**
   * Asks again with `avoid` among the servers only if the policy wants none of the others. A full server may be
   * chosen; the stream then waits for it. Throws `SluiceError` `ERR_BALANCE_FUNCTION` if the policy throws or
   * returns something that is none of the servers it was given.
   */
  choose(context: ChoiceContext, avoid: S | null): S | null {
    const at = avoid === null ? -1 : this.#placeOf(avoid);
    if (at < 0) return this.#ask(this.#offered(), context, null);
    const others = this.#usable.slice();
    others.splice(at, 1);
    return this.#ask(others, context, avoid) ?? this.#ask(this.#offered(), context, null);
  }

  weightChanged(server: S): void {
    const index = this.#indexOf.get(server);
    if (index === undefined) return;
    this.#offer = null;
    const usable = server.effectiveWeight > 0;
    if (usable === this.#placeOf(server) >= 0) return;
    const place = this.#ranks.before(index);
    if (usable) this.#usable.splice(place, 0, server);
    else this.#usable.splice(place, 1);
    this.#ranks.add(index, usable ? 1 : -1);
  }

  loadChanged(_server: S): void {}

  #offered(): readonly S[] {
    this.#offer ??= Object.freeze(this.#usable.slice());
    return this.#offer;
  }

  /** Its place among the usable ones; -1 if it is not one of them. */
  #placeOf(server: S): number {
    const index = this.#indexOf.get(server);
    if (index === undefined) return -1;
    const place = this.#ranks.before(index);
    return this.#usable[place] === server ? place : -1;
  }

  #ask(offered: readonly S[], context: ChoiceContext, left: S | null): S | null {
    if (offered.length === 0) return null;
    const answer = this.#call(offered, context);
    if (answer === null) return null;
    const server = this.#servers[this.#indexOf.get(answer) ?? -1];
    if (server === undefined || server === left || server.effectiveWeight === 0) {
      throw this.#fault('returned something that is none of the servers it was given');
    }
    return server;
  }

  #call(offered: readonly S[], context: ChoiceContext): BalanceFunctionServer | null {
    try {
      return this.#policy(offered, context);
    } catch (cause) {
      throw this.#fault('threw', cause);
    }
  }

  #fault(what: string, cause?: unknown): SluiceError {
    return new SluiceError('ERR_BALANCE_FUNCTION', `balance fn:${this.#name} ${what}`, { cause });
  }
}
