/**
 * `defaults` into proxies (reference 1.6), and drafts into the finished `Config`: what a half-proxy cannot have is
 * dropped, what needed mode http is said.
 *
 * Not here: what keywords do (`keywords/`), whether the result agrees with itself (`check.ts`).
 */
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
import { didYouMean } from './line.ts';
import type { Line } from './line.ts';
import type { Places } from './places.ts';

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
    const draft = newProxy(kind, name, base?.draft ?? null);
    if (kind === 'defaults') this.#declare(name, { draft, place, ...UNUSED }, line);
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
  const settled = proxies.map((proxy, index) => {
    settleMode(proxy, diagnostics);
    notePlaces(places, proxy, index);
    return settleProxy(proxy.draft, global.sslServerVerify);
  });
  return { global: structuredClone(global.values), proxies: settled };
}

/**
 * The halves that the kind of section has; the other half's settings, inherited or not, are dropped. `sslVerify` holds
 * for checks whose servers do not say `verify` (`ssl-server-verify`); null: the built-in value.
 */
function settleProxy(draft: ProxyDraft, sslVerify: GlobalDraft['sslServerVerify']): ProxyConfig {
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
    http: structuredClone(draft.http),
    options: settleOptions(draft.options, kind),
    frontend: hasFrontend(kind) ? settleFrontend(draft) : null,
    backend: hasBackend(kind) ? settleBackend(draft, sslVerify) : null,
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

function settleFrontend(draft: ProxyDraft): FrontendConfig {
  const binds: BindConfig[] = draft.binds.map((bind) => structuredClone(bind.values));
  const defaultBackend = draft.useBackend?.name ?? draft.frontend.defaultBackend;
  return { ...structuredClone(draft.frontend), defaultBackend, binds };
}

function settleBackend(draft: ProxyDraft, sslVerify: GlobalDraft['sslServerVerify']): BackendConfig {
  const servers = draft.servers.flatMap((server) => settleServer(server, sslVerify));
  return { ...structuredClone(draft.backend), servers };
}

function settleServer(draft: ServerDraft, sslVerify: GlobalDraft['sslServerVerify']): ServerConfig[] {
  const { name, address } = draft;
  if (address === null) return [];
  const check = draft.checked ? structuredClone(draft.check) : null;
  if (check !== null && sslVerify !== null && !draft.said.has('verify')) check.sslVerify = sslVerify;
  return [{ ...structuredClone(draft.values), name, address: structuredClone(address), check }];
}

/** A proxy in mode http cannot run; in mode tcp what needs http is ignored, aloud (reference 1.10). */
function settleMode({ draft, place }: DraftedProxy, diagnostics: Diagnostics): void {
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
    const own = draft.own.has('mode') ? draft.said.get('mode') : undefined;
    const message = `${proxy}: mode http is not available in this version`;
    if (draft.disabled) return add('notice', 'needs-mode-http', message, own ?? place, null);
    const tcp = own === undefined ? `add 'mode tcp' to ${proxy}` : "write 'mode tcp'";
    const hint = `${tcp}, or 'disabled' as its first line to run the rest of the file without it`;
    return add('alert', 'needs-mode-http', message, own ?? place, hint);
  }
  for (const use of draft.httpOnly) {
    const message = `'${use.keyword}' is ignored because ${proxy} is in mode tcp`;
    add(use.severity, 'needs-mode-http', message, use.place, 'leave it out');
  }
  if (draft.httpLogAt !== null && hasFrontend(draft.kind)) {
    const message = `'option httplog' is not usable with ${proxy}, which is in mode tcp; falling back to 'option tcplog'`;
    add('warning', 'needs-mode-http', message, draft.httpLogAt, `write 'option tcplog' in ${proxy}`);
  }
}

function notePlaces(places: Places, { draft, place }: DraftedProxy, index: number): void {
  places.set(place, 'proxy', index);
  for (const [what, at] of draft.said) places.set(at, 'proxy', index, what);
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
