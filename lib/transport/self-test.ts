/**
 * Whether a transport works on the Node at hand: a client and a server on Node's documented sockets, the transport in
 * between, over loopback. Takes some milliseconds.
 *
 * It looks at what could be different in an untried Node: accepting, dialling, bytes both ways while one side does not read,
 * half close, reset. Not here: what every transport promises (the tests of the project).
 */
import { once } from 'node:events';
import * as net from 'node:net';
import type { Connection, Relay, RelayHandler, SideName, Transport } from './transport.ts';

/** Calls once, `delayMs` from now, unless cancelled. */
export type After = (delayMs: number, callback: () => void) => { cancel(): void };

/** Makes the transport under test; `threw` gets what its callbacks throw. */
export type NewTransport = (threw: (error: unknown) => void) => Transport;

/** For a machine that is busy starting; a good run takes a hundredth of it. */
const TIME_LIMIT_MS = 2000;
const LOOPBACK = '127.0.0.1';
/** Sent until a write blocks; where that much does not suffice the kernel's buffers are uncommonly large. */
const FLOOD_BYTES = 8_000_000;
/** A prime, so that no byte stands where its copy in the next buffer would. */
const PIECE_BYTES = 65_521;

/** Null if everything went as it should, otherwise what did not. Leaves nothing open. */
export async function selfTest(newTransport: NewTransport, after: After): Promise<string | null> {
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  const timer = after(TIME_LIMIT_MS, () =>
    fail(new Error(`the self-test took more than ${TIME_LIMIT_MS} ms`)),
  );
  const threw = (error: unknown): void => fail(error instanceof Error ? error : new Error(String(error)));
  let trial: Trial | null = null;
  try {
    trial = new Trial(newTransport(threw));
    await Promise.race([trial.run(), failed]);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    timer.cancel();
    trial?.close();
  }
}

/** Notes what a relay tells. */
class Told implements RelayHandler {
  readonly finished: Promise<void>;
  readonly broken: Promise<SideName>;
  relayFinished: () => void = () => {};
  relayBroken: (side: SideName) => void = () => {};

  constructor() {
    this.finished = new Promise((resolve) => {
      this.relayFinished = resolve;
    });
    this.broken = new Promise((resolve) => {
      this.relayBroken = resolve;
    });
  }

  relaySideEnded(): void {}
  relaySideShut(): void {}
}

interface Joined {
  readonly client: net.Socket;
  readonly server: net.Socket;
  readonly relay: Relay;
  readonly told: Told;
}

class Trial {
  readonly #transport: Transport;
  readonly #entrance: net.Server;
  readonly #target = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
  readonly #sockets: net.Socket[] = [];
  readonly #connections: Connection[] = [];
  readonly #relays: Relay[] = [];
  #accepted: (connection: Connection) => void = () => {};

  constructor(transport: Transport) {
    this.#transport = transport;
    this.#entrance = this.#transport.createServer((connection) => this.#accepted(connection));
  }

  async run(): Promise<void> {
    await Promise.all([listening(this.#entrance), listening(this.#target)]);
    await this.#carries();
    await this.#resets();
    const closed = once(this.#entrance, 'close');
    this.#entrance.close();
    await closed;
  }

  /** Ends whatever is left. */
  close(): void {
    for (const relay of this.#relays) relay.abandon();
    for (const connection of this.#connections) connection.reset();
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#entrance, this.#target]) if (server.listening) server.close();
  }

  /** Many bytes to a server that does not read at first, then its answer to a client that has ended. */
  async #carries(): Promise<void> {
    const { client, server, relay, told } = await this.#join();
    const piece = Buffer.from(Array.from({ length: PIECE_BYTES }, (_, index) => (index * index) % 251));
    let sentBytes = 0;
    for (; relay.server.blockedSinceMs === 0 && sentBytes < FLOOD_BYTES; sentBytes += piece.length) {
      client.write(piece);
      await turn();
    }
    client.end();
    const arrived = await arrivedWhole(server, piece);
    expect('bytes from the client', arrived === sentBytes && relay.client.bytesRead === sentBytes);
    server.end('answer');
    const [answer] = (await once(client, 'data')) as [Buffer];
    expect('bytes from the server', answer.toString('latin1') === 'answer');
    await told.finished;
    expect('the end of a relay', !relay.open);
  }

  async #resets(): Promise<void> {
    const { client, server, relay, told } = await this.#join();
    server.resetAndDestroy();
    expect('the side of a reset', (await told.broken) === 'server');
    const gone = once(client, 'error') as Promise<[NodeJS.ErrnoException]>;
    client.resume();
    relay.resetBoth();
    expect('a reset', (await gone)[0].code === 'ECONNRESET');
  }

  async #join(): Promise<Joined> {
    const accepted = new Promise<Connection>((resolve) => {
      this.#accepted = resolve;
    });
    const arrived = once(this.#target, 'connection') as Promise<[net.Socket]>;
    const client = net.connect({ host: LOOPBACK, port: portOf(this.#entrance), allowHalfOpen: true });
    this.#sockets.push(client);
    // What breaks shows in what arrives; unheard it would end the process.
    client.on('error', () => {});
    const fromClient = await accepted;
    this.#connections.push(fromClient);
    const toServer = await this.#dial();
    this.#connections.push(toServer);
    const [server] = await arrived;
    this.#sockets.push(server);
    server.on('error', () => {});
    const told = new Told();
    const relay = this.#transport.relay(fromClient, toServer, told);
    this.#relays.push(relay);
    expect(
      'addresses',
      fromClient.remote.port === client.localPort && toServer.local.port === server.remotePort,
    );
    return { client, server, relay, told };
  }

  #dial(): Promise<Connection> {
    const target = { kind: 'tcp', address: LOOPBACK, port: portOf(this.#target), source: null } as const;
    return new Promise((resolve, reject) => {
      this.#transport.dial(target, {
        dialSucceeded: resolve,
        dialFailed: ({ message }) => reject(new Error(message)),
      });
    });
  }
}

async function listening(server: net.Server): Promise<void> {
  const listens = once(server, 'listening');
  server.listen(0, LOOPBACK);
  await listens;
}

function portOf(server: net.Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}

/** How many bytes a socket brings until its end, if they are the piece again and again; otherwise -1. */
async function arrivedWhole(socket: net.Socket, piece: Buffer): Promise<number> {
  let bytes = 0;
  let isWhole = true;
  socket.on('data', (chunk: Buffer) => {
    isWhole &&= isNext(chunk, bytes, piece);
    bytes += chunk.length;
  });
  const ended = once(socket, 'end');
  socket.resume();
  await ended;
  return isWhole ? bytes : -1;
}

/** Whether a chunk is what was sent from `position` on. */
function isNext(chunk: Buffer, position: number, piece: Buffer): boolean {
  for (let at = 0; at < chunk.length;) {
    const from = (position + at) % piece.length;
    const length = Math.min(piece.length - from, chunk.length - at);
    if (piece.compare(chunk, at, at + length, from, from + length) !== 0) return false;
    at += length;
  }
  return true;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function expect(what: string, isSo: boolean): void {
  if (!isSo) throw new Error(`${what} went wrong in the self-test`);
}
