/**
 * Words of `defaults`, `frontend`, `listen` and `backend` that are known and answered, without an effect here.
 *
 * Not here: the supported ones (`proxy.ts`, `option.ts`).
 */
import type { ProxyDraft } from '../draft.ts';
import { httpOnly, noEffect, noEffectWarning, removed, unsupported } from './entry.ts';
import type { Entry } from './entry.ts';

const RULES = 'rules for connections and their content are not in this version';
const STICK = "there are no stick tables in this version; 'balance source' keeps a client on its server";
const CHECKS =
  "a bare 'check' connects, 'check-ssl' also shakes hands; scripted checks are not in this version";

/** Header rewriting of HAProxy 1.x. */
const REWRITE_WORDS = (
  'reqadd reqallow reqiallow reqdel reqidel reqdeny reqideny reqpass reqipass reqrep reqirep reqtarpit reqitarpit ' +
  'rspadd rspdel rspidel rspdeny rspideny rsprep rspirep'
).split(' ');

/** HAProxy manual 4.2 and later versions. */
export const PROXY_KNOWN_ROWS: readonly Entry<ProxyDraft>[] = [
  ...unsupported<ProxyDraft>(RULES, { manual: '4.2', sections: 'DFLB' }, [
    'tcp-request content ACTION [CONDITION]',
    'tcp-request inspect-delay TIME',
  ]),
  ...unsupported<ProxyDraft>(RULES, { manual: '4.2', sections: 'DFL' }, [
    'tcp-request connection ACTION [CONDITION]',
    'tcp-request session ACTION [CONDITION]',
    'quic-initial ACTION [CONDITION]',
  ]),
  ...unsupported<ProxyDraft>(RULES, { manual: '4.2', sections: 'DLB' }, [
    'tcp-response content ACTION [CONDITION]',
    'tcp-response inspect-delay TIME',
  ]),
  ...unsupported<ProxyDraft>(RULES, { manual: '4.2', sections: 'FL' }, ['force-be-switch CONDITION']),
  ...unsupported<ProxyDraft>(RULES, { manual: '4.2', sections: 'LB' }, [
    'force-persist CONDITION',
    'ignore-persist CONDITION',
  ]),
  ...unsupported<ProxyDraft>(STICK, { manual: '4.2', sections: 'FLB' }, [
    'stick-table [type TYPE size SIZE] [PARAM…]',
  ]),
  ...unsupported<ProxyDraft>(STICK, { manual: '4.2', sections: 'LB' }, [
    'stick match PATTERN [table NAME] [CONDITION]',
    'stick on PATTERN [table NAME] [CONDITION]',
    'stick store-request PATTERN [table NAME] [CONDITION]',
    'stick store-response PATTERN [table NAME] [CONDITION]',
  ]),
  ...unsupported<ProxyDraft>(STICK, { manual: '4.2', sections: 'DLB' }, ['persist rdp-cookie']),
  ...unsupported<ProxyDraft>(CHECKS, { manual: '4.2', sections: 'DLB' }, [
    'tcp-check comment TEXT',
    'tcp-check connect [PARAM…]',
    'tcp-check expect [!] MATCH PATTERN',
    'tcp-check send TEXT',
    'tcp-check send-lf FORMAT',
    'tcp-check send-binary HEX',
    'tcp-check send-binary-lf FORMAT',
    'tcp-check set-var NAME EXPR',
    'tcp-check set-var-fmt NAME FORMAT',
    'tcp-check unset-var NAME',
    'http-check comment TEXT',
    'http-check connect [PARAM…]',
    'http-check disable-on-404',
    'http-check expect [!] MATCH PATTERN',
    'http-check send [PARAM…]',
    'http-check send-state',
    'http-check set-var NAME EXPR',
    'http-check set-var-fmt NAME FORMAT',
    'http-check unset-var NAME',
    'external-check command PATH',
    'external-check path PATH',
  ]),
  ...unsupported<ProxyDraft>('filters are not in this version', { manual: '9', sections: 'FLB' }, [
    'filter NAME [PARAM…]',
  ]),
  ...unsupported<ProxyDraft>('name the servers', { manual: '4.2', sections: 'LB' }, ['dispatch ADDR']),
  ...unsupported<ProxyDraft>('name the servers', { manual: '4.2', sections: 'DLB' }, ['transparent']),
  ...unsupported<ProxyDraft>(
    'watch the metrics; alert rules are under deploy/',
    { manual: '4.2', sections: 'DFLB' },
    [
      'email-alert from ADDR',
      'email-alert level LEVEL',
      'email-alert mailers NAME',
      'email-alert myhostname NAME',
      'email-alert to ADDR',
    ],
  ),
  ...noEffect<ProxyDraft>(
    'server states are not kept in a file in this version',
    { manual: '4.2', sections: 'DLB' },
    ['load-server-state-from-file global|local|none', 'server-state-file-name [PATH]'],
  ),
  ...noEffect<ProxyDraft>('every thread serves every proxy', { manual: 'HAProxy 2.4', sections: 'DFLB' }, [
    'bind-process SET…',
  ]),
  ...noEffect<ProxyDraft>(
    'it concerns nothing that this program does',
    { manual: 'HAProxy 3.0', sections: 'FLB' },
    ['guid TEXT'],
  ),
  ...noEffect<ProxyDraft>(
    'nothing is read from the client before the server is chosen',
    { manual: 'HAProxy 2.9', sections: 'DFL' },
    ['timeout client-hs TIME'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'log steps and profiles are not in this version',
    { manual: 'HAProxy 3.1', sections: 'DFL' },
    ['log-steps LIST'],
  ),
  ...noEffect<ProxyDraft>('names of counters are fixed', { manual: 'HAProxy 3.3', sections: 'DFLB' }, [
    'counters WORD',
  ]),
  ...noEffect<ProxyDraft>(
    'maps are rebuilt with the servers that are up',
    { manual: 'HAProxy 3.1', sections: 'DLB' },
    ['hash-preserve-affinity WORD'],
  ),
  ...unsupported<ProxyDraft>(RULES, { manual: 'HAProxy 3.3', sections: 'LB' }, ['be-unpublished']),
  removed<ProxyDraft>('clitimeout', "HAProxy 2.1 removed it; use 'timeout client'", {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('srvtimeout', "HAProxy 2.1 removed it; use 'timeout server'", {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('contimeout', "HAProxy 2.1 removed it; use 'timeout connect'", {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('timeout clitimeout', "use 'timeout client'", {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('timeout srvtimeout', "use 'timeout server'", {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('timeout contimeout', "use 'timeout connect'", {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('redispatch', "use 'option redispatch'", { manual: 'HAProxy 2.1', sections: 'DFLB' }),
  removed<ProxyDraft>('redisp', "use 'option redispatch'", { manual: 'HAProxy 2.1', sections: 'DFLB' }),
  removed<ProxyDraft>('monitor-net', 'HAProxy 2.1 removed it; use /livez of the metrics address', {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('grace', "use 'grace' in 'global'", { manual: 'HAProxy 2.5', sections: 'DFLB' }),
  removed<ProxyDraft>('block', "HAProxy 2.1 removed it in favour of 'http-request deny'", {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  ...REWRITE_WORDS.map((keyword) =>
    removed<ProxyDraft>(keyword, "HAProxy 2.1 removed it in favour of 'http-request' and 'http-response'", {
      manual: 'HAProxy 2.1',
      sections: 'DFLB',
    }),
  ),
  removed<ProxyDraft>('appsession', 'HAProxy 1.6 removed it; it needs mode http', {
    manual: 'HAProxy 1.6',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('option forceclose', 'HAProxy 2.0 removed it; it needs mode http', {
    manual: 'HAProxy 2.0',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('option http-tunnel', 'HAProxy 2.1 removed it; mode tcp is a tunnel', {
    manual: 'HAProxy 2.1',
    sections: 'DFLB',
  }),
  removed<ProxyDraft>('option http_proxy', 'HAProxy 2.5 removed it; it needs mode http', {
    manual: 'HAProxy 2.5',
    sections: 'DFLB',
  }),
  ...httpOnly<ProxyDraft>(
    "'http-response' rules see answers of servers only",
    { manual: '4.2', sections: 'DFLB' },
    ['http-after-response ACTION [CONDITION]'],
  ),
  ...httpOnly<ProxyDraft>("use 'http-request set-header'", { manual: '4.2', sections: 'DFLB' }, [
    'option originalto [PARAM…]',
    'option forwarded [PARAM…]',
  ]),
  ...httpOnly<ProxyDraft>(
    "use 'http-request set-header … %[rand]' or the log's %rt",
    { manual: '4.2', sections: 'DFL' },
    ['unique-id-format FORMAT', 'unique-id-header NAME'],
  ),
  ...httpOnly<ProxyDraft>("use 'errorfile'", { manual: '4.2', sections: 'DFLB' }, [
    'errorfiles NAME [CODE…]',
    'http-error PARAM…',
  ]).map(quiet),
  ...httpOnly<ProxyDraft>("use 'http-request del-header'", { manual: '4.2', sections: 'DFLB' }, [
    'option http-restrict-req-hdr-names WORD',
  ]).map(quiet),
  ...httpOnly<ProxyDraft>(
    'trailers are passed on',
    { manual: 'HAProxy 2.9', sections: 'DFLB', negatable: true },
    ['option http-drop-request-trailers', 'option http-drop-response-trailers'],
  ),
  ...httpOnly<ProxyDraft>("use 'capture request header'", { manual: '4.2', sections: 'FL' }, [
    'declare capture request|response len N',
  ]),
  ...httpOnly<ProxyDraft>('the page only shows', { manual: '4.2', sections: 'FLB' }, [
    'stats admin CONDITION',
    'stats http-request ACTION [CONDITION]',
  ]),
  ...httpOnly<ProxyDraft>("use 'http-response' rules", { manual: '4.2', sections: 'DLB', negatable: true }, [
    'option checkcache',
  ]),
  ...httpOnly<ProxyDraft>(
    'rules do not know the server yet; leave it out',
    { manual: '4.2', sections: 'DLB' },
    ['http-send-name-header [NAME]'],
  ),
  ...httpOnly<ProxyDraft>(
    "give each server its value: 'server … cookie VALUE'",
    { manual: '4.2', sections: 'DLB' },
    ['dynamic-cookie-key TEXT'],
  ),
  ...httpOnly<ProxyDraft>('only connecting is tried again', { manual: '4.2', sections: 'DLB' }, [
    'retry-on LIST',
  ]),
  ...httpOnly<ProxyDraft>('servers are spoken to in HTTP/1', { manual: '10.1.2', sections: 'LB' }, [
    'use-fcgi-app NAME',
  ]),
  ...noEffectWarning<ProxyDraft>(
    'answers are passed on as the servers make them',
    { manual: '4.2', sections: 'DFLB' },
    ['compression ALGO…'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'the server is chosen when the head of a request has come',
    { manual: '4.2', sections: 'DFLB', negatable: true },
    ['option http-buffer-request'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'what HAProxy lets through with it is refused',
    { manual: '4.2', sections: 'DFL', negatable: true },
    ['option accept-invalid-http-request', 'option accept-unsafe-violations-in-http-request'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'what HAProxy lets through with it is refused',
    { manual: '4.2', sections: 'DLB', negatable: true },
    ['option accept-invalid-http-response', 'option accept-unsafe-violations-in-http-response'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'names of headers are passed on in lower case',
    { manual: '4.2', sections: 'DFL', negatable: true },
    ['option h1-case-adjust-bogus-client'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'names of headers are passed on in lower case',
    { manual: '4.2', sections: 'DLB', negatable: true },
    ['option h1-case-adjust-bogus-server'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'a server is told when its connection will not be used again',
    { manual: '4.2', sections: 'DLB', negatable: true },
    ['option http-pretend-keepalive'],
  ),
  ...noEffectWarning<ProxyDraft>(
    'a soft stop closes connections that wait for a request',
    { manual: '4.2', sections: 'DFL', negatable: true },
    ['option idle-close-on-response'],
  ),
  ...noEffectWarning<ProxyDraft>(
    "'Proxy-Connection' is a header like any other",
    { manual: '4.2', sections: 'DFL', negatable: true },
    ['option http-use-proxy-header'],
  ),
  ...noEffect<ProxyDraft>(
    'bytes are sent on as they come',
    { manual: '4.2', sections: 'DFLB', negatable: true },
    ['option http-no-delay'],
  ),
  ...noEffect<ProxyDraft>(
    'clients are spoken to in HTTP/1',
    { manual: '4.2', sections: 'DFL', negatable: true },
    ['option disable-h2-upgrade'],
  ),
  ...noEffect<ProxyDraft>('no request waits for a certain connection', { manual: '4.2', sections: 'DLB' }, [
    'max-keep-alive-queue N',
    'max-session-srv-conns N',
  ]),
  ...noEffect<ProxyDraft>(
    'there are no modules whose counters it could show',
    { manual: '4.2', sections: 'DFLB' },
    ['stats show-modules'],
  ),
];

/** HAProxy says nothing about these in mode tcp; a notice is enough. */
function quiet(entry: Entry<ProxyDraft>): Entry<ProxyDraft> {
  return { ...entry, needsHttp: 'notice' };
}
