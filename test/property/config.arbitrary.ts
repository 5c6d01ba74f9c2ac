/**
 * Generated configurations that are correct: every field of `Config` takes values that the language can hold, names
 * are unique, references hold.
 *
 * Not here: rules and mode http (`config-http.arbitrary.ts`), broken text (`config-fuzz.property.test.ts`).
 */
import fc from 'fast-check';
import type {
  BackendConfig,
  BalanceConfig,
  BindAddress,
  BindConfig,
  Config,
  FrontendConfig,
  GlobalConfig,
  KeepAliveTuning,
  LogTarget,
  ProxyConfig,
  ProxyKind,
  ServerAddress,
  ServerCheckConfig,
  ServerConfig,
  SourceAddress,
} from '../../lib/config/config.ts';
import { LOG_FACILITIES, LOG_LEVELS } from '../../lib/config/log-words.ts';
import { OPTION_DEFAULTS, SERVER_DEFAULTS } from '../../lib/config/defaults.ts';
import type { BindTls, ServerTls } from '../../lib/config/rules.ts';
import { settleTcp } from '../../lib/config/settle-tcp.ts';
import {
  acls,
  condition,
  http,
  httpBackend,
  httpBalance,
  httpFrontend,
  httpLogFormat,
  useBackend,
} from './config-http.arbitrary.ts';

/** A name of a proxy or server. */
const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/);
/** Any text a word can hold: not empty, no NUL; quotes, blanks, escapes and line ends included. */
const text = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((one) => !one.includes('\0'));
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });
const flag = fc.boolean();
const count = fc.oneof(fc.constant(0), fc.nat(2_147_483_647));
const time = fc.oneof(fc.constant(0), fc.nat(100_000), fc.nat(2_147_483_647));
const port = fc.integer({ min: 1, max: 65_535 });
const mode = fc.integer({ min: 0, max: 0o7777 });

const ipv4 = fc.ipV4().filter((host) => host !== '0.0.0.0');
const ipv6 = fc.constantFrom('::1', '2001:db8::1', 'fe80::1:2:3', '2001:db8:1:2:3:4:5:6');
const hostName = fc.stringMatching(/^[a-z]{1,8}(\.[a-z]{2,5}){1,2}$/);
const path = fc.stringMatching(/^\/[a-z0-9/_.-]{1,30}$/);
const host = fc.oneof(
  ipv4.map((one) => ({ kind: 'ipv4' as const, host: one })),
  ipv6.map((one) => ({ kind: 'ipv6' as const, host: one })),
  hostName.map((one) => ({ kind: 'name' as const, host: one })),
);

/**
 * Ports of three kinds of addresses to listen on, apart from each other: what covers another address or is served by
 * itself (metrics) would be refused beside it.
 */
const PORTS = { one: [1, 29_000], metrics: [30_000, 39_000], any: [40_000, 65_000] } as const;

function listening(at: typeof host, [min, max]: readonly [number, number]): fc.Arbitrary<BindAddress> {
  return fc
    .tuple(at, fc.integer({ min, max }), fc.nat(20))
    .map(([one, from, more]) => ({ ...one, port: from, portEnd: from + more }));
}

const bindAddress: fc.Arbitrary<BindAddress> = fc.oneof(
  listening(host, PORTS.one),
  listening(fc.constant({ kind: 'ipv4' as const, host: '0.0.0.0' }), PORTS.any),
  path.map((one) => ({ kind: 'unix' as const, path: one })),
  fc.nat(100).map((fd) => ({ kind: 'fd' as const, fd })),
);

const metricsAddress: fc.Arbitrary<BindAddress> = fc.oneof(
  listening(host, PORTS.metrics),
  path.map((one) => ({ kind: 'unix' as const, path: `/metrics${one}` })),
);

const serverAddress: fc.Arbitrary<ServerAddress> = fc.oneof(
  fc
    .tuple(
      host,
      fc.oneof(
        port.map((one) => ({ kind: 'fixed' as const, port: one })),
        fc.integer({ min: -1000, max: 1000 }).map((offset) => ({ kind: 'client' as const, offset })),
      ),
    )
    .map(([at, one]) => ({ ...at, port: one })),
  fc.tuple(hostName, port, fc.constantFrom('ipv4' as const, 'ipv6' as const)).map(([at, one, family]) => ({
    kind: 'name' as const,
    host: at,
    port: { kind: 'fixed' as const, port: one },
    family,
  })),
  path.map((one) => ({ kind: 'unix' as const, path: one })),
);

