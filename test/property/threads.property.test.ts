/**
 * Whatever clients, servers and operators do, and in whatever order threads hear of each other: no limit is exceeded, nobody waits
 * beside a free place once everything has been told, the oldest come first, a dead thread leaves nothing behind.
 */
import * as fc from 'fast-check';
import t from 'tap';
import type { Test } from 'tap';
import type { Backend } from '../../lib/backend/backend.ts';
import type { Server } from '../../lib/backend/server.ts';
import type { DryBalancer, DryClient } from '../help/dry-balancer.ts';
import { DryThreads } from '../help/dry-threads.ts';
import { leftoversDry } from '../help/settled.ts';

const TIME_LIMIT_MS = 2500;
const THREADS = 3;
const SERVERS = ['a', 'b', 'c', 'd'] as const;

type Step =
  | { readonly kind: 'come'; readonly thread: number; readonly door: number; readonly count: number }
  | { readonly kind: 'connects' | 'refuses' | 'finishes' | 'leaves'; readonly pick: number }
  | { readonly kind: 'hears'; readonly pick: number; readonly count: number }
  | { readonly kind: 'hears-all' }
  | { readonly kind: 'admin'; readonly server: string; readonly admin: 'ready' | 'drain' | 'maint' }
  | { readonly kind: 'health'; readonly server: string; readonly up: boolean }
  | { readonly kind: 'maxconn'; readonly server: string; readonly maxconn: number }
  | { readonly kind: 'dies'; readonly thread: number }
  | { readonly kind: 'wait'; readonly ms: number };

const server = fc.constantFrom(...SERVERS);
const thread = fc.nat(THREADS - 1);
const coming = fc.record({
  kind: fc.constant('come' as const),
  thread,
  door: fc.nat(1),
  count: fc.integer({ min: 1, max: 4 }),
});
const moving = fc.record({
  kind: fc.constantFrom('connects', 'connects', 'refuses', 'finishes', 'finishes', 'leaves'),
  pick: fc.nat(50),
});
const hearing = fc.record({
  kind: fc.constant('hears' as const),
  pick: fc.nat(50),
  count: fc.integer({ min: 1, max: 4 }),
});
const changing = fc.oneof(
  fc.record({
    kind: fc.constant('admin' as const),
    server,
    admin: fc.constantFrom('ready', 'ready', 'drain', 'maint'),
  }),
  fc.record({ kind: fc.constant('health' as const), server, up: fc.boolean() }),
  fc.record({ kind: fc.constant('maxconn' as const), server, maxconn: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: coming },
  { weight: 12, arbitrary: moving },
  { weight: 8, arbitrary: hearing },
  { weight: 1, arbitrary: fc.constant({ kind: 'hears-all' as const }) },
  { weight: 3, arbitrary: changing },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('dies' as const), thread }) },
);

interface Setting {
  readonly algorithm: string;
  readonly retries: number;
  readonly minconn: boolean;
  readonly slowstart: boolean;
  readonly narrowDoors: boolean;
  readonly rate: number;
  /** Servers that are not in use, so that a balancer is not told about all of them each time. */
  readonly idleServers: number;
}

const setting = fc.record<Setting>({
  algorithm: fc.constantFrom('roundrobin', 'static-rr', 'leastconn', 'first', 'source', 'random'),
  retries: fc.constantFrom(0, 2),
  minconn: fc.boolean(),
  slowstart: fc.boolean(),
  narrowDoors: fc.boolean(),
  rate: fc.constantFrom(0, 0, 3),
  idleServers: fc.constantFrom(0, 0, 20),
});

/** Servers have no port of their own: a dial's port is its client's, its address tells the server. */
function textOf(setting: Setting): string {
  const dynamics = `${setting.minconn ? ' minconn 1' : ''}${setting.slowstart ? ' slowstart 5s' : ''}`;
  const idle = Array.from(
    { length: setting.idleServers },
    (_, index) => `  server s${index} 192.0.2.9 disabled`,
  );
  return `global
  maxconn ${setting.narrowDoors ? 7 : 0}
listen l
  bind :1 ${setting.narrowDoors ? 'maxconn 4 backlog 6' : ''}
  bind :2
  maxconn ${setting.narrowDoors ? 6 : 0}
  rate-limit sessions ${setting.rate}
  balance ${setting.algorithm}
  fullconn 6
  retries ${setting.retries}
  option redispatch
  timeout connect 2s
  timeout queue 4s
  server a 192.0.2.1 maxconn 2 maxqueue 2${dynamics}
  server b 192.0.2.2 maxconn 1
${idle.join('\n')}
  server c 192.0.2.3 maxconn 3 backup${dynamics}
  server d 192.0.2.4 maxconn 1 backup`;
}

