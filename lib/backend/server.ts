/**
 * One server of a backend: its place in the configuration, its two states, its weight, and the slots taken on it.
 *
 * Health (what checks say) and admin (what the operator wants) live apart; one function combines them:
 *
 *     admin   health        usable   own queue served   status
 *     ready   up            yes      yes                UP      (weight 0: not usable, otherwise the same)
 *     ready   down          no       no                 DOWN
 *     drain   up            no       yes                DRAIN
 *     drain   down          no       no                 DOWN
 *     maint   any           no       no                 MAINT
 *
 * A server that tracks another takes that one's health and maintenance; one without an address is in maintenance until
 * it has one.
 *
 * With several threads every thread has its own `Server` for the same server; the places taken are counted over all of them.
 *
 * Not here: choosing between servers (`balance/`), who waits and what a change does to them (`backend.ts`), probing
 * (`../check/`).
 */
import type { ServerConfig } from '../config/config.ts';
import type { Clock } from '../time/clock.ts';
import type { Check } from '../check/check.ts';
import type { Health } from '../check/health.ts';
import type { PassiveHealth } from '../check/observe.ts';
import type { CheckResult } from '../check/result.ts';
import { type CountedMode, ServerCounters } from '../account/counters.ts';
import type { Count } from '../shared/count.ts';
import type { SharedMemory } from '../shared/memory.ts';
import type { Flag } from '../shared/flag.ts';
import { Queue } from './queue.ts';
import { SlowStart } from './slow-start.ts';
import { Slot } from './slot.ts';
import type { ChoiceContext } from './balance/balancer.ts';
import type { DialTls } from '../transport/secure.ts';

export type AdminState = 'ready' | 'drain' | 'maint';

/** Sixteenths of a configured unit, so that slow start can use fractions (reference 4.1). */
export const WEIGHT_SCALE = 16;

/** Where a server is reached: resolved at start. `port` null: the one the client connected to, plus `portOffset`. */
export type ServerTarget =
  | {
      readonly kind: 'tcp';
      readonly address: string;
      readonly port: number | null;
      readonly portOffset: number;
    }
  | { readonly kind: 'unix'; readonly path: string };

/** What a server needs of its backend. */
export interface ServerOwner {
  readonly sessionsNow: number;
  readonly fullconn: number;
  /** Servers whose weight cannot ramp (static algorithms) still ramp `maxconn`. */
  readonly dynamicWeights: boolean;
  /** `effectiveWeight` may have changed. */
  weightChanged(server: Server): void;
  loadChanged(server: Server): void;
  /** A stream joined a server's queue or left it. */
  waitersChanged(change: 1 | -1): void;
  /** A place was given back, or the limit rose. */
  placeFreed(server: Server): void;
}

export interface ServerParts {
  readonly memory: SharedMemory;
  readonly config: ServerConfig;
  readonly mode: CountedMode;
  readonly id: number;
  readonly backendName: string;
  readonly clock: Clock;
  readonly health: Health;
}

export class Server {
  readonly config: ServerConfig;
  readonly name: string;
  readonly id: number;
  readonly backendName: string;
  readonly address: string;
  readonly hashKey: ServerConfig['hashKey'];
  readonly backup: boolean;
  /** Its own, also while it tracks another (then unused). */
  readonly health: Health;
  readonly counters: ServerCounters;
  readonly queue: Queue;
  /** What a connection to it is secured with; null: nothing. */
  tls: ((context: ChoiceContext) => DialTls) | null = null;
  /** Null while its name has no address. */
  target: ServerTarget | null = null;
  /** The server whose health and maintenance this one copies. */
  tracked: Server | null = null;
  readonly trackers: Server[] = [];
  /** Its active check and what traffic teaches; null where not configured. */
  check: Check | null = null;
  passive: PassiveHealth | null = null;
  lastCheck: CheckResult | null = null;
  /** Traffic has met a failure that no success has followed yet, in whichever thread; null where nobody wants to know. */
  failing: Flag | null = null;
  lastChangeMs: number;
  #downSinceMs: number | null = null;
  #downtimeMs = 0;
  readonly #served: Count;
  readonly #clock: Clock;
  readonly #slowStart: SlowStart;
  #owner: ServerOwner | null = null;
  #userWeight: number;
  #maxconn: number;
  #admin: AdminState;
  #effectiveWeight = 0;

