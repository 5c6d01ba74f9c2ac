/**
 * HAProxy's figures of every proxy, from what the running balancer shows of itself. The text forms are made of these, so that they
 * cannot disagree.
 *
 * Which fields a row has, and with 0 or without a value, was taken from HAProxy 2.6 (`test/account/stats-page/csv.test.ts`).
 *
 * Not here: text (`csv.ts`, `html.ts`), which rows are shown (`page.ts`).
 */
import type { ProxyConfig, ServerConfig } from '../../config/config.ts';
import type { TargetCounters, TrafficCounters } from '../counters.ts';
import {
  RESPONSE_CLASSES,
  deniedRequests,
  deniedResponses,
  failedRequests,
  interceptedRequests,
} from '../http-counters.ts';
import type { ResponseClass } from '../http-counters.ts';
import type { Tally } from '../tally.ts';
import type { BackendView, FrontendView, ListenerView, ProcessView, ServerView } from '../views.ts';
import { ROW_TYPES } from './fields.ts';
import type { ProxyRows, StatRow } from './fields.ts';
import { proxyIds, serverIds } from './ids.ts';

/** What the figures are of, and when. */
export interface StatsMoment {
  readonly view: Pick<ProcessView, 'maxconn' | 'frontends' | 'backends'>;
  /** In the order of the configuration. */
  readonly proxies: readonly ProxyConfig[];
  /** Of the clock that counts rates. */
  readonly nowMs: number;
  readonly wallMs: number;
}

/** A proxy while its rows are made. */
interface Place {
  readonly moment: StatsMoment;
  readonly proxy: ProxyConfig;
  readonly id: number;
}

/** `legends`: with addresses, cookies and algorithms, which HAProxy shows with `stats show-legends` alone. */
export function statRows(moment: StatsMoment, legends: boolean): ProxyRows[] {
  const ids = proxyIds(moment.proxies);
  return moment.proxies.flatMap((proxy, index) => {
    const { kind, name, mode, description } = proxy;
    const { frontends, backends } = moment.view;
    // A frontend and a backend may have one name and are two proxies; a `listen` is one.
    const frontend = kind === 'backend' ? undefined : frontends.find((one) => one.name === name);
    const backend = kind === 'frontend' ? undefined : backends.find((one) => one.name === name);
    const place: Place = { moment, proxy, id: ids[index] ?? 0 };
    const rows = [...frontendRows(place, frontend), ...backendRows(place, backend, legends)];
    return rows.length === 0 ? [] : [{ name, mode, description, rows }];
  });
}

function frontendRows(place: Place, view: FrontendView | undefined): StatRow[] {
  if (view === undefined) return [];
  const listeners = view.socketStats ? view.listeners : [];
  return [
    frontendRow(place, view),
    ...listeners.map((listener, index) => listenerRow(place, listener, index + 1)),
  ];
}

function backendRows(place: Place, view: BackendView | undefined, legends: boolean): StatRow[] {
  if (view === undefined) return [];
  const configs = place.proxy.backend?.servers ?? [];
  const ids = serverIds(configs);
  return [
    ...view.servers.map((server) => {
      const index = configs.findIndex((one) => one.name === server.name);
      return serverRow(place, server, configs[index], ids[index] ?? 0, legends);
    }),
    backendRow(place, view, legends),
  ];
}

