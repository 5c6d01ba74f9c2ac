/**
 * Whether a complete `Config` agrees with itself and with the ranges of its fields: names found, numbers unique,
 * tracking chains that end at a check, timeouts that should be there. Text and `defineConfig` share it.
 *
 * Not here: the syntax of single words (`keywords/`), what only the system knows (ports in use, names in DNS).
 */
import type { DiagnosticCode } from './codes.ts';
import type { Config, ProxyConfig } from './config.ts';
import type { Diagnostics, Severity } from './diagnostic.ts';
import { checkServers } from './check-servers.ts';
import { checkShape } from './check-shape.ts';
import { TrackChains } from './check-track.ts';
import { Known } from './known.ts';
import { didYouMean } from './line.ts';
import { parseLogFormat } from './log-format.ts';
import type { Path, Places } from './places.ts';

/** Adds one diagnostic at a path of the Config. A hint that has to be searched for is asked for only if it is shown. */
export type Complain = (
  severity: Severity,
  code: DiagnosticCode,
  message: string,
  path: Path,
  hint?: string | null | (() => string | null),
) => void;

/** Adds a diagnostic for everything wrong or suspicious; `places` says where it was written, if in text. */
export function checkConfig(config: Config, places: Places, diagnostics: Diagnostics): void {
  const complain: Complain = (severity, code, message, path, hint = null) => {
    const wayOut = typeof hint !== 'function' ? hint : diagnostics.full ? null : hint();
    diagnostics.add({ severity, code, message, place: places.at(...path), hint: wayOut });
  };
  const known = new Known(config);
  const chains = new TrackChains(known);
  checkShape(config, complain);
  checkProxyNames(config, places, complain);
  checkUnique(
    config.proxies.map((proxy, index) => ({ id: proxy.id, path: ['proxy', index, 'id'] })),
    'proxy',
    complain,
  );
  config.proxies.forEach((proxy, index) => {
    checkFrontend(proxy, index, known, complain);
    checkServers(proxy, index, chains, complain);
    checkTimeouts(proxy, index, complain);
    checkLogs(config, proxy, index, complain);
  });
}

const ID_HINT = "give it another number, or leave 'id' out";

/** Two explicit numbers that are equal; 0 is "assigned in order" and never collides. */
export function checkUnique(
  numbered: readonly { readonly id: number; readonly path: Path }[],
  what: string,
  complain: Complain,
): void {
  const seen = new Set<number>();
  for (const { id, path } of numbered) {
    if (id !== 0 && seen.has(id))
      complain('alert', 'duplicate-id', `custom id ${id} is already used by another ${what}`, path, ID_HINT);
    seen.add(id);
  }
}

function describe(proxy: ProxyConfig): string {
  return `${proxy.kind} '${proxy.name}'`;
}

/** Reference 1.5: same capability twice is refused; a frontend and a backend may share a name up to HAProxy 3.2. */
function checkProxyNames(config: Config, places: Places, complain: Complain): void {
  const fronts = new Map<string, number>();
  const backs = new Map<string, number>();
  config.proxies.forEach((proxy, index) => {
    const front = proxy.frontend === null ? undefined : fronts.get(proxy.name);
    const back = proxy.backend === null ? undefined : backs.get(proxy.name);
    const twin = front ?? back;
    const namesake = fronts.get(proxy.name) ?? backs.get(proxy.name);
    const first = config.proxies[twin ?? namesake ?? -1];
    if (first !== undefined) {
      const line = places.at('proxy', twin ?? namesake ?? -1)?.line;
      const where = line === undefined ? '' : ` declared at line ${line}`;
      const message = `${describe(proxy)} has the same name as ${describe(first)}${where}`;
      if (twin !== undefined)
        complain('alert', 'duplicate-name', message, ['proxy', index], 'rename one of them');
      else
        complain(
          'warning',
          'shared-name',
          message,
          ['proxy', index],
          'HAProxy 3.3 refuses this; rename one of them',
        );
    }
    if (proxy.frontend !== null) fronts.set(proxy.name, index);
    if (proxy.backend !== null) backs.set(proxy.name, index);
  });
}

