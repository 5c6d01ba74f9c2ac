/**
 * One address to listen on: how it is written, and what has to be done about the files of unix sockets.
 *
 * Not here: binding it (`acceptor.ts`, `../threads/sockets.ts`), what stands in the configuration (`acceptors.ts`).
 */
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as net from 'node:net';

/** One address to bind; `mode`, `uid` and `gid` are for unix sockets, null leaves them as the system makes them. */
export type ListenAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly ipv6Only: boolean }
  | {
      readonly kind: 'unix';
      readonly path: string;
      readonly mode: number | null;
      readonly uid: number | null;
      readonly gid: number | null;
    }
  | { readonly kind: 'fd'; readonly fd: number };

/** For people: `0.0.0.0:443`, `[::]:443`, `/run/x.sock`, `fd@3`. */
export function printListenAddress(address: ListenAddress): string {
  switch (address.kind) {
    case 'unix':
      return address.path;
    case 'fd':
      return `fd@${address.fd}`;
    case 'tcp':
      return address.host.includes(':')
        ? `[${address.host}]:${address.port}`
        : `${address.host}:${address.port}`;
  }
}

/** How a fault in binding names it: `127.0.0.1:80 (frontend web)`. */
export function placeToBind(address: ListenAddress, frontendName: string): string {
  return `${printListenAddress(address)} (frontend ${frontendName})`;
}

/**
 * Calls `bind`; where the file of a unix socket is in its way whose program is gone, removes that and calls it once more. A
 * unix socket then gets the owner and mode it shall have. Rejects with the system's error.
 */
export async function bindWithFile<T>(address: ListenAddress, bind: () => T | Promise<T>): Promise<T> {
  if (address.kind !== 'unix') return bind();
  const bound = await bindOverFile(address.path, bind);
  setOwnership(address);
  return bound;
}

async function bindOverFile<T>(path: string, bind: () => T | Promise<T>): Promise<T> {
  try {
    return await bind();
  } catch (error) {
    if (!(await isLeftBehind(path))) throw error;
    fs.unlinkSync(path);
    return bind();
  }
}

/** True for the socket file of a program that is gone: nobody answers there, and it would make every bind fail. */
async function isLeftBehind(path: string): Promise<boolean> {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isSocket() !== true) return false;
  const socket = net.connect(path);
  try {
    await once(socket, 'connect');
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED';
  } finally {
    socket.destroy();
  }
}

function setOwnership(address: Extract<ListenAddress, { kind: 'unix' }>): void {
  if (address.mode !== null) fs.chmodSync(address.path, address.mode);
  if (address.uid !== null || address.gid !== null)
    fs.chownSync(address.path, address.uid ?? -1, address.gid ?? -1);
}
