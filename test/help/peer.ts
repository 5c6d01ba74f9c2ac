/**
 * A scripted client or server: connects or accepts, sends, expects, ends, resets, stops reading. Every wait fails
 * with a message instead of hanging.
 *
 *     const server = await PeerServer.listen();
 *     const client = await Peer.connect(proxyPort);
 *     const backend = await server.next();
 *     client.send('hello');
 *     await backend.expect('hello');
 *     backend.end('bye');
 *     await client.expect('bye');
 *     await client.expectEnd();
 *
 * Not here: TLS and real programs (`test/system`), ordering between peers (`gate.ts`).
 */
import { createHash, type Hash } from 'node:crypto';
import { once } from 'node:events';
import * as net from 'node:net';
import { within } from './gate.ts';

/** Where a peer connects to: a port on the loopback address, a unix socket's path, or Node's own options. */
export type PeerAddress = number | string | net.NetConnectOpts;

/** What happened on a peer's connection; `open` until one of the others. */
export type PeerState = 'open' | 'ended' | 'reset' | 'closed';

export class Peer {
  readonly socket: net.Socket;
  /** Bytes that came, taken or not. */
  bytesReceived = 0;
  /** Bytes given to `send` and `end`. */
  bytesSent = 0;
  readonly #received: Hash = createHash('sha256');
  #untaken: Buffer = Buffer.alloc(0);
  #keeps = true;
  #state: PeerState = 'open';
  #errorCode = '';
  #changed: (() => void)[] = [];

  /** Wraps a socket that is connected and has `allowHalfOpen`. Reading starts at once, unless `held`. */
  constructor(socket: net.Socket, held = false) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#took(chunk));
    socket.on('end', () => {
      if (!this.#isReset()) this.#become('ended');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#errorCode = error.code ?? error.message;
      this.#become('reset');
    });
    socket.on('close', () => this.#become(this.#state === 'open' ? 'closed' : this.#state));
    if (held) socket.pause();
  }

  /** Connects; `held`: does not read until `release`. Rejects when the connection is refused. */
  static async connect(to: PeerAddress, held = false): Promise<Peer> {
    const options: net.NetConnectOpts =
      typeof to === 'number' ? { port: to, host: '127.0.0.1' } : typeof to === 'string' ? { path: to } : to;
    const socket = net.connect({ noDelay: true, ...options, allowHalfOpen: true });
    socket.pause();
    await within(once(socket, 'connect'), () => `a connection to ${JSON.stringify(to)}`);
    const peer = new Peer(socket, held);
    if (!held) socket.resume();
    return peer;
  }

  get state(): PeerState {
    return this.#state;
  }

  /** Code of the error that ended the connection, e.g. `ECONNRESET`; empty if none did. */
  get errorCode(): string {
    return this.#errorCode;
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  /** The bytes that came and were not yet expected, as text. */
  get text(): string {
    return this.#untaken.toString('latin1');
  }

  /** SHA-256 of all bytes that came; may be asked once, at the end. */
  digest(): string {
    return this.#received.digest('hex');
  }

  /** From now on bytes are only counted and hashed, not kept for `expect`. */
  count(): this {
    this.#keeps = false;
    return this;
  }

  send(bytes: string | Uint8Array): this {
    this.bytesSent += bytes.length;
    this.socket.write(bytes);
    return this;
  }

  /** Sends and waits until the kernel has taken everything, so that it can be on its way. */
  async flush(bytes: string | Uint8Array): Promise<void> {
    this.bytesSent += bytes.length;
    const written = new Promise<void>((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    await within(written, () => `${bytes.length} bytes to be taken by the kernel`);
  }

  /** FIN behind what was sent; reading goes on. */
  end(bytes: string | Uint8Array = ''): this {
    this.bytesSent += bytes.length;
    this.socket.end(bytes);
    return this;
  }

  /** RST. */
  reset(): this {
    if (!this.socket.destroyed) this.socket.resetAndDestroy();
    return this;
  }

  /** Closes without more ado: FIN, or RST when bytes were not read. */
  close(): this {
    this.socket.destroy();
    return this;
  }

  /** Stops reading, so that the other side's bytes pile up. */
  hold(): this {
    this.socket.pause();
    return this;
  }

  /** Reads again after `hold`. */
  release(): this {
    this.socket.resume();
    return this;
  }

  /** Waits for exactly these bytes next, and takes them. */
  async expect(wanted: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(wanted as Uint8Array);
    await this.#until(
      () => this.#untaken.length >= bytes.length || this.#state !== 'open',
      () => `${JSON.stringify(bytes.toString('latin1').slice(0, 200))}, got ${this.#shown()}`,
    );
    if (!this.#untaken.subarray(0, bytes.length).equals(bytes)) {
      throw new Error(
        `expected ${JSON.stringify(bytes.toString('latin1').slice(0, 200))}, got ${this.#shown()}`,
      );
    }
    this.#untaken = this.#untaken.subarray(bytes.length);
  }

  /** Waits until `count` bytes have come in all, taken or not. */
  expectCount(count: number): Promise<void> {
    return this.#until(
      () => this.bytesReceived >= count,
      () => `${count} bytes, got ${this.bytesReceived} (${this.#state})`,
    );
  }

  /** Waits for the other side's FIN, with nothing untaken before it. */
  expectEnd(): Promise<void> {
    return this.#expectState('ended');
  }

  /** Waits for the connection to be reset by the other side. */
  expectReset(): Promise<void> {
    return this.#expectState('reset');
  }

  /** Waits until the connection is over in whatever way, ours included, and gives the way. */
  async over(): Promise<PeerState> {
    await this.#until(
      () => this.#state !== 'open',
      () => `the connection's end, got ${this.#shown()}`,
    );
    return this.#state;
  }

  async #expectState(wanted: PeerState): Promise<void> {
    await this.#until(
      () => this.#state !== 'open',
      () => `the connection to be ${wanted}, got ${this.#shown()}`,
    );
    if (this.#state !== wanted) throw new Error(`expected ${wanted}, got ${this.#shown()}`);
    if (wanted === 'ended' && this.#untaken.length > 0)
      throw new Error(`expected no more bytes, got ${this.#shown()}`);
  }

  #took(chunk: Buffer): void {
    this.bytesReceived += chunk.length;
    this.#received.update(chunk);
    if (this.#keeps) this.#untaken = Buffer.concat([this.#untaken, chunk]);
    this.#tell();
  }

  /**
   * Node 20 reports RST right behind bytes as an orderly end. Writing nothing sends nothing, but the kernel says
   * how the connection stands; then the error event follows.
   */
  #isReset(): boolean {
    const { socket } = this;
    if (socket.writableEnded || socket.writableLength > 0 || socket.localAddress === undefined) return false;
    socket.write(Buffer.alloc(0));
    return socket.errored !== null;
  }

