/**
 * `defaults` into proxies (reference 1.6), and drafts into the finished `Config`: what a half-proxy cannot have is
 * dropped, what its mode cannot use is said.
 *
 * Not here: what keywords do (`keywords/`), whether the result agrees with itself (`check.ts`).
 */
import { hostname } from 'node:os';
import type { DiagnosticCode } from './codes.ts';
import type {
  BackendConfig,
  BindConfig,
  Config,
  FrontendConfig,
  ProxyConfig,
  ProxyKind,
  ProxyOptions,
  ServerConfig,
} from './config.ts';
import { OPTION_DEFAULTS } from './defaults.ts';
import type { Diagnostics, Place, Severity } from './diagnostic.ts';
import { hasBackend, hasFrontend, newProxy } from './draft.ts';
import type { GlobalDraft, ProxyDraft, ServerDraft } from './draft.ts';
import { hasRules } from './inherit-rules.ts';
import { OF_GLOBAL } from './keywords/stats.ts';
import { didYouMean } from './line.ts';
import type { Line } from './line.ts';
import type { Places } from './places.ts';
import type { HttpOptions } from './rules.ts';
import { hashesRequest, settleTcp } from './settle-tcp.ts';
import { settleBindTls, settleCheckTls, settleServerTls } from './settle-tls.ts';

/** A section that becomes a `ProxyConfig`, and where its header stands. */
export interface DraftedProxy {
  readonly draft: ProxyDraft;
  readonly place: Place;
}

/** A `defaults` section and the ways it was used so far. */
interface DefaultsSection {
  readonly draft: ProxyDraft;
  readonly place: Place;
  usedByName: boolean;
  usedByPosition: boolean;
  warned: boolean;
  /** Kinds of sections that took its rules. */
  readonly ruled: Set<ProxyDraft['kind']>;
}

/** The `defaults` sections seen so far, and what a new section copies from them. */
export class DefaultsSections {
  #latest: DefaultsSection | null = null;
  readonly #named = new Map<string, DefaultsSection>();

  /**
   * The draft a new section starts from: the `defaults` named by `from`, else the latest one above (a `defaults`
   * section itself starts from nothing), else HAProxy's built-in values.
   */
  open(kind: ProxyDraft['kind'], name: string, from: string | null, place: Place, line: Line): ProxyDraft {
    const base = from === null ? this.#byPosition(kind, line) : this.#byName(from, name, line);
    if (base !== null && hasRules(base.draft)) refuseRules(base, kind, line);
    const draft = newProxy(kind, name, base?.draft ?? null);
    if (kind === 'defaults') this.#declare(name, { draft, place, ...UNUSED, ruled: new Set() }, line);
    return draft;
  }

