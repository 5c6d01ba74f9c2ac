/**
 * The parts of a configuration written in TypeScript that are about ACLs, rules and mode http: lines as the text has them, or
 * plain data, or both.
 *
 *     acls: ['is_ws hdr(Upgrade) -i WebSocket'],
 *     useBackend: ['sockets if is_ws'],
 *     http: { forwardFor: true, requestRules: ['set-header X-Tls %[ssl_fc]'], timeoutHttpRequest: '10s' },
 *
 * Not here: the rest (`define.ts`), what is right and wrong (`check-rules.ts`, `check-http.ts`).
 */
import {
  COOKIE_DEFAULTS,
  HTTP_BACKEND_DEFAULTS,
  HTTP_DEFAULTS,
  HTTP_FRONTEND_DEFAULTS,
  STATS_DEFAULTS,
} from './defaults.ts';
import type { Fields, Replaced } from './define-types.ts';
import type { Filler } from './fill.ts';
import {
  readAclText,
  readConditionText,
  readCookieText,
  readForwardForText,
  readHttpRuleText,
  readUseBackendText,
  readUseServerText,
} from './keywords/text.ts';
import type {
  AclConfig,
  CookieConfig,
  ForwardFor,
  HttpBackendOptions,
  HttpFrontendOptions,
  HttpOptions,
  HttpRule,
  StatsConfig,
  UseBackendRule,
  UseServerRule,
} from './rules.ts';
import type { Parsed } from './units.ts';

/** `'is_ws hdr(Upgrade) -i WebSocket'`, as after `acl`. */
export type AclInput = string | AclConfig;

/** `'sockets if is_ws'`, as after `use_backend`. */
export type UseBackendInput = string | UseBackendRule;

/** `'a if { path_beg /a }'`, as after `use-server`. */
export type UseServerInput = string | UseServerRule;

/** `'deny if { path /x }'`, as after `http-request` or `http-response`. */
export type HttpRuleInput = string | HttpRule;

export type HttpInput = Replaced<
  HttpOptions,
  {
    readonly requestRules?: readonly HttpRuleInput[];
    readonly responseRules?: readonly HttpRuleInput[];
    /** `true`, or as after `option forwardfor`: `'except 10.0.0.0/8'`. */
    readonly forwardFor?: boolean | string | ForwardFor | null;
    /** `true`: the page with its defaults. */
    readonly stats?: boolean | Fields<StatsConfig> | null;
  }
>;

export type HttpFrontendInput = Replaced<
  HttpFrontendOptions,
  { readonly monitorFail?: readonly (string | readonly string[])[] }
>;

export type HttpBackendInput = Replaced<
  HttpBackendOptions,
  {
    /** `'SRV insert indirect nocache'`, as after `cookie`. */
    readonly cookie?: string | (Fields<CookieConfig> & { readonly name: string }) | null;
  }
>;

/** The lists of a proxy, each member a text or plain data. */
export function aclsOf(fill: Filler, input: readonly AclInput[] | undefined, where: string): AclConfig[] {
  return texts(fill, input, readAclText, `${where}: acls`);
}

export function useBackendOf(
  fill: Filler,
  input: readonly UseBackendInput[] | undefined,
  where: string,
): UseBackendRule[] {
  return texts(fill, input, readUseBackendText, `${where}: useBackend`);
}

export function useServerOf(
  fill: Filler,
  input: readonly UseServerInput[] | undefined,
  where: string,
): UseServerRule[] {
  return texts(fill, input, readUseServerText, `${where}: useServer`);
}

/** What both sides of a proxy say for mode http. */
export function httpOf(fill: Filler, input: HttpInput | undefined, where: string): HttpOptions {
  const { requestRules, responseRules, forwardFor, stats, ...rest } = input ?? {};
  return {
    ...fill.from(HTTP_DEFAULTS, rest, `${where}: http`),
    requestRules: texts(fill, requestRules, readHttpRuleText('request'), `${where}: requestRules`),
    responseRules: texts(fill, responseRules, readHttpRuleText('response'), `${where}: responseRules`),
    forwardFor: forwardForOf(fill, forwardFor, where),
    stats:
      stats === undefined || stats === null || stats === false
        ? null
        : fill.from(STATS_DEFAULTS, stats === true ? {} : stats, `${where}: stats`),
  };
}

/** What a frontend says for mode http. */
export function httpFrontendOf(
  fill: Filler,
  input: HttpFrontendInput | undefined,
  where: string,
): HttpFrontendOptions {
  const { monitorFail, ...rest } = input ?? {};
  return {
    ...fill.from(HTTP_FRONTEND_DEFAULTS, rest, `${where}: httpFrontend`),
    monitorFail: texts(fill, monitorFail, readConditionText, `${where}: monitorFail`),
  };
}

/** What a backend says for mode http. */
export function httpBackendOf(
  fill: Filler,
  input: HttpBackendInput | undefined,
  where: string,
): HttpBackendOptions {
  const { cookie, ...rest } = input ?? {};
  return {
    ...fill.from(HTTP_BACKEND_DEFAULTS, rest, `${where}: httpBackend`),
    cookie: cookieOf(fill, cookie, `${where}: cookie`),
  };
}

function cookieOf(fill: Filler, input: HttpBackendInput['cookie'], where: string): CookieConfig | null {
  if (input === undefined || input === null) return null;
  if (typeof input === 'string') return fill.text<CookieConfig>(input, readCookieText, where);
  return fill.from<CookieConfig>({ name: '', ...COOKIE_DEFAULTS }, input, where);
}

function forwardForOf(fill: Filler, input: HttpInput['forwardFor'], where: string): ForwardFor | null {
  if (input === undefined || input === null || input === false) return null;
  return fill.text<ForwardFor>(input === true ? '' : input, readForwardForText, `${where}: forwardFor`);
}

/** Members at fault are left out, after an alert. */
function texts<T>(
  fill: Filler,
  input: readonly (string | T)[] | undefined,
  parse: (text: string) => Parsed<T>,
  where: string,
): T[] {
  return (input ?? []).flatMap((one) => {
    const value = fill.text<T>(one, parse, where);
    return value === null ? [] : [value];
  });
}
