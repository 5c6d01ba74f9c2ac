/**
 * The table of our own metrics: name, unit, kind, help, labels, and how each value is read from a view. Names and labels
 * are a promise to dashboards: changing one is a breaking change. `docs/manual/metrics.md` is made from this table.
 *
 * Conventions (prometheus.io/docs/practices/naming): base units at the end of the name, counters end in `_total`,
 * histograms rather than averages, labels bounded by the configuration.
 *
 * Not here: HAProxy's names (`haproxy-names.ts`), text (`prometheus.ts`).
 */
import type { TargetCounters } from './counters.ts';
import { countWords } from './family.ts';
import type { Family, LookOf } from './family.ts';
import { deniedRequests } from './http-counters.ts';
import { frontendHttpFamilies, targetHttpFamilies } from './http-metrics.ts';
import { Table } from './metric-table.ts';
import type { FrontendView, ServerStatus } from './views.ts';

const DURATION_HELP = 'Accept to end of a session; first byte to end of a request.';
const FRONTEND_STATES: readonly FrontendView['status'][] = ['OPEN', 'FULL', 'PAUSED', 'STOP'];
const LISTENER_STATES = ['WAITING', 'OPEN', 'FULL'];
export const SERVER_STATES: readonly ServerStatus[] = ['UP', 'DOWN', 'MAINT', 'DRAIN', 'NOLB'];

function processFamilies(): Family[] {
  return new Table('global', 'sluice_')
    .add('gauge', 'state', 'build_info', 'Always 1; the version of sluice and of Node.', {
      as: 'info',
      labels: ['version', 'node'],
      read: ({ build }) => ({ version: build.version, node: build.nodeVersion }),
    })
    .gauge(
      'seconds',
      'start_time_seconds',
      'When the balancer started, in seconds since 1970.',
      ({ process }) => process.startedWallMs / 1000,
    )
    .gauge('times', 'threads', 'Threads that carry traffic.', ({ process }) => process.threadCount)
    .counter(
      'times',
      'threads_replaced',
      'Threads that died and were replaced; their sessions were lost.',
      ({ process }) => process.threadsReplacedTotal,
    )
    .gauge('state', 'stopping', '1 while listeners are closed and sessions run out, else 0.', ({ process }) =>
      process.stopping ? 1 : 0,
    )
    .gauge(
      'sessions',
      'sessions_current',
      'Sessions held by the whole process.',
      ({ process }) => process.sessionsNow,
    )
    .gauge(
      'sessions',
      'sessions_limit',
      'Most sessions the process takes (global maxconn).',
      ({ process }) => process.maxconn,
    )
    .counter(
      'sessions',
      'sessions',
      'Sessions begun since the start.',
      ({ process }) => process.sessionsTotal,
    )
    .gauge('times', 'listeners', 'Listeners that are open or paused.', ({ process }) => process.listenerCount)
    .gauge(
      'times',
      'descriptors_limit',
      'Descriptors the process may have open.',
      ({ process }) => process.maxDescriptors,
    )
    .add('counter', 'lines', 'log_lines_dropped_total', 'Log lines that could not be written, by target.', {
      as: 'pairs',
      label: 'target',
      read: ({ process }) => process.droppedLogLines,
    }).families;
}

function frontendFamilies(): Family[] {
  const table = new Table('frontend', 'sluice_frontend_')
    .counter('connections', 'connections', 'Connections accepted.', (one) => one.counters.connectionsTotal)
    .refusals((one, reason) =>
      one.listeners.reduce((sum, listener) => sum + listener.counters.refused.get(reason), 0),
    )
    .pauses((one, reason) =>
      one.listeners.reduce((sum, listener) => sum + listener.counters.paused.get(reason), 0),
    )
    .counter('sessions', 'sessions', 'Sessions begun.', (one) => one.counters.sessionsTotal)
    .gauge('sessions', 'sessions_current', 'Sessions held now.', (one) => one.sessionsNow)
    .gauge('sessions', 'sessions_max', 'Most sessions held at once.', (one) => one.counters.sessionsMax)
    .gauge(
      'sessions',
      'sessions_limit',
      "Most sessions it takes (maxconn); no sample: the process's limit alone.",
      (one) => unlessZero(one.maxconn),
    )
    .gauge(
      'sessions',
      'session_rate_max',
      'Most sessions begun in one second.',
      (one) => one.counters.sessionRate.max,
    )
    .gauge(
      'sessions',
      'session_rate_limit',
      'Most sessions a second (rate-limit sessions); no sample: none.',
      (one) => unlessZero(one.rateLimitSessions),
    )
    .bytes((one) => one.counters)
    .closes((one, reason) => one.counters.closed.get(reason))
    .state('1 for the state it is in.', FRONTEND_STATES, (one) => one.status)
    .add('histogram', 'seconds', 'session_duration_seconds', DURATION_HELP, {
      as: 'histogram',
      read: (one) => one.counters.duration,
    });
  return frontendHttpFamilies(table).families;
}

