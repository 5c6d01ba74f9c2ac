/**
 * CONNECT: from "this stream needs a server" to a connection or the reason why there is none. Drives placement, queue,
 * dial, retry and redispatch of one stream, and owns what they take: waiter, slot, dial, deadline.
 *
 *     start --> placing --> queued -----> dialling --> connected   (slot and connection handed over)
 *                 |  ^         |            |    ^
 *                 |  |         |            v    |
 *                 |  +---- redispatch <-- failed-+--> pausing --> dialling
 *                 v            v            v
 *              refused      refused      refused                    (nothing is held any more)
 *
 * `cancel` leads from everywhere to "nothing is held any more" without telling anybody.
 *
 * Not here: who may wait or be served (`backend.ts`), what follows a failure (`retry.ts`), the client's side
 * (`../stream/stream.ts`).
 */
import type { EndReason } from '../account/session.ts';
import type { SourceAddress } from '../config/config.ts';
import { Deadline, type DeadlineOwner, type DeadlineWheel } from '../time/coarse.ts';
import type { Clock } from '../time/clock.ts';
import type {
  Connection,
  Dial,
  DialFailure,
  DialHandler,
  DialTarget,
  Endpoint,
} from '../transport/transport.ts';
import type { Backend, Placement } from './backend.ts';
import type { ChoiceContext } from './balance/balancer.ts';
import type { Dismissal, Waiter, WaiterOwner } from './queue.ts';
import { nextStep } from './retry.ts';
import type { Server } from './server.ts';
import type { Slot } from './slot.ts';

export interface ConnectHandler<C = Connection> {
  /** The connection stands; it and the slot now belong to the handler. */
  connected(connection: C, slot: Slot): void;
  /** It will not stand; nothing is held any more. May be told from within `start`. */
  connectRefused(reason: ConnectRefusal): void;
}

export type ConnectRefusal = Extract<
  EndReason,
  | 'connect-failed'
  | 'connect-timeout'
  | 'queue-timeout'
  | 'queue-full'
  | 'no-server'
  | 'out-of-descriptors'
  | 'internal-error'
>;

export interface ConnectParts<C = Connection> {
  readonly backend: Backend;
  readonly context: ChoiceContext;
  /** The server that persistence or a rule wants; null: any. */
  readonly imposed: Server | null;
  readonly dialer: Dialer<C>;
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  /** Told about every attempt's outcome, for passive health checks. */
  readonly watcher: ConnectWatcher;
  readonly handler: ConnectHandler<C>;
}

/** Who opens the connection: the transport, or somebody who may have one kept for this server. */
export interface Dialer<C = Connection> {
  /** One that is kept may be told of from within the call; it is no attempt to connect. */
  dial(target: DialTarget, handler: DialHandler<C>, server: Server): Dial;
}

export interface ConnectWatcher {
  connectSucceeded(server: Server): void;
  connectFailed(server: Server): void;
  /** A policy written in code failed: the stream is refused. */
  choosingFailed(backend: Backend, error: unknown): void;
}

type Phase = 'idle' | 'queued' | 'dialling' | 'pausing' | 'done';

/** What the process has too little of; another server would not help. */
const OUT_OF_DESCRIPTORS: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE']);

export class Connecting<C = Connection> implements WaiterOwner, DialHandler<C>, DeadlineOwner {
  readonly #parts: ConnectParts<C>;
  readonly #deadline: Deadline;
  #phase: Phase = 'idle';
  #waiter: Waiter | null = null;
  #slot: Slot | null = null;
  #dial: Dial | null = null;
  #afterPause: 'retry' | 'redispatch' = 'retry';
  #startedMs = 0;
  #queuedSinceMs = 0;
  #connectedMs = 0;
  #waitedMs = -1;
  /** The server whose queue it stands in, or stood in when its wait failed. */
  #imposed: Server | null = null;
  /** The last server tried; avoided if there is another. */
  #tried: Server | null = null;
  /** Failed attempts that were followed by another. */
  retries = 0;
  redispatched = false;
  serverQueuePosition = 0;
  backendQueuePosition = 0;

  constructor(parts: ConnectParts<C>) {
    this.#parts = parts;
    this.#deadline = new Deadline(this);
  }

  start(): void {
    this.#startedMs = this.#parts.clock.nowMs();
    this.#place(null);
  }

  /** Connects once more to the server of a slot it has handed over: the connection was found dead before it was of any use. */
  again(slot: Slot): void {
    this.#slot = slot;
    this.#connect(slot.server);
  }

