/**
 * From a server's configured address to the one that is dialled: names are looked up once, when the balancer starts
 * (manual 5.2 "init-addr").
 *
 * Not here: looking up again while running (a later room).
 */
import { lookup as systemLookup } from 'node:dns/promises';
import type { NameFamily, ServerConfig, ServerPort } from '../config/config.ts';
import { SluiceError } from '../errors.ts';
import type { ServerTarget } from './server.ts';

/** A host name's first address as the system gives it, of `family` alone if given; rejects if there is none. */
export type Lookup = (name: string, family?: NameFamily) => Promise<string>;

export const lookupBySystem: Lookup = async (name, family) => {
  const { address } = await systemLookup(name, { family: family === undefined ? 0 : NUMBERS[family] });
  return address;
};

const NUMBERS = { ipv4: 4, ipv6: 6 } as const;

/**
 * Null where `init-addr` ends with `none`: the server then starts in maintenance. Rejects with ERR_NAME_NOT_RESOLVED if
 * nothing of `init-addr` gives an address.
 */
export async function resolveServer(
  config: ServerConfig,
  backendName: string,
  lookup: Lookup,
): Promise<ServerTarget | null> {
  const { address } = config;
  switch (address.kind) {
    case 'unix':
      return { kind: 'unix', path: address.path };
    case 'ipv4':
    case 'ipv6':
      return tcp(address.host, address.port);
    case 'name': {
      const host = await firstAddress(config, address, backendName, lookup);
      return host === null ? null : tcp(host, address.port);
    }
  }
}

async function firstAddress(
  config: ServerConfig,
  { host: name, family }: { readonly host: string; readonly family?: NameFamily },
  backendName: string,
  lookup: Lookup,
): Promise<string | null> {
  let failure: unknown = null;
  for (const step of config.initAddr) {
    switch (step.kind) {
      case 'last':
        // The server-state file, which this version does not read.
        break;
      case 'none':
        return null;
      case 'ip':
        return step.host;
      case 'libc':
        try {
          return await lookup(name, family);
        } catch (error) {
          failure = error;
        }
    }
  }
  throw new SluiceError(
    'ERR_NAME_NOT_RESOLVED',
    `server ${backendName}/${config.name}: the name '${name}' has no ${family === undefined ? '' : `${family} `}address; ` +
      "add 'init-addr last,libc,none' to start without it",
    { cause: failure, retryable: true },
  );
}

function tcp(address: string, port: ServerPort): ServerTarget {
  return port.kind === 'fixed'
    ? { kind: 'tcp', address, port: port.port, portOffset: 0 }
    : { kind: 'tcp', address, port: null, portOffset: port.offset };
}
