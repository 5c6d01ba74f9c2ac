/**
 * What happened, as plain numbers of one frontend, listener, backend or server. Changed by the named methods only; read
 * by `metrics.ts` and by `stats()`.
 *
 * Not here: gauges that a room knows better itself (sessions now, queue length): those are read from the
 * room through `views.ts`.
 */
import { Histogram, DURATION_BUCKETS_SECONDS, WAIT_BUCKETS_SECONDS } from './histogram.ts';
import { Rate } from './rate.ts';
import type { CounterMemory } from '../shared/memory.ts';
import type { EndReason } from './session.ts';

/** Why a client was refused before it became a session, or a session before it got a server. */
export const REFUSAL_REASONS = ['backlog-full', 'accept-failed', 'shutting-down'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** Which limit made a listener stop accepting for a while. */
export const PAUSE_REASONS = ['bind-maxconn', 'frontend-maxconn', 'global-maxconn', 'rate'] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

/** Counts by a small closed set of words; a word that never occurred reads 0. */
export class Tally<Word extends string> {
  readonly #counts = new Map<Word, number>();

  add(word: Word): void {
    this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  get(word: Word): number {
    return this.#counts.get(word) ?? 0;
  }

  get entries(): ReadonlyMap<Word, number> {
    return this.#counts;
  }
}

/** Bytes and sessions, what every proxy part counts. */
export class TrafficCounters {
  sessionsTotal = 0;
  sessionsMax = 0;
  /** Client to server, server to client; added while the session runs, so that long sessions are visible. */
  bytesIn = 0;
  bytesOut = 0;
  readonly sessionRate: Rate;

  constructor(memory: CounterMemory) {
    this.sessionRate = new Rate(memory);
  }

  sessionStarted(nowMs: number, sessionsNow: number): void {
    this.sessionsTotal += 1;
    if (sessionsNow > this.sessionsMax) this.sessionsMax = sessionsNow;
    this.sessionRate.add(nowMs);
  }

  bytesMoved(bytesIn: number, bytesOut: number): void {
    this.bytesIn += bytesIn;
    this.bytesOut += bytesOut;
  }
}

export class ListenerCounters extends TrafficCounters {
  connectionsTotal = 0;
  readonly refused = new Tally<RefusalReason>();
  /** Clients that had to wait at the door, by the limit they met. */
  readonly paused = new Tally<PauseReason>();

  connectionAccepted(): void {
    this.connectionsTotal += 1;
  }
}

export class FrontendCounters extends TrafficCounters {
  connectionsTotal = 0;
  readonly connectionRate: Rate;
  readonly closed = new Tally<EndReason>();
  readonly duration = new Histogram(DURATION_BUCKETS_SECONDS);

  constructor(memory: CounterMemory) {
    super(memory);
    this.connectionRate = new Rate(memory);
  }

  connectionAccepted(nowMs: number): void {
    this.connectionsTotal += 1;
    this.connectionRate.add(nowMs);
  }

  sessionEnded(reason: EndReason, totalMs: number): void {
    this.closed.add(reason);
    this.duration.observe(totalMs / 1000);
  }
}

/** What backend and server have in common. */
export class TargetCounters extends TrafficCounters {
  /** Times chosen by the balancing algorithm. */
  chosenTotal = 0;
  connectAttemptsTotal = 0;
  /** Sessions that could not be connected (refused, timed out, no server, queue). */
  connectErrorsTotal = 0;
  retriesTotal = 0;
  redispatchesTotal = 0;
  clientAbortsTotal = 0;
  serverAbortsTotal = 0;
  /** Failures after the connection stood. */
  responseErrorsTotal = 0;
  queuedMax = 0;
  queuedTotal = 0;
  downTransitionsTotal = 0;
  /** Wall clock of the last session; 0: never. */
  lastSessionWallMs = 0;
  readonly closed = new Tally<EndReason>();
  readonly connectTime = new Histogram(WAIT_BUCKETS_SECONDS);
  readonly queueTime = new Histogram(WAIT_BUCKETS_SECONDS);
  readonly firstByteTime = new Histogram(WAIT_BUCKETS_SECONDS);
  readonly duration = new Histogram(DURATION_BUCKETS_SECONDS);

  chosen(): void {
    this.chosenTotal += 1;
  }
  connectAttempted(): void {
    this.connectAttemptsTotal += 1;
  }
  connectFailed(): void {
    this.connectErrorsTotal += 1;
  }
  retried(): void {
    this.retriesTotal += 1;
  }
  redispatched(): void {
    this.redispatchesTotal += 1;
  }
  queued(queuedNow: number): void {
    this.queuedTotal += 1;
    if (queuedNow > this.queuedMax) this.queuedMax = queuedNow;
  }
  wentDown(): void {
    this.downTransitionsTotal += 1;
  }
}

/** HAProxy's averages over the last 1024 sessions, and the longest. */
export class TimeAverages {
  static readonly #window = 1024;
  #count = 0;
  queueMs = 0;
  connectMs = 0;
  totalMs = 0;
  queueMaxMs = 0;
  connectMaxMs = 0;
  totalMaxMs = 0;

  add(queueMs: number, connectMs: number, totalMs: number): void {
    this.#count = Math.min(this.#count + 1, TimeAverages.#window);
    this.queueMs += (Math.max(0, queueMs) - this.queueMs) / this.#count;
    this.connectMs += (Math.max(0, connectMs) - this.connectMs) / this.#count;
    this.totalMs += (totalMs - this.totalMs) / this.#count;
    this.queueMaxMs = Math.max(this.queueMaxMs, queueMs);
    this.connectMaxMs = Math.max(this.connectMaxMs, connectMs);
    this.totalMaxMs = Math.max(this.totalMaxMs, totalMs);
  }
}

export class BackendCounters extends TargetCounters {
  readonly averages = new TimeAverages();
}

export class ServerCounters extends TargetCounters {
  readonly averages = new TimeAverages();
  checksTotal = 0;
  /** Failed checks counted while the server was up, as HAProxy's `chkfail`. */
  checkFailuresTotal = 0;

  checked(passed: boolean, wasUp: boolean): void {
    this.checksTotal += 1;
    if (!passed && wasUp) this.checkFailuresTotal += 1;
  }
}
