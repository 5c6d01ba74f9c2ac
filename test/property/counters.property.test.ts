/** Whatever is counted in whichever thread: the control thread's figures are those of one thread that counted everything. */
import * as fc from 'fast-check';
import t from 'tap';
import {
  BackendCounters,
  FrontendCounters,
  ListenerCounters,
  PAUSE_REASONS,
  REFUSAL_REASONS,
  ServerCounters,
} from '../../lib/account/counters.ts';
import type { TargetCounters, TrafficCounters } from '../../lib/account/counters.ts';
import type { Histogram } from '../../lib/account/histogram.ts';
import { countSession } from '../../lib/account/session-counts.ts';
import { END_REASONS } from '../../lib/account/session.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { sessionRecord } from '../help/views.ts';

const TIME_LIMIT_MS = 1500;
const THREADS = 3;

interface Scene {
  readonly listener: ListenerCounters;
  readonly frontend: FrontendCounters;
  readonly backend: BackendCounters;
  readonly server: ServerCounters;
}

function sceneOn(memory: SharedMemory): Scene {
  return {
    listener: new ListenerCounters(memory),
    frontend: new FrontendCounters(memory),
    backend: new BackendCounters(memory),
    server: new ServerCounters(memory),
  };
}

interface Step {
  readonly call: keyof typeof CALLS;
  /** `THREADS`: the control thread itself, which checks servers; for anything else thread 0. */
  readonly thread: number;
  readonly afterMs: number;
  readonly number: number;
  readonly pick: number;
}

const CALLS = {
  comes: ({ listener, frontend }: Scene, { number }: Step, nowMs: number): void => {
    listener.connectionAccepted();
    frontend.connectionAccepted(nowMs);
    listener.sessionStarted(nowMs, number);
    frontend.sessionStarted(nowMs, number);
  },
  waitsAtTheDoor: ({ listener }: Scene, { pick }: Step): void => {
    listener.paused.add(PAUSE_REASONS[pick % PAUSE_REASONS.length] ?? 'rate');
  },
  isRefused: ({ listener }: Scene, { pick }: Step): void => {
    listener.refused.add(REFUSAL_REASONS[pick % REFUSAL_REASONS.length] ?? 'backlog-full');
  },
  connects: ({ backend, server }: Scene, { number }: Step, nowMs: number): void => {
    for (const target of [backend, server]) {
      target.chosen();
      target.connectAttempted();
      target.sessionStarted(nowMs, number);
      target.connected(nowMs);
    }
  },
  failsToConnect: ({ backend, server }: Scene): void => {
    server.connectFailed();
    server.retried();
    backend.redispatched();
  },
  queues: ({ backend }: Scene, { number }: Step): void => backend.queued(number),
  moves: (scene: Scene, { number, pick }: Step): void => {
    for (const one of Object.values(scene) as TrafficCounters[]) one.bytesMoved(number, pick);
  },
  ends: (scene: Scene, { number, pick }: Step): void => {
    const reason = END_REASONS[pick % END_REASONS.length] ?? 'normal';
    const cause = pick % 2 === 0 ? 'client-abort' : 'server-abort';
    const times = {
      queueMs: pick - 1,
      connectMs: (number % 100) - 1,
      firstByteMs: number % 200,
      totalMs: number,
    };
    countSession(sessionRecord({ ...times, ending: { cause, stage: 'data', reason } }), scene);
  },
  isChecked: ({ server }: Scene, { number }: Step): void => server.checked(number % 2 === 0, true),
  goesDown: ({ backend, server }: Scene): void => {
    server.wentDown();
    backend.wentDown();
  },
};

const step: fc.Arbitrary<Step> = fc.record({
  call: fc.constantFrom(...(Object.keys(CALLS) as (keyof typeof CALLS)[])),
  thread: fc.nat(THREADS),
  afterMs: fc.oneof(fc.nat(20), fc.nat(900), fc.constant(5000)),
  number: fc.nat(20_000),
  pick: fc.nat(40),
});

type Figures = Record<string, number>;

