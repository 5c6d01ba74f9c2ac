/**
 * A frontend: its listeners, its limits, and the sessions that came in through it.
 *
 * Not here: the limits' order (`admit.ts`), waiting at the door (`listener.ts`), what is done for a client
 * (`../stream/`, `../http/`).
 */
import type { FrontendCounters } from '../account/counters.ts';
import type { FrontendConfig } from '../config/config.ts';
import type { ClientSession, Door } from '../stream/door.ts';
import type { Clock } from '../time/clock.ts';
import type { Connection } from '../transport/transport.ts';
import { leave, type Limit } from './admit.ts';
import type { Listener } from './listener.ts';

/** What frontends share: the process's count, the numbering of streams, and who wants to know that there is room again. */
export interface FrontendOwner {
  /** No more clients are taken in. */
  readonly stopping: boolean;
  readonly processLimit: Limit;
  /** Another one each time, over all threads. */
  nextStreamId(): number;
  /** A session of this thread has ended. */
  roomMade(): void;
  /** Clients who wait at doors of other threads may be able to come in; to be told them. */
  lookElsewhere(): void;
}

/** Makes a session of a client that is in; `serve` begins it. */
export type OpenSession = (connection: Connection, door: Door) => ClientSession;

export class Frontend {
  readonly name: string;
  readonly config: FrontendConfig;
  readonly counters: FrontendCounters;
  readonly limit: Limit;
  /** Clients of this thread. */
  readonly sessions = new Set<ClientSession>();
  readonly #listeners: Listener[] = [];
  readonly #clock: Clock;
  readonly #owner: FrontendOwner;
  /** By listener: its door, and what is made of its clients. */
  readonly #doors = new Map<Listener, ListenerDoor>();

  constructor(parts: {
    readonly config: FrontendConfig;
    readonly limit: Limit;
    readonly clock: Clock;
    readonly owner: FrontendOwner;
    readonly name: string;
    readonly counters: FrontendCounters;
  }) {
    this.name = parts.name;
    this.counters = parts.counters;
    this.config = parts.config;
    this.limit = parts.limit;
    this.#clock = parts.clock;
    this.#owner = parts.owner;
  }

  get listeners(): readonly Listener[] {
    return this.#listeners;
  }

  /** `open`: what is made of a client of this listener. */
  add(listener: Listener, open: OpenSession): void {
    this.#listeners.push(listener);
    this.#doors.set(listener, new ListenerDoor(this, this.#owner, listener, open));
  }

  /** Over all threads. */
  get sessionsNow(): number {
    return this.limit.now;
  }

  /** Takes in a client who has been counted in: the callback of its listeners. */
  readonly entered = (connection: Connection, listener: Listener): void => {
    const nowMs = this.#clock.nowMs();
    this.counters.connectionAccepted(nowMs);
    this.counters.sessionStarted(nowMs, this.limit.now);
    listener.counters.sessionStarted(nowMs, listener.limits.bind.now);
    const door = this.#doors.get(listener);
    if (door === undefined) throw new Error(`${listener.name} is no listener of ${this.name}`);
    const session = door.open(connection, door);
    this.sessions.add(session);
    session.serve();
  };

  /** Thread number `thread` is dead, and its sessions with it; to be called while they are still counted. */
  countLost(thread: number): void {
    this.counters.closed.add('internal-error', this.limit.count.of(thread));
  }

  /** Counts a client out. */
  released(session: ClientSession, listener: Listener): void {
    this.sessions.delete(session);
    leave(listener.limits);
    this.#owner.roomMade();
  }
}

class ListenerDoor implements Door {
  readonly handshakeMs = 0;
  readonly #frontend: Frontend;
  readonly #owner: FrontendOwner;
  readonly #listener: Listener;
  readonly open: OpenSession;

  constructor(frontend: Frontend, owner: FrontendOwner, listener: Listener, open: OpenSession) {
    this.open = open;
    this.#frontend = frontend;
    this.#owner = owner;
    this.#listener = listener;
  }

  get listenerName(): string {
    return this.#listener.name;
  }
  get listenerId(): number {
    return this.#listener.id;
  }
  get listenerCounters(): Door['listenerCounters'] {
    return this.#listener.counters;
  }
  get processSessions(): number {
    return this.#owner.processLimit.now;
  }
  get frontendSessions(): number {
    return this.#frontend.limit.now;
  }

  released(session: ClientSession): void {
    this.#frontend.released(session, this.#listener);
  }
}
