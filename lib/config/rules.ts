/**
 * Rules, ACLs and everything that only `mode http` has, as plain data: parts of `config.ts`.
 *
 * Conditions, sample expressions and formats stay in HAProxy's language here: words and texts, read by `condition.ts`,
 * `expression.ts` and `log-format.ts` when the configuration is checked, and once more where they are brought to life
 * (`../sample/`, `../http/`).
 *
 * Not here: how they are read from a line (`keywords/`).
 */

/**
 * A condition with the word before it: `['if', 'is_ws', 'or', '!', '{', 'path_beg', '/api', '}']`. The first is `if` or
 * `unless`; null where a rule has none, and always holds.
 */
export type ConditionWords = readonly string[] | null;

/** One `acl` line: `acl is_ws hdr(Upgrade) -i WebSocket`. Lines of one name add up: any of them is enough. */
export interface AclConfig {
  readonly name: string;
  /** What follows the name: expression, flags, values. */
  readonly words: readonly string[];
}

/** `use_backend NAME if …`; the first whose condition holds is taken. */
export interface UseBackendRule {
  /** A backend's name, or a format that gives one (`%[req.hdr(host),lower]`). */
  readonly backend: string;
  readonly condition: ConditionWords;
}

/** `use-server NAME if …` (manual 4.2). */
export interface UseServerRule {
  /** A server's name, or a format that gives one. */
  readonly server: string;
  readonly condition: ConditionWords;
}

// --- http-request, http-response (manual 4.2) --------------------------------------------------------------------

/** `tcp` rules: see their own issue; these are for `mode http`. */
export interface HttpRule {
  readonly action: HttpAction;
  readonly condition: ConditionWords;
}

/** Formats are texts of `log-format`; `pattern` is a regular expression of POSIX or Perl as JavaScript takes it. */
export type HttpAction =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly reply: HttpReply }
  | { readonly kind: 'tarpit'; readonly reply: HttpReply }
  | { readonly kind: 'return'; readonly reply: HttpReply }
  | { readonly kind: 'redirect'; readonly redirect: Redirect }
  | { readonly kind: 'set-header' | 'add-header'; readonly name: string; readonly format: string }
  | { readonly kind: 'del-header'; readonly name: string; readonly match: HeaderMatch }
  | {
      /** `header`: on each line; `value`: on each element of comma-separated lists. */
      readonly kind: 'replace-header' | 'replace-value';
      readonly name: string;
      readonly pattern: string;
      readonly format: string;
    }
  | {
      readonly kind: 'set-method' | 'set-path' | 'set-pathq' | 'set-query' | 'set-uri';
      readonly format: string;
    }
  | {
      readonly kind: 'replace-path' | 'replace-pathq' | 'replace-uri';
      readonly pattern: string;
      readonly format: string;
    }
  | { readonly kind: 'set-status'; readonly status: number; readonly reason: string | null }
  | { readonly kind: 'set-var'; readonly variable: string; readonly expression: string }
  | { readonly kind: 'set-var-fmt'; readonly variable: string; readonly format: string }
  | { readonly kind: 'unset-var'; readonly variable: string }
  | { readonly kind: 'set-log-level'; readonly level: string };

export type HeaderMatch = 'str' | 'beg' | 'end' | 'sub' | 'reg';

/** What is answered in place of a server. */
export interface HttpReply {
  /** 200 to 599. */
  readonly status: number;
  /** Null: as the body's kind suggests. */
  readonly contentType: string | null;
  readonly body: HttpReplyBody;
  readonly headers: readonly { readonly name: string; readonly format: string }[];
}

export type HttpReplyBody =
  | { readonly kind: 'none' }
  /** The page of the status, of `errorfile` or HAProxy's own: what a bare `deny` answers. */
  | { readonly kind: 'default-errorfiles' }
  | { readonly kind: 'string' | 'lf-string'; readonly text: string }
  /** `errorfile` is a whole response, head and all. */
  | { readonly kind: 'file' | 'lf-file' | 'errorfile'; readonly path: string };

export interface Redirect {
  readonly kind: 'location' | 'prefix' | 'scheme';
  readonly format: string;
  readonly code: 301 | 302 | 303 | 307 | 308;
  readonly dropQuery: boolean;
  readonly appendSlash: boolean;
  readonly ignoreEmpty: boolean;
  /** `NAME[=value]`. */
  readonly setCookie: string | null;
  readonly clearCookie: string | null;
}

// --- settings ------------------------------------------------------------------------------------------------------

