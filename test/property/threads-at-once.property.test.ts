/**
 * Threads that do things at the same moment: while one is between two atomic operations, another does something from beginning to end.
 * Limits hold at every moment, and nobody waits beside a free place once everything has been told.
 *
 * Every use of `Atomics` is a point at which another thread may come in between. Not here: what happens between such points, which
 * only real threads show (`../shared/hammer.test.ts`).
 */
import * as fc from 'fast-check';
import t from 'tap';
import type { Test } from 'tap';
import type { DryBalancer } from '../help/dry-balancer.ts';
import { DryThreads } from '../help/dry-threads.ts';
import { leftoversDry } from '../help/settled.ts';

const TIME_LIMIT_MS = 2500;
const THREADS = 3;

interface Act {
  readonly kind: 'come' | 'connect' | 'finish' | 'leave' | 'hear';
  readonly thread: number;
  readonly pick: number;
}

interface Step {
  readonly act: Act;
  /** What others do meanwhile, each after that many more atomic operations. */
  readonly meanwhile: readonly { readonly after: number; readonly act: Act }[];
  /** Everything is told and looked at after this step. */
  readonly settles: boolean;
}

const act = fc.record<Act>({
  kind: fc.constantFrom('come', 'come', 'connect', 'finish', 'finish', 'leave', 'hear'),
  thread: fc.nat(THREADS - 1),
  pick: fc.nat(20),
});
const step = fc.record<Step>({
  act,
  meanwhile: fc.array(fc.record({ after: fc.integer({ min: 1, max: 40 }), act }), { maxLength: 4 }),
  settles: fc.boolean(),
});

interface Setting {
  readonly algorithm: string;
  readonly minconn: boolean;
  readonly doors: boolean;
}

const setting = fc.record<Setting>({
  algorithm: fc.constantFrom('roundrobin', 'static-rr', 'leastconn', 'first', 'source'),
  minconn: fc.boolean(),
  doors: fc.boolean(),
});

function textOf({ algorithm, minconn, doors }: Setting): string {
  return `global
  maxconn ${doors ? 6 : 0}
frontend f
  bind :1 ${doors ? 'maxconn 3' : ''}
  maxconn ${doors ? 4 : 0}
  default_backend b
frontend g
  bind :2
  default_backend b
backend b
  balance ${algorithm}
  fullconn 8
  server a 192.0.2.1 maxconn 2${minconn ? ' minconn 1' : ''}
  server b 192.0.2.2 maxconn 1`;
}

const WATCHED = ['load', 'store', 'add', 'sub', 'compareExchange', 'exchange'] as const;

/** Calls `passed` before every use of `Atomics` while `work` runs. */
function watchingAtomics(passed: () => void, work: () => void): void {
  const originals = WATCHED.map((name) => [name, Atomics[name]] as const);
  const replace = (name: string, value: unknown): void => {
    Object.defineProperty(Atomics, name, { value, configurable: true, writable: true });
  };
  for (const [name, original] of originals) {
    replace(name, (...given: readonly unknown[]): unknown => {
      passed();
      return Reflect.apply(original, Atomics, given);
    });
  }
  try {
    work();
  } finally {
    for (const [name, original] of originals) replace(name, original);
  }
}

class Run {
  readonly #threads: DryThreads;
  readonly #setting: Setting;

  constructor(threads: DryThreads, setting: Setting) {
    this.#threads = threads;
    this.#setting = setting;
  }

