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
   * Throws `SluiceError` `ERR_BALANCE_FUNCTION` if the policy throws or returns something that is none of the
   * servers it was given. A full server may be chosen; the stream then waits for it.
   */
  choose(context: ChoiceContext, avoid: S | null): S | null {
    const usable = this.#offered(avoid);
    if (usable.length === 0) return null;
    const answer = this.#ask(usable, context);
    if (answer === null) return null;
    const server = this.#own.get(answer);
    if (server === undefined || server.effectiveWeight === 0) {
      throw this.#fault('returned something that is none of the servers it was given');
    }
    return server;
  }

  weightChanged(_server: S): void {
    this.#stale = true;
  }

  loadChanged(_server: S): void {}

  #offered(avoid: S | null): readonly S[] {
    if (this.#stale) {
      this.#stale = false;
      this.#usable = Object.freeze(this.#servers.filter((server) => server.effectiveWeight > 0));
    }
    if (avoid === null || this.#usable.length === 1) return this.#usable;
    return this.#usable.filter((server) => server !== avoid);
  }

  #ask(usable: readonly S[], context: ChoiceContext): BalanceFunctionServer | null {
    try {
      return this.#policy(usable, context);
    } catch (cause) {
      throw this.#fault('threw', cause);
    }
  }

  #fault(what: string, cause?: unknown): SluiceError {
    return new SluiceError('ERR_BALANCE_FUNCTION', `balance fn:${this.#name} ${what}`, { cause });
  }
}
