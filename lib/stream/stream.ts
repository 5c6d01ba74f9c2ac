/**
 * One client, from accept to its last byte. The only file that knows the order of the rooms:
 *
 *     serve      ACCEPT is done and ADMIT said yes; the client is watched but not yet relayed
 *     connect    CHOOSE, QUEUE, CONNECT: a server connection and a slot, or a reason why not
 *     relay      RELAY: bytes both ways until both ends have ended, one breaks, or a timer strikes
 *     end        CLOSE and ACCOUNT: everything is given back, one record tells what happened
 *
 *     serving --> connecting --> relaying --> ended
 *        |            |             |           ^
 *        +------------+-------------+-----------+
 *
 * What never happens: a slot, a count or a socket kept after `ended`; a session recorded twice or not at all.
 *
 * Not here: how any of this is done.
 */
import type { BackendSession, Backend } from '../backend/backend.ts';
import {
  Connecting,
  type ConnectHandler,
  type ConnectRefusal,
  type ConnectWatcher,
} from '../backend/connect.ts';
import type { ChoiceContext } from '../backend/balance/balancer.ts';
import type { Server } from '../backend/server.ts';
import type { Slot } from '../backend/slot.ts';
import type { FrontendCounters } from '../account/counters.ts';
import type { Session } from '../account/account.ts';
import type { SessionCounters, SessionOutcome } from '../account/session-counts.ts';
import type { EndReason, SessionRecord, SessionStart } from '../account/session.ts';
import type { ProxyOptions } from '../config/config.ts';
import type { SampleSource, VariableStore } from '../sample/sample.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline, type DeadlineOwner, type DeadlineWheel } from '../time/coarse.ts';
import type { Connection, ConnectionWatcher, Transport } from '../transport/transport.ts';
import type { ClientSession, Door } from './door.ts';
import { applyOptions, type Ends, endsOf } from './connections.ts';
import { endingOf } from './ending.ts';
import { Relaying, type RelayingOwner } from './relaying.ts';
import { StreamSource } from './source.ts';
import { NEVER_MS, type RelayTimeouts } from './timeouts.ts';

/** Read ahead of a client at most this far while its server is not there yet, as HAProxy's buffer (`tune.bufsize`). */
const READ_AHEAD_BYTES = 16_384;

const NO_SAMPLES: readonly string[] = [];

/** What all streams of one frontend have in common; made once, when the proxy is built. */
export interface StreamRoute {
  readonly frontendName: string;
  readonly frontendOptions: ProxyOptions;
  readonly frontendCounters: FrontendCounters;
  readonly timeoutClientMs: number;
  /** Where its clients go. */
  readonly targets: TargetChoice;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly wheel: DeadlineWheel;
  readonly watcher: ConnectWatcher;
  readonly account: StreamAccount;
  /** What the expressions of the frontend's log formats give, in their order; null: there are none. */
  readonly logSamples: ((source: SampleSource) => readonly string[]) | null;
}

export interface TargetChoice {
  /** Where no rule sends a client elsewhere; null: nowhere, and it is closed at once. */
  readonly fallback: StreamTarget | null;
  /** `use_backend`; null: there are no such rules. */
  readonly byRules: ((source: SampleSource, record: () => SessionRecord) => StreamTarget | null) | null;
  /** The rules look at what the client has sent. */
  readonly looksAtContent: boolean;
  variables(): VariableStore;
}

export interface StreamTarget {
  readonly backend: Backend;
  readonly backendOptions: ProxyOptions;
  readonly timeouts: RelayTimeouts;
  /** `use-server`; null: there are no such rules. */
  readonly imposed: ((source: SampleSource, record: () => SessionRecord) => Server | null) | null;
}

/** Where records go. */
export interface StreamAccount {
  /** Addresses must be noted while sockets are open. */
  readonly asks: boolean;
  sessionStarted(session: Session): void;
  sessionConnected(session: Session): void;
  sessionEnded(session: Session, outcome: SessionOutcome, counters: SessionCounters): void;
}

type Phase = 'serving' | 'connecting' | 'relaying' | 'ended';