  /** Lets go of everything; the handler is not told. */
  cancel(): void {
    this.#leaveQueue();
    this.#phase = 'done';
    this.#dial?.cancel();
    this.#dial = null;
    this.#giveSlot();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** The server it holds a place on, waits for, or was trying last. */
  get server(): Server | null {
    return this.#slot?.server ?? this.#imposed ?? this.#tried;
  }

  /** The server it holds a place on now. */
  get heldServer(): Server | null {
    return this.#slot?.server ?? null;
  }

  /** Milliseconds in queues; -1 if it never got as far as a server or the end of its wait. */
  get queueMs(): number {
    return this.#waitedMs;
  }

  /** Milliseconds from the first place to the connection, retries included, queues not; -1 without one. */
  get connectMs(): number {
    return this.#connectedMs === 0 ? -1 : this.#connectedMs - this.#startedMs - Math.max(0, this.#waitedMs);
  }

  // --- place and queue ---------------------------------------------------------------------------------------

  #place(avoid: Server | null): void {
    const placement = this.#ask(avoid);
    if (this.#phase === 'done') {
      // A policy's own code has ended this stream.
      giveUp(placement);
      return;
    }
    if (placement === null) {
      this.#refuse('internal-error');
      return;
    }
    switch (placement.kind) {
      case 'placed':
        this.#taken(placement.slot);
        return;
      case 'waiting':
        // With limits that follow the load the wait may be over already.
        if (placement.waiter.queue !== null) this.#queued(placement.waiter, placement.server);
        return;
      case 'refused':
        if (placement.reason === 'queue-full') {
          this.#tried = placement.server;
          placement.server.counters.connectFailed();
        }
        this.#refuse(placement.reason);
    }
  }

