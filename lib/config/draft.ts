/**
 * A configuration while it is being read: the `Config` types made writable, a section's settings flat and
 * complete, and beside each the place it came from.
 *
 * A `defaults` section and a proxy have the same draft, so inheriting is copying. Not here: what keywords do
 * to a draft (`keywords/`), how a draft becomes a `ProxyConfig` (`inherit.ts`).
 */
import type {
  BackendConfig,
  BindConfig,
  FrontendConfig,
  GlobalConfig,
  LogTarget,
  ProxyKind,
  ProxyOptions,
  ServerAddress,
  ServerCheckConfig,
  ServerConfig,
} from './config.ts';
import {
  BACKEND_DEFAULTS,
  BIND_DEFAULTS,
  CHECK_DEFAULTS,
  FRONTEND_DEFAULTS,
  GLOBAL_DEFAULTS,
  HTTP_DEFAULTS,
  OPTION_DEFAULTS,
  SERVER_DEFAULTS,
} from './defaults.ts';
import type { AclConfig, BindTls, HttpOptions, HttpRule, ServerTls } from './rules.ts';
import type { Diagnostic, Place } from './diagnostic.ts';
import { inheritRules } from './inherit-rules.ts';
import type { Variables } from './variables.ts';

/** The same shape without `readonly`, at every depth. */
export type Mutable<T> = T extends object ? { -readonly [K in keyof T]: Mutable<T[K]> } : T;

/** Where things were said: keyword or parameter -> place of that statement or word. */
export type SaidAt = Map<string, Place>;

/** The `global` section, and the variables its `setenv` changes for the lines below it. */
export interface GlobalDraft {
  readonly values: Mutable<GlobalConfig>;
  readonly variables: Variables;
  /** `ssl-server-verify`: what checks do whose servers say nothing; null: not given. */
  sslServerVerify: ServerCheckConfig['sslVerify'] | null;
  caBase: string | null;
  /** `ssl-default-bind-…`, `ssl-default-server-…`. */
  readonly bindTls: BindTlsSaid;
  readonly serverTls: ServerTlsSaid;
  readonly said: SaidAt;
}

/** What is said about TLS; the rest comes from `global` and the built-in values (`settle-tls.ts`). */
export type BindTlsSaid = Partial<Mutable<BindTls>>;
export type ServerTlsSaid = Partial<Mutable<Omit<ServerTls, 'verify' | 'caFile'>>>;

export interface BindDraft {
  readonly values: Mutable<BindConfig>;
  ssl: boolean;
  readonly tls: BindTlsSaid;
  readonly said: SaidAt;
}

/** A `server` line, or the `default-server` it starts from. `checked` says whether `check` holds in the end. */
export interface ServerDraft {
  readonly values: Omit<Mutable<ServerConfig>, 'check' | 'name' | 'address'>;
  readonly check: Mutable<ServerCheckConfig>;
  checked: boolean;
  ssl: boolean;
  tls: ServerTlsSaid;
  name: string;
  address: ServerAddress | null;
  readonly said: SaidAt;
}

/** A keyword that only means something in mode http; the first of its name in a section. */
export interface HttpOnlyUse {
  readonly keyword: string;
  readonly place: Place;
  readonly severity: 'warning' | 'notice';
  /** What to do instead if it is refused in mode http; null: it has its meaning there. */
  readonly instead: string | null;
  /** It stands in the `defaults` section. */
  readonly inherited: boolean;
}