const source: fc.Arbitrary<SourceAddress> = fc
  .tuple(fc.oneof(ipv4, ipv6), fc.oneof(fc.constant(0), port), fc.nat(100))
  .map(([at, from, more]) => ({
    host: at,
    port: from,
    portEnd: from === 0 ? 0 : Math.min(65_535, from + more),
  }));

const logTarget: fc.Arbitrary<LogTarget> = fc.record({
  address: fc.oneof(
    fc.record({ kind: fc.constant('udp' as const), host: fc.oneof(ipv4, ipv6), port }),
    fc.record({ kind: fc.constant('unix' as const), path }),
    fc.record({ kind: fc.constant('fd' as const), fd: fc.nat(20) }),
  ),
  lengthBytes: fc.integer({ min: 80, max: 65_535 }),
  format: maybe(fc.constantFrom('local', 'rfc3164', 'rfc5424', 'priority', 'short', 'timed', 'iso', 'raw')),
  sample: maybe(
    fc
      .uniqueArray(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 6 })
      .map((numbers) => numbers.toSorted((a, b) => a - b))
      .map((numbers) => ({
        ranges: numbers.map(
          (one, index) => [one, index % 2 === 0 ? one : (numbers[index + 1] ?? 51) - 1] as const,
        ),
        size: 60,
      })),
  ),
  facility: fc.constantFrom(...LOG_FACILITIES),
  maxLevel: fc.constantFrom(...LOG_LEVELS),
  minLevel: fc.constantFrom(...LOG_LEVELS),
});

const global: fc.Arbitrary<GlobalConfig> = fc.record({
  maxconn: count,
  nbthread: fc.oneof(fc.integer({ min: 1, max: 64 }), fc.constant('auto' as const)),
  maxConnRate: count,
  maxSessRate: count,
  hardStopAfterMs: time,
  graceMs: time,
  daemon: flag,
  pidfile: maybe(text),
  user: maybe(text),
  group: maybe(text),
  uid: maybe(count),
  gid: maybe(count),
  ulimitN: count,
  fdHardLimit: count,
  strictLimits: flag,
  quiet: flag,
  zeroWarning: flag,
  node: maybe(text),
  description: maybe(text),
  localpeer: maybe(text),
  log: fc.array(logTarget, { maxLength: 3 }),
  logSendHostname: fc.oneof(flag, text),
  logTag: maybe(text),
  spreadChecksPercent: fc.nat(50),
  maxSpreadChecksMs: time,
  unixBind: fc.record({ prefix: maybe(text), mode: maybe(mode), user: maybe(text), group: maybe(text) }),
  metrics: fc.array(metricsAddress, { maxLength: 1 }),
  crtBase: fc.constantFrom(null, '/etc/certificates'),
  jsonLog: maybe(fc.record({ target: text, level: fc.constantFrom(...LOG_LEVELS) })),
});

const commonTls = {
  alpn: fc.array(fc.constantFrom('http/1.1', 'nhps'), { maxLength: 2 }),
  ciphers: maybe(text),
  cipherSuites: maybe(text),
  minVersion: fc.constantFrom('TLSv1.0' as const, 'TLSv1.1' as const, 'TLSv1.2' as const),
  maxVersion: fc.constantFrom('TLSv1.2' as const, 'TLSv1.3' as const),
};

const bindTls: fc.Arbitrary<BindTls> = fc.record({
  ...commonTls,
  certificates: fc.array(path, { minLength: 1, maxLength: 3 }),
  certificateLists: fc.array(path, { maxLength: 2 }),
  caFile: path,
  crlFile: maybe(path),
  verify: fc.constantFrom('none', 'optional', 'required'),
  strictSni: flag,
  curves: maybe(text),
  tickets: flag,
});

const serverTls: fc.Arbitrary<ServerTls> = fc.record({
  ...commonTls,
  verify: fc.constantFrom('required', 'none'),
  caFile: path,
  certificate: maybe(path),
  sni: fc.constantFrom(null, 'str(a.example)', 'src'),
  verifyHost: maybe(text),
});

const bind: fc.Arbitrary<BindConfig> = fc.record({
  addresses: fc.array(bindAddress, { minLength: 1, maxLength: 3 }),
  name: maybe(text),
  id: fc.constant(0),
  maxconn: count,
  backlog: count,
  v6only: flag,
  v4v6: flag,
  mode: maybe(mode),
  user: maybe(text),
  group: maybe(text),
  uid: maybe(count),
  gid: maybe(count),
  tls: maybe(bindTls),
});