  #become(state: PeerState): void {
    // A reset after the FIN is news; a close after either is not.
    if (this.#state === 'open' || state === 'reset') this.#state = state;
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#changed;
    this.#changed = [];
    for (const look of waiting) look();
  }

  async #until(satisfied: () => boolean, message: () => string): Promise<void> {
    const watched = async (): Promise<void> => {
      while (!satisfied()) await new Promise<void>((resolve) => this.#changed.push(resolve));
    };
    await within(watched(), message);
  }

  #shown(): string {
    const error = this.#errorCode === '' ? '' : ` ${this.#errorCode}`;
    return `${this.#state}${error} with ${JSON.stringify(this.text.slice(0, 200))}`;
  }
}

/** What a server does with a connection on its own, for tests that need no script. */
export type PeerService = (peer: Peer) => void;

/** Gives every byte back and ends when the client ends. */
export const echo: PeerService = (peer) => {
  peer.socket.pipe(peer.socket);
};

/** Says `name` as soon as a connection stands and ends: tells which server was chosen. */
export function sayName(name: string): PeerService {
  return (peer) => {
    peer.end(name);
  };
}

/** Options of a scripted server. */
export interface PeerServerOptions {
  /** 0: the kernel's choice. */
  readonly port?: number;
  readonly host?: string;
  /** A unix socket's path instead. */
  readonly path?: string;
  /** Accepted connections are not read until `release`. */
  readonly held?: boolean;
  /** Runs for each connection as it comes; `next` gives them as well. */
  readonly service?: PeerService;
}

/** A scripted server on the loopback address. Owned by the test: `close` ends it and all it accepted. */
export class PeerServer {
  readonly server: net.Server;
  /** Every connection accepted so far. */
  readonly peers: Peer[] = [];
  #given = 0;
  #waiting: (() => void)[] = [];

  private constructor(options: PeerServerOptions) {
    const held = options.held === true;
    this.server = net.createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: held }, (socket) => {
      const peer = new Peer(socket, held);
      this.peers.push(peer);
      options.service?.(peer);
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const look of waiting) look();
    });
  }

  static async listen(options: PeerServerOptions = {}): Promise<PeerServer> {
    const peers = new PeerServer(options);
    if (options.path === undefined) peers.server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
    else peers.server.listen(options.path);
    await within(once(peers.server, 'listening'), () => 'the scripted server to listen');
    return peers;
  }

  get port(): number {
    const address = this.server.address();
    return address === null || typeof address === 'string' ? 0 : address.port;
  }

  /** Connections that are still open here. */
  get openCount(): number {
    return this.peers.filter((peer) => !peer.socket.destroyed).length;
  }

  /** The next connection in the order of their coming; waits for it. */
  async next(): Promise<Peer> {
    const index = this.#given;
    this.#given += 1;
    const arrived = async (): Promise<Peer> => {
      for (;;) {
        const peer = this.peers[index];
        if (peer !== undefined) return peer;
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
      }
    };
    return within(arrived(), () => `connection ${index + 1} to the scripted server`);
  }

  /** Stops listening and closes every connection. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const peer of this.peers) peer.close();
    await closed;
  }
}

/** A port of the loopback address on which nothing listens (the kernel gave it and it was given back). */
export async function unusedPort(): Promise<number> {
  const server = await PeerServer.listen();
  const { port } = server;
  await server.close();
  return port;
}
