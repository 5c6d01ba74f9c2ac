/**
 * The worker threads of a balancer, as its control thread keeps them: starts them, has them do the same, replaces those that die.
 *
 * The control thread binds every address, checks servers, writes logs and answers scrapes; it relays nothing. Limits hold
 * over all threads because they are counted in shared memory; what a dead thread held there is given back so:
 *
 *     died --> silenced (nobody hands it places any more) --> the others pause (whoever was about to has done so)
 *          --> forgotten (its places are free) --> the others look --> a new thread takes its place
 *
 * Its sessions are lost, those of the others are not touched, and no connection that waits to be accepted is.
 *
 * Not here: one thread's messages (`member.ts`), what a thread does (`worker.ts`), its sockets (`sockets.ts`).
 */
import { MessageChannel } from 'node:worker_threads';
import type { Session, SessionListener } from '../account/account.ts';
import type { Logger } from '../account/log/logger.ts';
import type { SessionRecord, SessionStart } from '../account/session.ts';
import type { Server } from '../backend/server.ts';
import type { Built } from '../build/build.ts';
import { SluiceError } from '../errors.ts';
import type { StatsPages } from '../http/stats.ts';
import type { SharedMemory } from '../shared/memory.ts';
import type { Clock } from '../time/clock.ts';
import {
  listeningAddresses,
  type ListeningAddress,
  type ServerOrder,
  type Traffic,
  type WantedEvents,
} from '../traffic.ts';
import { Member, unreadableProgram, type MemberHandler, type News } from './member.ts';
import type { PlacedOrder, Question, SessionNews, StatsWish, ToWorker, WorkerStart } from './messages.ts';

/** What all workers are started with. */
export type CommonStart = Omit<WorkerStart, 'thread' | 'memory' | 'descriptors' | 'orders'>;

export interface CrewParts {
  readonly start: CommonStart;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memory: SharedMemory;
  readonly stats: StatsPages;
  /** The control thread's own: bound here, followed there. */
  readonly built: Built;
  /** Of each frontend, in the order of building. */
  readonly listeners: readonly (readonly SessionListener[])[];
  /** Sessions that thread number `thread` holds. */
  readonly sessionsOf: (thread: number) => number;
}

/** What lines about threads are known by in logs. */
const EVENT = 'thread';

/** A thread that lived no longer than this is replaced only after as long again. */
const SHORT_LIFE_MS = 1000;
/** A thread that hears nothing for so long will never hear anything. */
const STUCK_MS = 5000;

export class Crew implements Traffic, MemberHandler {
  readonly #parts: CrewParts;
  readonly #servers: readonly Server[];
  readonly #positions: ReadonlyMap<Server, number>;
  readonly #members: (Member | null)[] = [];
  #listening = false;
  #opened = false;
  #replacedCount = 0;
  #ending = false;
  #released = false;
  #wanted: WantedEvents = { connection: false, close: false };

  constructor(parts: CrewParts) {
    this.#parts = parts;
    this.#servers = parts.built.backends.flatMap((backend) => backend.servers);
    this.#positions = new Map(this.#servers.map((server, position) => [server, position]));
  }

  // --- life --------------------------------------------------------------------------------------------------