function checkFrontend(proxy: ProxyConfig, index: number, known: Known, complain: Complain): void {
  const { frontend } = proxy;
  if (frontend === null) return;
  // HAProxy says nothing about a `listen` without bind: it may serve as a backend alone.
  if (frontend.binds.length === 0 && proxy.kind === 'frontend' && !proxy.disabled) {
    const hint = 'declare it as a backend if that was intended';
    complain('warning', 'missing-bind', `${describe(proxy)} has no 'bind' directive`, ['proxy', index], hint);
  }
  checkUnique(
    frontend.binds.map((bind, position) => ({ id: bind.id, path: ['proxy', index, 'bind', position, 'id'] })),
    'listening socket',
    complain,
  );
  frontend.binds.forEach((bind, position) => {
    const sockets = bind.addresses.reduce(
      (sum, at) => sum + ('portEnd' in at ? at.portEnd - at.port + 1 : 1),
      0,
    );
    if (bind.id === 0 || sockets === 1) return;
    const path = ['proxy', index, 'bind', position, 'id'];
    complain(
      'alert',
      'duplicate-id',
      `'id' needs a bind line with a single socket, this one has ${sockets}`,
      path,
    );
  });
  checkDefaultBackend(proxy, index, known, complain);
}

function checkDefaultBackend(proxy: ProxyConfig, index: number, known: Known, complain: Complain): void {
  const name = proxy.frontend?.defaultBackend ?? null;
  if (name === null) return;
  const path = ['proxy', index, 'default_backend'];
  if (name === proxy.name && proxy.backend !== null) {
    complain(
      'alert',
      'default-backend-loop',
      `loop detected for default_backend: '${name}'`,
      path,
      'leave it out',
    );
    return;
  }
  if (known.backend(name) !== null) return;
  const message = `${describe(proxy)}: unable to find required default_backend '${name}'`;
  complain('alert', 'unknown-backend', message, path, () => didYouMean(name, known.backendNames()));
}

/** One warning per proxy that names what is missing, as HAProxy does (reference 1.10). */
function checkTimeouts(proxy: ProxyConfig, index: number, complain: Complain): void {
  const { frontend, backend } = proxy;
  const missing: string[] = [];
  if (frontend !== null && frontend.timeoutClientMs === 0) missing.push('client');
  if (backend !== null && backend.servers.length > 0) {
    if (backend.timeoutConnectMs === 0) missing.push('connect');
    if (backend.timeoutServerMs === 0 && backend.timeoutTunnelMs === 0) missing.push('server');
  }
  if (missing.length === 0 || proxy.disabled) return;
  const names = missing.map((one) => `'timeout ${one}'`).join(', ');
  const message = `missing timeouts for ${describe(proxy)}: ${names}`;
  const hint = 'without them a dead peer holds its place for ever';
  complain('warning', 'missing-timeout', message, ['proxy', index], hint);
}

function checkLogs(config: Config, proxy: ProxyConfig, index: number, complain: Complain): void {
  const { frontend } = proxy;
  if (frontend === null) return;
  const { logFormat } = frontend;
  const formats = [
    ['log-format', logFormat.kind === 'custom' ? logFormat.format : null],
    ['log-format-sd', frontend.logFormatSd],
    ['error-log-format', frontend.errorLogFormat],
  ] as const;
  for (const [keyword, format] of formats) {
    const fault = format === null ? null : parseLogFormat(format);
    if (fault === null || fault.ok) continue;
    complain(
      'alert',
      'log-format-fault',
      `'${keyword}': ${fault.problem}`,
      ['proxy', index, keyword],
      fault.hint,
    );
  }
  const targets = proxy.log.length + (proxy.logGlobal ? config.global.log.length : 0);
  if (logFormat.kind !== 'custom' || targets > 0) return;
  const message = `'log-format' of ${describe(proxy)} is not used: it has no log target`;
  complain(
    'warning',
    'log-without-target',
    message,
    ['proxy', index, 'log-format'],
    "add 'log global' or 'log ADDR …'",
  );
}
