/**
 * ACCOUNT: where the sessions of one frontend are counted, logged and announced, in this order, each from the same record.
 *
 * Not here: counting (`session-counts.ts`), lines (`log/`).
 */
import { countSession, type SessionCounters } from './session-counts.ts';
import type { SessionRecord, SessionStart } from './session.ts';

/** Who is told besides the counters: the frontend's log and the events of the library. */
export interface SessionListener {
  sessionStarted(start: SessionStart): void;
  /** The server connection stands; `snapshot` makes a record of the session as it is now. */
  sessionConnected(session: { snapshot(): SessionRecord }): void;
  sessionEnded(record: SessionRecord): void;
}

export class Account {
  readonly #listeners: readonly SessionListener[];

  constructor(listeners: readonly SessionListener[]) {
    this.#listeners = listeners;
  }

  sessionStarted(start: SessionStart): void {
    for (const listener of this.#listeners) listener.sessionStarted(start);
  }

  sessionConnected(session: { snapshot(): SessionRecord }): void {
    for (const listener of this.#listeners) listener.sessionConnected(session);
  }

  sessionEnded(record: SessionRecord, counters: SessionCounters): void {
    countSession(record, counters);
    for (const listener of this.#listeners) listener.sessionEnded(record);
  }
}
