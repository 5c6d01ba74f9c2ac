/**
 * Whether the servers of a backend agree with each other: names, numbers, checks.
 *
 * Not here: ranges of single fields (`check-shape.ts`), tracking (`check-track.ts`).
 */
import type { Complain } from './check.ts';
import type { TrackChains } from './check-track.ts';
import type { ProxyConfig, ServerConfig } from './config.ts';

const ID_HINT = "give it another number, or leave 'id' out";

/** Adds what is wrong with the servers of the proxy at `index` of the Config; `chains` is the Config's. */
export function checkServers(
  proxy: ProxyConfig,
  index: number,
  chains: TrackChains,
  complain: Complain,
): void {
  const servers = proxy.backend?.servers ?? [];
  const names = new Map<string, number>();
  const ids = new Map<number, string>();
  servers.forEach((server, position) => {
    const at = (what: string): (string | number)[] => ['proxy', index, 'server', position, what];
    if (names.has(server.name)) {
      const message = `${proxy.kind} '${proxy.name}': another server is named '${server.name}'`;
      complain('alert', 'duplicate-name', message, at('server'), 'use distinct names');
    }
    names.set(server.name, position);
    const namesake = server.id === 0 ? undefined : ids.get(server.id);
    if (namesake !== undefined) {
      complain(
        'alert',
        'duplicate-id',
        `custom id ${server.id} is already used by server '${namesake}'`,
        at('id'),
        ID_HINT,
      );
    }
    ids.set(server.id, server.name);
    checkAddress(proxy, server, at, complain);
    checkCheck(proxy, server, at, complain);
    chains.check(proxy, server, at('track'), complain);
  });
}

type At = (what: string) => readonly (string | number)[];

/** The "any" address means the client's own destination, which needs a transparent proxy in the kernel. */
function checkAddress(proxy: ProxyConfig, server: ServerConfig, at: At, complain: Complain): void {
  const { address } = server;
  if (address.kind === 'unix' || (address.host !== '0.0.0.0' && address.host !== '::')) return;
  const message = `server '${proxy.name}/${server.name}': the client's own destination ('${address.host}') is not supported`;
  complain('alert', 'unsupported-value', message, at('address'), "name the server's address");
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
  if (check.ssl && check.sslVerify === 'required' && check.caFile === null) {
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
