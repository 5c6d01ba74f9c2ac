/**
 * The rows `option …` of proxies (HAProxy manual 4.2).
 *
 * Not here: what the options do (the rooms that read the Config), options of mode http but those of the log (`http.ts`).
 */
import { hasBackend, hasFrontend } from '../draft.ts';
import type { ProxyDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import type { Entry, ProxySections } from './entry.ts';
import { noEffect, unsupported } from './entry.ts';

type Row = Entry<ProxyDraft>;

const CHECKS =
  "a bare 'check' connects, 'check-ssl' also shakes hands; scripted checks are not in this version";

export const OPTION_ROWS: readonly Row[] = [
  flag('option tcpka', 'DFLB', '4.2', setKeepAlive, false),
  flag('option clitcpka', 'DFL', '4.2', (proxy, on) => {
    proxy.options.clientKeepAlive = on;
  }),
  flag('option srvtcpka', 'DLB', '4.2', (proxy, on) => {
    proxy.options.serverKeepAlive = on;
  }),
  flag('option nolinger', 'DFLB', '4.2', (proxy, on) => {
    proxy.options.nolinger = on;
  }),
  flag('option abortonclose', 'DFLB', '4.2', (proxy, on) => {
    proxy.options.abortOnClose = on;
  }),
  flag('option independent-streams', 'DFLB', '4.2', (proxy, on) => {
    proxy.options.independentStreams = on;
  }),
  flag('option dontlognull', 'DFL', '8.3.1', (proxy, on) => {
    proxy.frontend.dontLogNull = on;
  }),
  flag('option dontlog-normal', 'DFL', '8.3.4', (proxy, on) => {
    proxy.frontend.dontLogNormal = on;
  }),
  flag('option logasap', 'DFL', '8.3.2', (proxy, on) => {
    proxy.frontend.logAsap = on;
  }),
  flag('option log-separate-errors', 'DFL', '8.3.3', (proxy, on) => {
    proxy.frontend.logSeparateErrors = on;
  }),
  flag('option socket-stats', 'DFL', '4.2', (proxy, on) => {
    proxy.frontend.socketStats = on;
  }),
  flag('option log-health-checks', 'DLB', '4.2', (proxy, on) => {
    proxy.backend.logHealthChecks = on;
  }),
  flag('option allbackups', 'DLB', '4.2', (proxy, on) => {
    proxy.backend.allBackups = on;
  }),
  supported('option redispatch', '[INTERVAL]', 'DLB', '4.2', readRedispatch, true),
  supported('option tcplog', '[clf]', 'DFL', '8.2.2', readTcplog, false),
  supported('option httplog', '[clf]', 'DFL', '8.2.3', readHttplog, false),
  supported('option httpslog', '', 'DFL', '8.2.4', readHttpslog, false),
  supported(
    'option tcp-check',
    '',
    'DLB',
    '4.2',
    (_line, proxy) => {
      proxy.backend.checkType = 'connect';
    },
    false,
  ),
  ...noEffect<ProxyDraft>(
    'counters are kept up to date at every moment',
    { manual: '4.2', sections: 'DFL', negatable: true },
    ['option contstats'],
  ),
  ...noEffect<ProxyDraft>(
    'it lets the kernel save work and changes nothing a peer can see',
    { manual: '4.2', sections: 'DFLB', negatable: true },
    ['option splice-auto', 'option splice-request', 'option splice-response'],
  ),
  ...noEffect<ProxyDraft>(
    'Node does not offer the delayed acknowledgement',
    { manual: '4.2', sections: 'DFL', negatable: true },
    ['option tcp-smart-accept'],
  ),
  ...noEffect<ProxyDraft>(
    'Node does not offer the delayed acknowledgement',
    { manual: '4.2', sections: 'DLB', negatable: true },
    ['option tcp-smart-connect'],
  ),
  ...noEffect<ProxyDraft>(
    'each request is balanced by itself',
    { manual: '4.2', sections: 'DLB', negatable: true },
    ['option prefer-last-server'],
  ),
  ...unsupported<ProxyDraft>(
    'name the servers; HAProxy 3.5 removes it too',
    { manual: '4.2', sections: 'DLB', negatable: true },
    ['option transparent'],
  ),
  ...unsupported<ProxyDraft>(CHECKS, { manual: '4.2', sections: 'DLB' }, [
    'option httpchk [METHOD [URI [VERSION]]]',
    'option ldap-check',
    'option mysql-check [user NAME [VERSION]]',
    'option pgsql-check [user NAME]',
    'option redis-check',
    'option smtpchk [HELLO DOMAIN]',
    'option spop-check',
    'option ssl-hello-chk',
    'option external-check',
  ]),
];

function supported(
  keyword: string,
  args: string,
  sections: ProxySections,
  manual: string,
  read: (line: Line, proxy: ProxyDraft) => void,
  negatable: boolean,
): Row {
  return { keyword, args, manual, sections, negatable, default: 'off', state: 'supported', read };
}

/** An option without arguments; `no` turns it off and `default` back to HAProxy's value, which is off for all. */
function flag(
  keyword: string,
  sections: ProxySections,
  manual: string,
  set: (proxy: ProxyDraft, on: boolean) => void,
  negatable = true,
): Row {
  return supported(
    keyword,
    '',
    sections,
    manual,
    (line, proxy) => set(proxy, line.prefix === null),
    negatable,
  );
}

/** Both sides, as far as the section has them. */
function setKeepAlive(proxy: ProxyDraft, on: boolean): void {
  if (hasFrontend(proxy.kind)) proxy.options.clientKeepAlive = on;
  if (hasBackend(proxy.kind)) proxy.options.serverKeepAlive = on;
}

function readRedispatch(line: Line, proxy: ProxyDraft): void {
  if (line.prefix !== null) {
    proxy.backend.redispatchInterval = 0;
    return;
  }
  if (line.peek() === undefined) {
    proxy.backend.redispatchInterval = -1;
    return;
  }
  const interval = line.takeInteger('an interval of retries', -1, 1_000_000);
  if (interval !== null) proxy.backend.redispatchInterval = interval;
}

function readTcplog(line: Line, proxy: ProxyDraft): void {
  const place = line.lastPlace();
  const clf = takeClf(line);
  if (clf === null) return;
  warnOfOverride(line, proxy);
  proxy.frontend.logFormat = { kind: clf ? 'tcplog-clf' : 'tcplog' };
  proxy.said.set('log-format', place);
  proxy.httpLogAt = null;
}

/** In mode tcp HAProxy falls back to `option tcplog`, and says so when the mode is known (`../inherit.ts`). */
function readHttplog(line: Line, proxy: ProxyDraft): void {
  const place = line.lastPlace();
  const clf = takeClf(line);
  if (clf === null) return;
  warnOfOverride(line, proxy);
  proxy.frontend.logFormat = { kind: clf ? 'httplog-clf' : 'httplog' };
  proxy.said.set('log-format', place);
  proxy.httpLogAt = place;
}

function readHttpslog(line: Line, proxy: ProxyDraft): void {
  const place = line.lastPlace();
  warnOfOverride(line, proxy);
  proxy.frontend.logFormat = { kind: 'httpslog' };
  proxy.said.set('log-format', place);
  proxy.httpLogAt = place;
}

/** Null after an alert. */
function takeClf(line: Line): boolean | null {
  if (line.peek() === undefined) return false;
  return line.takeOneOf("'clf' or nothing", ['clf']) === null ? null : true;
}

/** The last one wins; two in one section are probably a slip. */
export function warnOfOverride(line: Line, proxy: ProxyDraft): void {
  const mine = line.keyword;
  const before = ['log-format', 'option tcplog', 'option httplog', 'option httpslog'].find(
    (one) => one !== mine && proxy.own.has(one),
  );
  if (before === undefined) return;
  line.warning(
    'log-format-overridden',
    `'${mine}' overrides '${before}' in the same section`,
    'keep one of the two',
  );
}
