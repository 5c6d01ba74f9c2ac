/**
 * All of what one proxy does to messages in mode http, compiled once at start from its plain data.
 *
 * Not here: when it is done (`request-stream.ts`).
 */
import type { ProxyConfig } from '../config/config.ts';
import type { HeaderCapture, StatsConfig } from '../config/rules.ts';
import { ErrorPages, type ReadFile } from './error-pages.ts';
import { compileForwardFor, type ForwardForRule } from './forward-for.ts';
import { compileMonitor, type Monitor } from './monitor.ts';
import { CookiePersistence } from './persistence.ts';
import type { RuleEngine } from './rule.ts';
import { atPlace, compileRules, type HttpRules } from './rules.ts';
import { StatsAuth } from './stats-auth.ts';

export interface HttpProxy {
  readonly name: string;
  readonly requestRules: HttpRules;
  readonly responseRules: HttpRules;
  readonly pages: ErrorPages;
  readonly forwardFor: ForwardForRule | null;
  /** Of a backend with `cookie`. */
  readonly persistence: CookiePersistence | null;
  /** Of a frontend with `monitor-uri`. */
  readonly monitor: Monitor | null;
  /** Of a proxy with `stats enable`. */
  readonly stats: StatsConfig | null;
  readonly statsAuth: StatsAuth | null;
  readonly captureRequestHeaders: readonly HeaderCapture[];
  readonly captureResponseHeaders: readonly HeaderCapture[];
  readonly captureCookie: HeaderCapture | null;
}

/**
 * Reads the files the proxy names.
 *
 * Throws `ERR_CONFIG` naming the proxy and the rule: a file that cannot be read or is no response, a pattern that is no regular
 * expression, a name that is none; so it does for what `engine` throws.
 */
export function compileHttpProxy(proxy: ProxyConfig, engine: RuleEngine, readFile: ReadFile): HttpProxy {
  const place = `${proxy.kind} ${proxy.name}`;
  const { http, acls, frontend, backend } = proxy;
  const options = frontend?.httpFrontend ?? null;
  const { cookie = null, persist = false } = backend?.httpBackend ?? {};
  return {
    requestRules: compileRules(http.requestRules, acls, place, { engine, readFile, direction: 'request' }),
    responseRules: compileRules(http.responseRules, acls, place, { engine, readFile, direction: 'response' }),
    pages: new ErrorPages(http, place, readFile),
    forwardFor: compileForwardFor(http.forwardFor, place),
    persistence: cookie === null ? null : new CookiePersistence(cookie, backend?.servers ?? [], persist),
    monitor:
      options === null
        ? null
        : atPlace(`${place}: monitor fail`, () => compileMonitor(options, acls, engine)),
    name: proxy.name,
    stats: http.stats,
    statsAuth: http.stats === null ? null : new StatsAuth(http.stats),
    captureRequestHeaders: options?.captureRequestHeaders ?? [],
    captureResponseHeaders: options?.captureResponseHeaders ?? [],
    captureCookie: options?.captureCookie ?? null,
  };
}
