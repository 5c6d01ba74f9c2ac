import t from 'tap';
import { BackendCounters, ServerCounters } from '../../../lib/account/counters.ts';
import type { BackendView, ServerView } from '../../../lib/account/views.ts';
import { stateLines } from '../../../lib/account/log/state-dump.ts';

function server(name: string, status: ServerView['status'], queuedCount: number): ServerView {
  const counters = new ServerCounters();
  counters.sessionsTotal = 7;
  return {
    name,
    backendName: 'b',
    address: '192.0.2.1:1',
    backup: false,
    status,
    statusWords: status,
    usable: status === 'UP',
    servedCount: 2,
    queuedCount,
    maxconn: 0,
    currentLimit: 0,
    maxqueue: 0,
    weight: 1,
    userWeight: 1,
    throttlePercent: null,
    lastChangeWallMs: 0,
    downtimeMs: 0,
    check: null,
    counters,
  };
}

function backend(servers: readonly ServerView[]): BackendView {
  return {
    name: 'b',
    algorithm: 'roundrobin',
    status: 'UP',
    sessionsNow: 4,
    queuedCount: 1,
    fullconn: 0,
    weight: 1,
    activeServers: 1,
    backupServers: 0,
    lastChangeWallMs: 0,
    downtimeMs: 0,
    counters: new BackendCounters(),
    servers,
  };
}

void t.test("servers and backends are shown in HAProxy's words", async (t) => {
  t.same(stateLines(backend([server('a', 'UP', 0), server('z', 'DOWN', 3)])), [
    'SIGHUP received, dumping servers states for proxy b.',
    'Server b/a is UP. Conn: 2 act, 0 pend, 7 tot.',
    'Server b/z is DOWN. Conn: 2 act, 3 pend, 7 tot.',
    'Proxy b has 1 active servers and 0 backup servers available. Conn: 4 act, 4 pend (1 unass), 0 tot.',
  ]);
  t.match(
    stateLines(backend([])).at(-1),
    /^Proxy b has no servers\. Conn: 4 act, 1 pend \(1 unass\), 0 tot\.$/,
  );
});
