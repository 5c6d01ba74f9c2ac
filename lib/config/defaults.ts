/**
 * The value each setting has when nobody writes it: HAProxy 2.6's built-in defaults, in one place.
 *
 * Not here: `defaults` sections (`inherit.ts`) and values derived at start, such as `maxconn` from the
 * descriptor limit (`../build.ts`).
 */
import type {
  BackendConfig,
  BindConfig,
  FrontendConfig,
  GlobalConfig,
  KeepAliveTuning,
  LogTarget,
  ProxyOptions,
  ServerCheckConfig,
  ServerConfig,
} from './config.ts';
import type {
  BindTls,
  CookieConfig,
  ForwardFor,
  HttpBackendOptions,
  HttpFrontendOptions,
  HttpOptions,
  ServerTls,
  StatsConfig,
} from './rules.ts';

/** HAProxy manual 3.1, 3.2; `strict-limits` is on since 2.5. */
export const GLOBAL_DEFAULTS: GlobalConfig = {
  maxconn: 0,
  nbthread: 1,
  maxConnRate: 0,
  maxSessRate: 0,
  hardStopAfterMs: 0,
  graceMs: 0,
  daemon: false,
  pidfile: null,
  user: null,
  group: null,
  uid: null,
  gid: null,
  ulimitN: 0,
  fdHardLimit: 0,
  strictLimits: true,
  quiet: false,
  zeroWarning: false,
  node: null,
  description: null,
  localpeer: null,
  log: [],
  logSendHostname: false,
  logTag: null,
  spreadChecksPercent: 0,
  maxSpreadChecksMs: 0,
  unixBind: { prefix: null, mode: null, user: null, group: null },
  metrics: [],
  crtBase: null,
  jsonLog: null,
};

/** A new object each time: a clone of two references to one object would write both sides at once. */
function systemKeepAlive(): KeepAliveTuning {
  return { idleMs: 0, intervalMs: 0, count: 0 };
}

/** HAProxy manual 4.2 "option tcpka" and following: every option is off. */
export const OPTION_DEFAULTS: ProxyOptions = {
  clientKeepAlive: false,
  serverKeepAlive: false,
  clientKeepAliveTuning: systemKeepAlive(),
  serverKeepAliveTuning: systemKeepAlive(),
  nolinger: false,
  abortOnClose: false,
  independentStreams: false,
};

/** HAProxy manual 4.2: keep-alive on both sides, no rules. */
export const HTTP_DEFAULTS: HttpOptions = {
  requestRules: [],
  responseRules: [],
  forwardFor: null,
  connection: 'keep-alive',
  errorFiles: [],
  errorLocations: [],
  timeoutHttpRequestMs: 0,
  timeoutHttpKeepAliveMs: 0,
  timeoutTarpitMs: 0,
  stats: null,
};

/** HAProxy manual 4.2 "option forwardfor". */
export const FORWARD_FOR_DEFAULTS: ForwardFor = { except: null, header: 'X-Forwarded-For', ifNone: false };

/** HAProxy manual 4.2 "stats enable". */
export const STATS_DEFAULTS: StatsConfig = {
  uri: '/haproxy?stats',
  realm: 'HAProxy Statistics',
  auth: [],
  refreshS: 0,
  hideVersion: false,
  scope: [],
  showDescription: null,
  showLegends: false,
  showNode: null,
};

export const HTTP_FRONTEND_DEFAULTS: HttpFrontendOptions = {
  captureRequestHeaders: [],
  captureResponseHeaders: [],
  captureCookie: null,
  monitorUri: null,
  monitorFail: [],
  ignoreProbes: false,
};

/** HAProxy manual 4.2 "http-reuse". */
export const HTTP_BACKEND_DEFAULTS: HttpBackendOptions = { reuse: 'safe', cookie: null, persist: false };

/** HAProxy manual 4.2 "cookie"; all but the name, which has no default. */
export const COOKIE_DEFAULTS: Omit<CookieConfig, 'name'> = {
  mode: 'passive',
  indirect: false,
  nocache: false,
  postonly: false,
  preserve: false,
  httpOnly: false,
  secure: false,
  domains: [],
  maxIdleMs: 0,
  maxLifeMs: 0,
  attributes: [],
  dynamic: false,
};

