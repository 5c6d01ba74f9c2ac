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
 * With several threads each has its own list of every queue, and a place goes to whoever waits longest over all of them. If that is
 * somebody of another thread, the place is taken, counted over to that thread, and the thread is told (`granted`); nobody sees
 * it as free meanwhile. A thread takes all that has been counted over to it when it is told; whom a place was granted for may
 * have left: then the next one gets it, or it is given back. Each such turn needs somebody who has left, so there is an end.
 *
 * That nobody sleeps beside a free place:
 *
 *     who gives a place back    1. counts it free         2. looks for who waits, and serves or tells the longest
 *     who has to wait           1. stands in the queue    2. looks who waits longest: itself, then at every place
 *
 * All of these are atomic and in one order for all threads. So either the giver sees the waiter, or the waiter came after the giver
 * had looked, and then finds the place. Somebody who waits longer may rely on the giver or has looked itself; it serves the
 * others in the same round if it finds more than one place. What a waiter of a dead thread was relied upon for is made up
 * for by `look`, which every thread is asked for after such a death, and what one thread knows of a server's state before the others
 * by each of them serving the queues when it hears of it.
 *
 * Not here: connecting (`connect.ts`), the order among servers (`balance/`), when a server is alive (`../check/`),
 * what a change of state does to the sessions (`states.ts`).
 */