  constructor(parts: ServerParts) {
    const { config } = parts;
    this.config = config;
    this.counters = new ServerCounters(parts.memory, parts.mode);
    this.name = config.name;
    this.id = parts.id;
    this.backendName = parts.backendName;
    this.address = printAddress(config);
    this.hashKey = config.hashKey;
    this.backup = config.backup;
    this.health = parts.health;
    this.#clock = parts.clock;
    this.#userWeight = config.weight;
    // `minconn` alone is a fixed limit (manual 5.2 "minconn").
    this.#maxconn = config.maxconn > 0 ? config.maxconn : config.minconn;
    this.#admin = config.disabled ? 'maint' : 'ready';
    this.lastChangeMs = parts.clock.nowMs();
    this.#served = parts.memory.count();
    this.queue = new Queue(parts.memory, (change) => {
      this.#owner?.waitersChanged(change);
      this.#owner?.loadChanged(this);
    });
    this.#slowStart = new SlowStart(config.slowstartMs, parts.clock, () => this.#slowStartStepped());
  }

  /** The backend joins once it has all its servers; before that nothing is told to anybody. */
  join(owner: ServerOwner): void {
    this.#owner = owner;
    this.refresh();
  }

  // --- state -------------------------------------------------------------------------------------------------

  get admin(): AdminState {
    return this.#admin;
  }

  /** Its own maintenance, the tracked server's, or for want of an address. */
  get inMaintenance(): boolean {
    return this.#admin === 'maint' || this.target === null || (this.tracked?.inMaintenance ?? false);
  }

  get draining(): boolean {
    return this.#admin === 'drain' || (this.tracked?.draining ?? false);
  }

  get up(): boolean {
    return this.tracked === null ? this.health.up : this.tracked.up;
  }

  /** May serve at least its own queue. */
  get running(): boolean {
    return this.up && !this.inMaintenance;
  }

  /** May be chosen. */
  get usable(): boolean {
    return this.running && !this.draining && this.#userWeight > 0;
  }

  get downtimeMs(): number {
    return this.#downtimeMs + (this.#downSinceMs === null ? 0 : this.#clock.nowMs() - this.#downSinceMs);
  }

  get throttlePercent(): number | null {
    return this.#slowStart.active ? this.#slowStart.percent : null;
  }

  /** Only the word: `ServerStates` calls `refresh` or `recovered` next and sees to those who wait or are connected. */
  applyAdmin(admin: AdminState): void {
    this.#admin = admin;
  }

  /** Starts slow start where configured: after a recovery, never at process start. */
  recovered(): void {
    this.#slowStart.start();
    this.refresh();
  }

  /** Brings the derived values up to date after a change of health, admin, tracked server or weight. */
  refresh(): void {
    this.#countDowntime();
    if (!this.running) this.#slowStart.stop();
    const effectiveWeight = this.usable ? this.#weightNow() : 0;
    if (effectiveWeight === this.#effectiveWeight) return;
    this.#effectiveWeight = effectiveWeight;
    this.#owner?.weightChanged(this);
  }

  /** No timer is left behind. */
  stop(): void {
    this.#slowStart.stop();
  }

  #countDowntime(): void {
    const nowMs = this.#clock.nowMs();
    if (this.running) {
      if (this.#downSinceMs !== null) this.#downtimeMs += nowMs - this.#downSinceMs;
      this.#downSinceMs = null;
    } else this.#downSinceMs ??= nowMs;
  }

  #slowStartStepped(): void {
    this.refresh();
    this.#owner?.placeFreed(this);
  }

  // --- weight ------------------------------------------------------------------------------------------------

  get effectiveWeight(): number {
    return this.#effectiveWeight;
  }