function frontendRow(place: Place, view: FrontendView): StatRow {
  const { nowMs, view: whole } = place.moment;
  const { counters } = view;
  const { http } = counters;
  return {
    ...head(place, 'FRONTEND', 0, ROW_TYPES.frontend),
    ...traffic(counters, view.sessionsNow),
    slim: view.maxconn === 0 ? whole.maxconn : view.maxconn,
    dreq: deniedRequests(counters),
    dresp: deniedResponses(counters),
    ereq: failedRequests(counters),
    // As in HAProxy, a full one is open.
    status: view.status === 'FULL' ? 'OPEN' : view.status,
    rate: counters.sessionRate.perSecond(nowMs),
    rate_lim: view.rateLimitSessions,
    rate_max: counters.sessionRate.max,
    ...responses(http?.responses),
    req_rate: http?.requestRate.perSecond(nowMs) ?? 0,
    req_rate_max: http?.requestRate.max ?? 0,
    req_tot: http?.requestsTotal ?? 0,
    ...(http === null
      ? {}
      : {
          intercepted: interceptedRequests(counters),
          cache_lookups: 0,
          cache_hits: 0,
        }),
    ...NO_COMPRESSION,
    conn_rate: counters.connectionRate.perSecond(nowMs),
    conn_rate_max: counters.connectionRate.max,
    conn_tot: counters.connectionsTotal,
    dcon: 0,
    dses: 0,
    wrew: http?.rewriteFailuresTotal ?? 0,
    eint: counters.closed.get('internal-error'),
  };
}

function listenerRow(place: Place, view: ListenerView, id: number): StatRow {
  return {
    ...head(place, view.name, id, ROW_TYPES.listener),
    ...traffic(view.counters, view.sessionsNow),
    slim: view.maxconn,
    dreq: 0,
    dresp: 0,
    ereq: 0,
    status: view.status,
    dcon: 0,
    dses: 0,
    wrew: 0,
    eint: 0,
  };
}

function serverRow(
  place: Place,
  view: ServerView,
  config: ServerConfig | undefined,
  id: number,
  legends: boolean,
): StatRow {
  const { wallMs } = place.moment;
  const { counters } = view;
  const { http } = counters;
  return {
    ...head(place, view.name, id, ROW_TYPES.server),
    ...traffic(counters, view.servedCount),
    ...target(place, view.queuedCount, counters),
    ...unlessZero('slim', view.maxconn),
    status: view.statusWords,
    weight: Math.ceil(view.weight),
    act: view.backup ? 0 : 1,
    bck: view.backup ? 1 : 0,
    lastchg: secondsSince(view.lastChangeWallMs, wallMs),
    ...unlessZero('qlimit', view.maxqueue),
    ...(view.throttlePercent === null ? {} : { throttle: Math.ceil(view.throttlePercent) }),
    ...(config?.track === null || config === undefined ? {} : { tracked: config.track }),
    ...checkFields(view, config),
    ...(http === null ? {} : { req_tot: answersOf(http.responses) }),
    ...(legends ? { addr: view.address } : {}),
    ...(legends && config !== undefined && config.cookie !== null ? { cookie: config.cookie } : {}),
    srv_icur: counters.idleConnectionsNow,
    idle_conn_cur: counters.idleConnectionsNow,
    safe_conn_cur: 0,
    used_conn_cur: view.servedCount,
    need_conn_est: view.servedCount,
    uweight: view.userWeight,
  };
}

function backendRow(place: Place, view: BackendView, legends: boolean): StatRow {
  const { counters } = view;
  return {
    ...head(place, 'BACKEND', 0, ROW_TYPES.backend),
    ...traffic(counters, view.sessionsNow),
    ...target(place, view.queuedCount, counters),
    slim: view.fullconn,
    dreq: deniedRequests(counters),
    status: view.status,
    weight: Math.ceil(view.weight),
    act: view.activeServers,
    bck: view.backupServers,
    chkdown: counters.downTransitionsTotal,
    lastchg: secondsSince(view.lastChangeWallMs, place.moment.wallMs),
    ...(view.servers.length === 0 ? {} : { downtime: Math.floor(view.downtimeMs / 1000) }),
    ...(counters.http === null ? {} : { req_tot: counters.sessionsTotal, cache_lookups: 0, cache_hits: 0 }),
    ...NO_COMPRESSION,
    ...(legends ? { algo: view.algorithm } : {}),
    uweight: view.servers.reduce((sum, server) => sum + (server.usable ? server.userWeight : 0), 0),
    agg_server_status: 0,
    agg_server_check_status: 0,
    agg_check_status: 0,
  };
}

const NO_COMPRESSION: StatRow = { comp_in: 0, comp_out: 0, comp_byp: 0, comp_rsp: 0 };