import { BackendCounters, type CountedMode } from '../account/counters.ts';
import type { EndReason } from '../account/session.ts';
import type { BackendConfig } from '../config/config.ts';
import type { Count } from '../shared/count.ts';
import type { SharedMemory } from '../shared/memory.ts';
import type { Neighbours } from '../shared/neighbours.ts';
import type { Balancer, ChoiceContext } from './balance/balancer.ts';
import { cameBefore, Queue, Waiter, type WaiterOwner } from './queue.ts';
import { WEIGHT_SCALE, type Server, type ServerOwner } from './server.ts';
import { SharedLoads } from './shared-loads.ts';
import { SharedTurns } from './shared-turns.ts';
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
  readonly mode: CountedMode;
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
  /** Of this thread. */
  readonly sessions = new Set<BackendSession>();
  /** This thread says what becomes of the servers: the control thread, or the only one. */
  readonly reports: boolean;
  readonly #thread: number | null;
  readonly #severalThreads: boolean;
  readonly #neighbours: Neighbours<Server>;
  readonly #sessionCount: Count;
  readonly #active: Balancer<Server>;
  readonly #backup: Balancer<Server>;
  readonly #newcomersQueue: boolean;
  readonly #limitsFollowLoad: boolean;
  readonly #usableActives = new Set<Server>();
  readonly #usableBackups = new Set<Server>();
  /** Of each server, in the order of declaration. */
  readonly #positions: ReadonlyMap<Server, number>;
  /** The only backup in use without `option allbackups`. */
  #firstBackup: Server | null = null;
  /** The order of the waiter that came last, over all threads. */
  readonly #lastOrder: Int32Array;
  /** Waiters in any of the queues. */
  readonly #waiting: Count;
  #downSinceMs: number | null;
  #downtimeMs = 0;

  constructor(parts: BackendParts) {
    const { memory } = parts;
    this.counters = new BackendCounters(memory, parts.mode);
    this.name = parts.name;
    this.kind = parts.kind;
    this.lastChangeMs = parts.nowMs;
    this.config = parts.config;
    this.servers = parts.servers;
    this.#positions = new Map(parts.servers.map((server, position) => [server, position]));
    this.fullconn = parts.fullconn;
    this.queue = new Queue(memory, (change) => this.waitersChanged(change));
    this.#thread = memory.thread;
    this.#severalThreads = memory.threadCount > 1;
    this.reports = memory.thread === null || !this.#severalThreads;
    this.#neighbours = parts.neighbours;
    this.#sessionCount = memory.count();
    this.#lastOrder = memory.together(1);
    this.#waiting = memory.count();
    for (const server of parts.servers) {
      // Balancers start with every server at its weight: their first round depends on it.
      server.refresh();
      this.#noteUsable(server);
    }
    this.#active = this.#createBalancer(parts, false);
    this.#backup = this.#createBalancer(parts, true);
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

  /** Over all threads. */
  get sessionsNow(): number {
    return this.#sessionCount.now;
  }

  /** Counts a session in; whoever does so counts it out by `leave`. */
  enter(session: BackendSession): void {
    this.sessions.add(session);
    this.#sessionCount.add();
  }

  leave(session: BackendSession): void {
    if (this.sessions.delete(session)) this.#sessionCount.remove();
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

  /**
   * Finds a server for a stream, or a queue. `avoid`: the server it has just failed on. `imposed`: the one that persistence or a rule
   * wants, taken before any other although it may be draining or have no weight (reference 4.7).
   */
  place(
    owner: WaiterOwner,
    context: ChoiceContext,
    avoid: Server | null,
    imposed: Server | null = null,
  ): Placement {
    const wanted = imposed === null ? null : this.#placeOn(owner, imposed);
    if (wanted !== null) return wanted;
    if (!this.usable) return NO_SERVER;
    for (let lostRaces = 0; lostRaces < LOST_RACES_MAX; lostRaces += 1) {
      if (this.#newcomersQueue && this.queue.length > 0) break;
      const server = this.#choose(context, avoid);
      if (server === null && this.#hasRoom) return NO_SERVER;
      if (server === null) break;
      const { full } = server;
      const slot = full ? null : server.tryTakeSlot();
      // Another thread was quicker.
      if (slot === null && !full) continue;
      this.counters.chosen();
      server.counters.chosen();
      if (slot !== null) return this.#placed(slot);
      if (server.queueFull) return { kind: 'refused', reason: 'queue-full', server };
      return this.#wait(owner, server);
    }
    return this.#wait(owner, null);
  }

  /** Gives free places of every usable server to those who wait; called after anything that may have made room. */
  serveQueues(): void {
    for (const server of this.servers) {
      if (this.#waiting.now === 0) return;
      // Most servers have nobody waiting for them, which is quicker to see than whether they have a place.
      if (this.queue.length > 0 || server.queue.length > 0) this.placeFreed(server);
    }
  }

  /** Gives the server's free places to those who wait longest for them, in whichever thread. */
  placeFreed(server: Server): void {
    if (this.#thread === null) return;
    while (this.#waiting.now > 0 && server.hasPlace) {
      const queue = this.#nextQueue(server);
      if (queue === null) return;
      const { firstThread, head } = queue;
      // Who waited there has left meanwhile.
      if (firstThread < 0) continue;
      if (firstThread !== this.#thread || head === null) {
        if (server.tryGrant(firstThread)) this.#neighbours.grant(firstThread, server);
        // That thread goes on with what other places there are.
        return;
      }
      const slot = server.tryTakeSlot();
      if (slot === null) return;
      head.cancel();
      head.owner.slotGranted(slot);
    }
  }

  /** Another thread has taken places on this server for this one: they go to those who wait longest here, or back. */
  granted(server: Server): void {
    for (let slot = server.takeGranted(); slot !== null; slot = server.takeGranted()) {
      const waiter = this.#nextHere(server);
      waiter?.cancel();
      if (waiter === null) slot.give();
      else waiter.owner.slotGranted(slot);
    }
    this.placeFreed(server);
  }

  /** Takes up everything a thread may have left undone that has died, or of which this one was not told. */
  look(): void {
    for (const server of this.servers) this.granted(server);
  }

  /** Thread number `thread` is dead, and its sessions with it; to be called while they are still counted. */
  countLost(thread: number): void {
    this.counters.closed.add('internal-error', this.#sessionCount.of(thread));
    for (const server of this.servers) server.countLost(thread);
  }

  weightChanged(server: Server): void {
    this.#noteUsable(server);
    this.#balancerOf(server).weightChanged(server);
  }

  waitersChanged(change: 1 | -1): void {
    if (change > 0) this.#waiting.add();
    else this.#waiting.remove();
  }

  loadChanged(server: Server): void {
    this.#balancerOf(server).loadChanged(server);
  }

  #createBalancer(
    { servers, createBalancer, config, memory }: BackendParts,
    backup: boolean,
  ): Balancer<Server> {
    const group = servers.filter((server) => server.backup === backup);
    const balancer = createBalancer(group);
    if (!this.#severalThreads) return balancer;
    const inTurn = TAKES_TURNS.has(config.balance.algorithm)
      ? new SharedTurns(balancer, memory, () => sumOfWeights(group))
      : balancer;
    return new SharedLoads(inTurn, group, () => this.#waiting.now === 0);
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
    if (server.backup) this.#noteBackup(server);
  }

  /** Keeps the first usable backup: one that comes may stand before it, one that leaves is followed by the next. */
  #noteBackup(server: Server): void {
    const position = this.#positionOf(server);
    const first = this.#firstBackup === null ? Infinity : this.#positionOf(this.#firstBackup);
    if (this.#usableBackups.has(server)) {
      if (position < first) this.#firstBackup = server;
      return;
    }
    if (server !== this.#firstBackup) return;
    let next = position + 1;
    while (next < this.servers.length && !this.#isUsableBackup(next)) next += 1;
    this.#firstBackup = this.servers[next] ?? null;
  }

  #isUsableBackup(position: number): boolean {
    const server = this.servers[position];
    return server !== undefined && this.#usableBackups.has(server);
  }

  #positionOf(server: Server): number {
    return this.#positions.get(server) ?? Infinity;
  }

  #choose(context: ChoiceContext, avoid: Server | null): Server | null {
    if (this.#usableActives.size > 0) return this.#active.choose(context, avoid);
    if (this.config.allBackups) return this.#backup.choose(context, avoid);
    return this.#firstBackup;
  }

  /** Null: another server may do instead. */
  #placeOn(owner: WaiterOwner, server: Server): Placement | null {
    const { httpBackend, redispatchInterval } = this.config;
    if (!server.running && (server.inMaintenance || !httpBackend.persist)) return null;
    const { full } = server;
    if (full && server.queueFull && redispatchInterval !== 0) return null;
    const slot = full ? null : server.tryTakeSlot();
    this.counters.chosen();
    server.counters.chosen();
    if (slot !== null) return this.#placed(slot);
    if (server.queueFull) return { kind: 'refused', reason: 'queue-full', server };
    return this.#wait(owner, server);
  }

  #placed(slot: Slot): Placement {
    // Every session counts towards `fullconn`: those who wait elsewhere may have a place now.
    if (this.#limitsFollowLoad) this.serveQueues();
    return { kind: 'placed', slot };
  }

  /** `server`: the one it must wait for; null: any. */
  #wait(owner: WaiterOwner, server: Server | null): Placement {
    const { queue } = server ?? this;
    const waiter = new Waiter(owner, this.#nextOrder(), queue.length);
    queue.enqueue(waiter);
    (server ?? this).counters.queued(queue.length);
    // This session, too, counts towards `fullconn`.
    if (this.#limitsFollowLoad) this.serveQueues();
    else if (this.#severalThreads && queue.firstOrder === waiter.order) {
      if (server === null) this.serveQueues();
      else this.placeFreed(server);
    }
    return { kind: 'waiting', waiter, server };
  }

  #nextOrder(): number {
    const order = (Atomics.add(this.#lastOrder, 0, 1) + 1) | 0;
    return order === 0 ? this.#nextOrder() : order;
  }

  /** The queue in which the one stands who waits longest for this server, over all threads. */
  #nextQueue(server: Server): Queue | null {
    const own = server.running ? server.queue.firstOrder : 0;
    const shared = this.#maySeeSharedQueue(server) ? this.queue.firstOrder : 0;
    if (own === 0) return shared === 0 ? null : this.queue;
    return shared === 0 || cameBefore(own, shared) ? server.queue : this.queue;
  }

  /** Who waits longest for this server in this thread. */
  #nextHere(server: Server): Waiter | null {
    const own = server.running ? server.queue.head : null;
    const shared = this.#maySeeSharedQueue(server) ? this.queue.head : null;
    if (own === null || shared === null) return own ?? shared;
    return cameBefore(own.order, shared.order) ? own : shared;
  }

  #maySeeSharedQueue(server: Server): boolean {
    if (!server.usable) return false;
    if (!server.backup) return true;
    if (this.#usableActives.size > 0) return false;
    return this.config.allBackups || server === this.#firstBackup;
  }
}

/** In configured units. */
function sumOfWeights(servers: readonly Server[]): number {
  return servers.reduce((sum, { effectiveWeight }) => sum + Math.ceil(effectiveWeight / WEIGHT_SCALE), 0);
}

const NO_SERVER: Placement = { kind: 'refused', reason: 'no-server' };

/** Times a stream asks again for a place that another thread has just taken, before it waits. */
const LOST_RACES_MAX = 8;

/** With these every choice depends on those before it. */
const TAKES_TURNS: ReadonlySet<string> = new Set(['roundrobin', 'static-rr']);

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