  #declare(name: string, section: DefaultsSection, line: Line): void {
    this.#latest = section;
    if (name === '') return;
    const before = this.#named.get(name);
    if (before !== undefined) {
      const message = `defaults '${name}' replaces the one of the same name at ${before.place.file}:${before.place.line}`;
      line.warning('duplicate-name', message, 'give it another name');
    }
    this.#named.set(name, section);
  }

  #byPosition(kind: ProxyDraft['kind'], line: Line): DefaultsSection | null {
    if (kind === 'defaults' || this.#latest === null) return null;
    this.#latest.usedByPosition = true;
    warnOfMixedUse(this.#latest, line);
    return this.#latest;
  }

  #byName(from: string, name: string, line: Line): DefaultsSection | null {
    const section = this.#named.get(from);
    if (section === undefined) {
      const hint = didYouMean(from, [...this.#named.keys()]) ?? 'it must stand above';
      line.alert('unknown-defaults', `defaults section '${from}' not found for '${name}'`, hint);
      return null;
    }
    section.usedByName = true;
    warnOfMixedUse(section, line);
    return section;
  }
}

const UNUSED = { usedByName: false, usedByPosition: false, warned: false };

/** As in HAProxy, rules reach frontends or backends, not both, and neither `listen` nor another `defaults`. */
function refuseRules(base: DefaultsSection, kind: ProxyDraft['kind'], line: Line): void {
  base.ruled.add(kind);
  const both = base.ruled.has('frontend') && base.ruled.has('backend');
  const alone = kind === 'listen' || kind === 'defaults';
  if (!alone && !both) return;
  const who = alone ? `a ${kind} section cannot` : 'frontends and backends cannot both';
  const message = `${who} use defaults '${base.draft.name}', which holds rules (${base.place.file}:${base.place.line})`;
  line.alert('defaults-with-rules', message, 'give each kind of section a defaults section of its own');
}

/** Once per section: HAProxy repeats it for every proxy. */
function warnOfMixedUse(section: DefaultsSection, line: Line): void {
  if (!section.usedByName || !section.usedByPosition || section.warned) return;
  section.warned = true;
  const message = `defaults section '${section.draft.name}' is referenced by name and also used by position`;
  line.warning(
    'mixed-defaults',
    message,
    "say 'from' everywhere, or end with a defaults section nobody names",
  );
}

/** Everything read, as plain data; `places` learns where it was written. */
export function settleConfig(
  global: GlobalDraft,
  proxies: readonly DraftedProxy[],
  places: Places,
  diagnostics: Diagnostics,
): Config {
  for (const [what, at] of global.said) places.set(at, 'global', what);
  const told = new Set<string>();
  const settled = proxies.map((proxy, index) => {
    settleMode(proxy, told, diagnostics);
    notePlaces(places, proxy, index);
    return settleTcp(settleProxy(proxy.draft, global));
  });
  return { global: structuredClone(global.values), proxies: settled };
}

/** The halves that the kind of section has; the other half's settings, inherited or not, are dropped. */
function settleProxy(draft: ProxyDraft, global: GlobalDraft): ProxyConfig {
  const { name, id, disabled, description, logGlobal, logTag } = draft;
  const kind = draft.kind as ProxyKind;
  return {
    kind,
    name,
    id,
    disabled,
    description,
    log: structuredClone(draft.log),
    logGlobal,
    logTag,
    mode: draft.mode,
    acls: structuredClone(draft.acls),
    http: settleHttp(draft, global.values),
    options: settleOptions(draft.options, kind),
    frontend: hasFrontend(kind) ? settleFrontend(draft, global) : null,
    backend: hasBackend(kind) ? settleBackend(draft, global) : null,
  };
}

/** HAProxy looks at `redirect` lines behind all `http-request` rules. */
function settleHttp({ http, redirects }: ProxyDraft, global: GlobalDraft['values']): HttpOptions {
  const { stats } = http;
  const requestRules = structuredClone([...http.requestRules, ...redirects]);
  if (stats === null) return { ...structuredClone(http), requestRules };
  const { description } = global;
  return {
    ...structuredClone(http),
    requestRules,
    stats: {
      ...structuredClone(stats),
      showDescription: stats.showDescription === OF_GLOBAL ? description : stats.showDescription,
      showNode: stats.showNode === OF_GLOBAL ? (global.node ?? hostname()) : stats.showNode,
    },
  };
}

/** Keep-alive of a side the section does not have is the built-in value. */
export function settleOptions(options: ProxyOptions, kind: ProxyKind): ProxyOptions {
  const { clientKeepAlive, clientKeepAliveTuning, serverKeepAlive, serverKeepAliveTuning } = OPTION_DEFAULTS;
  return structuredClone({
    ...options,
    ...(hasFrontend(kind) ? {} : { clientKeepAlive, clientKeepAliveTuning }),
    ...(hasBackend(kind) ? {} : { serverKeepAlive, serverKeepAliveTuning }),
  });
}

function settleFrontend(draft: ProxyDraft, global: GlobalDraft): FrontendConfig {
  const binds: BindConfig[] = draft.binds.map((bind) => ({
    ...structuredClone(bind.values),
    tls: settleBindTls(bind, global),
  }));
  const defaultBackend = draft.useBackend?.name ?? draft.frontend.defaultBackend;
  return { ...structuredClone(draft.frontend), defaultBackend, binds };
}

function settleBackend(draft: ProxyDraft, global: GlobalDraft): BackendConfig {
  const servers = draft.servers.flatMap((server) => settleServer(server, global));
  return { ...structuredClone(draft.backend), servers };
}

function settleServer(draft: ServerDraft, global: GlobalDraft): ServerConfig[] {
  const { name, address } = draft;
  if (address === null) return [];
  const settled = settleCheckTls(draft, global);
  const tls = settleServerTls(draft, settled, global);
  const check = draft.checked ? settled : null;
  return [{ ...structuredClone(draft.values), name, address: structuredClone(address), check, tls }];
}

/**
 * In mode tcp what needs http is ignored, aloud (reference 1.10); in mode http what is not supported there is refused.
 * `told`: lines inherited by several proxies, which are told once.
 */
function settleMode({ draft }: DraftedProxy, told: Set<string>, diagnostics: Diagnostics): void {
  const add = (
    severity: Severity,
    code: DiagnosticCode,
    message: string,
    at: Place,
    hint: string | null,
  ): void => diagnostics.add({ severity, code, message, place: at, hint });
  const proxy = `${draft.kind} '${draft.name}'`;
  // `enabled` may stand below what was excused.
  if (!draft.disabled) for (const alert of draft.excused) diagnostics.add(alert);
  if (draft.mode === 'http') {
    for (const { keyword, place, instead } of draft.httpOnly) {
      const where = `${place.file}:${place.line}`;
      if (instead === null || told.has(where)) continue;
      told.add(where);
      const message = `'${keyword}' is not supported in this version`;
      add(draft.disabled ? 'notice' : 'alert', 'unsupported-keyword', message, place, instead);
    }
    const redirectAt = draft.said.get('redirect');
    if (redirectAt !== undefined && draft.http.requestRules.some(({ action }) => action.kind === 'allow')) {
      const message = `${proxy}: an 'http-request allow' that holds ends 'redirect' lines too; HAProxy looks at them`;
      add('warning', 'rule-order', message, redirectAt, "write 'http-request redirect' above the 'allow'");
    }
    return;
  }
  for (const use of draft.httpOnly.filter((one) => !one.inherited)) {
    const message = `'${use.keyword}' is ignored because ${proxy} is in mode tcp`;
    add(use.severity, 'needs-mode-http', message, use.place, TCP_HINT);
  }
  settleTcpSides(draft, proxy, add);
}

const TCP_HINT = "write 'mode http' if HTTP is what is carried here; else leave it out";

/** What in mode tcp is replaced (reference 1.10). */
function settleTcpSides(
  draft: ProxyDraft,
  proxy: string,
  add: (s: Severity, c: DiagnosticCode, message: string, at: Place, hint: string | null) => void,
): void {
  if (draft.httpLogAt !== null && hasFrontend(draft.kind)) {
    const message = `'option httplog' is not usable with ${proxy}, which is in mode tcp; falling back to 'option tcplog'`;
    add('warning', 'needs-mode-http', message, draft.httpLogAt, `write 'option tcplog' in ${proxy}`);
  }
  if (!hasBackend(draft.kind)) return;
  const balanceAt = draft.said.get('balance');
  if (hashesRequest(draft.backend) && balanceAt !== undefined) {
    const message = `'balance ${draft.backend.balance.algorithm}' is not possible in ${proxy}, which is in mode tcp; falling back to round robin`;
    const hint = "choose an algorithm for connections, e.g. 'balance source'";
    add('warning', 'needs-mode-http', message, balanceAt, hint);
  }
  const cookieAt = draft.servers.find((server) => server.values.cookie !== null)?.said.get('cookie');
  if (cookieAt !== undefined) {
    const message = `'cookie' in 'server' is ignored because ${proxy} is in mode tcp`;
    add('warning', 'needs-mode-http', message, cookieAt, TCP_HINT);
  }
}

function notePlaces(places: Places, { draft, place }: DraftedProxy, index: number): void {
  places.set(place, 'proxy', index);
  const ruleCount = draft.http.requestRules.length;
  for (const [what, at] of draft.said) {
    // `redirect/1/0` stands behind the other rules in the Config.
    const rule = what.replace(/^redirect\/(\d+)/, (_all, n) => `http-request/${ruleCount + Number(n)}`);
    places.set(at, 'proxy', index, rule);
  }
  if (draft.useBackend !== null) places.set(draft.useBackend.place, 'proxy', index, 'default_backend');
  draft.binds.forEach(({ said }, position) => noteParams(places, said, 'bind', index, position));
  draft.servers.forEach(({ said }, position) => noteParams(places, said, 'server', index, position));
}

/** The line itself is noted under its first word, parameters beneath. */
function noteParams(
  places: Places,
  said: ReadonlyMap<string, Place>,
  line: 'bind' | 'server',
  proxy: number,
  position: number,
): void {
  for (const [what, at] of said) {
    if (what === line) places.set(at, 'proxy', proxy, line, position);
    else places.set(at, 'proxy', proxy, line, position, what);
  }
}