  async listen(): Promise<void> {
    const { built, memory } = this.#parts;
    for (const acceptor of built.acceptors) acceptor.bindOnly();
    for (const frontend of built.frontends) {
      for (const listener of frontend.listeners) await listener.listen();
    }
    // One by one: where the system refuses a thread, those before it are known and can be stopped.
    for (let thread = 0; thread < memory.threadCount; thread += 1) this.#members.push(this.#start(thread));
    await Promise.all(this.#living().map((member) => member.ready));
    const members = this.#living();
    if (members.length < memory.threadCount)
      throw new SluiceError('ERR_THREAD', 'a thread has died while others were being started');
    for (const [index, member] of members.entries()) introduce(member, members.slice(0, index));
    this.#listening = true;
  }

  open(): void {
    this.#opened = true;
    const unreadable = unreadableProgram();
    if (unreadable !== null) {
      const text = `threads that die cannot be replaced: this process has no right to read ${unreadable} any more`;
      this.#parts.logger.warn({ event: EVENT }, text);
    }
    this.#tellAll({ kind: 'open' });
  }

  get replacedCount(): number {
    return this.#replacedCount;
  }

  get addresses(): readonly ListeningAddress[] {
    return listeningAddresses(this.#parts.built);
  }

  async closeDoors(): Promise<void> {
    this.#ending = true;
    await this.#askAll({ ask: 'close-doors' });
    const listeners = this.#parts.built.frontends.flatMap((frontend) => frontend.listeners);
    await Promise.all(listeners.map((listener) => listener.close()));
  }

  async end(withinMs: number): Promise<number> {
    this.#ending = true;
    const patienceMs = withinMs + STUCK_MS;
    const members = this.#living();
    const answers = await Promise.all(
      members.map((member) => this.#askOrStop(member, { ask: 'end', withinMs }, patienceMs)),
    );
    return answers.reduce<number>((sum, answer) => sum + (typeof answer === 'number' ? answer : 0), 0);
  }

  async release(): Promise<void> {
    this.#ending = true;
    this.#released = true;
    for (const server of this.#servers) server.stop();
    await Promise.all(this.#living().map((member) => member.stop()));
  }

  async sessions(): Promise<readonly SessionRecord[]> {
    const answers = await this.#askAll({ ask: 'sessions' });
    return answers.flatMap((answer) => (answer === null || typeof answer === 'number' ? [] : answer));
  }

  follow(server: Server, order: ServerOrder): void {
    this.#tellAll({ kind: 'order', server: this.#positions.get(server) ?? -1, order });
  }

  eventsWanted(wanted: WantedEvents): void {
    this.#wanted = wanted;
    this.#tellAll({ kind: 'events', wanted });
  }

  // --- threads -----------------------------------------------------------------------------------------------

  #living(): Member[] {
    return this.#members.flatMap((member) => (member === null || member.dead ? [] : member));
  }

  #tellAll(message: ToWorker): void {
    for (const member of this.#living()) member.tell(message);
  }

  #askAll(question: Question): Promise<(number | readonly SessionRecord[] | null)[]> {
    return Promise.all(this.#living().map((member) => member.ask(question)));
  }

  /** A thread that does not answer in time is stuck in something that does not end: it is treated like one that died. */
  async #askOrStop(
    member: Member,
    question: Question,
    patienceMs: number,
  ): Promise<number | readonly SessionRecord[] | null> {
    const timer = this.#parts.clock.after(patienceMs, () => void member.stop());
    const answer = await member.ask(question);
    timer.cancel();
    return answer;
  }

  #start(thread: number): Member {
    const { start, memory, built, clock } = this.#parts;
    const descriptors = built.acceptors.flatMap(({ fd }) => fd ?? []);
    const member = new Member(
      { ...start, thread, memory: memory.handout(thread), descriptors, orders: this.#orders() },
      clock.nowMs(),
      this,
    );
    member.tell({ kind: 'events', wanted: this.#wanted });
    return member;
  }

  /** What a new thread must know of servers that are not as configured. */
  #orders(): PlacedOrder[] {
    // Limits first: a change of state may give places away on every server at once.
    const limits = this.#servers.map(({ maxconn }, server): PlacedOrder => ({
      server,
      order: { kind: 'maxconn', maxconn },
    }));
    const changes = this.#servers.flatMap((server, position) => {
      const { config } = server;
      const orders: ServerOrder[] = [];
      if (server.userWeight !== config.weight) orders.push({ kind: 'weight', weight: server.userWeight });
      if (server.admin !== (config.disabled ? 'maint' : 'ready'))
        orders.push({ kind: 'admin', admin: server.admin });
      if (server.check !== null) orders.push({ kind: 'health', up: server.health.up });
      return orders.map((order) => ({ server: position, order }));
    });
    return [...limits, ...changes];
  }

  died(member: Member, reason: string): void {
    if (this.#members[member.thread] !== member) return;
    this.#members[member.thread] = null;
    // A start that fails is told to whoever waits for it.
    if (!this.#listening || this.#released) return;
    const { logger, sessionsOf } = this.#parts;
    const { thread } = member;
    const sessionCount = sessionsOf(thread);
    logger.error(
      { event: EVENT, thread: thread + 1, sessions: sessionCount, reason },
      `thread ${thread + 1} has died (${reason}); its ${sessionCount} sessions are lost`,
    );
    void this.#replace(member);
  }

  async #replace(member: Member): Promise<void> {
    const { memory, clock, logger, built } = this.#parts;
    const { thread } = member;
    memory.silence(thread);
    await Promise.all(this.#living().map((member) => this.#askOrStop(member, { ask: 'pause' }, STUCK_MS)));
    for (const proxy of [...built.frontends, ...built.backends]) proxy.countLost(thread);
    memory.forget(thread);
    this.#tellAll({ kind: 'look' });
    if (clock.nowMs() - member.startedMs < SHORT_LIFE_MS) await this.#wait(SHORT_LIFE_MS);
    const next = await this.#startAgain(thread);
    if (next === null) return;
    introduce(
      next,
      this.#living().filter((other) => other !== next),
    );
    if (this.#ending) await next.ask({ ask: 'close-doors' });
    else if (this.#opened) next.tell({ kind: 'open' });
    this.#replacedCount += 1;
    logger.warn({ event: EVENT, thread: thread + 1 }, `thread ${thread + 1} has been replaced`);
  }

  /** A new thread, ready; null: the end came first, or the thread died, which brings the next attempt. */
  async #startAgain(thread: number): Promise<Member | null> {
    while (!this.#ending) {
      let member: Member | null = null;
      try {
        member = this.#start(thread);
        this.#members[thread] = member;
        await member.ready;
        return member;
      } catch (error) {
        this.#parts.logger.error(
          { event: EVENT, thread: thread + 1, err: error },
          `thread ${thread + 1} could not be replaced`,
        );
        if (member !== null) return null;
      }
      // The system has no thread to give.
      await this.#wait(SHORT_LIFE_MS);
    }
    return null;
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#parts.clock.after(delayMs, resolve);
    });
  }

  // --- what threads say --------------------------------------------------------------------------------------

  heard(message: News, from: Member): void {
    switch (message.kind) {
      case 'news':
        for (const news of message.news) this.#heardNews(news);
        return;
      case 'notice': {
        const { level, fields, text } = message.notice;
        this.#parts.logger[level](fields, text);
        return;
      }
      case 'stats':
        void this.#makePage(message, from);
        return;
      case 'connect': {
        const passive = this.#servers[message.server]?.passive;
        if (message.passed) passive?.connectPassed();
        else passive?.connectFailed();
      }
    }
  }

  async #makePage(
    { id, config, proxyName, suffix }: StatsWish & { id: number },
    member: Member,
  ): Promise<void> {
    const page = await this.#parts.stats(config, proxyName, suffix).catch(() => null);
    if (!member.dead) member.tell({ kind: 'stats', id, page });
  }

  #heardNews(news: SessionNews): void {
    for (const listener of this.#parts.listeners[news.frontend] ?? []) {
      if (news.step === 'started') listener.sessionStarted(new Reported(news.start, null));
      else if (news.step === 'connected') listener.sessionConnected(new Reported(news.record, news.record));
      else listener.sessionEnded(new Reported(news.record, news.record));
    }
  }
}

/** A session of another thread: its record has been made there. */
class Reported implements Session {
  readonly #start: SessionStart;
  readonly #record: SessionRecord | null;

  constructor(start: SessionStart, record: SessionRecord | null) {
    this.#start = start;
    this.#record = record;
  }

  start(): SessionStart {
    return this.#start;
  }

  record(): SessionRecord {
    if (this.#record === null) throw new Error('of a session that starts there is no record yet');
    return this.#record;
  }
}

/** Draws a line from one thread to each of the others. */
function introduce(member: Member, others: readonly Member[]): void {
  for (const other of others) {
    const { port1, port2 } = new MessageChannel();
    other.tell({ kind: 'neighbour', thread: member.thread, port: port1 }, [port1]);
    member.tell({ kind: 'neighbour', thread: other.thread, port: port2 }, [port2]);
  }
}
