/**
 * CHOOSE and QUEUE: which server a stream gets, or that it waits, or that there is none.
 *
 *     place --> placed(slot)              a usable server has a place
 *           --> waiting(waiter)           in the server's queue if the algorithm insists on that server,
 *                                         else in the backend's
 *           --> refused(no-server | queue-full)
 *
 * A place that is given back goes to whoever waits longest in the two queues that may use it. While any active server is
 * usable the backups rest; then the first usable backup serves alone, or all of them with `option allbackups`.
 *
 * What never happens: a waiter that could be served left waiting; a server above its limit; a stream in two queues.
 *
 * Not here: connecting (`connect.ts`), the order among servers (`balance/`), when a server is alive (`../check/`),
 * what a change of state does to the sessions (`states.ts`).
 */
import { BackendCounters } from '../account/counters.ts';
import type { EndReason } from '../account/session.ts';
import type { BackendConfig } from '../config/config.ts';
import type { SharedMemory } from '../shared/memory.ts';
import type { Neighbours } from '../shared/neighbours.ts';
import type { Balancer, ChoiceContext } from './balance/balancer.ts';
import { Queue, Waiter, type WaiterOwner } from './queue.ts';
import type { Server, ServerOwner } from './server.ts';
import type { Slot } from './slot.ts';

export type Placement =
  | { readonly kind: 'placed'; readonly slot: Slot }
  /** `server`: the one it waits for; null: any. */
  | { readonly kind: 'waiting'; readonly waiter: Waiter; readonly server: Server | null }
  | { readonly kind: 'refused'; readonly reason: 'no-server' }
  | { readonly kind: 'refused'; readonly reason: 'queue-full'; readonly server: Server };

/** A session that uses the backend, from the moment it was sent there. */
export interface BackendSession {
  /** The server it holds a place on; null while it has none. */
  readonly server: Server | null;
  kill(reason: EndReason): void;
}

export interface BackendParts {
  readonly memory: SharedMemory;
  /** Who waits for the same servers in other threads. */
  readonly neighbours: Neighbours<Server>;
  readonly name: string;
  readonly kind: 'backend' | 'listen';
  readonly config: BackendConfig;
  readonly servers: readonly Server[];
  readonly nowMs: number;
  /** Builds the balancer of one group of servers. */
  readonly createBalancer: (servers: readonly Server[]) => Balancer<Server>;
  /** Reference for `minconn`, 1 or more. */
  readonly fullconn: number;
}

export class Backend implements ServerOwner {
  readonly name: string;
  readonly kind: 'backend' | 'listen';
  readonly config: BackendConfig;
  readonly servers: readonly Server[];
  /** When it last got its first usable server or lost its last one. */
  lastChangeMs: number;
  readonly counters: BackendCounters;
  readonly queue: Queue;
  readonly fullconn: number;
  readonly sessions = new Set<BackendSession>();
  readonly #active: Balancer<Server>;
  readonly #backup: Balancer<Server>;
  readonly #newcomersQueue: boolean;
  readonly #limitsFollowLoad: boolean;
  readonly #usableActives = new Set<Server>();
  readonly #usableBackups = new Set<Server>();
  /** The only backup in use without `option allbackups`. */
  #firstBackup: Server | null = null;
  /** Waiters so far, and those in any of the queues now. */
  #waiterCount = 0;
  #waitingCount = 0;
  #downSinceMs: number | null;
  #downtimeMs = 0;

  constructor(parts: BackendParts) {
    this.counters = new BackendCounters(parts.memory);
    this.name = parts.name;
    this.kind = parts.kind;
    this.lastChangeMs = parts.nowMs;
    this.config = parts.config;
    this.servers = parts.servers;
    this.fullconn = parts.fullconn;
    this.queue = new Queue((change) => this.waitersChanged(change));
    for (const server of parts.servers) {
      // Balancers start with every server at its weight: their first round depends on it.
      server.refresh();
      this.#noteUsable(server);
    }
    this.#active = parts.createBalancer(parts.servers.filter((server) => !server.backup));
    this.#backup = parts.createBalancer(parts.servers.filter((server) => server.backup));
    this.#newcomersQueue = NEWCOMERS_QUEUE.has(parts.config.balance.algorithm);
    this.#limitsFollowLoad = parts.servers.some((server) => server.config.minconn > 0);
    for (const server of parts.servers) server.join(this);
    this.#downSinceMs = this.usable || parts.servers.length === 0 ? null : parts.nowMs;
  }

  /** Called after `usable` has changed. */
  flipped(nowMs: number): void {
    this.lastChangeMs = nowMs;
    if (this.usable) this.#downtimeMs += nowMs - (this.#downSinceMs ?? nowMs);
    this.#downSinceMs = this.usable ? null : nowMs;
  }

  downtimeMs(nowMs: number): number {
    return this.#downtimeMs + (this.#downSinceMs === null ? 0 : nowMs - this.#downSinceMs);
  }

