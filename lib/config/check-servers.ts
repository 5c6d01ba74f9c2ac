/**
 * Whether the servers of a backend agree with each other: names, numbers, checks.
 *
 * Not here: ranges of single fields (`check-shape.ts`), tracking (`check-track.ts`).
 */
import type { Complain } from './complain.ts';
import { checkIds } from './check-ids.ts';
import type { TrackChains } from './check-track.ts';
import type { ProxyConfig, ServerConfig } from './config.ts';
import type { Path, Places } from './places.ts';

/** Adds what is wrong with the servers of the proxy at `index` of the Config; `chains` is the Config's. */
export function checkServers(
  proxy: ProxyConfig,
  index: number,
  chains: TrackChains,
  places: Places,
  complain: Complain,
): void {
  const servers = proxy.backend?.servers ?? [];
  const names = new Map<string, number>();
  const pathOf = (position: number, what: string): Path => ['proxy', index, 'server', position, what];
  checkIds(
    servers.map(({ id, name }, position) => ({ id, name: `server '${name}'`, path: pathOf(position, 'id') })),
    places,
    complain,
  );
  servers.forEach((server, position) => {
    const at = (what: string): Path => pathOf(position, what);
    const first = names.get(server.name);
    if (first === undefined) names.set(server.name, position);
    else {
      const where = places.where(...pathOf(first, 'server'));
      const declared = where === null ? '' : ` (${where})`;
      const message = `${proxy.kind} '${proxy.name}': another server is named '${server.name}'${declared}`;
      complain('alert', 'duplicate-name', message, at('server'), 'use distinct names');
    }
    checkAddress(proxy, server, at, complain);
    checkCheck(proxy, server, at, complain);
    chains.check(proxy, server, at('track'), complain);
  });
}

type At = (what: string) => Path;

/** The "any" address means the client's own destination, which needs a transparent proxy in the kernel. */
function checkAddress(proxy: ProxyConfig, server: ServerConfig, at: At, complain: Complain): void {
  const { address } = server;
  if (address.kind === 'unix' || (address.host !== '0.0.0.0' && address.host !== '::')) return;
  const message = `server '${proxy.name}/${server.name}': the client's own destination ('${address.host}') is not supported`;
  // What is disabled is dialled by nobody, so the rest of the file may run.
  const severity = server.disabled || proxy.disabled ? 'warning' : 'alert';
  complain(severity, 'unsupported-value', message, at('address'), "name the server's address");
}

function checkCheck(proxy: ProxyConfig, server: ServerConfig, at: At, complain: Complain): void {
  const name = `server '${proxy.name}/${server.name}'`;
  const { check, address } = server;
  if (check === null) {
    if (server.observe !== 'none' && server.track === null) {
      complain(
        'warning',
        'no-effect',
        `${name}: 'observe' needs 'check' to bring the server back`,
        at('observe'),
        "add 'check'",
      );
    }
    return;
  }
  const portKnown = address.kind === 'unix' || (address.port.kind === 'fixed' && address.port.port !== 0);
  if (!portKnown && check.port === 0) {
    const hint = "add 'port N', or a port to the address";
    complain(
      'alert',
      'check-without-port',
      `${name} has neither service port nor check port`,
      at('check'),
      hint,
    );
  }
  // Of a server with TLS this is said once, for both.
  if (server.tls === null && check.ssl && check.sslVerify === 'required' && check.caFile === null) {
    const hint = "add 'ca-file PATH', or 'verify none'";
    complain(
      'alert',
      'check-without-trust',
      `${name}: 'check-ssl' has nothing to verify with`,
      at('check-ssl'),
      hint,
    );
  }
}
