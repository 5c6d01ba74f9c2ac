/**
 * WebSockets of the `ws` package on both sides of a balancer: a server that gives everything back, and clients whose
 * waits fail with a message.
 *
 * Not here: which cases there are (`websocket/cases.ts`).
 */
import { once } from 'node:events';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ClientOptions, type RawData, WebSocket, WebSocketServer } from 'ws';
import { Journal, within } from '../../help/gate.ts';
import { HOST, SERVER_HOST } from './network.ts';
import type { Owner } from './process.ts';

/** Above the largest message of the tests. */
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

export interface Echo {
  readonly port: number;
  /** Close codes and reasons as the server saw them: `1000 bye`. */
  readonly closes: Journal;
  /** Pings that reached the server, their payloads as hex. */
  readonly pings: Journal;
}

/**
 * Starts one at `SERVER_HOST`. It prefers the protocol `second`, compresses if asked, answers the text
 * `close CODE REASON` by closing, and refuses the path `/refused` with 403.
 */
export async function serveEcho(owner: Owner): Promise<Echo> {
  const server = http.createServer((_request, response) => response.end('a page'));
  const closes = new Journal();
  const pings = new Journal();
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_PAYLOAD_BYTES,
    perMessageDeflate: { threshold: 0 },
    handleProtocols: (offered) => (offered.has('second') ? 'second' : false),
  });
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno');
    else sockets.handleUpgrade(request, socket, head, (one) => sockets.emit('connection', one, request));
  });
  sockets.on('connection', (socket) => {
    socket.on('message', (message, isBinary) => {
      const [word, code, reason] = isBinary ? [] : textOf(message).slice(0, 100).split(' ');
      if (word === 'close') socket.close(Number(code), reason);
      else socket.send(message, { binary: isBinary });
    });
    socket.on('ping', (payload) => pings.note(payload.toString('hex')));
    socket.on('close', (code, reason) => closes.note(`${code} ${reason.toString()}`.trim()));
    // What breaks a connection is seen by its close.
    socket.on('error', () => {});
  });
  server.listen(0, SERVER_HOST);
  await once(server, 'listening');
  owner.teardown(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, closes, pings };
}

/** `ws` gives one buffer unless told otherwise. */
function textOf(message: RawData): string {
  return (message as Buffer).toString();
}

/** A message as it came. */
export interface Message {
  readonly bytes: Buffer;
  readonly isBinary: boolean;
}

/** A client through the balancer. */
export class EchoClient {
  readonly socket: WebSocket;
  readonly pongs = new Journal();
  /** `1000 bye` once it is over. */
  readonly closes = new Journal();
  readonly #messages = new Journal<Message>();
  #taken = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (bytes, isBinary) => this.#messages.note({ bytes: bytes as Buffer, isBinary }));
    socket.on('pong', (payload) => this.pongs.note(payload.toString('hex')));
    socket.on('close', (code, reason) => this.closes.note(`${code} ${reason.toString()}`.trim()));
    socket.on('error', () => {});
  }

  static async open(
    owner: Owner,
    port: number,
    options: ClientOptions & { readonly protocols?: string[] } = {},
  ): Promise<EchoClient> {
    const { protocols = [], ...rest } = options;
    const socket = new WebSocket(`ws://${HOST}:${port}/echo`, protocols, {
      perMessageDeflate: false,
      maxPayload: MAX_PAYLOAD_BYTES,
      ...rest,
    });
    owner.teardown(() => socket.terminate());
    const client = new EchoClient(socket);
    await within(once(socket, 'open'), () => 'a WebSocket to open');
    return client;
  }

  /** The next message. */
  async next(): Promise<Message> {
    this.#taken += 1;
    await this.#messages.reached(this.#taken);
    const message = this.#messages.entries[this.#taken - 1];
    if (message === undefined) throw new Error('no message');
    return message;
  }
}
