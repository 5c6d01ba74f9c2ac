/**
 * Whether a frontend half makes sense: somewhere to listen, somewhere to send clients, somewhere to write logs.
 *
 * Not here: addresses that meet each other (`check-binds.ts`), ranges of single fields (`check-shape.ts`).
 */
import { describe } from './complain.ts';
import type { Complain } from './complain.ts';
import { checkIds } from './check-ids.ts';
import type { BindConfig, Config, FrontendConfig, ProxyConfig } from './config.ts';
import type { Known } from './known.ts';
import { didYouMean } from './line.ts';
import { parseLogFormat } from './log-format.ts';
import type { Path, Places } from './places.ts';

/** Adds what is wrong with the frontend half of the proxy at `index` of the Config. */
export function checkFrontend(
  config: Config,
  index: number,
  known: Known,
  places: Places,
  complain: Complain,
): void {
  const proxy = config.proxies[index];
  const frontend = proxy?.frontend ?? null;
  if (proxy === undefined || frontend === null) return;
  if (frontend.binds.length === 0 && !proxy.disabled) {
    const hint = 'declare it as a backend if that was intended';
    complain('warning', 'missing-bind', `${describe(proxy)} has no 'bind' directive`, ['proxy', index], hint);
  }
  checkBindIds(frontend, index, places, complain);
  checkTargets(proxy, index, known, complain);
  checkLogFormats(proxy.mode, frontend, index, complain);
  checkLogTargets(config, proxy, frontend, index, complain);
}

function checkBindIds(frontend: FrontendConfig, index: number, places: Places, complain: Complain): void {
  const pathOf = (position: number): (string | number)[] => ['proxy', index, 'bind', position, 'id'];
  const numbered = frontend.binds.map(({ id }, position) => ({ id, path: pathOf(position) }));
  checkIds(
    numbered.map((one) => ({ ...one, name: 'another listening socket' })),
    places,
    complain,
  );
  frontend.binds.forEach((bind, position) => {
    const sockets = socketsOf(bind);
    if (bind.id === 0 || sockets === 1) return;
    const message = `'id' needs a bind line with a single socket, this one has ${sockets}`;
    complain('alert', 'id-of-many-sockets', message, pathOf(position), 'give each address a line of its own');
  });
}

function socketsOf(bind: BindConfig): number {
  return bind.addresses.reduce((sum, at) => sum + ('portEnd' in at ? at.portEnd - at.port + 1 : 1), 0);
}

/** Where a frontend half leads: `default_backend`, and each `use_backend` whose name is not computed. */
function checkTargets(proxy: ProxyConfig, index: number, known: Known, complain: Complain): void {
  const { defaultBackend, useBackend } = proxy.frontend ?? { defaultBackend: null, useBackend: [] };
  useBackend.forEach(({ backend }, position) => {
    if (!backend.includes('%'))
      checkTarget(proxy, backend, ['proxy', index, 'use_backend', position], known, complain);
  });
  if (defaultBackend !== null)
    checkTarget(proxy, defaultBackend, ['proxy', index, 'default_backend'], known, complain);
}

function checkTarget(proxy: ProxyConfig, name: string, path: Path, known: Known, complain: Complain): void {
  if (name === proxy.name && proxy.backend !== null) {
    const message = `${describe(proxy)}: loop detected, it is named as its own backend`;
    return complain('alert', 'default-backend-loop', message, path, 'leave it out');
  }
  const target = known.backend(name);
  if (target === null) {
    const message = `${describe(proxy)}: unable to find required backend '${name}'`;
    return complain('alert', 'unknown-backend', message, path, () => didYouMean(name, known.backendNames()));
  }
  if (target.disabled && !proxy.disabled) {
    const message = `${describe(proxy)}: ${describe(target)} is disabled, so its clients are closed`;
    complain('warning', 'disabled-target', message, path, "remove 'disabled' there, or name another");
  }
  if (target.mode === proxy.mode || proxy.disabled || target.disabled) return;
  const message = `${proxy.mode} ${describe(proxy)} tries to use incompatible ${target.mode} ${describe(target)} (see 'mode')`;
  complain(
    'alert',
    'mode-mismatch',
    message,
    path,
    `write 'mode http' in both, or in a defaults section above them`,
  );
}

function checkLogFormats(
  mode: ProxyConfig['mode'],
  frontend: FrontendConfig,
  index: number,
  complain: Complain,
): void {
  const { logFormat } = frontend;
  const formats = [
    ['log-format', logFormat.kind === 'custom' ? logFormat.format : null],
    ['log-format-sd', frontend.logFormatSd],
    ['error-log-format', frontend.errorLogFormat],
  ] as const;
  for (const [keyword, format] of formats) {
    const fault = format === null ? null : parseLogFormat(format, { mode });
    if (fault === null || fault.ok) continue;
    const message = `'${keyword}': ${fault.problem}`;
    complain('alert', 'log-format-fault', message, ['proxy', index, keyword], fault.hint);
  }
}

/** As HAProxy: said for a format somebody chose, also when `log global` leads to nothing. */
function checkLogTargets(
  config: Config,
  proxy: ProxyConfig,
  frontend: FrontendConfig,
  index: number,
  complain: Complain,
): void {
  const targets = proxy.log.length + (proxy.logGlobal ? config.global.log.length : 0);
  if (targets > 0 || proxy.disabled) return;
  const keyword =
    frontend.logFormat.kind !== 'none'
      ? 'log-format'
      : frontend.logFormatSd === null
        ? null
        : 'log-format-sd';
  if (keyword === null) return;
  const message = `log format ignored for ${describe(proxy)} since it has no log address`;
  const hint =
    proxy.logGlobal && proxy.log.length === 0
      ? "add 'log ADDR FACILITY' to 'global'"
      : "add 'log global' or 'log ADDR FACILITY'";
  complain('warning', 'log-without-target', message, ['proxy', index, keyword], hint);
}
