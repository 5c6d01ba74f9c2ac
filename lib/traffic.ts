/**
 * Where the sessions of a balancer run: in this thread (`OwnTraffic`), or in several others (`threads/crew.ts`). Whoever starts and
 * stops a balancer sees no difference.
 *
 *     listen --> (bound, doors shut) --open--> serving --closeDoors--> running out --end--> over --release-->
 *
 * Not here: checks, metrics, logs (`load-balancer.ts`), one session (`stream/`).
 */
import type { SessionRecord } from './account/session.ts';
import type { Built } from './build/build.ts';
import { Closing } from './closing.ts';
import type { AdminState, Server } from './backend/server.ts';
import type { House } from './house.ts';
import type { Clock } from './time/clock.ts';
import type { DeadlineWheel } from './time/coarse.ts';

/** An address that is being listened on. */
export interface ListeningAddress {
  readonly frontendName: string;
  readonly listenerName: string;
  /** IP address, or the path of a unix socket. */
  readonly address: string;
  /** 0 for a unix socket. */
  readonly port: number;
}

/** A change of one server that has been made in this thread. */
export type ServerOrder =
  | { readonly kind: 'health'; readonly up: boolean }
  | { readonly kind: 'admin'; readonly admin: AdminState }
  | { readonly kind: 'weight'; readonly weight: number }
  | { readonly kind: 'maxconn'; readonly maxconn: number };

/** Which events of the library somebody listens to. */
export interface WantedEvents {
  readonly connection: boolean;
  readonly close: boolean;
}

export interface Traffic {
  /** Binds everything; whoever comes waits at the doors. Rejects as `Listener.listen` does. */
  listen(): Promise<void>;
  /** Lets clients in. */
  open(): void;
  /** Every address that is being listened on, in the order of the configuration. */
  readonly addresses: readonly ListeningAddress[];
  /** Takes in no more clients; resolves when the addresses are free. */
  closeDoors(): Promise<void>;
  /**
   * Ends all sessions within that time, after `closeDoors`; resolves with how many were cut once none is left. May be called
   * again: the shortest time counts.
   */
  end(withinMs: number): Promise<number>;
  /** Lets go of everything else; after `end`. */
  release(): Promise<void>;
  /** The running sessions as they stand now. */
  sessions(): Promise<readonly SessionRecord[]>;
  /** Other threads do the same. */
  follow(server: Server, order: ServerOrder): void;
  eventsWanted(wanted: WantedEvents): void;
  /** How often a thread died and was replaced. */
  readonly replacedCount: number;
}

/** Sessions of this very thread. */
export class OwnTraffic implements Traffic {
  readonly replacedCount = 0;
  readonly #house: House;
  readonly #built: Pick<Built, 'frontends' | 'backends' | 'kept'>;
  readonly #clock: Clock;
  readonly #wheel: DeadlineWheel;
  #closing: Closing | null = null;

  constructor(
    house: House,
    built: Pick<Built, 'frontends' | 'backends' | 'kept'>,
    clock: Clock,
    wheel: DeadlineWheel,
  ) {
    this.#house = house;
    this.#built = built;
    this.#clock = clock;
    this.#wheel = wheel;
  }

  async listen(): Promise<void> {
    this.#house.shut();
    for (const frontend of this.#built.frontends) {
      for (const listener of frontend.listeners) await listener.listen();
    }
  }

  open(): void {
    this.#house.open();
  }

  get addresses(): readonly ListeningAddress[] {
    return listeningAddresses(this.#built);
  }

  async closeDoors(): Promise<void> {
    const listeners = this.#built.frontends.flatMap((frontend) => frontend.listeners);
    // All doors at once: a client let in at one while sessions are being cut would be overlooked.
    await Promise.all(listeners.map((listener) => listener.close()));
    this.#house.finish();
  }

  end(withinMs: number): Promise<number> {
    this.#closing ??= new Closing(this.#clock, this.#house);
    this.#closing.within(withinMs);
    return this.#closing.outcome.then((cutCount) => {
      // A thread is not released but ends, and what it still kept would be counted for ever.
      for (const kept of this.#built.kept) kept.close();
      return cutCount;
    });
  }

  async release(): Promise<void> {
    for (const backend of this.#built.backends) {
      for (const server of backend.servers) server.stop();
    }
    this.#wheel.stop();
  }

  async sessions(): Promise<readonly SessionRecord[]> {
    return this.#house.clients().flatMap((client) => client.record() ?? []);
  }

  /** There are no others. */
  follow(): void {}

  /** Sessions that run already may have noted no addresses so far. */
  eventsWanted({ connection, close }: WantedEvents): void {
    if (!connection && !close) return;
    for (const client of this.#house.clients()) client.noteAddresses();
  }
}

export function listeningAddresses({ frontends }: Pick<Built, 'frontends'>): readonly ListeningAddress[] {
  return frontends.flatMap((frontend) =>
    frontend.listeners
      .filter((listener) => !listener.closed)
      .map((listener) => ({
        frontendName: frontend.name,
        listenerName: listener.name,
        ...listener.boundAddress,
      })),
  );
}
