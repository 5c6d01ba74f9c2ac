/**
 * Generated ACLs, rules and settings of mode http, as correct as a whole configuration needs them.
 *
 * Not here: the rest of a configuration (`config.arbitrary.ts`).
 */
import fc from 'fast-check';
import type { BalanceConfig, LogFormatChoice } from '../../lib/config/config.ts';
import { cookieFault } from '../../lib/config/keywords/cookie.ts';
import { ERROR_STATUSES, replyFaults } from '../../lib/config/keywords/http-reply.ts';
import { LOG_LEVELS } from '../../lib/config/log-words.ts';
import type {
  AclConfig,
  CookieConfig,
  HeaderCapture,
  HttpAction,
  HttpBackendOptions,
  HttpFrontendOptions,
  HttpOptions,
  HttpReply,
  HttpRule,
  Redirect,
  StatsConfig,
  UseBackendRule,
} from '../../lib/config/rules.ts';

/** Any text a word can hold, see `config.arbitrary.ts`. */
const text = fc
  .string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
  .filter((one) => !one.includes('\0'));
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(one, { nil: null });
const flag = fc.boolean();
const time = fc.oneof(fc.constant(0), fc.nat(2_147_483_647));
/** Whole seconds. */
const span = fc.oneof(fc.constant(0), fc.nat(3_000_000)).map((seconds) => seconds * 1000);
const token = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/);
const format = fc.oneof(
  text.map((one) => one.replaceAll('%', '%%')),
  fc.constantFrom('%[src]', '%{+Q}[method,lower] x', '%ci:%cp'),
);
const pattern = fc.constantFrom('.*', '^/(a|b)$', '[[:alpha:]]+ x', String.raw`\d{2}`);
const variable = token.map((one) => `txn.${one.replaceAll('-', '_')}`);

export const acls: fc.Arbitrary<AclConfig[]> = fc.array(
  fc.record({
    name: fc.constantFrom('lan', 'is_ws', 'static:1'),
    words: fc.oneof(
      fc.constantFrom(['src', '10.0.0.0/8', '::1'], ['hdr(Upgrade)', '-i', 'WebSocket'], ['always_true']),
      fc.array(text, { minLength: 1, maxLength: 3 }).map((values) => ['path', '-m', 'beg', '--', ...values]),
    ),
  }),
  { maxLength: 4 },
);

