/**
 * `Config` to text: what was understood, with `defaults` folded in and values resolved, so that reading it again
 * gives the same `Config`. Only what differs from HAProxy's built-in values is written.
 *
 * Not here: what only mode http has (`print-http.ts`), diagnostics (`render.ts`). The other direction is `parse.ts`; a property test holds the two together.
 */
import { isDeepStrictEqual } from 'node:util';
import { printBindAddresses, printLogAddress, printServerAddress, printSourceAddress } from './address.ts';
import type {
  BackendConfig,
  BalanceConfig,
  BindConfig,
  Config,
  FrontendConfig,
  GlobalConfig,
  KeepAliveTuning,
  LogFormatChoice,
  LogTarget,
  ProxyConfig,
  ServerCheckConfig,
  ServerConfig,
} from './config.ts';
import {
  BACKEND_DEFAULTS,
  CHECK_DEFAULTS,
  GLOBAL_DEFAULTS,
  LOG_TARGET_DEFAULTS,
  SERVER_DEFAULTS,
} from './defaults.ts';
import { backendHttpLines, frontendHttpLines, httpLines } from './print-http.ts';
import { bindTlsWords, serverTlsWords } from './print-tls.ts';
import { flag, joined, number, octal, text, time, word } from './print-words.ts';
import type { Words } from './print-words.ts';
import { quoteWord } from './words.ts';

/**
 * The configuration in HAProxy's language: a `global` section if it says anything, then each proxy in order.
 *
 * Example: `listen web\n  mode tcp\n  bind 0.0.0.0:80\n  server a 10.0.0.1:80\n`
 */
export function printConfig(config: Config): string {
  const sections = [
    section(['global'], globalLines(config.global)),
    ...config.proxies.map((proxy) => section([proxy.kind, proxy.name], proxyLines(proxy), true)),
  ];
  return sections.filter((text) => text !== '').join('\n');
}

function section(header: readonly string[], lines: readonly Words[], always = false): string {
  const body = lines
    .filter((words) => words !== null)
    .map((words) => `  ${words.map(quoteWord).join(' ')}\n`);
  return body.length === 0 && !always ? '' : `${header.join(' ')}\n${body.join('')}`;
}

// --- global ----------------------------------------------------------------------------------------------

function globalLines(global: GlobalConfig): Words[] {
  return [
    flag(global.daemon, 'daemon'),
    flag(global.quiet, 'quiet'),
    flag(global.zeroWarning, 'zero-warning'),
    text('pidfile', global.pidfile),
    text('user', global.user),
    text('group', global.group),
    number('uid', global.uid, null),
    number('gid', global.gid, null),
    text('node', global.node),
    text('description', global.description),
    text('localpeer', global.localpeer),
    number('maxconn', global.maxconn, 0),
    number('maxconnrate', global.maxConnRate, 0),
    number('maxsessrate', global.maxSessRate, 0),
    global.nbthread === GLOBAL_DEFAULTS.nbthread ? null : ['nbthread', String(global.nbthread)],
    number('ulimit-n', global.ulimitN, 0),
    number('fd-hard-limit', global.fdHardLimit, 0),
    flag(!global.strictLimits, 'no', 'strict-limits'),
    time('hard-stop-after', global.hardStopAfterMs),
    time('grace', global.graceMs),
    number('spread-checks', global.spreadChecksPercent, 0),
    time('max-spread-checks', global.maxSpreadChecksMs),
    unixBindLine(global),
    text('log-tag', global.logTag),
    hostnameLine(global.logSendHostname),
    ...global.log.map(logLine),
    ...global.metrics.map((address) => ['metrics', printBindAddresses([address])]),
    text('crt-base', global.crtBase),
    global.jsonLog === null ? null : ['json-log', global.jsonLog.target, global.jsonLog.level],
  ];
}

function unixBindLine({ unixBind }: GlobalConfig): Words {
  const { prefix, mode, user, group } = unixBind;
  const params = [text('prefix', prefix), octal('mode', mode), text('user', user), text('group', group)];
  return params.every((words) => words === null) ? null : joined(['unix-bind'], params);
}

function hostnameLine(name: string | boolean): Words {
  if (name === false) return null;
  return name === true ? ['log-send-hostname'] : ['log-send-hostname', name];
}

function logLine(target: LogTarget): Words {
  const { sample, maxLevel, minLevel } = target;
  const ranges = sample?.ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
  const levels = minLevel === LOG_TARGET_DEFAULTS.minLevel ? [maxLevel] : [maxLevel, minLevel];
  const needed = levels.length === 2 || maxLevel !== LOG_TARGET_DEFAULTS.maxLevel;
  return joined(
    ['log', printLogAddress(target.address)],
    [
      number('len', target.lengthBytes, LOG_TARGET_DEFAULTS.lengthBytes),
      text('format', target.format),
      sample === null ? null : ['sample', `${ranges ?? ''}:${sample.size}`],
      [target.facility],
      needed ? levels : null,
    ],
  );
}

