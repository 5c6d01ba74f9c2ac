/**
 * One bound socket and the listeners it serves. As a rule that is one; an address or descriptor (`fd@3`) that several `bind`
 * lines name is opened once, and they get its connections in turn, those with room first (HAProxy opens it several times by
 * SO_REUSEPORT and has the kernel share clients out).
 *
 * Not here: what a listener does with a connection (`listener.ts`).
 */
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as net from 'node:net';
import type { Connection, Transport } from '../transport/transport.ts';

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

/** A listener as the socket sees it. */
export interface Taker {
  /** A connection would be let in at once. */
  readonly hasRoom: boolean;
  accepted(connection: Connection): void;
  /** The system would not hand over a connection, e.g. `EMFILE`. */
  acceptFailed(error: NodeJS.ErrnoException): void;
}

export class Acceptor {
  readonly address: ListenAddress;
  readonly #backlog: number;
  readonly #server: net.Server;
  readonly #takers: Taker[] = [];
  #turn = 0;
  #listening: Promise<void> | null = null;

  constructor(address: ListenAddress, backlog: number, transport: Transport) {
    this.address = address;
    this.#backlog = backlog;
    this.#server = transport.createServer((connection) => this.#accepted(connection));
  }

  /** Takes part from the next connection on; leave with `remove`. */
  add(taker: Taker): void {
    this.#takers.push(taker);
  }

  /** The last one to leave closes the socket; the address is free when the promise resolves. */
  async remove(taker: Taker): Promise<void> {
    const index = this.#takers.indexOf(taker);
    if (index >= 0) this.#takers.splice(index, 1);
    if (this.#takers.length > 0 || !this.#server.listening) return;
    await new Promise<void>((resolve) => {
      // The callback would wait for every accepted connection; the descriptor is closed by the end of this turn.
      this.#server.close();
      setImmediate(resolve);
    });
  }

  /** Binds once, however many ask; rejects with the system's error. */
  listen(): Promise<void> {
    this.#listening ??= this.#bind();
    return this.#listening;
  }

  /** As bound, with the kernel's choice for port 0; a unix socket's path with port 0. */
  get boundAddress(): { readonly address: string; readonly port: number } {
    const bound = this.#server.address();
    if (bound === null) return { address: '', port: 0 };
    return typeof bound === 'string'
      ? { address: bound, port: 0 }
      : { address: bound.address, port: bound.port };
  }

  async #bind(): Promise<void> {
    const { address } = this;
    try {
      await this.#listenOnce();
    } catch (error) {
      if (address.kind !== 'unix' || !(await isLeftBehind(address.path))) throw error;
      fs.unlinkSync(address.path);
      await this.#listenOnce();
    }
    this.#server.on('error', (error) => this.#failed(error));
    if (address.kind === 'unix') setOwnership(address);
  }

  async #listenOnce(): Promise<void> {
    this.#server.listen(listenOptions(this.address, this.#backlog));
    await once(this.#server, 'listening');
  }

  #accepted(connection: Connection): void {
    const taker = this.#next();
    if (taker === null) connection.reset();
    else taker.accepted(connection);
  }

  /** The next in turn that has room; where none has, the next in turn. */
  #next(): Taker | null {
    const count = this.#takers.length;
    if (count < 2) return this.#takers[0] ?? null;
    for (let step = 0; step < count; step += 1) {
      const taker = this.#takers[(this.#turn + step) % count];
      if (taker?.hasRoom !== true) continue;
      this.#turn = (this.#turn + step + 1) % count;
      return taker;
    }
    this.#turn = (this.#turn + 1) % count;
    return this.#takers[this.#turn] ?? null;
  }

  #failed(error: NodeJS.ErrnoException): void {
    this.#takers[0]?.acceptFailed(error);
  }
}

function listenOptions(address: ListenAddress, backlog: number): net.ListenOptions & { fd?: number } {
  switch (address.kind) {
    case 'tcp':
      return { host: address.host, port: address.port, ipv6Only: address.ipv6Only, backlog };
    case 'unix':
      return { path: address.path, backlog };
    case 'fd':
      return { fd: address.fd };
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
