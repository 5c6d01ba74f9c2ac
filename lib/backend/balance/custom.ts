/**
 * `balance fn:NAME`: a policy written in code. It is given the usable servers in the order of their declaration
 * and returns one of them, or null if none will do now.
 *
 * The list is made once per change of usability and is the same array until then, so a policy may keep what it
 * computed from it.
 *
 * Not here: where policies are registered (`create.ts` gets them by name).
 */
import { SluiceError } from '../../errors.ts';
import type { Balancer, BalanceFunction, BalanceFunctionServer, ChoiceContext } from './balancer.ts';

/** Serves one group; see `Balancer`. A choice costs what the policy costs. */
export class Custom<S extends BalanceFunctionServer> implements Balancer<S> {
  readonly dynamic = true;
  readonly deterministic = false;
  readonly #name: string;
  readonly #policy: BalanceFunction;
  readonly #servers: readonly S[];
  /** To find ours again in what the policy returns. */
  readonly #own: ReadonlyMap<BalanceFunctionServer, S>;
  #usable: readonly S[] = [];
  #stale = true;

  constructor(servers: readonly S[], name: string, policy: BalanceFunction) {
    this.#servers = servers;
    this.#own = new Map(servers.map((server) => [server, server]));
    this.#name = name;
    this.#policy = policy;
  }

  /**
   * Asks again with `avoid` among the servers only if the policy wants none of the others. A full server may be
   * chosen; the stream then waits for it. Throws `SluiceError` `ERR_BALANCE_FUNCTION` if the policy throws or
   * returns something that is none of the servers it was given.
   */
  choose(context: ChoiceContext, avoid: S | null): S | null {
    const usable = this.#usableNow();
    const others = avoid === null ? usable : usable.filter((server) => server !== avoid);
    const chosen = this.#ask(others, context, avoid);
    if (chosen !== null || others.length === usable.length) return chosen;
    return this.#ask(usable, context, null);
  }

  weightChanged(_server: S): void {
    this.#stale = true;
  }

  loadChanged(_server: S): void {}

  #usableNow(): readonly S[] {
    if (this.#stale) {
      this.#stale = false;
      this.#usable = Object.freeze(this.#servers.filter((server) => server.effectiveWeight > 0));
    }
    return this.#usable;
  }

  #ask(offered: readonly S[], context: ChoiceContext, left: S | null): S | null {
    if (offered.length === 0) return null;
    const answer = this.#call(offered, context);
    if (answer === null) return null;
    const server = this.#own.get(answer);
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
