/**
 * The rows of `defaults`, `frontend`, `listen` and `backend` that have an effect here, options aside
 * (HAProxy manual 4.2, reference 2.2).
 *
 * Not here: `option …` (`option.ts`), `balance` (`balance.ts`), ACLs (`acl.ts`), mode http (`http.ts`, `http-rules.ts`, `cookie.ts`,
 * `stats.ts`), parameters of `bind` and `server` lines (`bind.ts`, `server.ts`), words that are only known and answered
 * (`proxy-known.ts`).
 */
import type { BackendConfig, FrontendConfig, KeepAliveTuning } from '../config.ts';
import type { Mutable, ProxyDraft } from '../draft.ts';
import { didYouMean } from '../line.ts';
import type { Line } from '../line.ts';
import { placeOf } from '../words.ts';
import { ACL_ROWS } from './acl.ts';
import { BALANCE_ROWS } from './balance.ts';
import { readBind } from './bind.ts';
import { COOKIE_ROWS } from './cookie.ts';
import type { Entry, ProxySections } from './entry.ts';
import { HTTP_RULE_ROWS } from './http-rules.ts';
import { HTTP_ROWS } from './http.ts';
import { readLogTarget } from './log.ts';
import { OPTION_ROWS, warnOfOverride } from './option.ts';
import { readDefaultServer, readServer, readServerTemplate } from './server.ts';
import { readSource } from './source.ts';
import { STATS_ROWS } from './stats.ts';
import { readTimeout } from './timeout.ts';

type Row = Entry<ProxyDraft>;
type TimeKey<T> = { [K in keyof T]: K extends `timeout${string}Ms` ? K : never }[keyof T];

export const PROXY_ROWS: readonly Row[] = [
  row('mode', 'tcp|http', 'DFLB', readMode, 'tcp'),
  row('bind', 'ADDR[,ADDR…] [PARAM…]', 'FL', readBind),
  row('server', 'NAME ADDR[:PORT] [PARAM…]', 'LB', readServer),
  row('server-template', 'PREFIX N|FIRST-LAST ADDR[:PORT] [PARAM…]', 'LB', readServerTemplate),
  row('default-server', '[PARAM…]', 'DLB', readDefaultServer),
  row('default_backend', 'NAME', 'DFL', (line, proxy) => {
    proxy.frontend.defaultBackend = line.take('the name of a backend') ?? proxy.frontend.defaultBackend;
  }),
  ...ACL_ROWS,
  ...BALANCE_ROWS,
  frontTime('timeout client', 'timeoutClientMs'),
  frontTime('timeout client-fin', 'timeoutClientFinMs', 'as timeout client'),
  backTime('timeout connect', 'timeoutConnectMs'),
  backTime('timeout server', 'timeoutServerMs'),
  backTime('timeout server-fin', 'timeoutServerFinMs', 'as timeout server'),
  backTime('timeout tunnel', 'timeoutTunnelMs', 'as timeout client and server'),
  backTime('timeout queue', 'timeoutQueueMs', 'as timeout connect'),
  backTime('timeout check', 'timeoutCheckMs', 'the whole check within inter'),
  row(
    'maxconn',
    'N',
    'DFL',
    (line, { frontend }) => {
      frontend.maxconn = line.takeInteger('a number of connections', 0) ?? frontend.maxconn;
    },
    "the process's",
  ),
  row(
    'backlog',
    'N',
    'DFL',
    (line, { frontend }) => {
      frontend.backlog = line.takeInteger('a number of connections', 0) ?? frontend.backlog;
    },
    'as maxconn',
  ),
  row(
    'rate-limit sessions',
    'N',
    'DFL',
    (line, { frontend }) => {
      frontend.rateLimitSessions = line.takeInteger('sessions per second', 0) ?? frontend.rateLimitSessions;
    },
    '0 (no limit)',
  ),
  row(
    'fullconn',
    'N',
    'DLB',
    (line, { backend }) => {
      backend.fullconn = line.takeInteger('a number of connections', 0) ?? backend.fullconn;
    },
    "a tenth of the frontends' maxconn",
  ),
  row(
    'retries',
    'N',
    'DLB',
    (line, { backend }) => {
      backend.retries = line.takeInteger('a number of retries', 0) ?? backend.retries;
    },
    '3',
  ),
  row('source', 'ADDR[:PORT]', 'DLB', (line, { backend }) => {
    backend.source = readSource(line) ?? backend.source;
  }),
  {
    ...row('log', 'global | ADDR [len N] [format F] [sample R] FACILITY [MAX [MIN]]', 'DFLB', readLog),
    negatable: true,
  },
  row(
    'log-tag',
    'TAG',
    'DFLB',
    (line, proxy) => {
      proxy.logTag = line.take('a tag') ?? proxy.logTag;
    },
    "the process's",
  ),
  row('log-format', 'FORMAT', 'DFL', readLogFormat),
  row('log-format-sd', 'FORMAT', 'DFL', (line, { frontend }) => {
    frontend.logFormatSd = line.take('a format in quotes') ?? frontend.logFormatSd;
  }),
  row('error-log-format', 'FORMAT', 'DFL', (line, { frontend }) => {
    frontend.errorLogFormat = line.take('a format in quotes') ?? frontend.errorLogFormat;
  }),
  row('disabled', '', 'DFLB', (_line, proxy) => {
    proxy.disabled = true;
  }),
  row('enabled', '', 'DFLB', (_line, proxy) => {
    proxy.disabled = false;
  }),
  row('description', 'TEXT', 'FLB', (line, proxy) => {
    proxy.description = line.takeRest('a text') ?? proxy.description;
  }),
  row(
    'id',
    'N',
    'FLB',
    (line, proxy) => {
      proxy.id = line.takeInteger('a number above 0', 1) ?? proxy.id;
    },
    'in order',
  ),
  ...keepAlive('clitcpka', 'DFL', (proxy) => proxy.options.clientKeepAliveTuning),
  ...keepAlive('srvtcpka', 'DLB', (proxy) => proxy.options.serverKeepAliveTuning),
  ...OPTION_ROWS,
  ...HTTP_ROWS,
  ...HTTP_RULE_ROWS,
  ...COOKIE_ROWS,
  ...STATS_ROWS,
];

