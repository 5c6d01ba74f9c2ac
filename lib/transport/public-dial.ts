/**
 * One attempt to connect, on Node's public API.
 *
 *     dialling --+--> connected   `dialSucceeded`, told once
 *                +--> failed      `dialFailed`, told once, never from within `dial`
 *                +--> cancelled   nothing is told
 *
 * Not here: timeout, retries, redispatch (`../stream/`).
 */
import * as net from 'node:net';
import type { Dial, DialHandler, DialTarget, Endpoint } from './transport.ts';
import { PublicConnection } from './public-connection.ts';
import { adopt, giveTo, type OwnedSocket, SOCKET_OPTIONS, SocketOwner } from './public-socket.ts';

type ConnectOptions = net.NetConnectOpts & { readonly highWaterMark: number };

function connectOptions(target: DialTarget): ConnectOptions {
  if (target.kind === 'unix') return { ...SOCKET_OPTIONS, path: target.path };
  const { address: host, port, source } = target;
  if (source === null) return { ...SOCKET_OPTIONS, host, port };
  const localAddress = source.address === '' ? undefined : source.address;
  const localPort = source.port === 0 ? undefined : source.port;
  return { ...SOCKET_OPTIONS, host, port, localAddress, localPort };
}

/** The address of a unix socket. */
const NOWHERE: Endpoint = { address: '', port: 0 };

export class PublicDial extends SocketOwner implements Dial {
  #handler: DialHandler | null;
  #socket: OwnedSocket | null = null;
  readonly #remote: Endpoint;

  constructor(target: DialTarget, handler: DialHandler) {
    super();
    this.#handler = handler;
    this.#remote = target.kind === 'tcp' ? { address: target.address, port: target.port } : NOWHERE;
    try {
      this.#socket = adopt(net.connect(connectOptions(target)));
      giveTo(this.#socket, this);
    } catch (error) {
      // Node throws for addresses and ports it finds impossible.
      const { code = 'ERR_UNKNOWN', message } = error as NodeJS.ErrnoException;
      process.nextTick(() => this.#fail(code, message));
    }
  }

  cancel(): void {
    if (this.#handler === null) return;
    this.#handler = null;
    this.#socket?.destroy();
  }

  override socketConnected(): void {
    const handler = this.#handler;
    if (handler === null || this.#socket === null) return;
    this.#handler = null;
    handler.dialSucceeded(new PublicConnection(this.#socket, this.#remote));
  }

  override socketBroke(code: string, message: string): void {
    this.#fail(code, message);
  }

  #fail(code: string, message: string): void {
    const handler = this.#handler;
    this.#handler = null;
    handler?.dialFailed({ code, message });
  }
}
