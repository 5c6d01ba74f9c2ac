/**
 * ACCEPT: one bound address. Takes connections from the kernel and lets them in as the limits allow.
 *
 *     idle --listen--> open <---> full (clients wait at the door, unread) --close--> closed
 *
 * Node cannot leave a connection in the kernel's queue, so one that meets a limit is accepted and parked: connected,
 * not read, not counted as a session, let in first come first served as soon as there is room. This is what a client of HAProxy
 * sees too. At most `backlog` are parked; one more gets RST and is counted as `backlog-full`.
 *
 * With several threads each has its own clients at the same door. Who parks a client first counts it, then looks at the limits again;
 * who makes room first gives its places back, then looks who waits. So no client is overlooked by both.
 *
 * Not here: the limits (`admit.ts`), whose turn it is (`../house.ts`), what happens to a client that is in (`../stream/stream.ts`).
 */
import { ListenerCounters } from '../account/counters.ts';
import { bindError } from '../errors.ts';
import type { Count } from '../shared/count.ts';
import type { SharedMemory } from '../shared/memory.ts';
import type { Clock, Timer } from '../time/clock.ts';
import type { Connection } from '../transport/transport.ts';
import type { Acceptor, Taker } from './acceptor.ts';
import { admit, enter, hasPlaces, type Admission, type DoorLimits, type Limit } from './admit.ts';
import { placeToBind } from './listen-address.ts';

export interface ListenerParts {
  readonly memory: SharedMemory;
  readonly name: string;
  /** As configured, or its position in the frontend, from 1. */
  readonly id: number;
  readonly frontendName: string;
  readonly acceptor: Acceptor;
  readonly limits: DoorLimits;
  /** How many clients may wait at this door, over all threads. */
  readonly backlog: number;
  /** Clients parked at all doors of the process. */
  readonly parkedLimit: Limit;
  /** Listeners with parked clients, who want to know when there is room. */
  readonly waiting: Set<Listener>;
  readonly clock: Clock;
  /** A client is in, and counted: from now on the owner's, who counts it out with `leave`. */
  readonly entered: (connection: Connection, listener: Listener) => void;
  /** Clients who wait at doors of other threads may be able to come in. */
  readonly lookElsewhere: () => void;
  /** The system refused to hand over a connection, e.g. `EMFILE`. */
  readonly failed: (error: NodeJS.ErrnoException, listener: Listener) => void;
}

export class Listener implements Taker {
  readonly name: string;
  readonly id: number;
  readonly counters: ListenerCounters;
  readonly limits: DoorLimits;
  readonly #parts: ListenerParts;
  readonly #parked: Parked = new Parked();
  /** Clients parked at this door, by all threads. */
  readonly #parkedCount: Count;
  /** Of each thread: 1 while a client waits at this door for room, rather than for a rate, whose timer will see to it. */
  readonly #wantsRoom: Int32Array;
  #rateTimer: Timer | null = null;
  #closed = false;

  constructor(parts: ListenerParts) {
    this.counters = new ListenerCounters(parts.memory);
    this.name = parts.name;
    this.id = parts.id;
    this.limits = parts.limits;
    this.#parts = parts;
    this.#parkedCount = parts.memory.count();
    this.#wantsRoom = parts.memory.perThread();
  }