function listenerFamilies(): Family[] {
  return new Table('listener', 'sluice_listener_')
    .add('gauge', 'state', 'info', 'Always 1; the address as bound.', {
      as: 'info',
      labels: ['address'],
      read: ({ listener }) => ({ address: listener.address }),
    })
    .counter(
      'connections',
      'connections',
      'Connections accepted.',
      ({ listener }) => listener.counters.connectionsTotal,
    )
    .refusals(({ listener }, reason) => listener.counters.refused.get(reason))
    .pauses(({ listener }, reason) => listener.counters.paused.get(reason))
    .counter('sessions', 'sessions', 'Sessions begun.', ({ listener }) => listener.counters.sessionsTotal)
    .gauge('sessions', 'sessions_current', 'Sessions held now.', ({ listener }) => listener.sessionsNow)
    .gauge(
      'sessions',
      'sessions_limit',
      "Most sessions it takes (maxconn); no sample: the frontend's limit alone.",
      ({ listener }) => unlessZero(listener.maxconn),
    )
    .bytes(({ listener }) => listener.counters)
    .state('1 for the state it is in.', LISTENER_STATES, ({ listener }) => listener.status).families;
}

/** What backends and servers have in common, in the order of a session's life. */
function targetFamilies<S extends 'backend' | 'server'>(
  table: Table<S>,
  counters: (look: LookOf[S]) => TargetCounters,
): Table<S> {
  return table
    .counter('times', 'chosen', 'Times the balancing algorithm chose it.', (one) => counters(one).chosenTotal)
    .counter(
      'sessions',
      'queued',
      'Sessions that had to wait in its queue.',
      (one) => counters(one).queuedTotal,
    )
    .gauge('sessions', 'queue_length_max', 'Longest its queue has been.', (one) => counters(one).queuedMax)
    .counter('times', 'connect_attempts', 'Connections tried.', (one) => counters(one).connectAttemptsTotal)
    .counter(
      'sessions',
      'connect_errors',
      'Sessions that could not be connected.',
      (one) => counters(one).connectErrorsTotal,
    )
    .counter(
      'times',
      'retries',
      'Connections tried again on the same server.',
      (one) => counters(one).retriesTotal,
    )
    .counter(
      'sessions',
      'redispatches',
      'Sessions moved away to another server after failed attempts.',
      (one) => counters(one).redispatchesTotal,
    )
    .counter('sessions', 'sessions', 'Sessions begun.', (one) => counters(one).sessionsTotal)
    .gauge('sessions', 'sessions_max', 'Most sessions held at once.', (one) => counters(one).sessionsMax)
    .bytes(counters)
    .counter(
      'sessions',
      'client_aborts',
      'Sessions broken off by the client.',
      (one) => counters(one).clientAbortsTotal,
    )
    .counter(
      'sessions',
      'server_aborts',
      'Sessions broken off by the server.',
      (one) => counters(one).serverAbortsTotal,
    )
    .counter(
      'sessions',
      'response_errors',
      'Failures after the connection stood.',
      (one) => counters(one).responseErrorsTotal,
    )
    .closes((one, reason) => counters(one).closed.get(reason))
    .gauge(
      'seconds',
      'last_session_timestamp_seconds',
      'When the last session began, in seconds since 1970; no sample: never.',
      (one) => unlessZero(counters(one).lastSessionWallMs / 1000),
    )
    .counter('times', 'down_transitions', 'Times it went down.', (one) => counters(one).downTransitionsTotal)
    .add(
      'histogram',
      'seconds',
      'queue_duration_seconds',
      'Time waited in a queue, of sessions that waited.',
      {
        as: 'histogram',
        read: (one) => counters(one).queueTime,
      },
    )
    .add(
      'histogram',
      'seconds',
      'connect_duration_seconds',
      'Time until the connection to the server stood.',
      {
        as: 'histogram',
        read: (one) => counters(one).connectTime,
      },
    )
    .add('histogram', 'seconds', 'first_byte_duration_seconds', "Accept to the server's first byte.", {
      as: 'histogram',
      read: (one) => counters(one).firstByteTime,
    })
    .add('histogram', 'seconds', 'session_duration_seconds', DURATION_HELP, {
      as: 'histogram',
      read: (one) => counters(one).duration,
    });
}

