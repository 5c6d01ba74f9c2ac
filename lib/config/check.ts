/**
 * Whether a complete `Config` agrees with itself and with the ranges of its fields: names found, numbers unique,
 * tracking chains that end at a check, timeouts that should be there. Text and `defineConfig` share it.
 *
 * Not here: the syntax of single words (`keywords/`), what only the system knows (ports in use, names in DNS).
 */
import type { Config, ProxyConfig } from './config.ts';
import type { Diagnostics } from './diagnostic.ts';
import { checkBackend } from './check-backend.ts';
import { checkBinds } from './check-binds.ts';
import { checkFrontend } from './check-frontend.ts';
import { checkHttp } from './check-http.ts';
import { checkIds } from './check-ids.ts';
import { checkRules } from './check-rules.ts';
import { checkServers } from './check-servers.ts';
import { checkShape } from './check-shape.ts';
import { checkTls } from './check-tls.ts';
import { TrackChains } from './check-track.ts';
import { describe } from './complain.ts';
import type { Complain } from './complain.ts';
import { Known } from './known.ts';
import type { Places } from './places.ts';

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
  checkIds(
    config.proxies.map((proxy, index) => ({
      id: proxy.id,
      name: describe(proxy),
      path: ['proxy', index, 'id'],
    })),
    places,
    complain,
  );
  checkBinds(config, places, complain);
  config.proxies.forEach((proxy, index) => {
    checkFrontend(config, index, known, places, complain);
    checkRules(proxy, index, places, complain);
    checkHttp(proxy, index, complain);
    checkBackend(proxy, index, known, complain);
    checkServers(proxy, index, chains, places, complain);
    checkTls(proxy, index, complain);
    checkTimeouts(proxy, index, complain);
  });
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
      const where = places.where('proxy', twin ?? namesake ?? -1);
      const declared = where === null ? '' : ` declared at ${where}`;
      const message = `${describe(proxy)} has the same name as ${describe(first)}${declared}`;
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
