/**
 * Which names of a configuration have no address: `-c` refuses those as a start would, without opening a socket
 * (manual 5.2 "init-addr").
 *
 * Not here: the addresses a running balancer uses (`../load-balancer.ts`).
 */
import { lookup } from 'node:dns/promises';
import type { Config, ServerConfig } from '../config/config.ts';

/** Whether the system knows an address for `name`. */
export type KnowsName = (name: string) => Promise<boolean>;

/** Asks the system, in its order (`/etc/hosts`, DNS). */
export const systemKnowsName: KnowsName = async (name) => {
  try {
    await lookup(name);
    return true;
  } catch {
    return false;
  }
};

/** One sentence without a final stop per server or bind line that could not start; empty if all could. */
export async function unresolvedNames(config: Config, knows: KnowsName = systemKnowsName): Promise<string[]> {
  const wanted = [...boundNames(config), ...serverNames(config)];
  // Each name once: hundreds of servers may share one.
  const names = [...new Set(wanted.map(({ name }) => name))];
  const known = new Map(await Promise.all(names.map(async (name) => [name, await knows(name)] as const)));
  return wanted
    .filter(({ name }) => known.get(name) === false)
    .map(({ name, place }) => `${place}: could not resolve address '${name}'`);
}

interface WantedName {
  readonly name: string;
  readonly place: string;
}

function boundNames({ proxies }: Config): WantedName[] {
  return proxies.flatMap(({ name: proxyName, disabled, frontend }) =>
    (disabled ? [] : (frontend?.binds ?? [])).flatMap(({ addresses }) =>
      addresses.flatMap((address) =>
        address.kind === 'name' ? [{ name: address.host, place: `bind of '${proxyName}'` }] : [],
      ),
    ),
  );
}

function serverNames({ proxies }: Config): WantedName[] {
  return proxies.flatMap(({ name: proxyName, disabled, backend }) =>
    (disabled ? [] : (backend?.servers ?? [])).flatMap((server) =>
      server.address.kind === 'name' && !startsWithoutName(server)
        ? [{ name: server.address.host, place: `server '${proxyName}/${server.name}'` }]
        : [],
    ),
  );
}

/** `init-addr libc,none` and `init-addr libc,192.0.2.1` have a way out when the name is unknown. */
function startsWithoutName({ initAddr }: ServerConfig): boolean {
  return initAddr.some(({ kind }) => kind === 'none' || kind === 'ip');
}