export class Stream
  implements
    ClientSession,
    ConnectionWatcher,
    ConnectHandler,
    RelayingOwner,
    DeadlineOwner,
    BackendSession,
    ChoiceContext,
    Session
{
  readonly id: number;
  readonly #route: StreamRoute;
  readonly #door: Door;
  readonly #client: Connection;
  readonly #acceptedMs: number;
  readonly #acceptedWallMs: number;
  readonly #deadline: Deadline;
  #phase: Phase = 'serving';
  #sample: SampleSource | null = null;
  #target: StreamTarget | null = null;
  #connecting: Connecting | null = null;
  #slot: Slot | null = null;
  #serverConnection: Connection | null = null;
  /** Noted while the sockets were open; null: not noted, or there is no such connection. */
  #clientEnds: Ends | null = null;
  #serverEnds: Ends | null = null;
  #relaying: Relaying | null = null;
  #clientActiveMs: number;
  #countedIn = 0;
  #countedOut = 0;
  #outcome: SessionOutcome | null = null;

  constructor(id: number, client: Connection, route: StreamRoute, door: Door) {
    this.id = id;
    this.#client = client;
    this.#route = route;
    this.#door = door;
    this.#acceptedMs = route.clock.nowMs();
    this.#acceptedWallMs = route.clock.wallMs();
    this.#clientActiveMs = this.#acceptedMs;
    this.#deadline = new Deadline(this);
  }

  // --- serve -------------------------------------------------------------------------------------------------

  /** Begins; by the time it returns the stream may have ended. */
  serve(): void {
    const { frontendOptions, targets } = this.#route;
    applyOptions(
      this.#client,
      frontendOptions.clientKeepAlive,
      frontendOptions.clientKeepAliveTuning,
      frontendOptions.nolinger,
    );
    const { account } = this.#route;
    if (account.asks) this.noteAddresses();
    account.sessionStarted(this);
    if (!targets.looksAtContent) {
      this.#choose();
      return;
    }
    // What has come by now is what the rules see (reference 5.3): two turns of the loop, so that a read can be among them.
    this.#client.watch(this, READ_AHEAD_BYTES);
    setImmediate(afterRead, this);
  }

  /** For `afterRead`. */
  contentRead(): void {
    if (this.#phase === 'serving') this.#choose();
  }

  #choose(): void {
    const { fallback, byRules } = this.#route.targets;
    const target = byRules?.(this.sample, () => this.record()) ?? fallback;
    if (target === null) {
      this.#client.close();
      this.#end('no-server');
      return;
    }
    this.#target = target;
    target.backend.enter(this);
    target.backend.counters.sessionStarted(this.#acceptedMs, target.backend.sessionsNow);
    this.#client.watch(this, READ_AHEAD_BYTES);
    this.#connect(target);
  }

  /** For balancing and rules. */
  get sample(): SampleSource {
    this.#sample ??= new StreamSource(this, this.#client, this.#door, this.#route.targets.variables());
    return this.#sample;
  }

  get frontendName(): string {
    return this.#route.frontendName;
  }
  get backendName(): string | null {
    return this.#target?.backend.name ?? null;
  }
  get serverName(): string | null {
    return this.server?.name ?? null;
  }

  get sourceAddress(): string {
    return this.#client.remote.address;
  }
  get sourcePort(): number {
    return this.#client.remote.port;
  }
  get destinationAddress(): string {
    return this.#client.local.address;
  }
  get destinationPort(): number {
    return this.#client.local.port;
  }

  /** Before the sockets are closed, which do not tell them then; for whoever will ask for records. */
  noteAddresses(): void {
    this.#clientEnds ??= endsOf(this.#client);
    if (this.#serverConnection !== null) this.#serverEnds ??= endsOf(this.#serverConnection);
  }

  get server(): Server | null {
    return this.#slot?.server ?? this.#connecting?.heldServer ?? null;
  }

  peerSent(): void {
    this.#clientActiveMs = this.#route.clock.nowMs();
  }

  /** A client that has said something before its FIN still wants its answer, unless `option abortonclose` (reference 5.4, 5.8). */
  peerEnded(): void {
    const abort = this.#target?.backendOptions.abortOnClose ?? true;
    if (this.#client.pendingBytes === 0 || abort) this.#clientLeft();
  }

  peerReset(): void {
    this.#clientLeft();
  }

  #clientLeft(): void {
    const waiting = this.#connecting?.phase === 'queued';
    this.#connecting?.cancel();
    this.#client.close();
    this.#end(waiting ? 'client-left-in-queue' : 'client-left-connecting');
  }

  // --- connect -----------------------------------------------------------------------------------------------

  #connect(target: StreamTarget): void {
    const { transport, clock, wheel, watcher } = this.#route;
    this.#phase = 'connecting';
    this.#connecting = new Connecting({
      backend: target.backend,
      context: this,
      imposed: target.imposed?.(this.sample, () => this.record()) ?? null,
      dialer: transport,
      clock,
      wheel,
      watcher,
      handler: this,
    });
    this.#connecting.start();
    const { timeoutClientMs } = this.#route;
    if (this.#phase === 'connecting' && timeoutClientMs > 0)
      this.#setDeadline(this.#clientActiveMs + timeoutClientMs);
  }

  /**
   * While it connects, a client's silence ends a session only if it waits in a queue and has sent nothing
   * (as HAProxy 2.6 does).
   */
  #lookAtClient(nowMs: number): void {
    const { timeoutClientMs } = this.#route;
    if (timeoutClientMs === 0) return;
    const idle = nowMs - this.#clientActiveMs >= timeoutClientMs;
    if (idle && this.#client.pendingBytes === 0 && this.#connecting?.phase === 'queued') {
      this.#connecting.cancel();
      this.#client.close();
      this.#end('client-timeout-in-queue');
      return;
    }
    this.#setDeadline((idle ? nowMs : this.#clientActiveMs) + timeoutClientMs);
  }

  connectRefused(reason: ConnectRefusal): void {
    this.#client.close();
    this.#end(this.#clientWasIdle(reason) ? 'client-timeout-connecting' : reason);
  }

  /** The client's timer does not interrupt connecting, but it gives the session its name (reference 5.6). */
  #clientWasIdle(reason: ConnectRefusal): boolean {
    const { timeoutClientMs, clock } = this.#route;
    if (timeoutClientMs === 0 || reason !== 'connect-timeout') return false;
    return clock.nowMs() - this.#clientActiveMs >= timeoutClientMs;
  }

  connected(connection: Connection, slot: Slot): void {
    const { clock, account } = this.#route;
    const target = this.#target;
    if (target === null) throw new Error('connected without a backend');
    if (this.#phase === 'ended') {
      connection.close();
      slot.give();
      return;
    }
    const nowMs = clock.nowMs();
    const { backendOptions } = target;
    this.#slot = slot;
    this.#serverConnection = connection;
    if (account.asks) this.noteAddresses();
    applyOptions(
      connection,
      backendOptions.serverKeepAlive,
      backendOptions.serverKeepAliveTuning,
      backendOptions.nolinger,
    );
    slot.server.counters.sessionStarted(nowMs, slot.server.servedCount);
    const wallMs = clock.wallMs();
    slot.server.counters.connected(wallMs);
    target.backend.counters.connected(wallMs);
    this.#phase = 'relaying';
    const { transport } = this.#route;
    const between = { client: this.#client, server: connection, transport };
    this.#relaying = new Relaying(between, target.timeouts, clock, this);
    this.#relaying.look(nowMs);
    account.sessionConnected(this);
  }

  // --- relay -------------------------------------------------------------------------------------------------

  lookAt(atMs: number): void {
    if (this.#phase !== 'ended') this.#setDeadline(atMs);
  }

  relayingEnded(reason: EndReason): void {
    this.#end(reason);
  }

  deadlineDue(nowMs: number): void {
    if (this.#phase === 'connecting') this.#lookAtClient(nowMs);
    else this.#relaying?.look(nowMs);
  }

  #setDeadline(atMs: number): void {
    if (atMs === NEVER_MS) this.#route.wheel.cancel(this.#deadline);
    else this.#route.wheel.set(this.#deadline, atMs);
  }

  get placed(): boolean {
    return this.server !== null;
  }

  /** One connection is one session: it goes on. */
  finish(): void {}

  // --- end ---------------------------------------------------------------------------------------------------

  /** Ends the session from outside: the client gets FIN. Does nothing once it has ended. */
  kill(reason: EndReason): void {
    if (this.#phase === 'ended') return;
    this.#connecting?.cancel();
    if (this.#relaying === null) this.#client.close();
    else this.#relaying.abandon();
    this.#end(reason);
  }

  #end(reason: EndReason): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    const { wheel, account, frontendCounters } = this.#route;
    const target = this.#target;
    const server = this.#lastServer;
    wheel.cancel(this.#deadline);
    this.countBytes();
    this.#slot?.give();
    target?.backend.leave(this);
    this.#outcome = this.#outcomeNow(reason);
    account.sessionEnded(this, this.#outcome, {
      frontend: frontendCounters,
      backend: target?.backend.counters ?? null,
      server: server?.counters ?? null,
    });
    this.#door.released(this);
  }

  /** Adds what has moved since the last time to the counters, so that a session of days is visible while it lasts. */
  countBytes(): void {
    // What was read ahead belongs to whichever server gets it, so it is not counted before that is known.
    const bytesIn =
      this.#relaying?.relay.client.bytesRead ?? (this.#phase === 'ended' ? this.#client.pendingBytes : 0);
    const bytesOut = this.#relaying?.relay.server.bytesRead ?? 0;
    const newIn = bytesIn - this.#countedIn;
    const newOut = bytesOut - this.#countedOut;
    if (newIn === 0 && newOut === 0) return;
    this.#countedIn = bytesIn;
    this.#countedOut = bytesOut;
    this.#route.frontendCounters.bytesMoved(newIn, newOut);
    this.#door.listenerCounters.bytesMoved(newIn, newOut);
    this.#target?.backend.counters.bytesMoved(newIn, newOut);
    this.#slot?.server.counters.bytesMoved(newIn, newOut);
  }

  start(): SessionStart {
    const { remote, local } = this.#clientEnds ?? this.#client;
    return {
      id: this.id,
      acceptedWallMs: this.#acceptedWallMs,
      clientAddress: remote.address,
      clientPort: remote.port,
      frontendAddress: local.address,
      frontendPort: local.port,
      frontendName: this.#route.frontendName,
      listenerName: this.#door.listenerName,
    };
  }

  record(): SessionRecord {
    this.countBytes();
    const route = this.#route;
    const door = this.#door;
    const connecting = this.#connecting;
    const ends = this.#serverEnds ?? this.#serverConnection;
    const server = this.#phase === 'ended' ? this.#lastServer : this.server;
    const { remote, local } = this.#clientEnds ?? this.#client;
    const outcome = this.#outcome ?? this.#outcomeNow('normal');
    // Field by field: putting it together from `start` and the outcome costs V8 twenty times as much.
    return {
      id: this.id,
      acceptedWallMs: this.#acceptedWallMs,
      clientAddress: remote.address,
      clientPort: remote.port,
      frontendAddress: local.address,
      frontendPort: local.port,
      frontendName: route.frontendName,
      listenerName: door.listenerName,
      queueMs: outcome.queueMs,
      connectMs: outcome.connectMs,
      firstByteMs: outcome.firstByteMs,
      totalMs: outcome.totalMs,
      ending: outcome.ending,
      backendName: this.#target?.backend.name ?? route.frontendName,
      serverName: server?.name ?? null,
      serverAddress: ends?.remote.address ?? null,
      serverPort: ends?.remote.port ?? 0,
      sourceAddress: ends?.local.address ?? null,
      sourcePort: ends?.local.port ?? 0,
      bytesIn: this.#countedIn,
      bytesOut: this.#countedOut,
      retries: connecting?.retries ?? 0,
      redispatched: connecting?.redispatched ?? false,
      processSessions: door.processSessions,
      frontendSessions: door.frontendSessions,
      backendSessions: this.#target?.backend.sessionsNow ?? 0,
      serverSessions: server?.servedCount ?? 0,
      serverQueuePosition: connecting?.serverQueuePosition ?? 0,
      backendQueuePosition: connecting?.backendQueuePosition ?? 0,
      http: null,
      tlsVersion: this.#client.tls?.version ?? null,
      tlsCipher: this.#client.tls?.cipher ?? null,
      samples: route.logSamples?.(this.sample) ?? NO_SAMPLES,
    };
  }

  /** The server it held a place on, waited for, or tried last. */
  get #lastServer(): Server | null {
    return this.#slot?.server ?? this.#connecting?.server ?? null;
  }

  #outcomeNow(reason: EndReason): SessionOutcome {
    const firstReadMs = this.#relaying?.relay.server.firstReadMs ?? 0;
    return {
      queueMs: this.#connecting?.queueMs ?? -1,
      connectMs: this.#connecting?.connectMs ?? -1,
      firstByteMs: firstReadMs === 0 ? -1 : firstReadMs - this.#acceptedMs,
      totalMs: this.#route.clock.nowMs() - this.#acceptedMs,
      ending: endingOf(reason),
    };
  }
}

function afterRead(stream: Stream): void {
  setImmediate(contentRead, stream);
}

function contentRead(stream: Stream): void {
  stream.contentRead();
}
