/**
 * Which sockets the `bind` lines of a configuration ask for. All threads of a process build the same configuration, so they agree
 * on the order of the sockets, and that is how they tell them apart.
 *
 * Not here: binding and accepting (`acceptor.ts`).
 */
import type { BindAddress, BindConfig, UnixBindDefaults } from '../config/config.ts';
import type { Transport } from '../transport/transport.ts';
import { Acceptor } from './acceptor.ts';
import { findAccount } from './accounts.ts';
import { printListenAddress, type ListenAddress } from './listen-address.ts';

/** A socket per address; `bind` lines that name the same one share it. */
export class Acceptors {
  readonly #shared = new Map<string, Acceptor>();
  readonly #all: Acceptor[] = [];

  /** Every acceptor once, in the order in which they were first asked for. */
  get all(): readonly Acceptor[] {
    return this.#all;
  }

  /** Whoever shares an address asks for the same transport. */
  for(address: ListenAddress, backlog: number, transport: Transport): Acceptor {
    const name = sharedName(address);
    const known = name === null ? undefined : this.#shared.get(name);
    if (known !== undefined) return known;
    const acceptor = new Acceptor(address, backlog, transport);
    this.#all.push(acceptor);
    if (name !== null) this.#shared.set(name, acceptor);
    return acceptor;
  }
}

/** What is one socket has one name; null for port 0, which is another port each time. */
export function sharedName(address: ListenAddress): string | null {
  return address.kind === 'tcp' && address.port === 0 ? null : printListenAddress(address);
}

/** The addresses of a `bind` line, a range of ports as one each. Throws ERR_UNKNOWN_ACCOUNT. */
export function listenAddresses(bind: BindConfig, unix: UnixBindDefaults): ListenAddress[] {
  return bind.addresses.flatMap((address) => listenAddress(address, bind, unix));
}

function listenAddress(address: BindAddress, bind: BindConfig, unix: UnixBindDefaults): ListenAddress[] {
  switch (address.kind) {
    case 'fd':
      return [{ kind: 'fd', fd: address.fd }];
    case 'unix':
      return [
        {
          kind: 'unix',
          path: `${unix.prefix ?? ''}${address.path}`,
          mode: bind.mode ?? unix.mode,
          uid: bind.uid ?? findAccount('passwd', bind.user ?? unix.user),
          gid: bind.gid ?? findAccount('group', bind.group ?? unix.group),
        },
      ];
    default: {
      const ports = Array.from(
        { length: address.portEnd - address.port + 1 },
        (_, index) => address.port + index,
      );
      // `v6only` wins over `v4v6`; without either the system's default holds, which is both (manual 5.1).
      return ports.map((port) => ({ kind: 'tcp', host: address.host, port, ipv6Only: bind.v6only }));
    }
  }
}
