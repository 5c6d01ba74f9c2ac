/**
 * Several threads of one balancer, without sockets and without threads: as many balancers as threads over one memory, all in this
 * thread, and what they tell each other arrives when the test says so. That shows every order in which messages may arrive; what
 * happens between two atomic operations it does not show.
 *
 *     const threads = await DryThreads.start(t, 2, `
 *       listen l
 *         bind :1
 *         server a 192.0.2.1:80 maxconn 1`);
 *     threads.at(0).come();
 *     threads.at(1).come();      // waits
 *     threads.deliverAll();
 *
 * Not here: real threads (`../shared/hammer.test.ts`).
 */
import type { Test } from 'tap';
import type { Server } from '../../lib/backend/server.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import type { Neighbours } from '../../lib/shared/neighbours.ts';
import { ManualClock } from './clock.ts';
import { dryBalancer, portsFrom, type DryBalancer, type DryOptions } from './dry-balancer.ts';

interface Message {
  /** Null: from the control thread. What one thread tells another arrives in order, as through a port. */
  readonly from: number | null;
  readonly to: number;
  readonly act: (thread: DryBalancer) => void;
}

export class DryThreads {
  readonly memory: SharedMemory;
  readonly #text: string;
  readonly #options: DryOptions;
  readonly #t: Test;
  readonly #nextPort = portsFrom(40_001);
  readonly #threads: (DryBalancer | null)[] = [];
  #messages: Message[] = [];
  /** The control thread's own view. */
  readonly control: DryBalancer;

  private constructor(
    t: Test,
    text: string,
    options: DryOptions,
    memory: SharedMemory,
    control: DryBalancer,
  ) {
    this.#t = t;
    this.#text = text;
    this.#options = options;
    this.memory = memory;
    this.control = control;
  }

  static async start(t: Test, count: number, text: string, options: DryOptions = {}): Promise<DryThreads> {
    const memory = SharedMemory.forThreads(count);
    const control = await dryBalancer(t, text, { ...options, memory });
    const threads = new DryThreads(t, text, options, memory, control);
    for (let thread = 0; thread < count; thread += 1) await threads.replace(thread);
    return threads;
  }

  get living(): readonly DryBalancer[] {
    return this.#threads.filter((thread) => thread !== null);
  }

  /** Throws if it is dead. */
  at(thread: number): DryBalancer {
    const found = this.#threads[thread] ?? null;
    if (found === null) throw new Error(`thread ${thread} is dead`);
    return found;
  }

  isAlive(thread: number): boolean {
    return (this.#threads[thread] ?? null) !== null;
  }

  get underwayCount(): number {
    return this.#messages.length;
  }

  /** Time goes on for the living. */
  advance(ms: number): void {
    for (const thread of [this.control, ...this.living]) thread.clock.advance(ms);
  }

  /** Every thread does this, when it hears of it; the control thread at once. */
  order(act: (thread: DryBalancer) => void): void {
    act(this.control);
    for (const to of this.#threads.keys()) this.#post({ from: null, to, act });
  }

  /** One message arrives, at that thread if one is named, after those that were sent before it on the same way. */
  deliver(pick: number, thread: number | null = null): void {
    const messages = this.#messages.filter(({ to }) => thread === null || to === thread);
    const picked = messages[pick % Math.max(1, messages.length)];
    const next = this.#messages.find((one) => one.from === picked?.from && one.to === picked.to);
    if (next === undefined) return;
    this.#messages = this.#messages.filter((one) => one !== next);
    const hearer = this.#threads[next.to] ?? null;
    if (hearer !== null) next.act(hearer);
  }

  /** Everything arrives, and what is told because of it; `arrived` is called after each. Throws if there is no end to it. */
  deliverAll(arrived: () => void = () => {}): void {
    for (let left = 10_000; this.#messages.length > 0; left -= 1) {
      if (left === 0) throw new Error('threads tell each other things without end');
      this.deliver(0);
      arrived();
    }
  }

  /** A thread dies with all it had, and with what it was telling others; they are asked to look. */
  kill(thread: number): void {
    this.#threads[thread] = null;
    this.#messages = this.#messages.filter((one) => one.from !== thread && one.to !== thread);
    this.memory.silence(thread);
    this.memory.forget(thread);
    for (const to of this.#threads.keys()) {
      this.#post({
        from: null,
        to,
        act: ({ built, house }) => {
          for (const backend of built.backends) backend.look();
          house.roomElsewhere();
        },
      });
    }
  }

  /** A new thread in place of a dead one; it knows of the servers what the control thread knows. */
  async replace(number: number): Promise<void> {
    const thread = await dryBalancer(this.#t, this.#text, {
      ...this.#options,
      clock: new ManualClock({ nowMs: this.control.clock.nowMs() }),
      memory: SharedMemory.attach(this.memory.handout(number), number),
      neighbours: this.#neighboursOf(number),
      nextPort: this.#nextPort,
    });
    const servers = this.control.built.backends.flatMap((backend) => backend.servers);
    const counterpart = ({ name, backendName }: Server): Server => thread.server(name, backendName);
    // Limits first, and all of them: what follows has places given away.
    for (const known of servers) counterpart(known).maxconn = known.maxconn;
    for (const known of servers) {
      const own = counterpart(known);
      thread.built.states.setWeight(own, known.userWeight);
      thread.built.states.setAdmin(own, known.admin);
      thread.built.states.followHealth(own, known.health.up);
    }
    this.#threads[number] = thread;
  }

  #neighboursOf(from: number): Neighbours<Server> {
    return {
      grant: (to, { backendName, name }) =>
        this.#post({
          from,
          to,
          act: (thread) => thread.backend(backendName).granted(thread.server(name, backendName)),
        }),
      roomMade: (to) => this.#post({ from, to, act: (thread) => thread.house.roomElsewhere() }),
    };
  }

  #post(message: Message): void {
    if (this.isAlive(message.to)) this.#messages.push(message);
  }
}