  /** Binds and listens; rejects with ERR_ADDRESS_IN_USE, ERR_NO_RIGHT_TO_BIND or ERR_BIND. */
  async listen(): Promise<void> {
    const { acceptor } = this.#parts;
    acceptor.add(this);
    try {
      await acceptor.listen();
    } catch (error) {
      throw bindError(placeToBind(acceptor.address, this.#parts.frontendName), error);
    }
  }

  get boundAddress(): { readonly address: string; readonly port: number } {
    return this.#parts.acceptor.boundAddress;
  }

  get full(): boolean {
    return this.#parkedCount.now > 0 || this.limits.bind.reached;
  }

  get hasRoom(): boolean {
    return (
      !this.#closed &&
      this.#parked.length === 0 &&
      admit(this.limits, this.#parts.clock.nowMs()).kind === 'admitted'
    );
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The other threads where somebody waits at this door for room, if there is any. */
  threadsToTell(): readonly number[] {
    if (this.#parkedCount.elsewhere === 0 || !hasPlaces(this.limits)) return [];
    const { threadCount, thread: own } = this.#parts.memory;
    const others = Array.from({ length: threadCount }, (_, thread) => thread).filter(
      (thread) => thread !== own,
    );
    return others.filter((thread) => Atomics.load(this.#wantsRoom, thread) === 1);
  }

  /** Lets the client in that is parked longest, if there is room; called whenever a session has ended anywhere. */
  letOneIn(): boolean {
    if (this.#parked.length === 0 || this.#tryEnter().kind !== 'admitted') return false;
    const connection = this.#unpark();
    if (connection !== null) this.#parts.entered(connection, this);
    return true;
  }

  /** Stops listening; parked clients get RST, as the kernel does to those in its queue. Resolves when the address is free. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#rateTimer?.cancel();
    this.#rateTimer = null;
    for (let connection = this.#unpark(); connection !== null; connection = this.#unpark()) {
      this.counters.refused.add('shutting-down');
      connection.reset();
    }
    await this.#parts.acceptor.remove(this);
  }

  acceptFailed(error: NodeJS.ErrnoException): void {
    this.#parts.failed(error, this);
  }

  accepted(connection: Connection): void {
    this.counters.connectionAccepted();
    if (this.#closed) {
      this.counters.refused.add('shutting-down');
      connection.reset();
      return;
    }
    const nobodyWaits = this.#parked.length === 0;
    const admission = nobodyWaits ? this.#tryEnter() : this.#admission();
    if (nobodyWaits && admission.kind === 'admitted') {
      this.#parts.entered(connection, this);
    } else if (this.#tryPark(connection)) {
      if (admission.kind !== 'admitted')
        this.counters.paused.add(admission.kind === 'full' ? admission.limit : 'rate');
      if (this.#parts.memory.threadCount > 1) while (this.letOneIn());
    } else {
      this.counters.refused.add('backlog-full');
      connection.reset();
    }
  }

  #tryPark(connection: Connection): boolean {
    const { backlog, parkedLimit, waiting } = this.#parts;
    if (!this.#parkedCount.tryAdd(backlog)) return false;
    if (!parkedLimit.tryTake()) {
      this.#parkedCount.remove();
      return false;
    }
    this.#parked.add(connection);
    this.#sayWhetherRoomIsWanted();
    waiting.add(this);
    return true;
  }

  #unpark(): Connection | null {
    const connection = this.#parked.take();
    if (connection !== null) {
      this.#parts.parkedLimit.give();
      this.#parkedCount.remove();
      this.#sayWhetherRoomIsWanted();
    }
    if (this.#parked.length === 0) this.#parts.waiting.delete(this);
    return connection;
  }

  /** Counts a client in, unless a limit says no. */
  #tryEnter(): Admission {
    const admission = this.#admission();
    if (admission.kind !== 'admitted') return admission;
    const entered = enter(this.limits, this.#parts.clock.nowMs());
    // Places that were taken and given back again were missing for somebody else perhaps.
    if (entered.kind !== 'admitted') this.#parts.lookElsewhere();
    return entered;
  }

  /** Looks at the limits; where a rate is the limit, sees to it that they are looked at again in time. */
  #admission(): Admission {
    const { clock } = this.#parts;
    const admission = admit(this.limits, clock.nowMs());
    if (admission.kind === 'too-fast') {
      this.#rateTimer ??= clock.after(admission.waitMs, () => {
        this.#rateTimer = null;
        this.#sayWhetherRoomIsWanted();
        while (this.letOneIn());
        this.#parts.lookElsewhere();
      });
      this.#sayWhetherRoomIsWanted();
    }
    return admission;
  }

  #sayWhetherRoomIsWanted(): void {
    const wanted = this.#parked.length > 0 && this.#rateTimer === null;
    Atomics.store(this.#wantsRoom, this.#parts.memory.thread ?? 0, wanted ? 1 : 0);
  }
}

/** First come, first served, without moving the rest at every take. */
class Parked {
  #list: (Connection | null)[] = [];
  #first = 0;

  get length(): number {
    return this.#list.length - this.#first;
  }

  add(connection: Connection): void {
    this.#list.push(connection);
  }

  take(): Connection | null {
    const connection = this.#list[this.#first];
    if (connection === undefined || connection === null) return null;
    // What has left must not be held until the list is cut.
    this.#list[this.#first] = null;
    this.#first += 1;
    if (this.#first > 1024 || this.#first === this.#list.length) {
      this.#list = this.#list.slice(this.#first);
      this.#first = 0;
    }
    return connection;
  }
}
