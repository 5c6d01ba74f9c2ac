/**
 * One bound socket and the listeners it serves. As a rule that is one; an address or descriptor (`fd@3`) that several `bind`
 * lines name is opened once, and they get its connections in turn, those with room first (HAProxy opens it several times by
 * SO_REUSEPORT and has the kernel share clients out).
 *
 * What `listen` does is chosen before it is called:
 *
 *     as made       binds and accepts
 *     bindOnly      binds; other threads accept, on duplicates of `fd`
 *     listenOn      accepts on such a duplicate
 *
 * Not here: what a listener does with a connection (`listener.ts`).
 */
import { once } from 'node:events';
import type * as net from 'node:net';
import type { Connection, Transport } from '../transport/transport.ts';
import { bindWithFile, type ListenAddress } from './listen-address.ts';
import { addressOf, bindHandle, listenOn, type ListenHandle } from './listen-handle.ts';

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
  #bindsOnly = false;
  /** Bound and accepting elsewhere, or bound elsewhere and accepting here. */
  #handle: ListenHandle | null = null;
  #listening: Promise<void> | null = null;

  constructor(address: ListenAddress, backlog: number, transport: Transport) {
    this.address = address;
    this.#backlog = backlog;
    this.#server = transport.createServer((connection) => this.#accepted(connection));
  }

  /** For the control thread: clients are refused until another thread listens, and wait in the kernel while none is left. */
  bindOnly(): void {
    this.#bindsOnly = true;
  }

  /** For a worker thread: `duplicate` is bound to the address, and the acceptor's own from now on. */
  listenOn(duplicate: ListenHandle): void {
    this.#handle = duplicate;
  }

  /** The bound socket's number in this process, for duplicates of it; null unless bound by `bindOnly`. */
  get fd(): number | null {
    return this.#bindsOnly ? (this.#handle?.fd ?? null) : null;
  }

  /** Takes part from the next connection on; leave with `remove`. */
  add(taker: Taker): void {
    this.#takers.push(taker);
  }

  /** The last one to leave closes the socket: when the promise resolves, the address is free, or left to other threads. */
  async remove(taker: Taker): Promise<void> {
    const index = this.#takers.indexOf(taker);
    if (index >= 0) this.#takers.splice(index, 1);
    if (this.#takers.length > 0) return;
    // The callback of `close` would wait for every accepted connection; the descriptor is closed by the end of this turn.
    if (this.#server.listening) this.#server.close();
    else if (this.#bindsOnly) this.#handle?.close();
    else return;
    this.#handle = null;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Once, however many ask; rejects with the system's error. */
  listen(): Promise<void> {
    this.#listening ??= this.#open();
    return this.#listening;
  }

  /** As bound, with the kernel's choice for port 0; a unix socket's path with port 0. Before and afterwards empty and 0. */
  get boundAddress(): { readonly address: string; readonly port: number } {
    const { address } = this;
    const isBound = this.#server.listening || (this.#bindsOnly && this.#handle !== null);
    // The system does not tell the path of a duplicate.
    if (isBound && address.kind === 'unix') return { address: address.path, port: 0 };
    if (this.#handle !== null) return addressOf(this.#handle);
    const bound = this.#server.address();
    return bound === null || typeof bound === 'string'
      ? { address: '', port: 0 }
      : { address: bound.address, port: bound.port };
  }

  async #open(): Promise<void> {
    if (this.#bindsOnly) {
      this.#handle = await bindWithFile(this.address, () => bindHandle(this.address));
      return;
    }
    if (this.#handle === null) await bindWithFile(this.address, () => this.#listenOnce());
    else await this.#listenOnce();
    this.#server.on('error', (error) => this.#failed(error));
  }

  async #listenOnce(): Promise<void> {
    if (this.#handle !== null) listenOn(this.#server, this.#handle, this.#backlog);
    else this.#server.listen(listenOptions(this.address, this.#backlog));
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
