/**
 * A socket that is bound and does not accept yet, as Node's own handle: what threads need and Node does not document.
 * Everything of that kind stands here: `net._createServerHandle`, `server._handle` and `server._listen2`, which are the same
 * in Node 20, 22, 24 and 26 and what `node:cluster` is made of.
 *
 * Not here: how a handle gets from one thread to another (`../threads/sockets.ts`).
 */
import * as dns from 'node:dns/promises';
import * as net from 'node:net';
import { getSystemErrorMap } from 'node:util';
import type { ListenAddress } from './listen-address.ts';

/** Owns its descriptor: who holds it closes it, or gives it to `listenOn`. A thread's end closes what is left. */
export interface ListenHandle {
  /** Its number in this process; -1 once closed. */
  readonly fd: number;
  /** Frees the descriptor at once. The file of a unix socket goes too, if it was this handle that was bound to it. */
  close(): void;
}

interface TcpHandle extends ListenHandle {
  /** Fills `name`; answers 0, or a negative error, which may be that of a `bind` before. */
  getsockname(name: Partial<net.AddressInfo>): number;
}

interface Undocumented {
  /** TCP: address, port, 4 or 6. Unix: path, -1, -1. A descriptor: null, null, null, its number. A number is an error. */
  _createServerHandle?(
    address: string | null,
    port: number | null,
    family: 4 | 6 | -1 | null,
    fd?: number,
    flags?: number,
  ): ListenHandle | number;
}

interface UndocumentedServer {
  _handle: ListenHandle;
  _listen2(address: null, port: -1, family: -1, backlog: number): void;
}

/** libuv's UV_TCP_IPV6ONLY; it is refused for IPv4. */
const IPV6_ONLY = 1;

/**
 * Binds without listening. Rejects with the system's error. Of two programs that bind an address before either listens, it is the
 * one that listens later that gets EADDRINUSE, then.
 */
export async function bindHandle(address: ListenAddress): Promise<ListenHandle> {
  switch (address.kind) {
    case 'tcp': {
      const host = await dns.lookup(address.host);
      return bindTcp(host.address, address.port, address.ipv6Only);
    }
    case 'unix':
      return create(address.path, -1, -1);
    case 'fd':
      return openDescriptor(address.fd);
  }
}

function bindTcp(host: string, port: number, ipv6Only: boolean): ListenHandle {
  const isIpv6 = net.isIPv6(host);
  const handle = create(host, port, isIpv6 ? 6 : 4, undefined, isIpv6 && ipv6Only ? IPV6_ONLY : 0);
  const { error } = nameOf(handle);
  if (error === 0) return handle;
  // libuv keeps EADDRINUSE to itself until somebody asks.
  handle.close();
  throw systemError(error, `${host}:${port}`);
}

/** A socket that was bound elsewhere; the handle owns the descriptor from now on. Throws EINVAL if it is no such socket. */
export function openDescriptor(fd: number): ListenHandle {
  return create(null, null, null, fd);
}

/** Address and port of a TCP socket; empty and 0 for every other. */
export function addressOf(handle: ListenHandle): { readonly address: string; readonly port: number } {
  return nameOf(handle).name;
}

/**
 * Makes a server accept on a handle, as `server.listen` does on an address: 'listening' or 'error' follows, and closing the
 * server closes the handle. (`server.listen(handle)` would open the descriptor of a unix socket a second time.)
 */
export function listenOn(server: net.Server, handle: ListenHandle, backlog: number): void {
  const open = server as unknown as UndocumentedServer;
  open._handle = handle;
  open._listen2(null, -1, -1, backlog);
}

function create(
  address: string | null,
  port: number | null,
  family: 4 | 6 | -1 | null,
  fd?: number,
  flags?: number,
): ListenHandle {
  const handle = (net as Undocumented)._createServerHandle?.(address, port, family, fd, flags);
  if (handle === undefined) {
    throw new Error(
      'this Node cannot bind without listening (net._createServerHandle is gone): nbthread must be 1',
    );
  }
  if (typeof handle !== 'number') return handle;
  const place = fd === undefined ? `${address}${family === -1 ? '' : `:${port}`}` : `fd@${fd}`;
  throw systemError(handle, place);
}

function nameOf(handle: ListenHandle): {
  readonly error: number;
  readonly name: { readonly address: string; readonly port: number };
} {
  const name: Partial<net.AddressInfo> = {};
  const error = 'getsockname' in handle ? (handle as TcpHandle).getsockname(name) : 0;
  return { error, name: { address: name.address ?? '', port: name.port ?? 0 } };
}

function systemError(errno: number, place: string): NodeJS.ErrnoException {
  const [code, meaning] = getSystemErrorMap().get(errno) ?? ['UNKNOWN', 'unknown error'];
  return Object.assign(new Error(`bind ${code}: ${meaning} ${place}`), { code, errno, syscall: 'bind' });
}
