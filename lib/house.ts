/**
 * What all frontends of one balancer share: the process-wide limits and counts, the numbering of streams, the doors with clients
 * waiting.
 *
 * With several threads each has a house of its own; places and numbers are shared. Room that a session leaves is offered to the
 * threads with clients at their doors in turn. Who is offered room takes what it can, and tells the others if any is left for
 * them. So as long as there is room for somebody who waits, somebody sees to it; and since whoever is told takes the room or finds a
 * rate to wait for, there is an end.
 *
 *     a session ends --> the next thread lets somebody in --> room is left for clients of others --> these, ...
 *
 * Not here: starting and stopping (`load-balancer.ts`), one frontend's own limits (`frontend/`).
 */
import type { SessionListener } from './account/account.ts';
import type { Logger } from './account/log/logger.ts';
import { Rate } from './account/rate.ts';
import type { Backend } from './backend/backend.ts';
import { Limit } from './frontend/admit.ts';
import type { Frontend, FrontendOwner } from './frontend/frontend.ts';
import type { Listener } from './frontend/listener.ts';
import type { SharedMemory } from './shared/memory.ts';
import type { Neighbours } from './shared/neighbours.ts';
import type { ClientSession } from './stream/door.ts';
import type { Clock } from './time/clock.ts';

/** Numbers of streams that a thread takes at a time. */
const ID_BLOCK = 1024;

export class House implements FrontendOwner, SessionListener {
  readonly processLimit: Limit;
  readonly parkedLimit: Limit;
  /** Listeners with clients at the door. */
  readonly waiting = new Set<Listener>();
  readonly sessionRate: Rate;
  frontends: readonly Frontend[] = [];
  /** Told whenever the last session has ended. */
  emptied: () => void = () => {};
  readonly #sessionsTotal: Float64Array;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #neighbours: Pick<Neighbours<unknown>, 'roomMade'>;
  /** This one's number; a control thread's does not matter, since it has no clients. */
  readonly #thread: number;
  /** Whose clients were offered room the last time. */
  #turn: number;
  /** Blocks of numbers that threads have taken for their streams. */
  readonly #idBlocks: Int32Array;
  #streamId = 0;
  #lettingIn = false;

  constructor(options: {
    readonly memory: SharedMemory;
    readonly neighbours: Pick<Neighbours<unknown>, 'roomMade'>;
    readonly clock: Clock;
    readonly logger: Logger;
    /** Sessions process-wide; 0: no limit. */
    readonly maxconn: number;
    /** Clients at all doors; 0: no limit. */
    readonly parkedMax: number;
  }) {
    const { memory } = options;
    this.sessionRate = new Rate(memory);
    this.#sessionsTotal = memory.counters(1);
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#neighbours = options.neighbours;
    this.#thread = memory.thread ?? 0;
    this.#turn = this.#thread;
    this.processLimit = new Limit(options.maxconn, memory);
    this.parkedLimit = new Limit(options.parkedMax, memory);
    this.#idBlocks = memory.together(1);
  }

  get sessionsTotal(): number {
    return this.#sessionsTotal[0] ?? 0;
  }

  /** Of this thread. */
  get streamCount(): number {
    return this.processLimit.count.own;
  }

  /** Whoever comes to this thread waits at its doors until `open`. */
  shut(): void {
    this.processLimit.shut = true;
  }

  open(): void {
    this.processLimit.shut = false;
    this.#takeRoom();
  }

  /** Another number for every stream of the balancer, a thread that has replaced another included. */
  nextStreamId(): number {
    if (this.#streamId % ID_BLOCK === 0) this.#streamId = Atomics.add(this.#idBlocks, 0, 1) * ID_BLOCK;
    this.#streamId += 1;
    return this.#streamId;
  }

  /** A session has ended: whoever waits at a door may come in, threads and listeners in turn. */
  roomMade(): void {
    if (this.streamCount === 0) this.emptied();
    if (this.#lettingIn) return;
    const { count } = this.parkedLimit;
    const next = count.elsewhere === 0 ? null : count.next(this.#turn);
    this.#turn = next ?? this.#thread;
    if (this.#turn === this.#thread) this.#takeRoom();
    else this.#neighbours.roomMade(this.#turn);
  }

  /** Another thread has made room, and it is this one's turn. */
  roomElsewhere(): void {
    // Those who wait at a thread that is not open yet are looked at when it opens.
    if (!this.processLimit.shut) this.#takeRoom();
  }

  /** Tells the threads whose clients could come in by what room there is. */
  lookElsewhere(): void {
    if (this.parkedLimit.count.elsewhere === 0) return;
    const listeners = this.frontends.flatMap((frontend) => frontend.listeners);
    const threads = new Set(listeners.flatMap((listener) => listener.threadsToTell()));
    for (const thread of threads) this.#neighbours.roomMade(thread);
  }

  #takeRoom(): void {
    this.#letIn();
    this.lookElsewhere();
  }

  #letIn(): void {
    // A client that is let in may end at once and make room again; the loop that runs already sees to that.
    if (this.#lettingIn || this.waiting.size === 0) return;
    this.#lettingIn = true;
    try {
      this.#letInByTurns();
    } finally {
      this.#lettingIn = false;
    }
  }

  /** One client, then the next listener's turn: a door where many wait must not starve another. */
  #letInByTurns(): void {
    for (let refusedCount = 0; refusedCount < this.waiting.size && !this.processLimit.reached;) {
      const [listener] = this.waiting;
      if (listener === undefined) return;
      this.waiting.delete(listener);
      this.waiting.add(listener);
      refusedCount = listener.letOneIn() ? 0 : refusedCount + 1;
    }
  }

  /** Every client that has not left. */
  clients(): ClientSession[] {
    return this.frontends.flatMap((frontend) => [...frontend.sessions]);
  }

  /** No more clients are taken in. */
  stopping = false;

  /** Clients who are between two requests are sent away, the others after the one that runs. */
  finish(): void {
    this.stopping = true;
    for (const client of this.clients()) client.finish();
  }

  countBytes(): void {
    for (const frontend of this.frontends) {
      for (const session of frontend.sessions) session.countBytes();
    }
  }

  /** Counting needs no addresses. */
  readonly asks = false;

  sessionStarted(): void {
    this.#sessionsTotal[0] = this.sessionsTotal + 1;
    this.sessionRate.add(this.#clock.nowMs());
  }

  sessionConnected(): void {}

  sessionEnded(): void {}

  /** A policy of `balance fn:NAME` failed; the client it was asked for is refused. */
  readonly choosingFailed = (backend: Backend, error: unknown): void => {
    this.#logger.error({ backend: backend.name, err: error }, `no server could be chosen: ${String(error)}`);
  };

  /**
   * The system would not hand over a connection. Running out of descriptors does not come here: libuv then accepts and closes by
   * itself without a word, which is why limits are derived so that it does not happen (`descriptors.ts`).
   */
  readonly listenerFailed = (error: NodeJS.ErrnoException, listener: Listener): void => {
    listener.counters.refused.add('accept-failed');
    this.#logger.warn(
      { listener: listener.name, code: error.code },
      `a client could not be accepted: ${error.message}`,
    );
  };
}
