/**
 * What only mode http has, as lines of text: rules, error pages, captures, cookies, the page with counters.
 *
 * Not here: the rest of a proxy (`print.ts`).
 */
import { COOKIE_DEFAULTS, FORWARD_FOR_DEFAULTS, HTTP_BACKEND_DEFAULTS, STATS_DEFAULTS } from './defaults.ts';
import { flag, joined, number, text, time, word } from './print-words.ts';
import type { Words } from './print-words.ts';
import type {
  CookieConfig,
  ForwardFor,
  HeaderCapture,
  HttpAction,
  HttpBackendOptions,
  HttpFrontendOptions,
  HttpOptions,
  HttpReply,
  HttpRule,
  Redirect,
  StatsConfig,
} from './rules.ts';

/** Lines that both halves of a proxy may have. */
export function httpLines(http: HttpOptions): Words[] {
  return [
    forwardForLine(http.forwardFor),
    flag(http.connection === 'server-close', 'option', 'http-server-close'),
    flag(http.connection === 'close', 'option', 'httpclose'),
    time('timeout http-request', http.timeoutHttpRequestMs),
    time('timeout http-keep-alive', http.timeoutHttpKeepAliveMs),
    time('timeout tarpit', http.timeoutTarpitMs),
    ...http.errorFiles.map(({ status, path }) => ['errorfile', String(status), path]),
    ...http.errorLocations.map(({ status, code, url }) => [`errorloc${code}`, String(status), url]),
    ...(http.stats === null ? [] : statsLines(http.stats)),
    ...http.requestRules.map((rule) => ruleLine('http-request', rule)),
    ...http.responseRules.map((rule) => ruleLine('http-response', rule)),
  ];
}

/** Lines of a frontend half. */
export function frontendHttpLines(options: HttpFrontendOptions): Words[] {
  const { captureCookie, monitorUri, monitorFail } = options;
  return [
    flag(options.ignoreProbes, 'option', 'http-ignore-probes'),
    ...options.captureRequestHeaders.map((one) => captureLine(['request', 'header'], one)),
    ...options.captureResponseHeaders.map((one) => captureLine(['response', 'header'], one)),
    captureCookie === null ? null : captureLine(['cookie'], captureCookie),
    text('monitor-uri', monitorUri),
    ...monitorFail.map((condition) => ['monitor', 'fail', ...condition]),
  ];
}

/** Lines of a backend half. */
export function backendHttpLines({ reuse, cookie, persist }: HttpBackendOptions): Words[] {
  return [
    word('http-reuse', reuse, HTTP_BACKEND_DEFAULTS.reuse),
    cookie === null ? null : cookieLine(cookie),
    flag(persist, 'option', 'persist'),
  ];
}

function forwardForLine(forwardFor: ForwardFor | null): Words {
  if (forwardFor === null) return null;
  const { except, header, ifNone } = forwardFor;
  return joined(
    ['option', 'forwardfor'],
    [text('except', except), word('header', header, FORWARD_FOR_DEFAULTS.header), flag(ifNone, 'if-none')],
  );
}

function captureLine(what: readonly string[], { name, lengthBytes }: HeaderCapture): Words {
  return ['capture', ...what, name, 'len', String(lengthBytes)];
}

function cookieLine(cookie: CookieConfig): Words {
  return joined(
    ['cookie', cookie.name],
    [
      flag(cookie.mode !== COOKIE_DEFAULTS.mode, cookie.mode),
      flag(cookie.indirect, 'indirect'),
      flag(cookie.nocache, 'nocache'),
      flag(cookie.postonly, 'postonly'),
      flag(cookie.preserve, 'preserve'),
      flag(cookie.httpOnly, 'httponly'),
      flag(cookie.secure, 'secure'),
      flag(cookie.dynamic, 'dynamic'),
      ...cookie.domains.map((domain) => ['domain', domain]),
      time('maxidle', cookie.maxIdleMs),
      time('maxlife', cookie.maxLifeMs),
      ...cookie.attributes.map((attribute) => ['attr', attribute]),
    ],
  );
}

function statsLines(stats: StatsConfig): Words[] {
  const lines = [
    word('uri', stats.uri, STATS_DEFAULTS.uri),
    word('realm', stats.realm, STATS_DEFAULTS.realm),
    ...stats.auth.map((account) => ['auth', account]),
    number('refresh', stats.refreshS, 0),
    flag(stats.hideVersion, 'hide-version'),
    ...stats.scope.map((name) => ['scope', name]),
    text('show-desc', stats.showDescription),
    flag(stats.showLegends, 'show-legends'),
    text('show-node', stats.showNode),
  ];
  return [['enable'], ...lines].map((words) => (words === null ? null : ['stats', ...words]));
}

function ruleLine(keyword: string, { action, condition }: HttpRule): Words {
  return [keyword, ...actionWords(action), ...(condition ?? [])];
}

function actionWords(action: HttpAction): readonly string[] {
  switch (action.kind) {
    case 'allow':
      return ['allow'];
    case 'deny':
    case 'tarpit':
      if (action.reply.body.kind === 'default-errorfiles')
        return [action.kind, 'deny_status', String(action.reply.status)];
      return [action.kind, ...replyWords(action.reply)];
    case 'return':
      return ['return', ...replyWords(action.reply)];
    case 'redirect':
      return ['redirect', ...redirectWords(action.redirect)];
    case 'set-header':
    case 'add-header':
      return [action.kind, action.name, action.format];
    case 'del-header':
      return ['del-header', action.name, ...(action.match === 'str' ? [] : ['-m', action.match])];
    case 'replace-header':
    case 'replace-value':
      return [action.kind, action.name, action.pattern, action.format];
    case 'replace-path':
    case 'replace-pathq':
    case 'replace-uri':
      return [action.kind, action.pattern, action.format];
    case 'set-status':
      return [
        'set-status',
        String(action.status),
        ...(action.reason === null ? [] : ['reason', action.reason]),
      ];
    case 'set-var':
      return [`set-var(${action.variable})`, action.expression];
    case 'set-var-fmt':
      return [`set-var-fmt(${action.variable})`, action.format];
    case 'unset-var':
      return [`unset-var(${action.variable})`];
    case 'set-log-level':
      return ['set-log-level', action.level];
    default:
      return [action.kind, action.format];
  }
}

function replyWords({ status, contentType, body, headers }: HttpReply): readonly string[] {
  return [
    'status',
    String(status),
    ...(body.kind === 'default-errorfiles' ? [body.kind] : []),
    ...(contentType === null ? [] : ['content-type', contentType]),
    ...('text' in body ? [body.kind, body.text] : []),
    ...('path' in body ? [body.kind, body.path] : []),
    ...headers.flatMap(({ name, format }) => ['hdr', name, format]),
  ];
}

function redirectWords(redirect: Redirect): readonly string[] {
  const { setCookie, clearCookie } = redirect;
  return [
    redirect.kind,
    redirect.format,
    'code',
    String(redirect.code),
    ...(redirect.dropQuery ? ['drop-query'] : []),
    ...(redirect.appendSlash ? ['append-slash'] : []),
    ...(redirect.ignoreEmpty ? ['ignore-empty'] : []),
    ...(setCookie === null ? [] : ['set-cookie', setCookie]),
    ...(clearCookie === null ? [] : ['clear-cookie', clearCookie]),
  ];
}
