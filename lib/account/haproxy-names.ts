/**
 * The table of HAProxy's exporter (addons/promex/README): the same values as `metrics.ts`, under the names and labels
 * that existing dashboards and alerts ask for. `NaN` stands where HAProxy has an empty cell (no limit, not checked).
 *
 * Features that are not here stand at 0, as they do in a HAProxy that does not use them. Left out
 * is what has no honest value here: memory pools, tasks, the run queue, idle time, the output rate of the last second.
 *
 * Not here: our own names (`metrics.ts`), text and filters (`prometheus.ts`, `scrape.ts`).
 */
import type { ServerCounters, TargetCounters, TrafficCounters } from './counters.ts';
import { countWords, family } from './family.ts';
import type { Family, LookOf, MetricKind, Reading, Scope, Unit } from './family.ts';
import {
  RESPONSE_CLASSES,
  deniedRequests,
  deniedResponses,
  failedRequests,
  interceptedRequests,
} from './http-counters.ts';
import type { ResponseClass } from './http-counters.ts';
import { SERVER_STATES } from './metrics.ts';
import type { Tally } from './tally.ts';
import type { BackendView, FrontendView, ServerView } from './views.ts';

/** States of `haproxy_server_check_status`, in HAProxy's order (reference 6.5). */
export const CHECK_STATES: readonly string[] = [
  'HANA',
  'SOCKERR',
  'L4OK',
  'L4TOUT',
  'L4CON',
  'L6OK',
  'L6TOUT',
  'L6RSP',
  'L7TOUT',
  'L7RSP',
  'L7OK',
  'L7OKC',
  'L7STS',
  'PROCERR',
  'PROCTOUT',
  'PROCOK',
];

const UP_DOWN = ['DOWN', 'UP'];
const LISTENER_STATES = ['WAITING', 'OPEN', 'FULL'];

/** Adds families of one scope; the prefix is HAProxy's. */
class Names<S extends Scope> {
  readonly families: Family[] = [];
  readonly #scope: S;

  constructor(scope: S) {
    this.#scope = scope;
  }