// --- Proxies ---------------------------------------------------------------------------------------------

function proxyLines(proxy: ProxyConfig): Words[] {
  const { options, frontend, backend } = proxy;
  return [
    ['mode', proxy.mode],
    text('description', proxy.description),
    number('id', proxy.id, 0),
    flag(proxy.disabled, 'disabled'),
    flag(proxy.logGlobal, 'log', 'global'),
    ...proxy.log.map(logLine),
    text('log-tag', proxy.logTag),
    flag(options.clientKeepAlive, 'option', 'clitcpka'),
    ...keepAliveLines('clitcpka', options.clientKeepAliveTuning),
    flag(options.serverKeepAlive, 'option', 'srvtcpka'),
    ...keepAliveLines('srvtcpka', options.serverKeepAliveTuning),
    flag(options.nolinger, 'option', 'nolinger'),
    flag(options.abortOnClose, 'option', 'abortonclose'),
    flag(options.independentStreams, 'option', 'independent-streams'),
    ...proxy.acls.map(({ name, words }) => ['acl', name, ...words]),
    ...httpLines(proxy.http),
    ...(frontend === null ? [] : frontendLines(frontend)),
    ...(backend === null ? [] : backendLines(backend)),
  ];
}

function keepAliveLines(prefix: string, tuning: KeepAliveTuning): Words[] {
  return [
    number(`${prefix}-cnt`, tuning.count, 0),
    time(`${prefix}-idle`, tuning.idleMs),
    time(`${prefix}-intvl`, tuning.intervalMs),
  ];
}

function frontendLines(frontend: FrontendConfig): Words[] {
  return [
    ...frontend.binds.map(bindLine),
    number('maxconn', frontend.maxconn, 0),
    number('backlog', frontend.backlog, 0),
    frontend.rateLimitSessions === 0 ? null : ['rate-limit', 'sessions', String(frontend.rateLimitSessions)],
    time('timeout client', frontend.timeoutClientMs),
    time('timeout client-fin', frontend.timeoutClientFinMs),
    flag(frontend.socketStats, 'option', 'socket-stats'),
    logFormatLine(frontend.logFormat),
    text('error-log-format', frontend.errorLogFormat),
    text('log-format-sd', frontend.logFormatSd),
    flag(frontend.dontLogNull, 'option', 'dontlognull'),
    flag(frontend.dontLogNormal, 'option', 'dontlog-normal'),
    flag(frontend.logAsap, 'option', 'logasap'),
    flag(frontend.logSeparateErrors, 'option', 'log-separate-errors'),
    ...frontendHttpLines(frontend.httpFrontend),
    ...frontend.useBackend.map((rule) => ['use_backend', rule.backend, ...(rule.condition ?? [])]),
    text('default_backend', frontend.defaultBackend),
  ];
}

function logFormatLine(choice: LogFormatChoice): Words {
  switch (choice.kind) {
    case 'none':
      return null;
    case 'tcplog':
      return ['option', 'tcplog'];
    case 'tcplog-clf':
      return ['option', 'tcplog', 'clf'];
    case 'httplog':
      return ['option', 'httplog'];
    case 'httplog-clf':
      return ['option', 'httplog', 'clf'];
    case 'httpslog':
      return ['option', 'httpslog'];
    case 'custom':
      return ['log-format', choice.format];
  }
}

function bindLine(bind: BindConfig): Words {
  return joined(
    ['bind', printBindAddresses(bind.addresses)],
    [
      text('name', bind.name),
      number('id', bind.id, 0),
      number('maxconn', bind.maxconn, 0),
      number('backlog', bind.backlog, 0),
      flag(bind.v6only, 'v6only'),
      flag(bind.v4v6, 'v4v6'),
      octal('mode', bind.mode),
      text('user', bind.user),
      text('group', bind.group),
      number('uid', bind.uid, null),
      number('gid', bind.gid, null),
      bindTlsWords(bind.tls),
    ],
  );
}