  get sessionsNow(): number {
    return this.sessions.size;
  }

  get dynamicWeights(): boolean {
    return this.#active.dynamic;
  }

  get usableActives(): number {
    return this.#usableActives.size;
  }

  get usableBackups(): number {
    return this.#usableBackups.size;
  }

  /** True if at least one server may be chosen. */
  get usable(): boolean {
    return this.#usableActives.size > 0 || this.#usableBackups.size > 0;
  }

  /** The algorithm does not tie a client to a server, so that a failed stream can be moved at every attempt. */
  get movesFreely(): boolean {
    return MOVES_FREELY.has(this.config.balance.algorithm);
  }

  /** Finds a server for a stream, or a queue. `avoid`: the server it has just failed on. */
  place(owner: WaiterOwner, context: ChoiceContext, avoid: Server | null): Placement {
    if (!this.usable) return { kind: 'refused', reason: 'no-server' };
    if (this.#newcomersQueue && this.queue.length > 0) return this.#wait(owner, null);
    const server = this.#choose(context, avoid);
    if (server === null && this.#hasRoom) return { kind: 'refused', reason: 'no-server' };
    if (server === null) return this.#wait(owner, null);
    this.counters.chosen();
    server.counters.chosen();
    if (!server.full) {
      const slot = server.takeSlot();
      // Every session counts towards `fullconn`: those who wait elsewhere may have a place now.
      if (this.#limitsFollowLoad) this.serveQueues();
      return { kind: 'placed', slot };
    }
    if (server.queueFull) return { kind: 'refused', reason: 'queue-full', server };
    return this.#wait(owner, server);
  }

  /** Gives free places of every usable server to those who wait; called after anything that may have made room. */
  serveQueues(): void {
    if (this.#waitingCount === 0) return;
    for (const server of this.servers) this.placeFreed(server);
  }

  placeFreed(server: Server): void {
    while (server.hasPlace) {
      const waiter = this.#nextFor(server);
      if (waiter === null) return;
      waiter.cancel();
      waiter.owner.slotGranted(server.takeSlot());
    }
  }

  weightChanged(server: Server): void {
    this.#noteUsable(server);
    this.#balancerOf(server).weightChanged(server);
  }

  waitersChanged(change: 1 | -1): void {
    this.#waitingCount += change;
  }

  loadChanged(server: Server): void {
    this.#balancerOf(server).loadChanged(server);
  }

  /** Only a policy in code says "none" while a usable server has room; nobody would ever wake a stream that waited then. */
  get #hasRoom(): boolean {
    return (
      this.config.balance.algorithm === 'fn' && this.servers.some((server) => server.usable && !server.full)
    );
  }

  #balancerOf(server: Server): Balancer<Server> {
    return server.backup ? this.#backup : this.#active;
  }

  #noteUsable(server: Server): void {
    const group = server.backup ? this.#usableBackups : this.#usableActives;
    if (server.effectiveWeight > 0) group.add(server);
    else group.delete(server);
    if (server.backup) this.#firstBackup = this.servers.find((one) => group.has(one)) ?? null;
  }

  #choose(context: ChoiceContext, avoid: Server | null): Server | null {
    if (this.#usableActives.size > 0) return this.#active.choose(context, avoid);
    if (this.config.allBackups) return this.#backup.choose(context, avoid);
    return this.#firstBackup;
  }

  /** `server`: the one it must wait for; null: any. */
  #wait(owner: WaiterOwner, server: Server | null): Placement {
    const { queue } = server ?? this;
    this.#waiterCount += 1;
    const waiter = new Waiter(owner, this.#waiterCount, queue.length);
    queue.enqueue(waiter);
    (server ?? this).counters.queued(queue.length);
    // This session, too, counts towards `fullconn`.
    if (this.#limitsFollowLoad) this.serveQueues();
    return { kind: 'waiting', waiter, server };
  }

  #nextFor(server: Server): Waiter | null {
    const own = server.running ? server.queue.head : null;
    const shared = this.#maySeeSharedQueue(server) ? this.queue.head : null;
    if (own === null) return shared;
    if (shared === null) return own;
    return own.order < shared.order ? own : shared;
  }

  #maySeeSharedQueue(server: Server): boolean {
    if (!server.usable) return false;
    if (!server.backup) return true;
    if (this.#usableActives.size > 0) return false;
    return this.config.allBackups || server === this.#firstBackup;
  }
}

/** With these a newcomer joins the queue while anybody waits in it, although a server may have a place (reference 5.4). */
const NEWCOMERS_QUEUE: ReadonlySet<string> = new Set(['roundrobin', 'static-rr', 'first']);

/** With these a failed stream is moved at every attempt where another active server is usable (reference 5.6). */
const MOVES_FREELY: ReadonlySet<string> = new Set([
  'roundrobin',
  'static-rr',
  'random',
  'leastconn',
  'first',
  'fn',
]);
