/**
 * What accounting costs: the line of a finished session (JSON, tcplog), a histogram's observation, all that is counted of a
 * session, a scrape of a thousand servers with the longest time the event loop stood still meanwhile.
 *
 *     node build/bench/part/account.js
 *
 * Not here: throughput of the whole (`../whole/`).
 */
import { Histogram, WAIT_BUCKETS_SECONDS } from '../../lib/account/histogram.ts';
import { LogDates } from '../../lib/account/log/dates.ts';
import { openFile } from '../../lib/account/log/descriptor-sink.ts';
import { LineWriter } from '../../lib/account/log/line-writer.ts';
import { createPinoLogger } from '../../lib/account/log/logger.ts';
import { SessionLog } from '../../lib/account/log/session-log.ts';
import type { SessionLogOptions } from '../../lib/account/log/session-log.ts';
import { SyslogHeader } from '../../lib/account/log/syslog.ts';
import { SyslogTarget } from '../../lib/account/log/targets.ts';
import { createRegistry, exposition } from '../../lib/account/prometheus.ts';
import { Rate } from '../../lib/account/rate.ts';
import { WHOLE_SCRAPE } from '../../lib/account/scrape.ts';
import { countSession } from '../../lib/account/session-counts.ts';
import type { LogFormatChoice } from '../../lib/config/config.ts';
import { systemClock } from '../../lib/time/clock.ts';
import {
  backendView,
  frontendView,
  httpRecord,
  listenerView,
  memory,
  processView,
  serverView,
  sessionRecord,
} from '../../test/help/views.ts';
import { figure, say } from './timing.ts';

const SESSIONS = 100_000;
/** Sessions that end within one turn of the event loop. */
const A_TURN = 200;

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** Microseconds a call, the writing of batches included: by the wall, and of CPU in all threads. */
async function perCall(call: (count: number) => void): Promise<string[]> {
  for (let warm = 0; warm < 20_000; warm += 1) call(warm);
  await turn();
  const startMs = performance.now();
  const start = process.cpuUsage();
  for (let count = 0; count < SESSIONS; count += 1) {
    call(count);
    if (count % A_TURN === 0) await turn();
  }
  const { user, system } = process.cpuUsage(start);
  const wallUs = ((performance.now() - startMs) * 1000) / SESSIONS;
  return [figure(wallUs, 'µs'), figure((user + system) / SESSIONS, 'µs CPU')];
}

function options(over: Partial<SessionLogOptions>, logFormat: LogFormatChoice): SessionLogOptions {
  return {
    frontendName: 'www',
    mode: 'http',
    tls: false,
    config: {
      logFormat,
      logFormatSd: null,
      errorLogFormat: null,
      dontLogNull: false,
      dontLogNormal: false,
      logAsap: false,
      logSeparateErrors: false,
    },
    targets: [],
    logger: null,
    pid: process.pid,
    hostname: 'vm',
    dates: new LogDates(),
    ...over,
  };
}

async function jsonLine(): Promise<void> {
  const target = '/dev/null';
  const open = await createPinoLogger({ level: 'info', target, pretty: false, clock: systemClock });
  const log = new SessionLog(options({ logger: open.logger }, { kind: 'none' }));
  say(
    'session ended, JSON line to /dev/null',
    ...(await perCall((count) => log.sessionEnded(sessionRecord({ id: count })))),
  );
  await open.close();
}

async function tcplogLine(): Promise<void> {
  const dates = new LogDates();
  const writer = new LineWriter('null', openFile('/dev/null'), systemClock);
  const header = new SyslogHeader({
    format: 'local',
    facility: 'local0',
    tag: 'haproxy',
    pid: process.pid,
    hostname: null,
    dates,
  });
  const target = {
    address: { kind: 'fd', fd: 1 },
    lengthBytes: 1024,
    format: 'local',
    sample: null,
    facility: 'local0',
    maxLevel: 'debug',
    minLevel: 'emerg',
  } as const;
  const targets = [new SyslogTarget(target, header, writer, systemClock)];
  const log = new SessionLog(options({ targets }, { kind: 'tcplog' }));
  say(
    'session ended, tcplog line to /dev/null',
    ...(await perCall((count) => log.sessionEnded(sessionRecord({ id: count })))),
  );
  const requestLog = new SessionLog(options({ targets }, { kind: 'httplog' }));
  const http = httpRecord({ requestHeaders: ['a.example'], responseHeaders: [null] });
  say(
    'request ended, httplog line to /dev/null',
    ...(await perCall((count) => requestLog.sessionEnded(sessionRecord({ id: count, http })))),
  );
  await writer.close();
}

async function observation(): Promise<void> {
  const histogram = new Histogram(memory, WAIT_BUCKETS_SECONDS);
  say('histogram observation', ...(await perCall((count) => histogram.observe((count % 1000) / 500))));
}

/** All that is counted of a session from its coming to its end, in every object that counts. */
async function counting(): Promise<void> {
  const [{ counters: frontend }, { counters: listener }] = [frontendView(), listenerView()];
  const [{ counters: backend }, { counters: server }] = [backendView(), serverView()];
  const process = new Rate(memory);
  const record = sessionRecord();
  let nowMs = systemClock.nowMs();
  const session = (count: number): void => {
    nowMs += 0.03;
    listener.connectionAccepted();
    frontend.connectionAccepted(nowMs);
    frontend.sessionStarted(nowMs, count % 64);
    listener.sessionStarted(nowMs, count % 64);
    process.add(nowMs);
    for (const target of [backend, server]) {
      target.chosen();
      target.connectAttempted();
      target.sessionStarted(nowMs, count % 64);
      target.connected(nowMs);
    }
    for (const one of [listener, frontend, backend, server]) one.bytesMoved(100, 212);
    countSession(record, { frontend, backend, server });
  };
  say('session counted', ...(await perCall(session)));
}

/** One scrape, read as the metrics server reads it. */
async function scrape(serverCount: number): Promise<void> {
  const servers = Array.from({ length: serverCount }, (_, index) => serverView({ name: `s${index}` }));
  const view = processView({ frontends: [frontendView()], backends: [backendView({ servers })] });
  const source = {
    view: () => view,
    build: { version: '0.0.0', nodeVersion: process.version },
    clock: systemClock,
  };
  const registry = createRegistry(source);
  for (const round of ['first', 'second', 'third']) {
    const watch = watchLoop();
    const startMs = performance.now();
    let bytes = 0;
    for await (const piece of exposition([registry], source, WHOLE_SCRAPE, 'prometheus')) {
      bytes += Buffer.from(piece).length;
    }
    const tookMs = performance.now() - startMs;
    say(
      `scrape of ${serverCount} servers, ${round}`,
      figure(tookMs, 'ms'),
      figure(bytes / 1e6, 'MB'),
      figure(watch.stop(), 'ms longest stall'),
    );
  }
}

/** Measures the longest gap between turns of the event loop. */
function watchLoop(): { stop(): number } {
  let longestMs = 0;
  let lastMs = performance.now();
  let running = true;
  const look = (): void => {
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
    if (running) setImmediate(look);
  };
  setImmediate(look);
  return {
    stop: () => {
      running = false;
      return longestMs;
    },
  };
}

await jsonLine();
await tcplogLine();
await observation();
await counting();
await scrape(10);
await scrape(1000);
