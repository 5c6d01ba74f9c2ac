/**
 * The other threads of a balancer, as a thread that has freed something sees them: who waits there is told.
 *
 * Not here: how a thread is told (`../threads/`).
 */

/** `Place` is what a backend knows a server by. */
export interface Neighbours<Place> {
  /** A place on `server` has been counted over to thread number `thread`, for whoever waits longest there. */
  grant(thread: number, server: Place): void;
  /** A session has ended, and clients wait at a door of thread number `thread`. */
  roomMade(thread: number): void;
}

/** Of a balancer of one thread. */
export const NO_NEIGHBOURS: Neighbours<unknown> = {
  grant: () => {
    throw new Error('there is no other thread');
  },
  roomMade: () => {
    throw new Error('there is no other thread');
  },
};
