/**
 * Views and session records made by hand: everything at rest unless a test says otherwise.
 *
 *     const app = backendView({ name: 'app', servers: [serverView({ name: 'a', backendName: 'app' })] });
 *     const view = processView({ backends: [app] });
 *
 * Not here: the rooms that implement the views.
 */
import {
  BackendCounters,
  FrontendCounters,
  ListenerCounters,
  ServerCounters,
} from '../../lib/account/counters.ts';
import type { HttpRecord, SessionRecord } from '../../lib/account/session.ts';
import type {
  BackendView,
  FrontendView,
  ListenerView,
  ProcessView,
  ServerView,
} from '../../lib/account/views.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';

/** What the views' counters are made of. */
export const memory = SharedMemory.alone();

export function processView(over: Partial<ProcessView> = {}): ProcessView {
  return {
    startedWallMs: Date.UTC(2026, 0, 1),
    uptimeMs: 90_500,
    maxconn: 2000,
    sessionsNow: 0,
    sessionsTotal: 0,
    sessionRateNow: 0,
    sessionRateMax: 0,
    connectionRateLimit: 0,
    sessionRateLimit: 0,
    stopping: false,
    listenerCount: 1,
    threadCount: 1,
    threadsReplacedTotal: 0,
    maxDescriptors: 1024,
    droppedLogLines: new Map(),
    frontends: [],
    backends: [],
    ...over,
  };
}

export function frontendView(over: Partial<FrontendView> = {}): FrontendView {
  return {
    name: 'www',
    sessionsNow: 0,
    maxconn: 0,
    rateLimitSessions: 0,
    status: 'OPEN',
    counters: new FrontendCounters(memory),
    socketStats: false,
    listeners: [],
    ...over,
  };
}

export function listenerView(over: Partial<ListenerView> = {}): ListenerView {
  return {
    name: 'sock-1',
    address: '0.0.0.0:443',
    sessionsNow: 0,
    maxconn: 0,
    status: 'OPEN',
    counters: new ListenerCounters(memory),
    ...over,
  };
}

export function backendView(over: Partial<BackendView> = {}): BackendView {
  return {
    name: 'app',
    algorithm: 'roundrobin',
    status: 'UP',
    sessionsNow: 0,
    queuedCount: 0,
    fullconn: 200,
    weight: 1,
    activeServers: 1,
    backupServers: 0,
    lastChangeWallMs: Date.UTC(2026, 0, 1),
    downtimeMs: 0,
    counters: new BackendCounters(memory),
    servers: [],
    ...over,
  };
}

export function serverView(over: Partial<ServerView> = {}): ServerView {
  return {
    name: 'a',
    backendName: 'app',
    address: '10.0.0.1:9443',
    backup: false,
    status: 'UP',
    statusWords: 'UP',
    usable: true,
    servedCount: 0,
    queuedCount: 0,
    maxconn: 0,
    currentLimit: 0,
    maxqueue: 0,
    weight: 1,
    userWeight: 1,
    throttlePercent: null,
    lastChangeWallMs: Date.UTC(2026, 0, 1),
    downtimeMs: 0,
    check: null,
    counters: new ServerCounters(memory),
    ...over,
  };
}

/** A session that went well: `10.0.1.2:33313` to `app/a`, 212 bytes out, 5007 ms. */
export function sessionRecord(over: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: 1,
    acceptedWallMs: Date.UTC(2026, 10, 22, 13, 50, 52, 403),
    clientAddress: '10.0.1.2',
    clientPort: 33313,
    frontendAddress: '10.0.3.31',
    frontendPort: 8012,
    frontendName: 'www',
    listenerName: 'sock-1',
    backendName: 'app',
    serverName: 'a',
    serverAddress: '10.0.0.1',
    serverPort: 9443,
    sourceAddress: '10.0.0.9',
    sourcePort: 40001,
    queueMs: 0,
    connectMs: 2.6,
    firstByteMs: 4.3,
    totalMs: 5007.8,
    bytesIn: 100,
    bytesOut: 212,
    ending: { cause: 'normal', stage: 'none', reason: 'normal' },
    retries: 0,
    redispatched: false,
    processSessions: 4,
    frontendSessions: 3,
    backendSessions: 2,
    serverSessions: 1,
    serverQueuePosition: 0,
    backendQueuePosition: 0,
    http: null,
    tlsVersion: null,
    tlsCipher: null,
    samples: [],
    ...over,
  };
}

/** `GET /a?b=c`, answered with 200 after 1 ms. */
export function httpRecord(over: Partial<HttpRecord> = {}): HttpRecord {
  return {
    method: 'GET',
    target: '/a?b=c',
    version: 'HTTP/1.1',
    status: 200,
    handshakeMs: 0,
    idleMs: 0,
    requestMs: 0,
    responseMs: 1,
    activeMs: 1,
    requestHeaders: [],
    responseHeaders: [],
    requestCookie: null,
    responseCookie: null,
    persistence: '--',
    logLevel: null,
    ...over,
  };
}

/** A request that could not be read. */
export function badRequestRecord(over: Partial<HttpRecord> = {}): HttpRecord {
  return httpRecord({
    method: '',
    target: '',
    version: '',
    status: 400,
    requestMs: -1,
    responseMs: -1,
    activeMs: 0,
    ...over,
  });
}
