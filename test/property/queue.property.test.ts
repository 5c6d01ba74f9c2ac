/**
 * Whatever clients, servers and operators do, in whatever order: no server above its limit, nobody waiting who could be
 * served, the oldest first, every place back in the end.
 */
import * as fc from 'fast-check';
import t from 'tap';
import type { Test } from 'tap';
import type { Server } from '../../lib/backend/server.ts';
import { dryBalancer, type DryBalancer, type DryClient } from '../help/dry-balancer.ts';
import { leftoversDry } from '../help/settled.ts';

const TIME_LIMIT_MS = 2500;
const SERVERS = ['a', 'b', 'c', 'd'] as const;

type Step =
  | { readonly kind: 'come'; readonly count: number }
  | { readonly kind: 'connects' | 'refuses' | 'finishes' | 'leaves' | 'resets'; readonly pick: number }
  | { readonly kind: 'admin'; readonly server: string; readonly admin: 'ready' | 'drain' | 'maint' }
  | { readonly kind: 'weight'; readonly server: string; readonly weight: number }
  | { readonly kind: 'maxconn'; readonly server: string; readonly maxconn: number }
  | { readonly kind: 'wait'; readonly ms: number };

const server = fc.constantFrom(...SERVERS);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('come' as const), count: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constantFrom('connects', 'connects', 'refuses', 'finishes', 'finishes', 'leaves', 'resets'),
      pick: fc.nat(50),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('admin' as const),
      server,
      admin: fc.constantFrom('ready', 'ready', 'drain', 'maint'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('weight' as const), server, weight: fc.constantFrom(0, 1, 5) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('maxconn' as const),
      server,
      maxconn: fc.integer({ min: 0, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }),
  },
);

interface Setting {
  readonly algorithm: string;
  readonly redispatch: boolean;
  readonly retries: number;
  readonly minconn: boolean;
  readonly slowstart: boolean;
  readonly allBackups: boolean;
}