function backendFamilies(): Family[] {
  const table = new Table('backend', 'sluice_backend_')
    .gauge(
      'state',
      'up',
      '1 while a server may be chosen, or if it has none by configuration, else 0.',
      (one) => (one.status === 'UP' ? 1 : 0),
    )
    .gauge('servers', 'active_servers', 'Usable servers that are no backup.', (one) => one.activeServers)
    .gauge('servers', 'backup_servers', 'Usable backup servers.', (one) => one.backupServers)
    .add('gauge', 'servers', 'servers', 'Servers by state.', {
      as: 'counts',
      label: 'state',
      words: SERVER_STATES,
      read: (one) => countWords(one.servers, (server) => server.status),
    })
    .gauge('times', 'weight', "Sum of the usable servers' weights.", (one) => one.weight)
    .gauge(
      'sessions',
      'queue_length',
      'Sessions that wait for any of its servers now.',
      (one) => one.queuedCount,
    )
    .gauge(
      'sessions',
      'sessions_current',
      'Sessions held now, waiting ones included.',
      (one) => one.sessionsNow,
    )
    .gauge(
      'sessions',
      'fullconn',
      "Load at which its servers' limits reach maxconn (fullconn).",
      (one) => one.fullconn,
    );
  targetFamilies(table, (one) => one.counters)
    .gauge(
      'seconds',
      'last_change_timestamp_seconds',
      'When it last went up or down, in seconds since 1970.',
      (one) => one.lastChangeWallMs / 1000,
    )
    .counter('seconds', 'downtime_seconds', 'Time spent down.', (one) => one.downtimeMs / 1000);
  return targetHttpFamilies(
    table,
    (one) => one.counters,
    'Answers to its clients by class, whoever gave them.',
  ).counter(
    'requests',
    'http_denied_requests',
    'Requests a rule of its own or of the frontend refused.',
    (one) => (one.counters.http === null ? null : deniedRequests(one.counters)),
  ).families;
}

function serverFamilies(): Family[] {
  const table = new Table('server', 'sluice_server_')
    .gauge('state', 'up', '1 while checks say it is alive (or none are made), else 0.', (one) =>
      one.status === 'UP' || one.status === 'DRAIN' || one.status === 'NOLB' ? 1 : 0,
    )
    .gauge('state', 'usable', '1 while it may be chosen, else 0.', (one) => (one.usable ? 1 : 0))
    .state('1 for the state it is in.', SERVER_STATES, (one) => one.status)
    .gauge('state', 'backup', '1 for a backup server, else 0.', (one) => (one.backup ? 1 : 0))
    .gauge('times', 'weight', 'Weight in force, with fractions during slow start.', (one) => one.weight)
    .gauge('times', 'configured_weight', 'Weight as configured or set.', (one) => one.userWeight)
    .gauge('ratio', 'throttle_ratio', 'Share of its weight in force; no sample: all of it.', (one) =>
      one.throttlePercent === null ? null : one.throttlePercent / 100,
    )
    .gauge('sessions', 'queue_length', 'Sessions that wait for this server now.', (one) => one.queuedCount)
    .gauge('sessions', 'queue_limit', 'Most that may wait (maxqueue); no sample: no limit.', (one) =>
      unlessZero(one.maxqueue),
    )
    .gauge('sessions', 'sessions_current', 'Places taken now.', (one) => one.servedCount)
    .gauge('sessions', 'sessions_limit', 'Places it has (maxconn); no sample: no limit.', (one) =>
      unlessZero(one.maxconn),
    )
    .gauge(
      'sessions',
      'sessions_current_limit',
      'Limit in force now (minconn, slow start); no sample: none.',
      (one) => unlessZero(one.currentLimit),
    );
  targetFamilies(table, (one) => one.counters)
    .counter('checks', 'checks', 'Health checks made.', (one) => one.counters.checksTotal)
    .counter(
      'checks',
      'check_failures',
      'Health checks failed while it was up.',
      (one) => one.counters.checkFailuresTotal,
    )
    .gauge(
      'seconds',
      'check_duration_seconds',
      'How long the last check took; no sample: not checked.',
      (one) => (one.check === null ? null : one.check.durationMs / 1000),
    )
    .add('gauge', 'state', 'check_status', 'Always 1; what the last check found, e.g. L4OK or L4CON.', {
      as: 'pairs',
      label: 'status',
      read: (one) => (one.check === null ? [] : [[one.check.status, 1] as const]),
    })
    .gauge(
      'seconds',
      'last_change_timestamp_seconds',
      'When it last changed its state, in seconds since 1970.',
      (one) => one.lastChangeWallMs / 1000,
    )
    .counter('seconds', 'downtime_seconds', 'Time spent down.', (one) => one.downtimeMs / 1000);
  return targetHttpFamilies(table, (one) => one.counters, 'Its own answers by class.').gauge(
    'connections',
    'http_idle_connections',
    'Connections kept for later requests.',
    (one) => (one.counters.http === null ? null : one.counters.idleConnectionsNow),
  ).families;
}

/** A limit of 0 means none: no sample says so without a wrong number. */
function unlessZero(value: number): number | null {
  return value === 0 ? null : value;
}

/** Every family of our own, in the order of a page. */
export const SLUICE_FAMILIES: readonly Family[] = [
  ...processFamilies(),
  ...frontendFamilies(),
  ...listenerFamilies(),
  ...backendFamilies(),
  ...serverFamilies(),
];
