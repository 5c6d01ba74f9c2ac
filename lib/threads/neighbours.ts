/**
 * A worker's lines to the other workers: a place has been handed over, a session has ended and somebody waits at your door. Only
 * whole numbers travel.
 *
 *     n >= 0: a place on the n-th server is yours      ROOM_MADE: let somebody in      LOOK: both, as far as you find
 *
 * A neighbour that is not there (any more) is told nothing: what it held is taken back when it is forgotten.
 *
 * Not here: who is told, and when (`../backend/backend.ts`, `../house.ts`); connecting the lines (`crew.ts`).
 */
import type { MessagePort } from 'node:worker_threads';
import type { Server } from '../backend/server.ts';
import type { Neighbours } from '../shared/neighbours.ts';

const ROOM_MADE = -1;
/** Said first on every line: words for the line before it, which belonged to a dead thread, may have been lost. */
const LOOK = -2;

/** What comes in over the lines. */
export interface NeighbourHandler {
  placeGranted(server: number): void;
  roomMade(): void;
  look(): void;
}

export class Lines implements Neighbours<Server> {
  readonly #ports = new Map<number, MessagePort>();
  readonly #positionOf: (server: Server) => number;
  #handler: NeighbourHandler | null = null;

  constructor(positionOf: (server: Server) => number) {
    this.#positionOf = positionOf;
  }

  /** Who hears what comes in; to be set before the first `connect`. */
  attend(handler: NeighbourHandler): void {
    this.#handler = handler;
  }

  /** A new line to thread number `thread`, in place of the one to its predecessor. */
  connect(thread: number, port: MessagePort): void {
    this.#ports.get(thread)?.close();
    this.#ports.set(thread, port);
    port.on('message', (word: number) => this.#heard(word));
    // A line alone does not keep a thread alive.
    port.unref();
    port.postMessage(LOOK);
  }

  grant(thread: number, server: Server): void {
    this.#ports.get(thread)?.postMessage(this.#positionOf(server));
  }

  roomMade(thread: number): void {
    this.#ports.get(thread)?.postMessage(ROOM_MADE);
  }

  #heard(word: number): void {
    if (word === ROOM_MADE) this.#handler?.roomMade();
    else if (word === LOOK) this.#handler?.look();
    else this.#handler?.placeGranted(word);
  }
}
