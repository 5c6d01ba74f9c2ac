/**
 * The right to one place on one server. Taken before the connection is attempted, given back exactly once, on every path:
 * only the slot itself can give it back, and a second `give` does nothing.
 *
 * Not here: whether a server has a free place (`server.ts`), who gets it next (`backend.ts`).
 */
import type { Server } from './server.ts';

export class Slot {
  readonly server: Server;
  #taken = true;

  /** Only `Server` makes slots: it counts them. */
  constructor(server: Server) {
    this.server = server;
  }

  get taken(): boolean {
    return this.#taken;
  }

  /** Gives the place back; the server's backend hands it to whoever waits longest. */
  give(): void {
    if (!this.#taken) return;
    this.#taken = false;
    this.server.slotGiven();
  }
}