/** `defaultBackend` is chosen when the proxies are known. */
const frontend: fc.Arbitrary<FrontendConfig> = fc.record({
  binds: fc.array(bind, { maxLength: 3 }),
  maxconn: count,
  backlog: count,
  rateLimitSessions: count,
  defaultBackend: fc.constant(null),
  timeoutClientMs: time,
  timeoutClientFinMs: time,
  socketStats: flag,
  logFormat: fc.oneof(
    fc.constantFrom({ kind: 'none' as const }, { kind: 'tcplog' as const }, { kind: 'tcplog-clf' as const }),
    text.map((one) => ({ kind: 'custom' as const, format: one.replaceAll('%', '%%') })),
    httpLogFormat.filter((one) => one.kind !== 'custom'),
  ),
  errorLogFormat: maybe(fc.constantFrom('%ci %ts', "it's %{+Q}b")),
  logFormatSd: maybe(fc.constantFrom('[a b="%ci"]', '%%')),
  dontLogNull: flag,
  dontLogNormal: flag,
  logAsap: flag,
  logSeparateErrors: flag,
  useBackend,
  httpFrontend,
});

const balance: fc.Arbitrary<BalanceConfig> = fc.oneof(
  fc.constantFrom('roundrobin', 'static-rr', 'leastconn', 'first', 'source').map((algorithm) => ({
    algorithm: algorithm as 'roundrobin' | 'static-rr' | 'leastconn' | 'first' | 'source',
  })),
  fc.integer({ min: 1, max: 1000 }).map((draws) => ({ algorithm: 'random' as const, draws })),
  fc
    .constantFrom('src', 'dst', 'src_port', 'src,ipmask(24)')
    .map((expression) => ({ algorithm: 'hash' as const, expression })),
  name.map((one) => ({ algorithm: 'fn' as const, name: one })),
  httpBalance,
);

const check: fc.Arbitrary<ServerCheckConfig> = fc.record({
  interMs: fc.integer({ min: 1, max: 100_000 }),
  fastinterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100_000 })),
  downinterMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100_000 })),
  rise: fc.integer({ min: 1, max: 100 }),
  fall: fc.integer({ min: 1, max: 100 }),
  port: fc.oneof(fc.constant(0), port),
  addr: maybe(fc.oneof(ipv4, ipv6, hostName)),
  ssl: flag,
  sni: maybe(text),
  alpn: fc.array(fc.constantFrom('h2', 'http/1.1', 'nhps'), { maxLength: 3 }),
  sslVerify: fc.constantFrom('required', 'none'),
  caFile: maybe(text),
});

const server: fc.Arbitrary<ServerConfig> = fc.record({
  name,
  id: fc.constant(0),
  address: serverAddress,
  weight: fc.nat(256),
  maxconn: count,
  minconn: count,
  maxqueue: count,
  backup: flag,
  disabled: flag,
  slowstartMs: time,
  check: maybe(check),
  track: fc.constant(null),
  observe: fc.constantFrom('none', 'layer4'),
  errorLimit: fc.integer({ min: 1, max: 1000 }),
  onError: fc.constantFrom('fastinter', 'fail-check', 'sudden-death', 'mark-down'),
  onMarkedDown: fc.constantFrom('none', 'shutdown-sessions'),
  onMarkedUp: fc.constantFrom('none', 'shutdown-backup-sessions'),
  initState: fc.constantFrom('none', 'fully-up', 'up', 'down', 'fully-down'),
  initAddr: fc
    .tuple(fc.subarray(['last', 'libc', 'none'] as const, { minLength: 1 }), maybe(ipv4))
    .map(([kinds, ip]) => [
      ...kinds.map((kind) => ({ kind })),
      ...(ip === null ? [] : [{ kind: 'ip' as const, host: ip }]),
    ]),
  source: maybe(source),
  hashKey: fc.constantFrom('id', 'id32', 'addr', 'addr-port'),
  cookie: maybe(text),
  tls: maybe(serverTls),
});

/** What a line says about trust holds for its check too; and no line has more than 64 words. */
function trusting(one: ServerConfig): ServerConfig {
  const { check: its, tls } = one;
  if (tls === null) return one;
  const { verify: sslVerify, caFile } = tls;
  const { observe, errorLimit, onError, onMarkedDown, onMarkedUp, initState, hashKey } = SERVER_DEFAULTS;
  const shorter = { ...one, observe, errorLimit, onError, onMarkedDown, onMarkedUp, initState, hashKey };
  return { ...shorter, check: its && { ...its, sslVerify, caFile } };
}

/** A checked server has a port to check, and a TLS check something to trust. */
function withPossibleCheck(one: ServerConfig): ServerConfig {
  const { address, check } = one;
  if (check === null) return one;
  const portless = 'port' in address && address.port.kind === 'client' && check.port === 0;
  const trustless = check.ssl && check.sslVerify === 'required' && check.caFile === null;
  return { ...one, check: { ...check, port: portless ? 80 : check.port, ssl: check.ssl && !trustless } };
}