/** What both sides of a proxy may say for `mode http`. */
export interface HttpOptions {
  readonly requestRules: readonly HttpRule[];
  readonly responseRules: readonly HttpRule[];
  readonly forwardFor: ForwardFor | null;
  /** `option http-server-close`, `option httpclose`; of both sides the one that closes more holds. */
  readonly connection: 'keep-alive' | 'server-close' | 'close';
  readonly errorFiles: readonly ErrorFile[];
  /** `errorloc302`, `errorloc303`. */
  readonly errorLocations: readonly ErrorLocation[];
  /** 0: as `timeout client`. */
  readonly timeoutHttpRequestMs: number;
  /** Between requests; 0: as `timeout http-request`. */
  readonly timeoutHttpKeepAliveMs: number;
  /** 0: as `timeout connect`. */
  readonly timeoutTarpitMs: number;
  readonly stats: StatsConfig | null;
}

export interface ForwardFor {
  /** A network (`127.0.0.0/8`) whose clients get no header. */
  readonly except: string | null;
  readonly header: string;
  readonly ifNone: boolean;
}

/** The whole raw response, in a file. */
export interface ErrorFile {
  readonly status: number;
  readonly path: string;
}

export interface ErrorLocation {
  readonly status: number;
  readonly code: 302 | 303;
  readonly url: string;
}

/** `stats enable` and its kin (manual 4.2, 9.3). */
export interface StatsConfig {
  readonly uri: string;
  readonly realm: string;
  /** `user:password`; none: everybody. */
  readonly auth: readonly string[];
  /** Seconds between reloads of the page; 0: none. */
  readonly refreshS: number;
  readonly hideVersion: boolean;
  /** Names of the proxies that are shown, `.` for the own; none: all. */
  readonly scope: readonly string[];
  readonly showDescription: string | null;
  readonly showLegends: boolean;
  readonly showNode: string | null;
}

/** A header whose start is kept for the log. */
export interface HeaderCapture {
  readonly name: string;
  /** Longest text kept. */
  readonly lengthBytes: number;
}

/** What a frontend alone may say for `mode http`. */
export interface HttpFrontendOptions {
  readonly captureRequestHeaders: readonly HeaderCapture[];
  readonly captureResponseHeaders: readonly HeaderCapture[];
  readonly captureCookie: HeaderCapture | null;
  readonly monitorUri: string | null;
  readonly monitorFail: readonly (readonly string[])[];
  /** A connection that sends nothing is closed without a word. */
  readonly ignoreProbes: boolean;
}

/** `cookie NAME …` of a backend (manual 4.2 "cookie"). */
export interface CookieConfig {
  readonly name: string;
  /** `passive`: none of the words is written; the cookie is read, and the server's own left alone. */
  readonly mode: 'passive' | 'rewrite' | 'insert' | 'prefix';
  readonly indirect: boolean;
  readonly nocache: boolean;
  readonly postonly: boolean;
  readonly preserve: boolean;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly domains: readonly string[];
  /** 0: not checked. */
  readonly maxIdleMs: number;
  readonly maxLifeMs: number;
  readonly attributes: readonly string[];
  readonly dynamic: boolean;
}

/** What a backend alone may say for `mode http`. */
export interface HttpBackendOptions {
  readonly reuse: 'never' | 'safe' | 'aggressive' | 'always';
  readonly cookie: CookieConfig | null;
  /** `option persist`: the server of a cookie is tried even if it is down. */
  readonly persist: boolean;
}

// --- TLS (manual 5.1, 5.2) ------------------------------------------------------------------------------------------

export type TlsVersion = 'TLSv1.0' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** `bind … ssl …`. */
export interface BindTls {
  /** Files or folders of certificates with their keys (PEM); the first one answers where no name fits. */
  readonly certificates: readonly string[];
  /** `crt-list` files. */
  readonly certificateLists: readonly string[];
  readonly caFile: string | null;
  readonly crlFile: string | null;
  readonly verify: 'none' | 'optional' | 'required';
  /** A name that no certificate has is refused. */
  readonly strictSni: boolean;
  readonly alpn: readonly string[];
  readonly ciphers: string | null;
  readonly cipherSuites: string | null;
  readonly curves: string | null;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  readonly tickets: boolean;
}

/** `server … ssl …`. */
export interface ServerTls {
  readonly verify: 'required' | 'none';
  readonly caFile: string | null;
  /** Our own certificate and key. */
  readonly certificate: string | null;
  /** An expression (`str(a.example)`, `req.hdr(host)`); null: none is sent. */
  readonly sni: string | null;
  /** Name the certificate must have; null: the one sent as SNI. */
  readonly verifyHost: string | null;
  readonly alpn: readonly string[];
  readonly ciphers: string | null;
  readonly cipherSuites: string | null;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
}
