/**
 * A group of made-up servers with a balancer over it, for tests of balancing: servers are set up and down, take and
 * give slots, and every change is reported to the balancer as a backend would.
 */
import type {
  Balancer,
  BalanceFunction,
  BalanceFunctionServer,
  BalancerOptions,
  ChoiceContext,
} from '../../../lib/backend/balance/balancer.ts';
import { createBalancer } from '../../../lib/backend/balance/create.ts';

/** What a test says about a server; the rest has defaults. */
export interface StubSettings {
  readonly id?: number;
  readonly address?: string;
  readonly hashKey?: 'id' | 'id32' | 'addr' | 'addr-port';
  readonly weight?: number;
  /** 0: no limit. */
  readonly maxconn?: number;
  readonly maxqueue?: number;
  readonly up?: boolean;
}

export class StubServer implements BalanceFunctionServer {
  readonly name: string;
  readonly id: number;
  readonly address: string;
  readonly hashKey: 'id' | 'id32' | 'addr' | 'addr-port';
  readonly configuredWeight: number;
  effectiveWeight: number;
  servedCount = 0;
  queuedCount = 0;
  maxconn: number;
  maxqueue: number;

  constructor(position: number, settings: StubSettings) {
    this.name = nameAt(position);
    this.id = settings.id ?? position + 1;
    this.address = settings.address ?? `192.0.2.${position + 1}:80`;
    this.hashKey = settings.hashKey ?? 'id';
    this.configuredWeight = 16 * (settings.weight ?? 1);
    this.effectiveWeight = settings.up === false ? 0 : this.configuredWeight;
    this.maxconn = settings.maxconn ?? 0;
    this.maxqueue = settings.maxqueue ?? 0;
  }

  get full(): boolean {
    return this.maxconn > 0 && (this.queuedCount > 0 || this.servedCount >= this.maxconn);
  }

  get queueFull(): boolean {
    return this.full && this.maxqueue > 0 && this.queuedCount >= this.maxqueue;
  }
}

/** `a` to `z`, then `s26` and on. */
function nameAt(position: number): string {
  return position < 26 ? String.fromCharCode(0x61 + position) : `s${position}`;
}

const FROM_NOWHERE: ChoiceContext = {
  sourceAddress: '',
  sourcePort: 0,
  destinationAddress: '',
  destinationPort: 0,
};

/** A client at an address; its port and our side are always the same. */
export function from(sourceAddress: string, sourcePort = 40000): ChoiceContext {
  return { sourceAddress, sourcePort, destinationAddress: '127.0.0.1', destinationPort: 443 };
}

export const OPTIONS: BalancerOptions = {
  balance: { algorithm: 'roundrobin' },
  hashType: { method: 'map-based', function: 'sdbm', avalanche: false },
  hashBalanceFactor: 0,
  random: () => 0,
  functions: new Map<string, BalanceFunction>(),
};

export class Group {
  readonly servers: readonly StubServer[];
  readonly balancer: Balancer<StubServer>;

  constructor(options: Partial<BalancerOptions>, settings: readonly StubSettings[]) {
    this.servers = settings.map((one, position) => new StubServer(position, one));
    this.balancer = createBalancer(this.servers, { ...OPTIONS, ...options });
  }

  server(name: string): StubServer {
    const server = this.servers.find((one) => one.name === name);
    if (server === undefined) throw new Error(`no server ${name}`);
    return server;
  }

  /** Effective weight in configured units; 0 is down. */
  setWeight(name: string, weight: number): void {
    const server = this.server(name);
    server.effectiveWeight = 16 * weight;
    this.balancer.weightChanged(server);
  }

  down(name: string): void {
    this.setWeight(name, 0);
  }

  up(name: string): void {
    const server = this.server(name);
    this.setWeight(name, server.configuredWeight / 16);
  }

  choose(context = FROM_NOWHERE, avoid: StubServer | null = null): StubServer | null {
    return this.balancer.choose(context, avoid);
  }

  /** Chooses and takes a slot, or a place in the queue if the server is full. */
  hold(context = FROM_NOWHERE, avoid: StubServer | null = null): StubServer | null {
    const server = this.choose(context, avoid);
    if (server === null) return null;
    if (server.full) server.queuedCount += 1;
    else server.servedCount += 1;
    this.balancer.loadChanged(server);
    return server;
  }

  /** Gives a slot back. */
  give(server: StubServer): void {
    server.servedCount -= 1;
    this.balancer.loadChanged(server);
  }

  /** Names of the next `count` choices, each ended before the next begins; `-` for none. */
  chosen(count: number, context = FROM_NOWHERE, avoid: StubServer | null = null): string {
    return this.#names(count, () => {
      const server = this.hold(context, avoid);
      if (server !== null) this.#end(server);
      return server;
    });
  }

  /** Names of the next `count` choices, all of them staying. */
  held(count: number, context = FROM_NOWHERE): string {
    return this.#names(count, () => this.hold(context));
  }

  #end(server: StubServer): void {
    if (server.queuedCount > 0) server.queuedCount -= 1;
    else server.servedCount -= 1;
    this.balancer.loadChanged(server);
  }

  #names(count: number, next: () => StubServer | null): string {
    return Array.from({ length: count }, () => next()?.name ?? '-').join('');
  }
}

/** `3:1` as settings of two servers. */
export function weights(text: string): StubSettings[] {
  return text.split(':').map((weight) => ({ weight: Number(weight) }));
}

/** `pattern` over and over, cut to `count` letters. */
export function repeated(pattern: string, count: number): string {
  return pattern.repeat(Math.ceil(count / pattern.length)).slice(0, count);
}