  add(kind: MetricKind, name: string, help: string, reading: Reading<LookOf[S]>): this {
    const prefix = this.#scope === 'global' ? 'haproxy_process_' : `haproxy_${this.#scope}_`;
    this.families.push(family(this.#scope, kind, unitOf(name), prefix + name, help, reading));
    return this;
  }

  gauge(name: string, help: string, read: (look: LookOf[S], wallMs: number) => number | null): this {
    return this.add('gauge', name, help, { as: 'number', read });
  }

  counter(name: string, help: string, read: (look: LookOf[S]) => number | null): this {
    return this.add('counter', `${name}_total`, help, { as: 'number', read });
  }

  states(
    name: string,
    help: string,
    words: readonly string[],
    read: (look: LookOf[S], word: string) => number | null,
  ): this {
    return this.add('gauge', name, help, { as: 'words', label: 'state', words, read });
  }

  /** Answers of mode http by class. */
  responses(read: (look: LookOf[S]) => Tally<ResponseClass> | null): this {
    const help = 'Answers by class; no samples in mode tcp.';
    return this.add('counter', 'http_responses_total', help, {
      as: 'words',
      label: 'code',
      words: RESPONSE_CLASSES,
      read: (look, word) => {
        const found = RESPONSE_CLASSES.find((one) => one === word);
        return found === undefined ? null : (read(look)?.get(found) ?? null);
      },
    });
  }

  /** What this kind of proxy never has. */
  zeros(kind: 'gauge' | 'counter', help: string, names: readonly string[]): this {
    for (const name of names) {
      if (kind === 'gauge') this.gauge(name, help, () => 0);
      else this.counter(name, help, () => 0);
    }
    return this;
  }

  traffic(counters: (look: LookOf[S]) => TrafficCounters): this {
    return this.gauge('max_sessions', 'Most sessions held at once.', (one) => counters(one).sessionsMax)
      .counter('sessions', 'Sessions begun.', (one) => counters(one).sessionsTotal)
      .counter('bytes_in', 'Bytes received from clients.', (one) => counters(one).bytesIn)
      .counter('bytes_out', 'Bytes sent to clients.', (one) => counters(one).bytesOut);
  }
}

function unitOf(name: string): Unit {
  if (name.includes('seconds')) return 'seconds';
  if (name.includes('bytes')) return 'bytes';
  if (name.includes('sessions')) return 'sessions';
  return name.includes('status') ? 'state' : 'times';
}

const NOT_HERE_TLS = 'Always 0: connections with TLS are not counted by themselves.';
const NOT_HERE_COMPRESSION = 'Always 0: answers are not compressed here.';
const NOT_HERE_RULES = 'Always 0: no rule of this kind has refused anything.';

function processFamilies(): Family[] {
  return new Names('global')
    .gauge('nbthread', 'Threads that carry traffic.', ({ process }) => process.threadCount)
    .gauge('nbproc', 'Processes, always 1.', () => 1)
    .gauge('relative_process_id', 'Number of this process, always 1.', () => 1)
    .gauge('uptime_seconds', 'Seconds since the start.', ({ process }) => Math.floor(process.uptimeMs / 1000))
    .gauge('max_fds', 'Descriptors the process may have open.', ({ process }) => process.maxDescriptors)
    .gauge('max_sockets', 'Sockets the process may have open.', ({ process }) => process.maxDescriptors)
    .gauge('max_connections', 'Most client connections taken.', ({ process }) => process.maxconn)
    .gauge('hard_max_connections', 'Most client connections allowed.', ({ process }) => process.maxconn)
    .gauge('current_connections', 'Client connections held now.', ({ process }) => process.sessionsNow)
    .counter('connections', 'Client connections taken.', ({ process }) => process.sessionsTotal)
    .counter('requests', 'Streams begun: one a connection, in mode http one a request.', ({ process }) =>
      process.frontends.reduce(
        (sum, { counters }) => sum + (counters.http?.requestsTotal ?? counters.sessionsTotal),
        0,
      ),
    )
    .gauge(
      'current_connection_rate',
      'Client connections in the last second.',
      ({ process }) => process.sessionRateNow,
    )
    .gauge(
      'limit_connection_rate',
      'Most client connections a second (maxconnrate), 0: no limit.',
      ({ process }) => process.connectionRateLimit,
    )
    .gauge(
      'max_connection_rate',
      'Most client connections in one second.',
      ({ process }) => process.sessionRateMax,
    )
    .gauge('current_session_rate', 'Sessions in the last second.', ({ process }) => process.sessionRateNow)
    .gauge(
      'limit_session_rate',
      'Most sessions a second (maxsessrate), 0: no limit.',
      ({ process }) => process.sessionRateLimit,
    )
    .gauge('max_session_rate', 'Most sessions in one second.', ({ process }) => process.sessionRateMax)
    .gauge('stopping', '1 while the process stops, else 0.', ({ process }) => (process.stopping ? 1 : 0))
    .gauge(
      'jobs',
      'Listeners and client connections.',
      ({ process }) => process.listenerCount + process.sessionsNow,
    )
    .gauge('listeners', 'Listeners open.', ({ process }) => process.listenerCount)
    .add('gauge', 'build_info', 'Always 1; the version.', {
      as: 'info',
      labels: ['version'],
      read: ({ build }) => ({ version: build.version }),
    })
    .gauge(
      'start_time_seconds',
      'When it started, in seconds since 1970.',
      ({ process }) => process.startedWallMs / 1000,
    )
    .counter('dropped_logs', 'Log lines that could not be written.', ({ process }) =>
      [...process.droppedLogLines.values()].reduce((sum, count) => sum + count, 0),
    )
    .counter('bytes_out', 'Bytes sent to clients.', ({ process }) =>
      process.frontends.reduce((sum, frontend) => sum + frontend.counters.bytesOut, 0),
    )
    .zeros('gauge', NOT_HERE_TLS, [
      'max_ssl_connections',
      'current_ssl_connections',
      'current_ssl_rate',
      'limit_ssl_rate',
      'max_ssl_rate',
      'current_frontend_ssl_key_rate',
      'max_frontend_ssl_key_rate',
      'frontend_ssl_reuse',
      'current_backend_ssl_key_rate',
      'max_backend_ssl_key_rate',
    ])
    .zeros('counter', NOT_HERE_TLS, ['ssl_connections', 'ssl_cache_lookups', 'ssl_cache_misses'])
    .zeros('gauge', NOT_HERE_COMPRESSION, ['limit_http_comp', 'current_zlib_memory', 'max_zlib_memory'])
    .zeros('counter', NOT_HERE_COMPRESSION, ['http_comp_bytes_in', 'http_comp_bytes_out'])
    .zeros('gauge', 'Always 0: bytes are not spliced through pipes.', ['max_pipes'])
    .zeros('counter', 'Always 0: bytes are not spliced through pipes.', [
      'pipes_used',
      'pipes_free',
      'spliced_bytes_out',
    ])
    .zeros('gauge', 'Always 0: there is nothing of this kind.', [
      'unstoppable_jobs',
      'active_peers',
      'connected_peers',
      'busy_polling_enabled',
      'max_memory_bytes',
    ])
    .zeros('counter', 'Always 0: there is nothing of this kind.', ['recv_logs', 'pool_failures']).families;
}

function frontendFamilies(): Family[] {
  return new Names('frontend')
    .gauge('current_sessions', 'Sessions held now.', (one) => one.sessionsNow)
    .traffic((one) => one.counters)
    .gauge('limit_sessions', 'Most sessions taken (maxconn).', (one) => one.maxconn)
    .states('status', '1 for the state it is in.', UP_DOWN, (one, word) =>
      frontendState(one) === word ? 1 : 0,
    )
    .gauge('limit_session_rate', 'Most sessions a second, 0: no limit.', (one) => one.rateLimitSessions)
    .gauge('max_session_rate', 'Most sessions begun in one second.', (one) => one.counters.sessionRate.max)
    .gauge(
      'connections_rate_max',
      'Most connections in one second.',
      (one) => one.counters.connectionRate.max,
    )
    .counter('connections', 'Connections accepted.', (one) => one.counters.connectionsTotal)
    .counter('internal_errors', 'Sessions ended by a defect of ours.', (one) =>
      one.counters.closed.get('internal-error'),
    )
    .counter('requests_denied', 'Requests a rule refused.', (one) => deniedRequests(one.counters))
    .counter('responses_denied', 'Answers a rule held back.', (one) => deniedResponses(one.counters))
    .counter('request_errors', 'Requests malformed, incomplete or too slow.', (one) =>
      failedRequests(one.counters),
    )
    .counter('intercepted_requests', 'Requests answered without a server.', (one) =>
      interceptedRequests(one.counters),
    )
    .counter(
      'failed_header_rewriting',
      'Messages that a rule could not change.',
      (one) => one.counters.http?.rewriteFailuresTotal ?? 0,
    )
    .counter(
      'http_requests',
      'Requests begun; no sample in mode tcp.',
      (one) => one.counters.http?.requestsTotal ?? null,
    )
    .gauge(
      'http_requests_rate_max',
      'Most requests begun in one second; no sample in mode tcp.',
      (one) => one.counters.http?.requestRate.max ?? null,
    )
    .responses((one) => one.counters.http?.responses ?? null)
    .zeros('counter', NOT_HERE_RULES, ['denied_connections', 'denied_sessions']).families;
}

function frontendState(frontend: FrontendView): string {
  return frontend.status === 'STOP' ? 'DOWN' : 'UP';
}

function listenerFamilies(): Family[] {
  return new Names('listener')
    .gauge('current_sessions', 'Sessions held now.', ({ listener }) => listener.sessionsNow)
    .traffic(({ listener }) => listener.counters)
    .gauge('limit_sessions', 'Most sessions taken (maxconn).', ({ listener }) => listener.maxconn)
    .states('status', '1 for the state it is in.', LISTENER_STATES, ({ listener }, word) =>
      listener.status === word ? 1 : 0,
    )
    .zeros('counter', NOT_HERE_RULES, ['denied_connections', 'denied_sessions'])
    .zeros('counter', 'Always 0: counted at the frontend.', [
      'internal_errors',
      'requests_denied',
      'responses_denied',
      'request_errors',
      'failed_header_rewriting',
    ]).families;
}

/** What backends and servers have in common. */
function targetFamilies<S extends 'backend' | 'server'>(
  names: Names<S>,
  counters: (look: LookOf[S]) => TargetCounters,
): Names<S> {
  return names
    .gauge('max_queue', 'Longest the queue has been.', (one) => counters(one).queuedMax)
    .traffic(counters)
    .gauge('max_session_rate', 'Most sessions begun in one second.', (one) => counters(one).sessionRate.max)
    .gauge('last_session_seconds', 'Seconds since the last session, -1: never.', (one, wallMs) =>
      secondsSince(counters(one).lastSessionWallMs, wallMs),
    )
    .gauge('queue_time_average_seconds', 'Average wait in a queue, last 1024 sessions.', (one) =>
      seconds(counters(one).averages.queueMs),
    )
    .gauge('connect_time_average_seconds', 'Average time to connect, last 1024 sessions.', (one) =>
      seconds(counters(one).averages.connectMs),
    )
    .gauge('total_time_average_seconds', 'Average length, last 1024 sessions.', (one) =>
      seconds(counters(one).averages.totalMs),
    )
    .gauge('max_queue_time_seconds', 'Longest wait in a queue.', (one) =>
      seconds(counters(one).averages.queueMaxMs),
    )
    .gauge('max_connect_time_seconds', 'Longest time to connect.', (one) =>
      seconds(counters(one).averages.connectMaxMs),
    )
    .gauge('max_total_time_seconds', 'Longest session.', (one) => seconds(counters(one).averages.totalMaxMs))
    .gauge('response_time_average_seconds', 'Average time to answer, last 1024 requests.', (one) =>
      seconds(counters(one).averages.responseMs),
    )
    .gauge('max_response_time_seconds', 'Longest time to answer.', (one) =>
      seconds(counters(one).averages.responseMaxMs),
    )
    .counter(
      'connection_errors',
      'Sessions that could not be connected.',
      (one) => counters(one).connectErrorsTotal,
    )
    .counter(
      'response_errors',
      'Failures after the connection stood.',
      (one) => counters(one).responseErrorsTotal,
    )
    .counter('retry_warnings', 'Connections tried again.', (one) => counters(one).retriesTotal)
    .counter(
      'redispatch_warnings',
      'Sessions moved to another server.',
      (one) => counters(one).redispatchesTotal,
    )
    .counter('loadbalanced', 'Times chosen by the algorithm.', (one) => counters(one).chosenTotal)
    .counter('client_aborts', 'Sessions broken off by the client.', (one) => counters(one).clientAbortsTotal)
    .counter('server_aborts', 'Sessions broken off by the server.', (one) => counters(one).serverAbortsTotal)
    .counter('connection_attempts', 'Connections tried.', (one) => counters(one).connectAttemptsTotal)
    .counter('internal_errors', 'Sessions ended by a defect of ours.', (one) =>
      counters(one).closed.get('internal-error'),
    )
    .counter('responses_denied', 'Answers a rule held back.', (one) => deniedResponses(counters(one)))
    .counter(
      'connection_reuses',
      'Requests sent over a connection that had carried one before.',
      (one) => counters(one).http?.reusesTotal ?? 0,
    )
    .counter(
      'failed_header_rewriting',
      'Messages that a rule could not change.',
      (one) => counters(one).http?.rewriteFailuresTotal ?? 0,
    )
    .responses((one) => counters(one).http?.responses ?? null);
}

class BackendNames extends Names<'backend'> {
  constructor() {
    super('backend');
  }

  /** A sample a state: how many of a backend's servers are in it. */
  servers(
    name: string,
    help: string,
    words: readonly string[],
    wordOf: (server: ServerView) => string | null,
  ): this {
    const read = (one: BackendView): ReadonlyMap<string, number> => countWords(one.servers, wordOf);
    return this.add('gauge', name, help, { as: 'counts', label: 'state', words, read });
  }
}

function backendFamilies(): Family[] {
  const names = new BackendNames()
    .gauge('current_queue', 'Sessions that wait for any server.', (one) => one.queuedCount)
    .gauge('current_sessions', 'Sessions held now.', (one) => one.sessionsNow)
    .gauge('limit_sessions', 'The fullconn in force.', (one) => one.fullconn)
    .states('status', '1 for the state it is in.', UP_DOWN, (one, word) => (one.status === word ? 1 : 0))
    .gauge('weight', "Sum of the usable servers' weights.", (one) => one.weight)
    .gauge('uweight', "Sum of the usable servers' configured weights.", (one) => userWeight(one))
    .gauge('active_servers', 'Usable servers that are no backup.', (one) => one.activeServers)
    .gauge('backup_servers', 'Usable backup servers.', (one) => one.backupServers)
    .gauge('check_last_change_seconds', 'Seconds since it went up or down.', (one, wallMs) =>
      secondsSince(one.lastChangeWallMs, wallMs),
    )
    .counter('check_up_down', 'Times it went down.', (one) => one.counters.downTransitionsTotal)
    .counter('downtime_seconds', 'Seconds spent down.', (one) => Math.floor(one.downtimeMs / 1000))
    .servers('agg_server_status', 'Servers in each state.', SERVER_STATES, (server) => server.status)
    .servers(
      'agg_server_check_status',
      'Servers in each state, under its older name.',
      SERVER_STATES,
      (server) => server.status,
    )
    .servers(
      'agg_check_status',
      'Servers by what their last check found.',
      CHECK_STATES,
      (server) => server.check?.status ?? null,
    )
    .counter('requests_denied', 'Requests a rule refused.', (one) => deniedRequests(one.counters))
    .counter('http_requests', 'Requests begun; no sample in mode tcp.', (one) =>
      one.counters.http === null ? null : one.counters.sessionsTotal,
    );
  return targetFamilies(names, (one) => one.counters).families;
}

function serverFamilies(): Family[] {
  const names = new Names('server')
    .gauge('current_queue', 'Sessions that wait for this server.', (one) => one.queuedCount)
    .gauge('current_sessions', 'Places taken now.', (one) => one.servedCount)
    .gauge('limit_sessions', 'Places it has (maxconn).', (one) => nanIfZero(one.maxconn))
    .gauge('queue_limit', 'Most that may wait (maxqueue).', (one) => nanIfZero(one.maxqueue))
    .states('status', '1 for the state it is in.', SERVER_STATES, (one, word) =>
      one.status === word ? 1 : 0,
    )
    .gauge('weight', 'Weight in force.', (one) => one.weight)
    .gauge('uweight', 'Weight as configured or set.', (one) => one.userWeight)
    .gauge('active', '1 for a server that is no backup.', (one) => (one.backup ? 0 : 1))
    .gauge('backup', '1 for a backup server.', (one) => (one.backup ? 1 : 0))
    .gauge('current_throttle', 'Percent of its weight in force during slow start.', (one) =>
      one.throttlePercent === null ? Number.NaN : one.throttlePercent,
    )
    .gauge('check_last_change_seconds', 'Seconds since its state changed.', (one, wallMs) =>
      secondsSince(one.lastChangeWallMs, wallMs),
    )
    .states('check_status', 'What the last check found.', CHECK_STATES, (one, word) =>
      one.check === null ? null : Number(one.check.status === word),
    )
    .gauge('check_code', 'Code the last check got, 0: none.', (one) =>
      one.check === null ? null : (one.check.code ?? 0),
    )
    .gauge('check_duration_seconds', 'How long the last check took.', (one) =>
      one.check === null ? null : seconds(one.check.durationMs),
    )
    .counter('check_failures', 'Checks failed while it was up.', (one) =>
      ifChecked(one, (counters) => counters.checkFailuresTotal),
    )
    .counter('check_up_down', 'Times it went down.', (one) =>
      ifChecked(one, (counters) => counters.downTransitionsTotal),
    )
    .counter('downtime_seconds', 'Seconds spent down.', (one) =>
      ifChecked(one, () => Math.floor(one.downtimeMs / 1000)),
    )
    .gauge('used_connections_current', 'Connections in use.', (one) => one.servedCount)
    .gauge('need_connections_current', 'Connections needed.', (one) => one.servedCount)
    .gauge('idle_connections_limit', 'There is no limit.', () => Number.NaN)
    .gauge(
      'idle_connections_current',
      'Connections kept for later requests.',
      (one) => one.counters.idleConnectionsNow,
    )
    .gauge(
      'unsafe_idle_connections_current',
      'The same: they are not told apart.',
      (one) => one.counters.idleConnectionsNow,
    )
    .zeros('gauge', 'Always 0: all are counted as unsafe.', ['safe_idle_connections_current']);
  return targetFamilies(names, (one) => one.counters).families;
}

function userWeight(backend: BackendView): number {
  return backend.servers.reduce((sum, server) => sum + (server.usable ? server.userWeight : 0), 0);
}

function ifChecked(server: ServerView, read: (counters: ServerCounters) => number): number {
  return server.check === null ? Number.NaN : read(server.counters);
}

function nanIfZero(value: number): number {
  return value === 0 ? Number.NaN : value;
}

function secondsSince(thenWallMs: number, wallMs: number): number {
  return thenWallMs === 0 ? -1 : Math.max(0, Math.floor((wallMs - thenWallMs) / 1000));
}

/** HAProxy prints durations with six decimals. */
function seconds(ms: number): number {
  return Math.round(ms * 1000) / 1_000_000;
}

/** Every family of HAProxy's that has a meaning here, in the exporter's order of scopes. */
export const HAPROXY_FAMILIES: readonly Family[] = [
  ...processFamilies(),
  ...frontendFamilies(),
  ...listenerFamilies(),
  ...backendFamilies(),
  ...serverFamilies(),
];