  /** Null: a policy of `balance fn:NAME` threw, which must not take the whole process with it. */
  #ask(avoid: Server | null): Placement | null {
    const { backend, context, imposed, watcher } = this.#parts;
    try {
      return backend.place(this, context, avoid, avoid === null ? imposed : null);
    } catch (error) {
      watcher.choosingFailed(backend, error);
      return null;
    }
  }

  #queued(waiter: Waiter, server: Server | null): void {
    const { backend, clock, wheel } = this.#parts;
    this.#phase = 'queued';
    this.#waiter = waiter;
    this.#queuedSinceMs = clock.nowMs();
    this.#imposed = server;
    if (server === null) this.backendQueuePosition = waiter.ahead + 1;
    else this.serverQueuePosition = waiter.ahead + 1;
    const { timeoutQueueMs, timeoutConnectMs } = backend.config;
    const limitMs = timeoutQueueMs > 0 ? timeoutQueueMs : timeoutConnectMs;
    if (limitMs > 0) wheel.set(this.#deadline, this.#queuedSinceMs + limitMs);
  }

  slotGranted(slot: Slot): void {
    this.#stopWaiting();
    this.#taken(slot);
  }

  dismissed(reason: Dismissal): void {
    this.#stopWaiting();
    if (reason === 'no-server') this.#refuse('no-server');
    else this.#place(null);
  }

  /** The wait is over, well or badly; one that was given up counts as none (HAProxy logs -1). */
  #stopWaiting(): void {
    if (this.#phase === 'queued') {
      this.#waitedMs = Math.max(0, this.#waitedMs) + this.#parts.clock.nowMs() - this.#queuedSinceMs;
    }
    this.#leaveQueue();
  }

  #leaveQueue(): void {
    this.#parts.wheel.cancel(this.#deadline);
    if (this.#phase !== 'queued') return;
    this.#phase = 'idle';
    this.#waiter?.cancel();
    this.#waiter = null;
  }

  #taken(slot: Slot): void {
    if (this.#waitedMs < 0) this.#waitedMs = 0;
    this.#imposed = null;
    this.#slot = slot;
    this.#countMove(slot.server);
    this.#tried = slot.server;
    this.#connect(slot.server);
  }

  /** A retry that stayed and one that moved are counted on the server that failed. */
  #countMove(next: Server): void {
    const failed = this.#tried;
    if (failed === null || this.retries === 0) return;
    if (failed === next) {
      failed.counters.retried();
      this.#parts.backend.counters.retried();
      return;
    }
    this.redispatched = true;
    failed.counters.redispatched();
    this.#parts.backend.counters.redispatched();
  }

  // --- dial --------------------------------------------------------------------------------------------------

  #connect(server: Server): void {
    const { backend, clock, wheel, dialer, context } = this.#parts;
    const target = dialTarget(server, context, sourceOf(server, backend));
    this.#phase = 'dialling';
    const { timeoutConnectMs } = backend.config;
    const dial = dialer.dial(target, this, server);
    if (this.#phase !== 'dialling') return;
    this.#dial = dial;
    if (timeoutConnectMs > 0) wheel.set(this.#deadline, clock.nowMs() + timeoutConnectMs);
    server.counters.connectAttempted();
    backend.counters.connectAttempted();
  }

  dialSucceeded(connection: C): void {
    const { clock, wheel, watcher, handler } = this.#parts;
    const slot = this.#slot;
    if (slot === null) throw new Error('a dial ended without a slot');
    wheel.cancel(this.#deadline);
    this.#phase = 'done';
    this.#dial = null;
    // From here on the handler gives the slot back.
    this.#slot = null;
    this.#connectedMs = clock.nowMs();
    watcher.connectSucceeded(slot.server);
    handler.connected(connection, slot);
  }

  dialFailed(failure: DialFailure): void {
    this.#dial = null;
    this.#parts.wheel.cancel(this.#deadline);
    if (OUT_OF_DESCRIPTORS.has(failure.code)) this.#refuse('out-of-descriptors');
    else this.#attemptFailed('refused');
  }

  #attemptFailed(failure: 'refused' | 'timeout'): void {
    const { backend, clock, wheel, watcher } = this.#parts;
    const server = this.#tried;
    if (server === null) throw new Error('an attempt failed without a server');
    // This may mark the server down, and then end this very stream.
    watcher.connectFailed(server);
    if (this.#phase !== 'dialling') return;
    const step = nextStep({
      failure,
      retriesDone: this.retries,
      retries: backend.config.retries,
      redispatchInterval: backend.config.redispatchInterval,
      serverUp: server.running,
      movesFreely: backend.movesFreely && this.#parts.imposed === null,
      severalActive: backend.usableActives > 1,
      timeoutConnectMs: backend.config.timeoutConnectMs,
    });
    if (step.kind === 'give-up') {
      server.counters.connectFailed();
      this.#refuse(failure === 'timeout' ? 'connect-timeout' : 'connect-failed');
      return;
    }
    this.retries += 1;
    this.#afterPause = step.kind;
    if (step.kind === 'redispatch') this.#giveSlot();
    this.#phase = 'pausing';
    if (step.delayMs > 0) wheel.set(this.#deadline, clock.nowMs() + step.delayMs);
    else this.#tryAgain();
  }

  #tryAgain(): void {
    const slot = this.#slot;
    if (this.#afterPause === 'redispatch' || slot === null) this.#place(this.#tried);
    else this.#taken(slot);
  }

  deadlineDue(): void {
    switch (this.#phase) {
      case 'queued':
        this.#stopWaiting();
        this.#refuse('queue-timeout');
        return;
      case 'dialling':
        this.#dial?.cancel();
        this.#dial = null;
        this.#attemptFailed('timeout');
        return;
      case 'pausing':
        this.#tryAgain();
        return;
      case 'idle':
      case 'done':
    }
  }

  // --- end ---------------------------------------------------------------------------------------------------

  #refuse(reason: ConnectRefusal): void {
    this.#phase = 'done';
    this.#parts.backend.counters.connectFailed();
    this.#giveSlot();
    this.#parts.handler.connectRefused(reason);
  }

  #giveSlot(): void {
    const slot = this.#slot;
    this.#slot = null;
    slot?.give();
  }
}

function giveUp(placement: Placement | null): void {
  if (placement?.kind === 'placed') placement.slot.give();
  if (placement?.kind === 'waiting') placement.waiter.cancel();
}

function sourceOf(server: Server, backend: Backend): Endpoint | null {
  const source: SourceAddress | null = server.config.source ?? backend.config.source;
  if (source === null) return null;
  const ports = source.portEnd - source.port + 1;
  return {
    address: source.host,
    port: ports > 1 ? source.port + (server.counters.connectAttemptsTotal % ports) : source.port,
  };
}

/** Where to connect for this client: a server without a port of its own is reached on the one the client used. */
function dialTarget(server: Server, context: ChoiceContext, source: Endpoint | null): DialTarget {
  const { target } = server;
  if (target === null)
    throw new Error(`server ${server.backendName}/${server.name} was chosen without an address`);
  // Its bytes must never be seen in the open.
  if (server.config.tls !== null && server.tls === null)
    throw new Error(`server ${server.backendName}/${server.name} has TLS and nothing to do it with`);
  const tls = server.tls === null ? {} : { tls: server.tls(context) };
  if (target.kind === 'unix') return { ...target, ...tls };
  return {
    kind: 'tcp',
    address: target.address,
    port: target.port ?? context.destinationPort + target.portOffset,
    source,
    ...tls,
  };
}
