/**
 * ACCOUNT: where the sessions of one frontend are counted, logged and announced, in this order.
 *
 * Not here: counting (`session-counts.ts`), lines (`log/`).
 */
import { countSession, type SessionCounters, type SessionOutcome } from './session-counts.ts';
import type { SessionRecord, SessionStart } from './session.ts';

/** A session as those see it who are told of its steps: what they want to know in full is made for them when they ask. */
export interface Session {
  /** What is known from the beginning. */
  start(): SessionStart;
  /** As it stands now, or has ended; while it runs its ending says `normal`. */
  record(): SessionRecord;
}

/** Who is told besides the counters: the frontend's log and the events of the library. */
export interface SessionListener {
  /** It may ask: sessions then note addresses in time, since a closed socket does not tell them. */
  readonly asks: boolean;
  sessionStarted(session: Session): void;
  /** The server connection stands. */
  sessionConnected(session: Session): void;
  sessionEnded(session: Session): void;
}

export class Account {
  readonly #listeners: readonly SessionListener[];

  constructor(listeners: readonly SessionListener[]) {
    this.#listeners = listeners;
  }

  /** Somebody may ask for a start or a record. */
  get asks(): boolean {
    for (const listener of this.#listeners) if (listener.asks) return true;
    return false;
  }

  sessionStarted(session: Session): void {
    for (const listener of this.#listeners) listener.sessionStarted(session);
  }

  sessionConnected(session: Session): void {
    for (const listener of this.#listeners) listener.sessionConnected(session);
  }

  sessionEnded(session: Session, outcome: SessionOutcome, counters: SessionCounters): void {
    countSession(outcome, counters);
    for (const listener of this.#listeners) listener.sessionEnded(session);
  }
}