  get configuredWeight(): number {
    return this.config.weight * WEIGHT_SCALE;
  }

  /** As set while running, 0 to 256; whoever sets it calls `refresh`. */
  get userWeight(): number {
    return this.#userWeight;
  }

  set userWeight(weight: number) {
    this.#userWeight = weight;
  }

  #weightNow(): number {
    const dynamic = this.#owner?.dynamicWeights ?? true;
    return this.#userWeight * (dynamic ? this.#slowStart.weightFactor : WEIGHT_SCALE);
  }

  // --- slots -------------------------------------------------------------------------------------------------

  /** `maxconn` as set while running; 0: none. */
  get maxconn(): number {
    return this.#maxconn;
  }

  set maxconn(limit: number) {
    this.#maxconn = limit;
    this.#owner?.loadChanged(this);
    this.#owner?.placeFreed(this);
  }

  /**
   * The limit in force: `maxconn`, less while the backend is quiet (`minconn`, reference 5.5) and during slow start; 0:
   * none.
   */
  get currentLimit(): number {
    const limit = this.#limitByLoad();
    if (limit === 0 || !this.#slowStart.active) return limit;
    return Math.max(1, Math.floor((limit * this.#slowStart.elapsedPercent) / 100));
  }

  get full(): boolean {
    return this.#maxconn > 0 && (this.queue.length > 0 || this.servedCount >= this.currentLimit);
  }

  get queueFull(): boolean {
    return this.full && this.config.maxqueue > 0 && this.queue.length >= this.config.maxqueue;
  }

  get maxqueue(): number {
    return this.config.maxqueue;
  }

  get queuedCount(): number {
    return this.queue.length;
  }

  /** True while a place can be taken by somebody from a queue. */
  get hasPlace(): boolean {
    return this.#maxconn === 0 || this.servedCount < this.currentLimit;
  }

  /** Places taken, by all threads. */
  get servedCount(): number {
    return this.#served.now;
  }

  /** Takes a place; null: there is none any more, whatever `full` or `hasPlace` said a moment ago. */
  tryTakeSlot(): Slot | null {
    return this.#tryTakePlace() ? this.#newSlot() : null;
  }

  /** Takes a place for thread number `thread`, which is to be told; false if there is none. */
  tryGrant(thread: number): boolean {
    if (!this.#tryTakePlace()) return false;
    this.#served.handTo(thread);
    this.#owner?.loadChanged(this);
    return true;
  }

  /** The slot of a place that another thread has taken for this one; null if there is no such place (any more). */
  takeGranted(): Slot | null {
    return this.#served.tryClaim() ? this.#newSlot() : null;
  }

  /** Thread number `thread` is dead; to be called while its places are still counted. */
  countLost(thread: number): void {
    this.counters.closed.add('internal-error', this.#served.of(thread));
  }

  /** Called by the slot alone. */
  slotGiven(): void {
    this.#served.remove();
    this.#owner?.loadChanged(this);
    this.#owner?.placeFreed(this);
  }

  #tryTakePlace(): boolean {
    const limit = this.currentLimit;
    return this.#served.tryAdd(limit === 0 ? Infinity : limit);
  }

  #newSlot(): Slot {
    this.#owner?.loadChanged(this);
    return new Slot(this);
  }

  #limitByLoad(): number {
    const { minconn } = this.config;
    const owner = this.#owner;
    if (minconn === 0 || minconn >= this.#maxconn || owner === null) return this.#maxconn;
    if (owner.sessionsNow >= owner.fullconn) return this.#maxconn;
    return Math.max(minconn, Math.floor((owner.sessionsNow * this.#maxconn) / owner.fullconn));
  }
}

function printAddress(config: ServerConfig): string {
  const { address } = config;
  if (address.kind === 'unix') return address.path;
  const port = address.port.kind === 'fixed' ? `:${address.port.port}` : '';
  return address.kind === 'ipv6' ? `[${address.host}]${port}` : `${address.host}${port}`;
}
