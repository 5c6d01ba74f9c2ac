/**
 * A balancer under load, for what measures choices: every algorithm, servers that are plain objects, streams that come and
 * go in the order of their coming.
 *
 * Not here: what is measured (`choose.ts`, `../whole/ten-thousand.ts`).
 */
import { createBalancer } from '../../lib/backend/balance/create.ts';
import type {
  BalanceFunctionServer,
  Balancer,
  BalancerOptions,
  ChoiceContext,
} from '../../lib/backend/balance/balancer.ts';

const CONTEXTS_COUNT = 1024;
/** Streams held at a time in the ordinary case. */
const HELD_COUNT = 64;

class BenchServer implements BalanceFunctionServer {
  readonly name: string;
  readonly id: number;
  readonly address: string;
  readonly hashKey = 'id';
  readonly configuredWeight: number;
  effectiveWeight: number;
  servedCount = 0;
  readonly queuedCount = 0;
  readonly maxqueue = 0;
  maxconn = 0;

  constructor(index: number, weight: number) {
    this.name = `s${index}`;
    this.id = index + 1;
    this.address = `10.0.${index >>> 8}.${index & 255}:80`;
    this.configuredWeight = 16 * weight;
    this.effectiveWeight = this.configuredWeight;
  }

  get full(): boolean {
    return this.maxconn > 0 && (this.queuedCount > 0 || this.servedCount >= this.maxconn);
  }

  get queueFull(): boolean {
    return false;
  }
}

/** What an algorithm is built from where its own row says nothing else. */
export const DEFAULTS: BalancerOptions = {
  balance: { algorithm: 'roundrobin' },
  hashType: { method: 'map-based', function: 'sdbm', avalanche: false },
  hashBalanceFactor: 0,
  random: Math.random,
  functions: new Map([['first', (servers) => servers[0] ?? null]]),
};
const CONSISTENT = { hashType: { method: 'consistent', function: 'sdbm', avalanche: true } } as const;

/** Every algorithm, and the ways of hashing that cost differently. */
export const ALGORITHMS: Readonly<Record<string, Partial<BalancerOptions>>> = {
  roundrobin: {},
  'static-rr': { balance: { algorithm: 'static-rr' } },
  leastconn: { balance: { algorithm: 'leastconn' } },
  first: { balance: { algorithm: 'first' } },
  'random(2)': { balance: { algorithm: 'random', draws: 2 } },
  'source map': { balance: { algorithm: 'source' } },
  'source consistent': { balance: { algorithm: 'source' }, ...CONSISTENT },
  'hash src map': { balance: { algorithm: 'hash', expression: 'src' } },
  'hash src consistent': { balance: { algorithm: 'hash', expression: 'src' }, ...CONSISTENT },
  'the same, factor 125': {
    balance: { algorithm: 'hash', expression: 'src' },
    ...CONSISTENT,
    hashBalanceFactor: 125,
  },
  'fn (returns the first)': { balance: { algorithm: 'fn', name: 'first' } },
};

const CONTEXTS: readonly ChoiceContext[] = Array.from({ length: CONTEXTS_COUNT }, (_, at) => ({
  sourceAddress: `10.${at & 7}.${at >>> 5}.${at & 255}`,
  sourcePort: 1024 + at,
  destinationAddress: '192.0.2.1',
  destinationPort: 443,
}));

/** One balancer under load: streams are taken, and given back in the order of their coming. */
export class BalancerLoad {
  readonly servers: readonly BenchServer[];
  readonly balancer: Balancer<BenchServer>;
  readonly #held: (BenchServer | null)[] = Array.from({ length: HELD_COUNT }, () => null);
  #at = 0;

  constructor(options: BalancerOptions, size: number) {
    this.servers = Array.from({ length: size }, (_, index) => new BenchServer(index, 1 + (index % 3)));
    this.balancer = createBalancer(this.servers, options);
  }

  choose(): BenchServer | null {
    const context = CONTEXTS[this.#at % CONTEXTS_COUNT];
    this.#at += 1;
    return context === undefined ? null : this.balancer.choose(context, null);
  }

  /** A stream comes, the oldest goes. */
  turnOver(): void {
    const server = this.choose();
    if (server !== null) this.#load(server, 1);
    const slot = this.#at % HELD_COUNT;
    const oldest = this.#held[slot] ?? null;
    if (oldest !== null) this.#load(oldest, -1);
    this.#held[slot] = server;
  }

  flip(): void {
    const server = this.servers[(this.#at * 7) % this.servers.length];
    if (server === undefined) return;
    for (const weight of [0, server.configuredWeight]) {
      server.effectiveWeight = weight;
      this.balancer.weightChanged(server);
      this.choose();
    }
  }

  /** All but the last one. */
  fill(): void {
    for (const server of this.servers.slice(0, -1)) {
      server.maxconn = 1;
      this.#load(server, 1);
    }
  }

  #load(server: BenchServer, change: number): void {
    server.servedCount += change;
    this.balancer.loadChanged(server);
  }
}
