/**
 * What happened, as plain numbers of one frontend, listener, backend or server. Changed by the named methods only; read
 * by `metrics.ts` and by `stats()`.
 *
 * With `nbthread` each thread counts in cells of its own. What the control thread reads there, after `gather`, is
 *
 *     the sum       all that is named `...Total`, bytes, tallies, histograms
 *     the highest   sessionsMax, queuedMax (each thread gives the number of all threads at that moment), lastSessionWallMs
 *     one for all   rates
 *
 * and of the times the averages over all (`averages.ts`). Nothing here goes down, but for those averages.
 *
 * Not here: gauges that a room knows better itself (sessions now, queue length): those are read from the
 * room through `views.ts`.
 */
import { TimeAverages } from './averages.ts';
import { add, raise, read } from './cells.ts';
import { Histogram, DURATION_BUCKETS_SECONDS, WAIT_BUCKETS_SECONDS } from './histogram.ts';
import { Rate } from './rate.ts';
import type { Count } from '../shared/count.ts';
import type { CounterMemory } from '../shared/memory.ts';
import { FrontendHttpCounters, TargetHttpCounters } from './http-counters.ts';
import { END_REASONS, type EndReason } from './session.ts';
import { Tally } from './tally.ts';

/** What its traffic is to a proxy; decides what is counted. */
export type CountedMode = 'tcp' | 'http';

