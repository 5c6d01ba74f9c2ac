/**
 * Which servers of a group could take a stream at once, as far as it was told: the way out for algorithms that
 * would otherwise look at one saturated server after the other.
 *
 * What it was told may be out of date (a limit that follows the backend's load moves without a word), so a server
 * is asked again before it is handed out, and an algorithm first looks at some servers itself.
 *
 * Not here: any order but that of declaration; weights.
 */
import type { Candidate } from './balancer.ts';
import { IndexSet } from './index-set.ts';

/** Groups up to this size are looked at in whole by every algorithm, exactly as HAProxy does. */
export const SMALL_GROUP = 16;

/** True if the server may be chosen and has a free slot now. */
export function isFree(server: Candidate): boolean {
  return server.effectiveWeight > 0 && !server.full;
}

export class FreeServers<S extends Candidate> {
  readonly #servers: readonly S[];
  readonly #indexOf = new Map<S, number>();
  readonly #free: IndexSet;
  /** Where the next turn begins, so that equal servers share what comes this way. */
  #next = 0;

  /** `servers` in the order in which they are to be found. */
  constructor(servers: readonly S[]) {
    this.#servers = servers;
    this.#free = new IndexSet(servers.length);
    for (const [index, server] of servers.entries()) {
      this.#indexOf.set(server, index);
      if (isFree(server)) this.#free.add(index);
    }
  }

  /** To be called when weight or load of a server changed. */
  changed(server: S): void {
    const index = this.#indexOf.get(server);
    if (index === undefined) return;
    if (isFree(server)) this.#free.add(index);
    else this.#free.delete(index);
  }

  /** The first free server; `avoid` only if no other is free, null if none is. */
  first(avoid: S | null): S | null {
    return this.#servers[this.#find(0, avoid)] ?? null;
  }

  /** The free server whose turn it is, each once before any comes again; `avoid` and null as above. */
  inTurn(avoid: S | null): S | null {
    let index = this.#find(this.#next, avoid);
    if (index < 0 || this.#servers[index] === avoid) index = this.#find(0, avoid);
    const server = this.#servers[index];
    if (server === undefined) return null;
    this.#next = index + 1;
    return server;
  }

  /** Index of the first free server from `start` on; that of `avoid` if only it is free, -1 if none is. */
  #find(start: number, avoid: S | null): number {
    let avoided = -1;
    for (;;) {
      const index = this.#free.firstFrom(start);
      const server = this.#servers[index];
      if (server === undefined) return avoided;
      if (!isFree(server)) this.#free.delete(index);
      else if (server !== avoid) return index;
      else avoided = index;
      start = index + 1;
    }
  }
}
