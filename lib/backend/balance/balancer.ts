/**
 * What every balancing algorithm is: an order over one group of servers, and a choice.
 *
 * A backend keeps two groups, the active servers and the backups; a balancer serves one group and knows nothing
 * of the other. It sees servers through `Candidate`, so it can be tested with plain objects.
 *
 * Not here: which group is in use, queues, slots (`../backend.ts`); what makes a server usable (`../server.ts`).
 */
import type { BalanceConfig, HashTypeConfig } from '../../config/config.ts';
import type { SampleSource } from '../../sample/sample.ts';

/** What a balancer sees of a server. */
export interface Candidate {
  /** Configured or positional id, from 1; decides `first` and the points on a consistent ring. */
  readonly id: number;
  /** `address:port` as configured; for `hash-key addr` and `addr-port`. */
  readonly address: string;
  readonly hashKey: 'id' | 'id32' | 'addr' | 'addr-port';
  /**
   * Weight in sixteenths of a configured unit: `weight 3` is 48, less during slow start; 0 while the server
   * may not be chosen (down, maintenance, drain, weight 0).
   */
  readonly effectiveWeight: number;
  /** Weight in sixteenths as configured; what static algorithms build their table from (0 or this). */
  readonly configuredWeight: number;
  /** Slots taken. */
  readonly servedCount: number;
  /** Streams waiting for this server. */
  readonly queuedCount: number;
  /** True while a new stream would have to wait: `maxconn` reached, or others wait already. */
  readonly full: boolean;
  /** True while it can take neither a stream nor a waiter more: `maxconn` and `maxqueue` are both reached. */
  readonly queueFull: boolean;
  /** Streams that may wait for this server in particular; 0: any number, but then leastconn sends none to wait. */
  readonly maxqueue: number;
}

/** What a choice may depend on. */
export interface ChoiceContext {
  /** Textual addresses, e.g. `192.0.2.1` or `2001:db8::1`; empty for a unix socket. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  /** The stream, for what is taken from its bytes or its request; absent or null: there is no more than the addresses. */
  readonly sample?: SampleSource | null;
}

export interface Balancer<S extends Candidate> {
  /** True if weights other than 0 and 100 % may be set while running (reference: dynamic algorithms). */
  readonly dynamic: boolean;
  /**
   * True if the same context is meant to reach the same server again (hashes, source): such a choice does not
   * skip full servers, and a failed attempt is not moved at once.
   */
  readonly deterministic: boolean;
  /**
   * Chooses a server with `effectiveWeight > 0`, or null if every one is full. `avoid` is taken only if there is
   * no other. A deterministic balancer (and leastconn, up to `maxqueue`) may return a full server: the stream
   * then waits for it.
   */
  choose(context: ChoiceContext, avoid: S | null): S | null;
  /** `effectiveWeight` of this server changed, from or to 0 included. */
  weightChanged(server: S): void;
  /** `servedCount` or `queuedCount` of this server changed. */
  loadChanged(server: S): void;
}

/** A policy written in code: returns one of `servers`, or null for "none now". Registered under a name, used as `balance fn:NAME`. */
export type BalanceFunction = (
  servers: readonly BalanceFunctionServer[],
  context: ChoiceContext,
) => BalanceFunctionServer | null;

/** What such a policy sees; only usable servers are passed, in the order of their declaration. */
export interface BalanceFunctionServer extends Candidate {
  readonly name: string;
}

/** What an algorithm is built from, apart from its servers. */
export interface BalancerOptions {
  readonly balance: BalanceConfig;
  readonly hashType: HashTypeConfig;
  /** 0, or a percentage above 100 (consistent hashing and random only). */
  readonly hashBalanceFactor: number;
  /** Numbers in [0, 1); `random` draws from it. */
  readonly random: () => number;
  readonly functions: ReadonlyMap<string, BalanceFunction>;
  /** For `balance hash` with more than a part of the connection; absent or null: that is refused. */
  readonly compile?: CompileBytes | null;
}

/** From an expression to its value as bytes (`SampleEngine.bytes`); null: the stream has none. Throws ERR_CONFIG for a fault. */
export type CompileBytes = (expression: string) => (source: SampleSource) => Uint8Array | null;
