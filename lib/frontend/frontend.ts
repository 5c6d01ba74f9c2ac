/**
 * A frontend: its listeners, its limits, and the sessions that came in through it. Makes a stream of every client that is let in.
 *
 * Not here: the limits' order (`admit.ts`), waiting at the door (`listener.ts`), the life of a stream (`../stream/stream.ts`).
 */
import type { FrontendCounters } from '../account/counters.ts';
import type { FrontendConfig } from '../config/config.ts';
import { Stream, type StreamDoor, type StreamRoute } from '../stream/stream.ts';
import type { Clock } from '../time/clock.ts';
import type { Connection } from '../transport/transport.ts';
import { leave, type Limit } from './admit.ts';
import type { Listener } from './listener.ts';

/** What frontends share: the process's count, the numbering of streams, and who wants to know that there is room again. */
export interface FrontendOwner {
  readonly processLimit: Limit;
  /** Another one each time, over all threads. */
  nextStreamId(): number;
  /** A session of this thread has ended. */
  roomMade(): void;
  /** Clients who wait at doors of other threads may be able to come in; to be told them. */
  lookElsewhere(): void;
}

export class Frontend {
  readonly name: string;
  readonly config: FrontendConfig;
  readonly counters: FrontendCounters;
  readonly limit: Limit;
  readonly streams = new Set<Stream>();
  readonly listeners: Listener[] = [];
  readonly #clock: Clock;
  readonly #owner: FrontendOwner;
  readonly #route: StreamRoute;
  readonly #doors = new Map<Listener, Door>();

  constructor(parts: {
    readonly config: FrontendConfig;
    readonly limit: Limit;
    readonly clock: Clock;
    readonly owner: FrontendOwner;
    readonly route: StreamRoute;
  }) {
    this.name = parts.route.frontendName;
    this.counters = parts.route.frontendCounters;
    this.config = parts.config;
    this.limit = parts.limit;
    this.#clock = parts.clock;
    this.#owner = parts.owner;
    this.#route = parts.route;
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
    const stream = new Stream(this.#owner.nextStreamId(), connection, this.#route, this.#doorOf(listener));
    this.streams.add(stream);
    stream.serve();
  };

  #doorOf(listener: Listener): Door {
    let door = this.#doors.get(listener);
    if (door === undefined) {
      door = new Door(this, this.#owner, listener);
      this.#doors.set(listener, door);
    }
    return door;
  }

  /** Thread number `thread` is dead, and its sessions with it; to be called while they are still counted. */
  countLost(thread: number): void {
    this.counters.closed.add('internal-error', this.limit.count.of(thread));
  }

  /** Counts a stream out. */
  released(stream: Stream, listener: Listener): void {
    this.streams.delete(stream);
    leave(listener.limits);
    this.#owner.roomMade();
  }
}

class Door implements StreamDoor {
  readonly #frontend: Frontend;
  readonly #owner: FrontendOwner;
  readonly #listener: Listener;

  constructor(frontend: Frontend, owner: FrontendOwner, listener: Listener) {
    this.#frontend = frontend;
    this.#owner = owner;
    this.#listener = listener;
  }

  get listenerName(): string {
    return this.#listener.name;
  }
  get listenerCounters(): StreamDoor['listenerCounters'] {
    return this.#listener.counters;
  }
  get processSessions(): number {
    return this.#owner.processLimit.now;
  }
  get frontendSessions(): number {
    return this.#frontend.limit.now;
  }

  released(stream: Stream): void {
    this.#frontend.released(stream, this.#listener);
  }
}