  do({ act, meanwhile, settles }: Step): void {
    let index = 0;
    let passedCount = 0;
    let interrupted = false;
    const passed = (): void => {
      const next = meanwhile[index];
      if (interrupted || next === undefined) return;
      passedCount += 1;
      if (passedCount < next.after) return;
      index += 1;
      passedCount = 0;
      interrupted = true;
      // A thread cannot come in between itself.
      const thread = next.act.thread === act.thread ? (act.thread + 1) % THREADS : next.act.thread;
      this.#act({ ...next.act, thread });
      this.#lookAtLimits();
      interrupted = false;
    };
    watchingAtomics(passed, () => this.#act(act));
    this.#lookAtLimits();
    if (settles) this.#settle();
  }

  end(): void {
    this.#settle();
    const { living } = this.#threads;
    for (let busy = true; busy; this.#threads.deliverAll()) {
      busy = false;
      for (const thread of living) {
        for (const dial of thread.dials) if (dial.state === 'open') dial.succeed();
        for (const relay of thread.relays.filter(({ open }) => open)) {
          busy = true;
          relay.finish();
        }
      }
    }
    const left = [...living, this.#threads.control].flatMap(leftoversDry);
    if (left.length > 0) throw new Error(`left over: ${left.join(', ')}`);
  }

  #act({ kind, thread, pick }: Act): void {
    const threads = this.#threads;
    const home = threads.at(thread);
    switch (kind) {
      case 'come':
        home.come(pick % 3 === 0 ? 'g' : 'f');
        return;
      case 'connect':
        anyOf(
          home.dials.filter((dial) => dial.state === 'open'),
          pick,
        )?.succeed();
        return;
      case 'finish':
        anyOf(
          home.relays.filter((relay) => relay.open),
          pick,
        )?.finish();
        return;
      case 'leave':
        anyOf(home.house.clients(), pick)?.kill('killed');
        return;
      case 'hear':
        threads.deliver(pick, thread);
    }
  }

  #lookAtLimits(): void {
    const { control } = this.#threads;
    const { frontends, backends } = control.built;
    const listeners = frontends.flatMap((frontend) => frontend.listeners);
    const limits = [
      control.house.processLimit,
      ...frontends.map((frontend) => frontend.limit),
      ...listeners.map((listener) => listener.limits.bind),
    ];
    for (const { now, max } of limits) {
      if (now < 0 || (max > 0 && now > max)) throw new Error(`${now} of ${max} at a door`);
    }
    for (const { name, servedCount, maxconn } of backends.flatMap((backend) => backend.servers)) {
      if (servedCount < 0 || servedCount > maxconn)
        throw new Error(`${name} serves ${servedCount} of ${maxconn}`);
    }
  }

  #settle(): void {
    const threads = this.#threads;
    threads.deliverAll(() => this.#lookAtLimits());
    for (const server of threads.at(0).backend().servers) {
      if (server.servedCount !== held(threads.living, server.name))
        throw new Error(`${server.name} has places that nobody holds`);
      if (!server.hasPlace) continue;
      if (server.queue.length > 0) throw new Error(`${server.name} has a place and a queue`);
      if (threads.at(0).backend().queue.length > 0)
        throw new Error(`${server.name} has a place and others wait for any (${this.#setting.algorithm})`);
    }
    for (const listener of threads.living.flatMap(({ built }) =>
      built.frontends.flatMap(({ listeners }) => listeners),
    )) {
      if (listener.letOneIn()) throw new Error('a client waited at a door although there was room');
    }
  }
}

function held(threads: readonly DryBalancer[], serverName: string): number {
  return threads
    .flatMap((thread) => [...thread.backend().sessions])
    .filter((session) => session.server?.name === serverName).length;
}

function anyOf<T>(all: readonly T[], number: number): T | undefined {
  return all[number % Math.max(1, all.length)];
}

async function run(t: Test, setting: Setting, steps: readonly Step[]): Promise<void> {
  const one = new Run(await DryThreads.start(t, THREADS, textOf(setting)), setting);
  for (const step of steps) one.do(step);
  one.end();
}

void t.test('whatever happens at the same moment, limits hold and nobody is overlooked', async (t) => {
  await fc.assert(
    fc.asyncProperty(setting, fc.array(step, { maxLength: 50, size: 'max' }), (setting, steps) =>
      run(t, setting, steps),
    ),
    { numRuns: 60, interruptAfterTimeLimit: TIME_LIMIT_MS },
  );
});
