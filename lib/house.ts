/**
 * What all frontends of one balancer share: the process-wide limits and counts, the numbering of streams, the doors with clients
 * waiting.
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
import type { Stream } from './stream/stream.ts';
import type { Clock } from './time/clock.ts';

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
  #streamId = 0;
  #lettingIn = false;

  constructor(options: {
    readonly memory: SharedMemory;
    readonly clock: Clock;
    readonly logger: Logger;
    /** Sessions process-wide; 0: no limit. */
    readonly maxconn: number;
    /** Clients at all doors; 0: no limit. */
    readonly parkedMax: number;
  }) {
    this.sessionRate = new Rate(options.memory);
    this.#sessionsTotal = options.memory.counters(1);
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.processLimit = new Limit(options.maxconn);
    this.parkedLimit = new Limit(options.parkedMax);
  }

  get sessionsTotal(): number {
    return this.#sessionsTotal[0] ?? 0;
  }

  get streamCount(): number {
    return this.processLimit.now;
  }

  /** Whoever comes waits at the doors until `open`. */
  shut(): void {
    this.processLimit.shut = true;
  }

  open(): void {
    this.processLimit.shut = false;
    this.#letIn();
  }

  nextStreamId(): number {
    this.#streamId += 1;
    return this.#streamId;
  }

  /** A session has ended: whoever waits at a door may come in, listeners in turn. */
  roomMade(): void {
    if (this.processLimit.now === 0) this.emptied();
    this.#letIn();
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

  /** Every stream that has not ended. */
  streams(): Stream[] {
    return this.frontends.flatMap((frontend) => [...frontend.streams]);
  }

  countBytes(): void {
    for (const frontend of this.frontends) {
      for (const stream of frontend.streams) stream.countBytes();
    }
  }

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