function figuresOf({ listener, frontend, backend, server }: Scene, nowMs: number): Figures {
  return {
    ...trafficFigures('listener', listener, nowMs),
    ...wordFigures('refused', listener.refused.entries),
    ...wordFigures('paused', listener.paused.entries),
    'listener connections': listener.connectionsTotal,
    ...trafficFigures('frontend', frontend, nowMs),
    ...wordFigures('frontend', frontend.closed.entries),
    ...histogramFigures('frontend', frontend.duration),
    'frontend connections': frontend.connectionsTotal,
    'frontend connection rate': frontend.connectionRate.perSecond(nowMs),
    'frontend connection rate max': frontend.connectionRate.max,
    ...targetFigures('backend', backend, nowMs),
    ...targetFigures('server', server, nowMs),
    checks: server.checksTotal,
    'check failures': server.checkFailuresTotal,
  };
}

function trafficFigures(name: string, counters: TrafficCounters, nowMs: number): Figures {
  const { sessionsTotal, sessionsMax, bytesIn, bytesOut, sessionRate } = counters;
  return named(name, {
    sessionsTotal,
    sessionsMax,
    bytesIn,
    bytesOut,
    rate: sessionRate.perSecond(nowMs),
    rateMax: sessionRate.max,
  });
}

function targetFigures(name: string, counters: TargetCounters, nowMs: number): Figures {
  const { averages } = counters;
  return {
    ...trafficFigures(name, counters, nowMs),
    ...wordFigures(name, counters.closed.entries),
    ...histogramFigures(`${name} connect`, counters.connectTime),
    ...histogramFigures(`${name} queue`, counters.queueTime),
    ...histogramFigures(`${name} first byte`, counters.firstByteTime),
    ...histogramFigures(`${name} duration`, counters.duration),
    ...named(name, {
      chosen: counters.chosenTotal,
      attempts: counters.connectAttemptsTotal,
      errors: counters.connectErrorsTotal,
      retries: counters.retriesTotal,
      redispatches: counters.redispatchesTotal,
      clientAborts: counters.clientAbortsTotal,
      serverAborts: counters.serverAbortsTotal,
      responseErrors: counters.responseErrorsTotal,
      queued: counters.queuedTotal,
      queuedMax: counters.queuedMax,
      downTransitions: counters.downTransitionsTotal,
      lastSession: counters.lastSessionWallMs,
      queueMs: averages.queueMs,
      connectMs: averages.connectMs,
      totalMs: averages.totalMs,
      queueMaxMs: averages.queueMaxMs,
      connectMaxMs: averages.connectMaxMs,
      totalMaxMs: averages.totalMaxMs,
    }),
  };
}

function histogramFigures(name: string, histogram: Histogram): Figures {
  const buckets = histogram.boundsSeconds.map((bound, index) => [`up to ${bound}`, histogram.countIn(index)]);
  const { count, sumSeconds } = histogram;
  return named(name, { ...(Object.fromEntries(buckets) as Figures), count, sumSeconds });
}

function wordFigures(name: string, entries: ReadonlyMap<string, number>): Figures {
  return named(name, Object.fromEntries(entries));
}

function named(name: string, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([key, value]) => [`${name} ${key}`, value]));
}

/** Sums of fractions may be made in another order. */
function compare(seen: Figures, wanted: Figures): void {
  for (const key of new Set([...Object.keys(seen), ...Object.keys(wanted)])) {
    const one = seen[key] ?? 0;
    const other = wanted[key] ?? 0;
    if (!(Math.abs(one - other) <= 1e-9 * Math.max(1, other)))
      throw new Error(`${key}: ${one}, not ${other}`);
  }
}

await t.test('counters of several threads come to what one thread would have counted', async () => {
  const calm = fc.property(fc.array(step, { maxLength: 120 }), fc.nat(120), (steps, looksAt) => {
    const memory = SharedMemory.forThreads(THREADS);
    const control = sceneOn(memory);
    const scenes = Array.from({ length: THREADS }, (_, thread) =>
      sceneOn(SharedMemory.attach(memory.handout(thread), thread)),
    );
    const alone = sceneOn(SharedMemory.alone());
    let nowMs = 1_000_000;
    for (const [index, one] of steps.entries()) {
      nowMs += one.afterMs;
      const byControl = one.thread === THREADS && ['isChecked', 'goesDown'].includes(one.call);
      const scene = byControl ? control : (scenes[one.thread % THREADS] ?? control);
      CALLS[one.call](scene, one, nowMs);
      CALLS[one.call](alone, one, nowMs);
      if (index === looksAt) memory.gather();
    }
    memory.gather();
    compare(figuresOf(control, nowMs), figuresOf(alone, nowMs));
  });
  fc.assert(calm, { interruptAfterTimeLimit: TIME_LIMIT_MS, markInterruptAsFailure: false });
});