function backendLines(backend: BackendConfig): Words[] {
  const { hashType } = backend;
  const hashWords = [hashType.method, hashType.function, ...(hashType.avalanche ? ['avalanche'] : [])];
  return [
    ['balance', ...balanceWords(backend.balance)],
    isDeepStrictEqual(hashType, BACKEND_DEFAULTS.hashType) ? null : ['hash-type', ...hashWords],
    number('hash-balance-factor', backend.hashBalanceFactor, 0),
    time('timeout connect', backend.timeoutConnectMs),
    time('timeout server', backend.timeoutServerMs),
    time('timeout server-fin', backend.timeoutServerFinMs),
    time('timeout tunnel', backend.timeoutTunnelMs),
    time('timeout queue', backend.timeoutQueueMs),
    time('timeout check', backend.timeoutCheckMs),
    number('fullconn', backend.fullconn, 0),
    number('retries', backend.retries, BACKEND_DEFAULTS.retries),
    redispatchLine(backend.redispatchInterval),
    flag(backend.allBackups, 'option', 'allbackups'),
    flag(backend.logHealthChecks, 'option', 'log-health-checks'),
    backend.source === null ? null : ['source', printSourceAddress(backend.source)],
    ...backendHttpLines(backend.httpBackend),
    ...backend.useServer.map((rule) => ['use-server', rule.server, ...(rule.condition ?? [])]),
    ...backend.servers.map(serverLine),
  ];
}

function redispatchLine(interval: number): Words {
  if (interval === 0) return null;
  return interval === -1 ? ['option', 'redispatch'] : ['option', 'redispatch', String(interval)];
}

function balanceWords(balance: BalanceConfig): string[] {
  switch (balance.algorithm) {
    case 'random':
      return [`random(${balance.draws})`];
    case 'hash':
      return ['hash', balance.expression];
    case 'fn':
      return [`fn:${balance.name}`];
    case 'uri':
      return uriWords(balance);
    case 'url_param':
      return ['url_param', balance.name];
    case 'hdr':
      return [`hdr(${balance.name})`, ...(balance.domainOnly ? ['use_domain_only'] : [])];
    default:
      return [balance.algorithm];
  }
}

function uriWords(balance: Extract<BalanceConfig, { readonly algorithm: 'uri' }>): string[] {
  const { lengthBytes, depth, whole, pathOnly } = balance;
  return [
    'uri',
    ...(lengthBytes === 0 ? [] : ['len', String(lengthBytes)]),
    ...(depth === 0 ? [] : ['depth', String(depth)]),
    ...(whole ? ['whole'] : []),
    ...(pathOnly ? ['path-only'] : []),
  ];
}

function serverLine(server: ServerConfig): Words {
  const absent = SERVER_DEFAULTS;
  const initAddr = server.initAddr
    .map((method) => (method.kind === 'ip' ? method.host : method.kind))
    .join(',');
  return joined(
    ['server', server.name, printServerAddress(server.address)],
    [
      number('id', server.id, 0),
      number('weight', server.weight, absent.weight),
      number('maxconn', server.maxconn, 0),
      number('minconn', server.minconn, 0),
      number('maxqueue', server.maxqueue, 0),
      flag(server.backup, 'backup'),
      flag(server.disabled, 'disabled'),
      time('slowstart', server.slowstartMs),
      ...(server.check === null ? [] : checkParams(server.check, server.tls !== null)),
      text('track', server.track),
      word('observe', server.observe, absent.observe),
      number('error-limit', server.errorLimit, absent.errorLimit),
      word('on-error', server.onError, absent.onError),
      word('on-marked-down', server.onMarkedDown, absent.onMarkedDown),
      word('on-marked-up', server.onMarkedUp, absent.onMarkedUp),
      word('init-state', server.initState, absent.initState),
      isDeepStrictEqual(server.initAddr, absent.initAddr) ? null : ['init-addr', initAddr],
      server.source === null ? null : ['source', printSourceAddress(server.source)],
      word('hash-key', server.hashKey, absent.hashKey),
      text('cookie', server.cookie),
      serverTlsWords(server.tls, server.check !== null),
    ],
  );
}

/** `overTls`: so is the server, and its check unless it goes elsewhere. */
function checkParams(check: ServerCheckConfig, overTls: boolean): Words[] {
  const absent = CHECK_DEFAULTS;
  const likeServer = overTls && check.port === 0 && check.addr === null;
  return [
    ['check'],
    time('inter', check.interMs, absent.interMs),
    time('fastinter', check.fastinterMs),
    time('downinter', check.downinterMs),
    number('rise', check.rise, absent.rise),
    number('fall', check.fall, absent.fall),
    number('port', check.port, 0),
    // HAProxy would take the end of a bare IPv6 address for a port.
    text('addr', check.addr?.includes(':') === true ? `[${check.addr}]` : check.addr),
    flag(check.ssl && !likeServer, 'check-ssl'),
    flag(!check.ssl && likeServer, 'no-check-ssl'),
    text('check-sni', check.sni),
    check.alpn.length === 0 ? null : ['check-alpn', check.alpn.join(',')],
    word('verify', check.sslVerify, absent.sslVerify),
    text('ca-file', check.caFile),
  ];
}
