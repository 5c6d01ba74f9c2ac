/**
 * Whether the servers of a backend agree with each other: names, numbers, checks, tracking chains.
 *
 * Not here: ranges of single fields (`check-shape.ts`).
 */
import type { Complain } from './check.ts';
import type { Config, ProxyConfig, ServerConfig } from './config.ts';
import { didYouMean } from './line.ts';

const ID_HINT = "give it another number, or leave 'id' out";

/** Adds what is wrong with the servers of `config.proxies[index]`. */
export function checkServers(config: Config, proxy: ProxyConfig, index: number, complain: Complain): void {
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
    checkTrack(config, proxy, server, at, complain);
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

/** Reference 3.2: the tracking server has no check of its own, and the end of its chain has one. */
function checkTrack(
  config: Config,
  proxy: ProxyConfig,
  server: ServerConfig,
  at: At,
  complain: Complain,
): void {
  if (server.track === null) return;
  const fault = (problem: string, hint: string | null): void =>
    complain('alert', 'track-fault', `server '${proxy.name}/${server.name}': ${problem}`, at('track'), hint);
  if (server.check !== null) {
    return fault("'check' and 'track' at the same time are not possible", 'keep one of the two');
  }
  let from = proxy.name;
  let current = server;
  const seen = new Set<ServerConfig>([server]);
  while (current.track !== null) {
    const next = findServer(config, from, current.track);
    if (next === null) {
      const known = proxy.backend?.servers.map((one) => one.name) ?? [];
      return fault(
        `no server '${current.track}' to track`,
        didYouMean(current.track, known) ?? 'write [BACKEND/]SERVER',
      );
    }
    if (seen.has(next.server))
      return fault(`tracking '${server.track}' goes round in a circle`, 'break the circle');
    seen.add(next.server);
    from = next.backend;
    current = next.server;
  }
  if (current !== server && current.check === null) {
    fault(
      `'${server.track}' ends at server '${from}/${current.name}', which is not checked`,
      "add 'check' there",
    );
  }
}

/** `SERVER` of the same backend, or `BACKEND/SERVER`. */
function findServer(
  config: Config,
  from: string,
  track: string,
): { backend: string; server: ServerConfig } | null {
  const slash = track.indexOf('/');
  const backend = slash < 0 ? from : track.slice(0, slash);
  const name = track.slice(slash + 1);
  const proxy = config.proxies.find((one) => one.backend !== null && one.name === backend);
  const server = proxy?.backend?.servers.find((one) => one.name === name);
  return server === undefined ? null : { backend, server };
}