interface Guest {
  readonly home: DryBalancer;
  readonly client: DryClient;
}

/** One run: does steps and looks after each. */
class Run {
  readonly #threads: DryThreads;
  readonly #setting: Setting;
  #guests: Guest[] = [];
  /** As it was before the step. */
  #before = new Map<string, { readonly served: number; readonly limit: number }>();

  constructor(threads: DryThreads, setting: Setting) {
    this.#threads = threads;
    this.#setting = setting;
  }

  async do(step: Step): Promise<void> {
    this.#remember();
    await this.#act(step);
    this.#lookAtLimits();
    if (this.#threads.underwayCount === 0) this.#lookAtRest();
  }

  /** Everybody goes; then nothing may be left. */
  end(): void {
    const threads = this.#threads;
    this.#remember();
    threads.deliverAll(() => this.#arrived());
    this.#lookAtRest();
    for (const guest of this.#guests) if (isThere(guest)) guest.client.connection.break();
    // Those who wait at a door come in later, and their dials run into a timeout.
    for (let rounds = 10; rounds > 0; rounds -= 1) {
      threads.deliverAll();
      for (const relay of this.#relays) relay.finish();
      threads.advance(10_000);
    }
    threads.deliverAll();
    for (const thread of threads.living) for (const backend of thread.built.backends) stopAll(backend);
    const left = [threads.control, ...threads.living].flatMap(leftoversDry);
    if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
  }

  get #servers(): readonly Server[] {
    return this.#threads.control.backend().servers;
  }

  get #relays() {
    return this.#threads.living.flatMap(({ relays }) => relays.filter((relay) => relay.open));
  }

  async #act(step: Step): Promise<void> {
    const threads = this.#threads;
    const dials = threads.living.flatMap((one) => one.dials.filter((dial) => dial.state === 'open'));
    switch (step.kind) {
      case 'come': {
        const home = threads.at(step.thread);
        for (let left = step.count; left > 0; left -= 1)
          this.#guests.push({ home, client: home.come('l', step.door) });
        return;
      }
      case 'connects':
        pick(dials, step.pick)?.succeed();
        return;
      case 'refuses':
        pick(dials, step.pick)?.fail();
        return;
      case 'finishes':
        pick(this.#relays, step.pick)?.finish();
        return;
      case 'leaves':
        pick(this.#guests.filter(isThere), step.pick)?.client.connection.end();
        return;
      case 'hears':
        for (let left = step.count; left > 0; left -= 1) {
          threads.deliver(step.pick + left);
          this.#arrived();
        }
        return;
      case 'hears-all':
        threads.deliverAll(() => this.#arrived());
        return;
      case 'admin':
        threads.order((one) => one.built.states.setAdmin(one.server(step.server), step.admin));
        return;
      case 'health':
        threads.order((one) => one.built.states.followHealth(one.server(step.server), step.up));
        return;
      case 'maxconn':
        threads.order((one) => {
          one.server(step.server).maxconn = step.maxconn;
        });
        return;
      case 'dies': {
        const dead = threads.at(step.thread);
        threads.kill(step.thread);
        for (const backend of dead.built.backends) stopAll(backend);
        this.#guests = this.#guests.filter(({ home }) => home !== dead);
        await threads.replace(step.thread);
        return;
      }
      case 'wait':
        threads.advance(step.ms);
    }
  }

  #lookAtLimits(): void {
    const { house } = this.#threads.control;
    const frontend = this.#threads.control.frontend();
    const doors = frontend.listeners.map(({ limits }) => limits.bind);
    for (const limit of [house.processLimit, frontend.limit, ...doors]) {
      if (limit.now < 0 || (limit.max > 0 && limit.now > limit.max))
        throw new Error(`${limit.now} of ${limit.max} at a door`);
    }
    for (const one of this.#servers) this.#lookAtServer(one);
  }

  /** A thread has heard of something. */
  #arrived(): void {
    this.#lookAtLimits();
    this.#remember();
  }

  #remember(): void {
    for (const { name, servedCount } of this.#servers) {
      this.#before.set(name, { served: servedCount, limit: this.#limitOf(name) });
    }
  }

  /** Whoever has not heard of a new limit keeps to the old one. */
  #limitOf(name: string): number {
    const own = this.#threads.living.map((thread) => thread.server(name));
    // One that follows the load may have sunk again within the step.
    const limits = own.map((one) => (this.#setting.minconn ? one.maxconn : one.currentLimit));
    return limits.includes(0) ? Infinity : Math.max(...limits);
  }

  #lookAtServer({ name, servedCount }: Server): void {
    const before = this.#before.get(name) ?? { served: 0, limit: 0 };
    const limit = Math.max(before.limit, this.#limitOf(name));
    if (servedCount < 0) throw new Error(`${name} has ${servedCount} places taken`);
    if (servedCount > limit && servedCount > before.served)
      throw new Error(`${name} serves ${servedCount} of ${limit}`);
    if (this.#held(name) > servedCount) throw new Error(`${name} holds more than are counted`);
  }

  /** Sessions that hold a place on this server. */
  #held(name: string): number {
    return this.#threads.living
      .flatMap((thread) => [...thread.backend().sessions])
      .filter((session) => session.server?.name === name).length;
  }

  /** Everything has been told. */
  #lookAtRest(): void {
    const [thread] = this.#threads.living;
    if (thread === undefined) return;
    for (const one of thread.backend().servers) {
      const { name, servedCount } = one;
      if (this.#held(name) !== servedCount)
        throw new Error(`${name}: ${this.#held(name)} of ${servedCount} places are held`);
      if (!this.#everywhere(name, (own) => own.hasPlace)) continue;
      if (one.running && one.queue.length > 0) throw new Error(`${name} has a place and a queue`);
      // `random` may send a client to wait although another server than the drawn one has a place, as in HAProxy.
      if (this.#setting.algorithm === 'random' || !servesCommonQueue(thread.backend(), one)) continue;
      if (thread.backend().queue.length > 0) throw new Error(`${name} has a place and others wait for any`);
    }
    if (this.#setting.rate > 0) return;
    for (const one of this.#threads.living.flatMap(({ built }) => built.frontends[0]?.listeners ?? [])) {
      if (one.letOneIn()) throw new Error(`a client waited at ${one.name} although there was room`);
    }
  }

  /** Slow start begins when a thread hears of it, so that limits differ for a while. */
  #everywhere(name: string, holds: (server: Server) => boolean): boolean {
    return this.#threads.living.every((thread) => holds(thread.server(name)));
  }
}

function isThere({ home, client }: Guest): boolean {
  const { connection, record } = client;
  return (
    record() === null &&
    connection.state === 'held' &&
    !home.relays.some((relay) => relay.clientConnection === connection)
  );
}

function servesCommonQueue(backend: Backend, one: Server): boolean {
  if (!one.usable) return false;
  if (!one.backup) return true;
  return (
    backend.usableActives === 0 && one === backend.servers.find(({ backup, usable }) => backup && usable)
  );
}

function stopAll(backend: Backend): void {
  for (const one of backend.servers) one.stop();
}

function pick<T>(all: readonly T[], number: number): T | undefined {
  return all[number % Math.max(1, all.length)];
}

async function run(t: Test, setting: Setting, steps: readonly Step[]): Promise<void> {
  const threads = await DryThreads.start(t, THREADS, textOf(setting), { random: fixedNumbers() });
  const one = new Run(threads, setting);
  for (const step of steps) await one.do(step);
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

void t.test('over threads, limits hold, nobody is forgotten and every place comes back', async (t) => {
  await fc.assert(
    fc.asyncProperty(setting, fc.array(step, { maxLength: 80, size: 'max' }), (setting, steps) =>
      run(t, setting, steps),
    ),
    { numRuns: 60, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
});