const setting = fc.record<Setting>({
  algorithm: fc.constantFrom('roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'random'),
  redispatch: fc.boolean(),
  retries: fc.constantFrom(0, 2),
  minconn: fc.boolean(),
  slowstart: fc.boolean(),
  allBackups: fc.boolean(),
});

/** Servers have no port of their own: a dial's port is its client's, its address tells the server. */
function textOf({ algorithm, redispatch, retries, minconn, slowstart, allBackups }: Setting): string {
  const dynamics = `${minconn ? ' minconn 1' : ''}${slowstart ? ' slowstart 5s' : ''}`;
  return `listen l
  bind :1
  balance ${algorithm}
  fullconn 6
  retries ${retries}
  ${redispatch ? 'option redispatch' : 'no option redispatch'}
  ${allBackups ? 'option allbackups' : 'no option allbackups'}
  timeout connect 2s
  timeout queue 4s
  server a 192.0.2.1 maxconn 2 maxqueue 2${dynamics}
  server b 192.0.2.2 maxconn 1 weight 3
  server c 192.0.2.3 maxconn 3 backup${dynamics}
  server d 192.0.2.4 maxconn 1 backup`;
}

/** One run: does steps and looks after each. */
class Run {
  readonly #dry: DryBalancer;
  readonly #setting: Setting;
  readonly #clients: DryClient[] = [];
  #dialsSeen = 0;
  #youngestServed = 0;

  constructor(dry: DryBalancer, setting: Setting) {
    this.#dry = dry;
    this.#setting = setting;
  }

  do(step: Step): void {
    const before = new Map(this.#servers.map((server) => [server, server.servedCount]));
    this.#act(step);
    for (const server of this.#servers) this.#look(server, before.get(server) ?? 0);
    this.#lookAtOrder();
  }

  /** Everybody goes; then nothing may be left. */
  end(): void {
    for (const { connection, record } of this.#clients) {
      if (record() === null && connection.state === 'held' && !this.#isRelayed(connection))
        connection.break();
    }
    for (const relay of this.#dry.relays) if (relay.open) relay.finish();
    for (const server of this.#servers) server.stop();
    const left = leftoversDry(this.#dry);
    if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
    if (this.#dry.records.length !== this.#clients.length)
      throw new Error(`${this.#clients.length} came, ${this.#dry.records.length} ended`);
  }

  get #servers(): readonly Server[] {
    return this.#dry.backend().servers;
  }

  #isRelayed(connection: unknown): boolean {
    return this.#dry.relays.some((relay) => relay.clientConnection === connection);
  }

  #act(step: Step): void {
    const dry = this.#dry;
    const { states } = dry.built;
    switch (step.kind) {
      case 'come':
        for (let left = step.count; left > 0; left -= 1) this.#clients.push(dry.come());
        return;
      case 'connects':
        pick(
          dry.dials.filter((dial) => dial.state === 'open'),
          step.pick,
        )?.succeed();
        return;
      case 'refuses':
        pick(
          dry.dials.filter((dial) => dial.state === 'open'),
          step.pick,
        )?.fail();
        return;
      case 'finishes':
        pick(
          dry.relays.filter((relay) => relay.open),
          step.pick,
        )?.finish();
        return;
      case 'leaves':
        pick(this.#unrelayed(), step.pick)?.connection.end();
        return;
      case 'resets':
        pick(this.#unrelayed(), step.pick)?.connection.break();
        return;
      case 'admin':
        states.setAdmin(dry.server(step.server), step.admin);
        return;
      case 'weight': {
        const server = dry.server(step.server);
        const allowed = dry.backend().dynamicWeights || step.weight === 0;
        states.setWeight(server, allowed ? step.weight : server.config.weight);
        return;
      }
      case 'maxconn':
        dry.server(step.server).maxconn = step.maxconn;
        return;
      case 'wait':
        dry.clock.advance(step.ms);
    }
  }

  #unrelayed(): DryClient[] {
    return this.#clients.filter(
      ({ connection, record }) => record() === null && !this.#isRelayed(connection),
    );
  }

  #look(server: Server, servedBefore: number): void {
    const { servedCount, name } = server;
    // One that follows the load may have sunk again within the step, when others were refused.
    const limit = this.#setting.minconn ? server.maxconn : server.currentLimit;
    if (servedCount < 0) throw new Error(`${name} has ${servedCount} slots taken`);
    // A limit that sinks leaves those who are there; nobody may join them.
    if (limit > 0 && servedCount > limit && servedCount > servedBefore)
      throw new Error(`${name} serves ${servedCount} of ${limit}`);
    if (!server.hasPlace) return;
    if (server.running && server.queue.length > 0) throw new Error(`${name} has a place and a queue`);
    // `random` may send a client to wait although another server than the drawn one has a place, as in HAProxy.
    if (this.#setting.algorithm === 'random' || !this.#servesCommonQueue(server)) return;
    if (this.#dry.backend().queue.length > 0) throw new Error(`${name} has a place and others wait for any`);
  }

  #servesCommonQueue(server: Server): boolean {
    if (!server.usable) return false;
    if (!server.backup) return true;
    const backend = this.#dry.backend();
    if (backend.usableActives > 0) return false;
    return this.#setting.allBackups || server === backend.servers.find((one) => one.backup && one.usable);
  }

  /** Where there is one queue and nobody asks twice, clients are dialled for in the order of their coming. */
  #lookAtOrder(): void {
    const { dials } = this.#dry;
    const { algorithm, retries, allBackups } = this.#setting;
    const oneQueue = ['roundrobin', 'static-rr', 'first'].includes(algorithm) && allBackups && retries === 0;
    for (const dial of dials.slice(this.#dialsSeen)) {
      if (oneQueue && dial.port < this.#youngestServed) throw new Error(`client ${dial.port} was overtaken`);
      this.#youngestServed = dial.port;
    }
    this.#dialsSeen = dials.length;
  }
}

function pick<T>(all: readonly T[], number: number): T | undefined {
  return all[number % Math.max(1, all.length)];
}

async function run(t: Test, setting: Setting, steps: readonly Step[]): Promise<void> {
  const dry = await dryBalancer(t, textOf(setting), { random: fixedNumbers() });
  const one = new Run(dry, setting);
  for (const step of steps) one.do(step);
  one.end();
}

/** Numbers that look random and are the same each time. */
function fixedNumbers(): () => number {
  let value = 0.5;
  return () => {
    value = (value * 9301 + 0.2113) % 1;
    return value;
  };
}

void t.test('places are never exceeded, never lost and given to the oldest', async (t) => {
  await fc.assert(
    fc.asyncProperty(setting, fc.array(step, { maxLength: 80, size: 'max' }), (setting, steps) =>
      run(t, setting, steps),
    ),
    { numRuns: 120, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
});