/** A `defaults`, `frontend`, `backend` or `listen` section; always with both halves, the kind says which count. */
export interface ProxyDraft {
  readonly kind: ProxyKind | 'defaults';
  readonly name: string;
  mode: 'tcp' | 'http';
  id: number;
  disabled: boolean;
  description: string | null;
  log: Mutable<LogTarget>[];
  logGlobal: boolean;
  logTag: string | null;
  readonly options: Mutable<ProxyOptions>;
  acls: Mutable<AclConfig>[];
  readonly http: Mutable<HttpOptions>;
  readonly frontend: Omit<Mutable<FrontendConfig>, 'binds'>;
  readonly backend: Omit<Mutable<BackendConfig>, 'servers'>;
  readonly binds: BindDraft[];
  /** Rules of `redirect` lines, which HAProxy looks at behind all `http-request` rules. */
  redirects: Mutable<HttpRule>[];
  /** The first `use_backend` without condition, which goes before `default_backend`. */
  useBackend: { readonly name: string; readonly place: Place } | null;
  readonly servers: ServerDraft[];
  readonly defaultServer: ServerDraft;
  /** Where `option httplog` stands if it is the log format in force; null otherwise. */
  httpLogAt: Place | null;
  httpOnly: HttpOnlyUse[];
  /** What is not supported and was only a notice, since the section is disabled; alerts again if it is enabled below. */
  readonly excused: Diagnostic[];
  /** Everything said in this section or inherited; `own` holds what this section said itself. */
  readonly said: SaidAt;
  readonly own: Set<string>;
}

/** A `global` section in which nothing has been said. */
export function newGlobal(variables: Variables): GlobalDraft {
  return {
    values: writable(GLOBAL_DEFAULTS),
    variables,
    sslServerVerify: null,
    caBase: null,
    bindTls: {},
    serverTls: {},
    said: new Map(),
  };
}

/** A `bind` line without address or parameters. */
export function newBind(): BindDraft {
  return { values: writable(BIND_DEFAULTS), ssl: false, tls: {}, said: new Map() };
}

/** A server with the built-in defaults. */
export function newServer(): ServerDraft {
  const { check: _none, ...values } = writable(SERVER_DEFAULTS);
  return {
    values,
    check: writable(CHECK_DEFAULTS),
    checked: false,
    ssl: false,
    tls: {},
    name: '',
    address: null,
    said: new Map(),
  };
}

/** A new server that starts from `base` (`default-server`, or the previous expansion of a template). */
export function copyServer(base: ServerDraft): ServerDraft {
  return structuredClone(base);
}

/** A section with HAProxy's built-in defaults, or with a copy of everything a `defaults` section hands down. */
export function newProxy(kind: ProxyDraft['kind'], name: string, from: ProxyDraft | null): ProxyDraft {
  if (from !== null) return inheritProxy(kind, name, from);
  const { binds: _binds, ...frontend } = writable(FRONTEND_DEFAULTS);
  const { servers: _servers, ...backend } = writable(BACKEND_DEFAULTS);
  return {
    kind,
    name,
    mode: 'tcp',
    id: 0,
    disabled: false,
    description: null,
    log: [],
    logGlobal: false,
    logTag: null,
    options: writable(OPTION_DEFAULTS),
    acls: [],
    http: writable(HTTP_DEFAULTS),
    frontend,
    backend,
    binds: [],
    redirects: [],
    useBackend: null,
    servers: [],
    defaultServer: newServer(),
    httpLogAt: null,
    httpOnly: [],
    excused: [],
    said: new Map(),
    own: new Set(),
  };
}

/** Reference 1.6: all is copied but `bind`, `server`, `id` and `description`, which `defaults` cannot hold. */
function inheritProxy(kind: ProxyDraft['kind'], name: string, from: ProxyDraft): ProxyDraft {
  const copy = structuredClone(from);
  const httpOnly = copy.httpOnly.map((use) => ({ ...use, inherited: true }));
  return { ...copy, ...inheritRules(from), kind, name, httpOnly, excused: [], own: new Set() };
}

/** True if the section has a frontend half; a `defaults` section has both. */
export function hasFrontend(kind: ProxyDraft['kind']): boolean {
  return kind !== 'backend';
}

/** True if the section has a backend half; a `defaults` section has both. */
export function hasBackend(kind: ProxyDraft['kind']): boolean {
  return kind !== 'frontend';
}

function writable<T>(value: T): Mutable<T> {
  return structuredClone(value) as Mutable<T>;
}
