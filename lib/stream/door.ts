/**
 * The two sides of a client that has been let in: what its frontend knows it by, and what it knows of the door it came through.
 *
 * Not here: letting in (`../frontend/`), what is done for a client (`stream.ts`, `../http/client-connection.ts`).
 */
import type { ListenerCounters } from '../account/counters.ts';
import type { EndReason, SessionRecord } from '../account/session.ts';

/** A client from the moment it is let in: one stream in mode tcp, one after the other in mode http. */
export interface ClientSession {
  /** Begins; by the time it returns it may have ended. */
  serve(): void;
  /** It holds a place on a server now. */
  readonly placed: boolean;
  /** Ends it from outside: the client gets FIN. Does nothing once it has ended. */
  kill(reason: EndReason): void;
  /** No more is begun for this client: what runs goes on to its end, and the client is told where there is a way to tell. */
  finish(): void;
  /** Adds what has moved since the last time to the counters, so that a session of days is visible while it lasts. */
  countBytes(): void;
  /** Before the sockets are closed, which do not tell them then; for whoever will ask for records. */
  noteAddresses(): void;
  /** What is going on now; null: nothing, as between two requests. */
  record(): SessionRecord | null;
}

/** The place a client takes up at its door: where it was admitted and is released once. */
export interface Door {
  readonly listenerName: string;
  readonly listenerId: number;
  readonly listenerCounters: ListenerCounters;
  readonly processSessions: number;
  readonly frontendSessions: number;
  /** What the client's TLS handshake took; 0: there was none. */
  readonly handshakeMs: number;
  released(session: ClientSession): void;
}