/** HAProxy manual 5.1, with the oldest version that OpenSSL 3 and HAProxy 2.2 take by themselves. */
export const BIND_TLS_DEFAULTS: BindTls = {
  certificates: [],
  certificateLists: [],
  caFile: null,
  crlFile: null,
  verify: 'none',
  strictSni: false,
  alpn: [],
  ciphers: null,
  cipherSuites: null,
  curves: null,
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  tickets: true,
};

/** HAProxy manual 5.2. */
export const SERVER_TLS_DEFAULTS: ServerTls = {
  verify: 'required',
  caFile: null,
  certificate: null,
  sni: null,
  verifyHost: null,
  alpn: [],
  ciphers: null,
  cipherSuites: null,
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
};

/** HAProxy manual 4.2: no timeout, no limit, one "Connect from" line per client in the log. */
export const FRONTEND_DEFAULTS: FrontendConfig = {
  binds: [],
  maxconn: 0,
  backlog: 0,
  rateLimitSessions: 0,
  defaultBackend: null,
  useBackend: [],
  timeoutClientMs: 0,
  timeoutClientFinMs: 0,
  socketStats: false,
  logFormat: { kind: 'none' },
  errorLogFormat: null,
  logFormatSd: null,
  dontLogNull: false,
  dontLogNormal: false,
  logAsap: false,
  logSeparateErrors: false,
  httpFrontend: HTTP_FRONTEND_DEFAULTS,
};

/** HAProxy manual 5.1. */
export const BIND_DEFAULTS: BindConfig = {
  addresses: [],
  name: null,
  id: 0,
  maxconn: 0,
  backlog: 0,
  v6only: false,
  v4v6: false,
  mode: null,
  user: null,
  group: null,
  uid: null,
  gid: null,
  tls: null,
};

/** HAProxy manual 4.2 at language level 2.6: `balance roundrobin`, three retries, no redispatch. */
export const BACKEND_DEFAULTS: BackendConfig = {
  balance: { algorithm: 'roundrobin' },
  hashType: { method: 'map-based', function: 'sdbm', avalanche: false },
  hashBalanceFactor: 0,
  servers: [],
  fullconn: 0,
  retries: 3,
  redispatchInterval: 0,
  allBackups: false,
  logHealthChecks: false,
  source: null,
  timeoutConnectMs: 0,
  timeoutServerMs: 0,
  timeoutServerFinMs: 0,
  timeoutTunnelMs: 0,
  timeoutQueueMs: 0,
  timeoutCheckMs: 0,
  checkType: 'connect',
  useServer: [],
  httpBackend: HTTP_BACKEND_DEFAULTS,
};

/** HAProxy manual 5.2 "check": every two seconds, two successes bring a server up, three failures down. */
export const CHECK_DEFAULTS: ServerCheckConfig = {
  interMs: 2000,
  fastinterMs: 0,
  downinterMs: 0,
  rise: 2,
  fall: 3,
  port: 0,
  addr: null,
  ssl: false,
  sni: null,
  alpn: [],
  sslVerify: 'required',
  caFile: null,
};

/** HAProxy manual 5.2; all but the name and the address, which have no default. */
export const SERVER_DEFAULTS: Omit<ServerConfig, 'name' | 'address'> = {
  id: 0,
  weight: 1,
  maxconn: 0,
  minconn: 0,
  maxqueue: 0,
  backup: false,
  disabled: false,
  slowstartMs: 0,
  check: null,
  track: null,
  observe: 'none',
  errorLimit: 10,
  onError: 'fail-check',
  onMarkedDown: 'none',
  onMarkedUp: 'none',
  initState: 'none',
  initAddr: [{ kind: 'last' }, { kind: 'libc' }],
  source: null,
  hashKey: 'id',
  cookie: null,
  tls: null,
};

/** HAProxy manual 4.2 "log"; all but the address and the facility, which have no default. */
export const LOG_TARGET_DEFAULTS: Omit<LogTarget, 'address' | 'facility'> = {
  lengthBytes: 1024,
  format: null,
  sample: null,
  maxLevel: 'debug',
  minLevel: 'emerg',
};

/** Draws of `balance random` without a number (HAProxy manual 4.2 "balance"). */
export const RANDOM_DRAWS = 2;