function row(
  keyword: string,
  args: string,
  sections: ProxySections,
  read: (line: Line, proxy: ProxyDraft) => void,
  def?: string,
): Row {
  const strictSection = ['server', 'server-template', 'default-server'].includes(keyword);
  const base = { keyword, args, manual: '4.2', sections, strictSection, state: 'supported', read } as const;
  return def === undefined ? base : { ...base, default: def };
}

function frontTime(keyword: string, key: TimeKey<FrontendConfig>, def = '0 (never)'): Row {
  return row(
    keyword,
    'TIME',
    'DFL',
    (line, proxy) => {
      proxy.frontend[key] = readTimeout(line, proxy) ?? proxy.frontend[key];
    },
    def,
  );
}

function backTime(keyword: string, key: TimeKey<BackendConfig>, def = '0 (never)'): Row {
  return row(
    keyword,
    'TIME',
    'DLB',
    (line, proxy) => {
      proxy.backend[key] = readTimeout(line, proxy) ?? proxy.backend[key];
    },
    def,
  );
}

function keepAlive(
  prefix: string,
  sections: ProxySections,
  of: (p: ProxyDraft) => Mutable<KeepAliveTuning>,
): Row[] {
  return [
    row(
      `${prefix}-cnt`,
      'N',
      sections,
      (line, proxy) => {
        of(proxy).count = line.takeInteger('a number of probes', 0) ?? of(proxy).count;
      },
      "the system's",
    ),
    row(
      `${prefix}-idle`,
      'TIME',
      sections,
      (line, proxy) => {
        of(proxy).idleMs = line.takeTimeMs('a time') ?? of(proxy).idleMs;
      },
      "the system's",
    ),
    row(
      `${prefix}-intvl`,
      'TIME',
      sections,
      (line, proxy) => {
        of(proxy).intervalMs = line.takeTimeMs('a time') ?? of(proxy).intervalMs;
      },
      "the system's",
    ),
  ];
}

function readMode(line: Line, proxy: ProxyDraft): void {
  const mode = line.take("'tcp' or 'http'");
  if (mode === 'tcp' || mode === 'http') {
    proxy.mode = mode;
  } else if (mode === 'health') {
    line.alert(
      'removed-keyword',
      "'mode health' does not exist any more",
      "use 'mode tcp', or 'monitor-uri'",
    );
  } else if (mode === 'log' || mode === 'spop' || mode === 'haterm') {
    line.alert('unsupported-value', `'mode ${mode}' is not supported`, "use 'mode tcp' or 'mode http'");
  } else if (mode !== null) {
    const hint = didYouMean(mode, ['tcp', 'http']) ?? "use 'mode tcp' or 'mode http'";
    line.alert('invalid-value', `unknown mode '${mode}'`, hint);
  }
}

/** Lines add up, also onto inherited ones; `no log` drops them all (reference 1.6). */
function readLog(line: Line, proxy: ProxyDraft): void {
  if (line.prefix !== null) {
    proxy.log = [];
    proxy.logGlobal = false;
  } else if (line.peek() === 'global') {
    line.takeOptional();
    proxy.logGlobal = true;
  } else {
    const target = readLogTarget(line);
    if (target === null) return;
    proxy.said.set(`log/${proxy.log.length}`, placeOf(line.statement, 1));
    proxy.log.push(target);
  }
}

function readLogFormat(line: Line, proxy: ProxyDraft): void {
  const format = line.take('a format in quotes');
  if (format === null) return;
  warnOfOverride(line, proxy);
  proxy.frontend.logFormat = { kind: 'custom', format };
  proxy.httpLogAt = null;
}