function head({ proxy, id }: Place, svname: string, sid: number, type: number): StatRow {
  return { pxname: proxy.name, svname, pid: 1, iid: id, sid, type, mode: proxy.mode };
}

function traffic(counters: TrafficCounters, sessionsNow: number): StatRow {
  return {
    scur: sessionsNow,
    smax: counters.sessionsMax,
    stot: counters.sessionsTotal,
    bin: counters.bytesIn,
    bout: counters.bytesOut,
  };
}

/** What backends and servers have in common. */
function target({ moment }: Place, queuedNow: number, counters: TargetCounters): StatRow {
  const { averages, http } = counters;
  return {
    qcur: queuedNow,
    qmax: counters.queuedMax,
    dresp: deniedResponses(counters),
    econ: counters.connectErrorsTotal,
    eresp: counters.responseErrorsTotal,
    wretr: counters.retriesTotal,
    wredis: counters.redispatchesTotal,
    lbtot: counters.chosenTotal,
    rate: counters.sessionRate.perSecond(moment.nowMs),
    rate_max: counters.sessionRate.max,
    ...responses(http?.responses),
    cli_abrt: counters.clientAbortsTotal,
    srv_abrt: counters.serverAbortsTotal,
    lastsess: counters.lastSessionWallMs === 0 ? -1 : secondsSince(counters.lastSessionWallMs, moment.wallMs),
    qtime: Math.round(averages.queueMs),
    ctime: Math.round(averages.connectMs),
    rtime: Math.round(averages.responseMs),
    ttime: Math.round(averages.totalMs),
    wrew: http?.rewriteFailuresTotal ?? 0,
    connect: counters.connectAttemptsTotal,
    reuse: http?.reusesTotal ?? 0,
    qtime_max: Math.round(averages.queueMaxMs),
    ctime_max: Math.round(averages.connectMaxMs),
    rtime_max: Math.round(averages.responseMaxMs),
    ttime_max: Math.round(averages.totalMaxMs),
    eint: counters.closed.get('internal-error'),
  };
}

/** Nothing in mode tcp. */
function responses(tally: Tally<ResponseClass> | undefined): StatRow {
  if (tally === undefined) return {};
  return {
    hrsp_1xx: tally.get('1xx'),
    hrsp_2xx: tally.get('2xx'),
    hrsp_3xx: tally.get('3xx'),
    hrsp_4xx: tally.get('4xx'),
    hrsp_5xx: tally.get('5xx'),
    hrsp_other: tally.get('other'),
  };
}

function answersOf(tally: Tally<ResponseClass>): number {
  return RESPONSE_CLASSES.reduce((sum, one) => sum + tally.get(one), 0);
}

/** Nothing for a server that is not checked itself. */
function checkFields(view: ServerView, config: ServerConfig | undefined): StatRow {
  const { check, counters, downtimeMs } = view;
  if (check === null) return {};
  return {
    chkfail: counters.checkFailuresTotal,
    chkdown: counters.downTransitionsTotal,
    downtime: Math.floor(downtimeMs / 1000),
    check_status: check.status,
    ...(check.code === null ? {} : { check_code: check.code }),
    check_duration: Math.floor(check.durationMs),
    ...(check.info === null ? {} : { last_chk: check.info }),
    ...(config?.check === null || config === undefined ? {} : healthFields(view.statusWords, config.check)),
  };
}

/** Health counts from 0 to rise + fall - 1, and is up from rise on. */
function healthFields(words: string, { rise, fall }: { rise: number; fall: number }): StatRow {
  const counted = /^(\S+) (\d+)\/\d+$/.exec(words);
  const down = words.startsWith('DOWN');
  const settled = down ? 0 : rise + fall - 1;
  const health = counted === null ? settled : Number(counted[2]) + (down ? 0 : rise - 1);
  return { check_rise: rise, check_fall: fall, check_health: health };
}

function unlessZero(field: 'slim' | 'qlimit', value: number): StatRow {
  return value === 0 ? {} : { [field]: value };
}

function secondsSince(thenWallMs: number, wallMs: number): number {
  return Math.max(0, Math.floor((wallMs - thenWallMs) / 1000));
}