/** Every third server without a check tracks the first checked one, so that chains are there too. */
function withTracks(servers: readonly ServerConfig[]): ServerConfig[] {
  const target = servers.find((one) => one.check !== null);
  return servers.map((one, index) =>
    target === undefined || one.check !== null || index % 3 !== 0 ? one : { ...one, track: target.name },
  );
}

const backend: fc.Arbitrary<BackendConfig> = fc.record({
  balance,
  hashType: fc.record({
    method: fc.constantFrom('map-based', 'consistent'),
    function: fc.constantFrom('sdbm', 'djb2', 'wt6', 'crc32', 'none'),
    avalanche: flag,
  }),
  hashBalanceFactor: fc.oneof(fc.constant(0), fc.integer({ min: 101, max: 65_535 })),
  servers: fc
    .uniqueArray(server, { maxLength: 5, selector: (one) => one.name })
    .map((all) => withTracks(all.map(trusting).map(withPossibleCheck))),
  fullconn: count,
  retries: count,
  redispatchInterval: fc.integer({ min: -1, max: 10 }),
  allBackups: flag,
  logHealthChecks: flag,
  source: maybe(source.map((one) => ({ ...one, portEnd: one.port }))),
  timeoutConnectMs: time,
  timeoutServerMs: time,
  timeoutServerFinMs: time,
  timeoutTunnelMs: time,
  timeoutQueueMs: time,
  timeoutCheckMs: time,
  checkType: fc.constant('connect'),
  useServer: fc.array(fc.record({ server: fc.constant('%[src]'), condition }), { maxLength: 2 }),
  httpBackend,
});

const tuning: fc.Arbitrary<KeepAliveTuning> = fc.record({ idleMs: time, intervalMs: time, count });

const proxy: fc.Arbitrary<ProxyConfig> = fc
  .record({
    kind: fc.constantFrom<ProxyKind>('frontend', 'backend', 'listen'),
    name,
    id: fc.constant(0),
    disabled: flag,
    mode: fc.constantFrom('tcp', 'http'),
    acls,
    http,
    description: maybe(text),
    log: fc.array(logTarget, { maxLength: 2 }),
    logGlobal: flag,
    logTag: maybe(text),
    options: fc.record({
      clientKeepAlive: flag,
      serverKeepAlive: flag,
      clientKeepAliveTuning: tuning,
      serverKeepAliveTuning: tuning,
      nolinger: flag,
      abortOnClose: flag,
      independentStreams: flag,
    }),
    frontend,
    backend,
  })
  .map(withoutOtherHalf)
  .map(settleTcp);

/** What a half-proxy does not have is null, and keep-alive of that side is off. */
function withoutOtherHalf(
  whole: Omit<ProxyConfig, 'frontend' | 'backend'> & { frontend: FrontendConfig; backend: BackendConfig },
): ProxyConfig {
  const { clientKeepAlive, clientKeepAliveTuning, serverKeepAlive, serverKeepAliveTuning } = OPTION_DEFAULTS;
  if (whole.kind === 'listen') return whole;
  if (whole.kind === 'frontend') {
    return { ...whole, backend: null, options: { ...whole.options, serverKeepAlive, serverKeepAliveTuning } };
  }
  return { ...whole, frontend: null, options: { ...whole.options, clientKeepAlive, clientKeepAliveTuning } };
}

/** Every proxy with a frontend half leads to the first backend of its mode that is not itself. */
function withDefaultBackends(proxies: readonly ProxyConfig[]): ProxyConfig[] {
  return proxies.map((one) => {
    const target = proxies.find(
      (other) => other.backend !== null && other !== one && other.mode === one.mode,
    );
    if (one.frontend === null || target === undefined) return one;
    return { ...one, frontend: { ...one.frontend, defaultBackend: target.name } };
  });
}

/** Some proxies and servers carry a number of their own. */
function withIds(proxies: readonly ProxyConfig[]): ProxyConfig[] {
  return proxies.map((one, index) => (index % 2 === 0 ? one : { ...one, id: index + 10 }));
}

/** A whole configuration without an alert. Cloned, since fast-check also makes objects without a prototype. */
export const correctConfig: fc.Arbitrary<Config> = fc
  .record({
    global,
    proxies: fc
      .uniqueArray(proxy, { maxLength: 4, selector: (one) => one.name })
      .map(withDefaultBackends)
      .map(withIds),
  })
  .map((config) => structuredClone(config));