/** Why a client was refused before it became a session, or a session before it got a server. */
export const REFUSAL_REASONS = ['backlog-full', 'accept-failed', 'shutting-down'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Which limit made a listener stop accepting for a while. */
export const PAUSE_REASONS = ['bind-maxconn', 'frontend-maxconn', 'global-maxconn', 'rate'] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

// Cells of one object's numbers: of traffic, connections, targets, checks.
const SESSIONS = 0;
const BYTES_IN = 1;
const BYTES_OUT = 2;

const CHOSEN = 0;
const CONNECT_ATTEMPTS = 1;
const CONNECT_ERRORS = 2;
const RETRIES = 3;
const REDISPATCHES = 4;
const CLIENT_ABORTS = 5;
const SERVER_ABORTS = 6;
const RESPONSE_ERRORS = 7;
const QUEUED = 8;
const DOWN_TRANSITIONS = 9;

const QUEUED_MAX = 0;
const LAST_SESSION = 1;

const CHECKS = 0;
const CHECK_FAILURES = 1;

/** Bytes and sessions, what every proxy part counts. */
export class TrafficCounters {
  readonly sessionRate: Rate;
  readonly #sums: Float64Array;
  readonly #sessionsMax: Float64Array;

  constructor(memory: CounterMemory) {
    this.sessionRate = new Rate(memory);
    this.#sums = memory.counters(3);
    this.#sessionsMax = memory.peaks(1);
  }

  get sessionsTotal(): number {
    return read(this.#sums, SESSIONS);
  }
  get sessionsMax(): number {
    return read(this.#sessionsMax, 0);
  }
  /** Client to server; added while the session runs, so that long sessions are visible. */
  get bytesIn(): number {
    return read(this.#sums, BYTES_IN);
  }
  /** Server to client. */
  get bytesOut(): number {
    return read(this.#sums, BYTES_OUT);
  }

  sessionStarted(nowMs: number, sessionsNow: number): void {
    add(this.#sums, SESSIONS, 1);
    raise(this.#sessionsMax, 0, sessionsNow);
    this.sessionRate.add(nowMs);
  }

  bytesMoved(bytesIn: number, bytesOut: number): void {
    add(this.#sums, BYTES_IN, bytesIn);
    add(this.#sums, BYTES_OUT, bytesOut);
  }
}

export class ListenerCounters extends TrafficCounters {
  readonly refused: Tally<RefusalReason>;
  /** Clients that had to wait at the door, by the limit they met. */
  readonly paused: Tally<PauseReason>;
  readonly #connections: Float64Array;

  constructor(memory: CounterMemory) {
    super(memory);
    this.refused = new Tally(memory, REFUSAL_REASONS);
    this.paused = new Tally(memory, PAUSE_REASONS);
    this.#connections = memory.counters(1);
  }

  get connectionsTotal(): number {
    return read(this.#connections, 0);
  }

  connectionAccepted(): void {
    add(this.#connections, 0, 1);
  }
}

export class FrontendCounters extends TrafficCounters {
  readonly connectionRate: Rate;
  /** In mode http, of its requests. */
  readonly closed: Tally<EndReason>;
  readonly duration: Histogram;
  /** Null in mode tcp. */
  readonly http: FrontendHttpCounters | null;
  readonly #connections: Float64Array;

  constructor(memory: CounterMemory, mode: CountedMode = 'tcp') {
    super(memory);
    this.connectionRate = new Rate(memory);
    this.closed = new Tally(memory, END_REASONS);
    this.duration = new Histogram(memory, DURATION_BUCKETS_SECONDS);
    this.#connections = memory.counters(1);
    this.http = mode === 'http' ? new FrontendHttpCounters(memory) : null;
  }

  get connectionsTotal(): number {
    return read(this.#connections, 0);
  }

  connectionAccepted(nowMs: number): void {
    add(this.#connections, 0, 1);
    this.connectionRate.add(nowMs);
  }

  sessionEnded(reason: EndReason, totalMs: number): void {
    this.closed.add(reason);
    this.duration.observe(totalMs / 1000);
  }
}

/** What backend and server have in common. In mode http a session is a request. */
export class TargetCounters extends TrafficCounters {
  readonly averages: TimeAverages;
  readonly closed: Tally<EndReason>;
  readonly connectTime: Histogram;
  readonly queueTime: Histogram;
  readonly firstByteTime: Histogram;
  readonly duration: Histogram;
  /** Null in mode tcp. */
  readonly http: TargetHttpCounters | null;
  readonly #sums: Float64Array;
  readonly #peaks: Float64Array;

  constructor(memory: CounterMemory, mode: CountedMode = 'tcp') {
    super(memory);
    this.averages = new TimeAverages(memory);
    this.closed = new Tally(memory, END_REASONS);
    this.connectTime = new Histogram(memory, WAIT_BUCKETS_SECONDS);
    this.queueTime = new Histogram(memory, WAIT_BUCKETS_SECONDS);
    this.firstByteTime = new Histogram(memory, WAIT_BUCKETS_SECONDS);
    this.duration = new Histogram(memory, DURATION_BUCKETS_SECONDS);
    this.#sums = memory.counters(10);
    this.#peaks = memory.peaks(2);
    this.http = mode === 'http' ? new TargetHttpCounters(memory) : null;
  }

  /** Times chosen by the balancing algorithm. */
  get chosenTotal(): number {
    return read(this.#sums, CHOSEN);
  }
  get connectAttemptsTotal(): number {
    return read(this.#sums, CONNECT_ATTEMPTS);
  }
  /** Sessions that could not be connected (refused, timed out, no server, queue). */
  get connectErrorsTotal(): number {
    return read(this.#sums, CONNECT_ERRORS);
  }
  get retriesTotal(): number {
    return read(this.#sums, RETRIES);
  }
  get redispatchesTotal(): number {
    return read(this.#sums, REDISPATCHES);
  }
  get clientAbortsTotal(): number {
    return read(this.#sums, CLIENT_ABORTS);
  }
  get serverAbortsTotal(): number {
    return read(this.#sums, SERVER_ABORTS);
  }
  /** Failures after the connection stood. */
  get responseErrorsTotal(): number {
    return read(this.#sums, RESPONSE_ERRORS);
  }
  get queuedMax(): number {
    return read(this.#peaks, QUEUED_MAX);
  }
  get queuedTotal(): number {
    return read(this.#sums, QUEUED);
  }
  get downTransitionsTotal(): number {
    return read(this.#sums, DOWN_TRANSITIONS);
  }
  /** Wall clock of the last session; 0: never. */
  get lastSessionWallMs(): number {
    return read(this.#peaks, LAST_SESSION);
  }

  chosen(): void {
    add(this.#sums, CHOSEN, 1);
  }
  connectAttempted(): void {
    add(this.#sums, CONNECT_ATTEMPTS, 1);
  }
  connectFailed(): void {
    add(this.#sums, CONNECT_ERRORS, 1);
  }
  /** A session's connection stands. */
  connected(wallMs: number): void {
    this.#peaks[LAST_SESSION] = wallMs;
  }
  retried(): void {
    add(this.#sums, RETRIES, 1);
  }
  redispatched(): void {
    add(this.#sums, REDISPATCHES, 1);
  }
  queued(queuedNow: number): void {
    add(this.#sums, QUEUED, 1);
    raise(this.#peaks, QUEUED_MAX, queuedNow);
  }
  clientAborted(): void {
    add(this.#sums, CLIENT_ABORTS, 1);
  }
  serverAborted(): void {
    add(this.#sums, SERVER_ABORTS, 1);
  }
  responseFailed(): void {
    add(this.#sums, RESPONSE_ERRORS, 1);
  }
  wentDown(): void {
    add(this.#sums, DOWN_TRANSITIONS, 1);
  }
}

export class BackendCounters extends TargetCounters {}

export class ServerCounters extends TargetCounters {
  readonly #checks: Float64Array;
  /** Null in mode tcp. */
  readonly #idleConnections: Count | null;

  constructor(memory: CounterMemory, mode: CountedMode = 'tcp') {
    super(memory, mode);
    this.#checks = memory.counters(2);
    this.#idleConnections = mode === 'http' ? memory.count() : null;
  }

  /** Connections kept for later requests, over all threads. */
  get idleConnectionsNow(): number {
    return this.#idleConnections?.now ?? 0;
  }
  get checksTotal(): number {
    return read(this.#checks, CHECKS);
  }
  /** Failed checks counted while the server was up, as HAProxy's `chkfail`. */
  get checkFailuresTotal(): number {
    return read(this.#checks, CHECK_FAILURES);
  }

  /** This thread keeps so many more connections, or, below 0, fewer. */
  idleConnections(change: number): void {
    for (let more = change; more > 0; more -= 1) this.#idleConnections?.add();
    for (let fewer = change; fewer < 0; fewer += 1) this.#idleConnections?.remove();
  }

  checked(passed: boolean, wasUp: boolean): void {
    add(this.#checks, CHECKS, 1);
    if (!passed && wasUp) add(this.#checks, CHECK_FAILURES, 1);
  }
}