/** With the word before it; names only what is predefined. */
export const condition: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.constantFrom('if', 'unless'),
    fc.array(
      fc.constantFrom(
        ['TRUE'],
        ['!FALSE'],
        ['!', 'METH_GET'],
        ['{', 'src', '10.0.0.1', '}'],
        ['TRUE', 'or', 'LOCALHOST'],
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([word, terms]) => [word, ...terms.flat()]);

/** Names are computed, so that none has to exist. */
export const useBackend: fc.Arbitrary<UseBackendRule[]> = fc
  .tuple(
    fc.array(fc.record({ backend: fc.constant('%[req.hdr(host),lower]'), condition }), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([rules, always]) => (always ? [...rules, { backend: 'app-%[src]', condition: null }] : rules));

const reply = (statuses: fc.Arbitrary<number>): fc.Arbitrary<HttpReply> =>
  fc
    .record({
      status: statuses,
      contentType: fc.constant('text/plain' as string | null),
      body: fc.oneof(
        fc.constantFrom({ kind: 'none' as const }, { kind: 'default-errorfiles' as const }),
        text.map((one) => ({ kind: 'string' as const, text: one })),
        format.map((one) => ({ kind: 'lf-string' as const, text: one })),
        fc
          .tuple(fc.constantFrom('file', 'lf-file', 'errorfile'), text)
          .map(([kind, path]) => ({ kind: kind as 'file' | 'lf-file' | 'errorfile', path })),
      ),
      headers: fc.array(fc.record({ name: token, format }), { maxLength: 2 }),
    })
    .map((one): HttpReply => {
      const { kind } = one.body;
      if (kind === 'none') return { ...one, contentType: null };
      const whole = kind === 'errorfile' || kind === 'default-errorfiles';
      return whole ? { ...one, contentType: null, headers: [] } : one;
    })
    .filter((one) => replyFaults(one).length === 0);

const errorStatus = fc.constantFrom(...ERROR_STATUSES);
const status = fc.oneof(errorStatus, fc.integer({ min: 200, max: 599 }));

const redirect: fc.Arbitrary<Redirect> = fc.record({
  kind: fc.constantFrom('location', 'prefix', 'scheme'),
  format,
  code: fc.constantFrom(301, 302, 303, 307, 308),
  dropQuery: flag,
  appendSlash: flag,
  ignoreEmpty: flag,
  setCookie: maybe(text),
  clearCookie: maybe(text),
});

/** Actions of both sides. */
const action: fc.Arbitrary<HttpAction> = fc.oneof(
  fc.constant<HttpAction>({ kind: 'allow' }),
  reply(status).map((one): HttpAction => ({ kind: 'deny', reply: one })),
  reply(status).map((one): HttpAction => ({ kind: 'return', reply: one })),
  redirect.map((one): HttpAction => ({ kind: 'redirect', redirect: one })),
  fc
    .record({ kind: fc.constantFrom('set-header', 'add-header'), name: token, format })
    .map((one) => one as HttpAction),
  fc
    .record({ name: token, match: fc.constantFrom('str', 'beg', 'end', 'sub', 'reg') })
    .map((one) => ({ kind: 'del-header', ...one }) as HttpAction),
  fc
    .record({ kind: fc.constantFrom('replace-header', 'replace-value'), name: token, pattern, format })
    .map((one) => one as HttpAction),
  variable.map((one): HttpAction => ({ kind: 'set-var', variable: one, expression: 'src,ipmask(24)' })),
  fc.record({ variable, format }).map((one): HttpAction => ({ kind: 'set-var-fmt', ...one })),
  variable.map((one): HttpAction => ({ kind: 'unset-var', variable: one })),
  fc.constantFrom(...LOG_LEVELS, 'silent').map((level): HttpAction => ({ kind: 'set-log-level', level })),
);

const requestAction: fc.Arbitrary<HttpAction> = fc.oneof(
  { weight: 3, arbitrary: action },
  reply(status).map((one): HttpAction => ({ kind: 'tarpit', reply: one })),
  fc
    .record({ kind: fc.constantFrom('set-method', 'set-path', 'set-pathq', 'set-query', 'set-uri'), format })
    .map((one) => one as HttpAction),
  fc
    .record({ kind: fc.constantFrom('replace-path', 'replace-pathq', 'replace-uri'), pattern, format })
    .map((one) => one as HttpAction),
);

const responseAction: fc.Arbitrary<HttpAction> = fc.oneof(
  { weight: 3, arbitrary: action },
  fc
    .record({ status: fc.integer({ min: 100, max: 999 }), reason: maybe(text) })
    .map((one): HttpAction => ({ kind: 'set-status', ...one })),
);

const rules = (one: fc.Arbitrary<HttpAction>): fc.Arbitrary<HttpRule[]> =>
  fc.array(fc.record({ action: one, condition: maybe(condition) }), { maxLength: 3 });

const stats: fc.Arbitrary<StatsConfig> = fc.record({
  uri: text,
  realm: text,
  auth: fc.array(
    fc.tuple(token, text).map(([user, password]) => `${user}:${password}`),
    { maxLength: 2 },
  ),
  refreshS: fc.nat(100_000),
  hideVersion: flag,
  scope: fc.array(text, { maxLength: 2 }),
  showDescription: maybe(text),
  showLegends: flag,
  showNode: maybe(token),
});

/** One page or one location per status. */
const errors = fc
  .uniqueArray(fc.record({ status: errorStatus, path: text, code: fc.constantFrom(0, 302, 303) }), {
    maxLength: 4,
    selector: (one) => one.status,
  })
  .map((all) => ({
    errorFiles: all.filter((one) => one.code === 0).map(({ status, path }) => ({ status, path })),
    errorLocations: all
      .filter((one) => one.code !== 0)
      .map(({ status, path, code }) => ({ status, code: code as 302 | 303, url: path })),
  }));

export const http: fc.Arbitrary<HttpOptions> = fc
  .tuple(
    fc.record({
      requestRules: rules(requestAction),
      responseRules: rules(responseAction),
      forwardFor: maybe(
        fc.record({
          except: maybe(fc.constantFrom('10.0.0.0/8', '::1', '10.0.0.0/255.0.0.0')),
          header: token,
          ifNone: flag,
        }),
      ),
      connection: fc.constantFrom('keep-alive', 'server-close', 'close'),
      timeoutHttpRequestMs: time,
      timeoutHttpKeepAliveMs: time,
      timeoutTarpitMs: time,
      stats: maybe(stats),
    }),
    errors,
  )
  .map(([one, pages]) => ({ ...one, ...pages }));

const capture: fc.Arbitrary<HeaderCapture> = fc.record({
  name: token,
  lengthBytes: fc.integer({ min: 1, max: 65_535 }),
});

export const httpFrontend: fc.Arbitrary<HttpFrontendOptions> = fc.record({
  captureRequestHeaders: fc.array(capture, { maxLength: 2 }),
  captureResponseHeaders: fc.array(capture, { maxLength: 2 }),
  captureCookie: maybe(capture),
  monitorUri: maybe(text),
  monitorFail: fc.array(condition, { maxLength: 2 }),
  ignoreProbes: flag,
});

const cookie: fc.Arbitrary<CookieConfig> = fc
  .record({
    name: token,
    mode: fc.constantFrom('passive', 'rewrite', 'insert', 'prefix'),
    indirect: flag,
    nocache: flag,
    postonly: flag,
    preserve: flag,
    httpOnly: flag,
    secure: flag,
    domains: fc.array(text, { maxLength: 2 }),
    maxIdleMs: span,
    maxLifeMs: span,
    attributes: fc.array(fc.constantFrom('SameSite=None', 'Priority=High'), { maxLength: 2 }),
    dynamic: fc.constant(false),
  })
  .filter((one) => cookieFault(one) === null);

export const httpBackend: fc.Arbitrary<HttpBackendOptions> = fc.record({
  reuse: fc.constantFrom('never', 'safe', 'aggressive', 'always'),
  cookie: maybe(cookie),
  persist: flag,
});

/** Algorithms that look at a request. */
export const httpBalance: fc.Arbitrary<BalanceConfig> = fc.oneof(
  fc.record({
    algorithm: fc.constant('uri' as const),
    lengthBytes: fc.nat(1000),
    depth: fc.nat(10),
    whole: flag,
    pathOnly: flag,
  }),
  fc.record({ algorithm: fc.constant('url_param' as const), name: text }),
  fc.record({ algorithm: fc.constant('hdr' as const), name: token, domainOnly: flag }),
  fc.constant({ algorithm: 'hash' as const, expression: 'req.hdr(host),lower' }),
);

/** Formats of lines that a request has. */
export const httpLogFormat: fc.Arbitrary<LogFormatChoice> = fc.constantFrom(
  { kind: 'httplog' },
  { kind: 'httplog-clf' },
  { kind: 'httpslog' },
  { kind: 'custom', format: '%HM %[src]' },
);
