/**
 * One attempt to connect, on Node's public API; where TLS is asked for, the handshake is part of it.
 *
 *     dialling --(shaking)--+--> connected   `dialSucceeded`, told once
 *         |         |       |
 *         +---------+-------+--> failed      `dialFailed`, told once, never from within `dial`
 *         +---------+----------> cancelled   nothing is told
 *
 * Not here: timeout, retries, redispatch (`../stream/`).
 */
import * as net from 'node:net';
import * as tls from 'node:tls';
import type { Dial, DialHandler, DialTarget, Endpoint } from './transport.ts';
import { PublicConnection } from './public-connection.ts';
import {
  adopt,
  adoptSecured,
  giveTo,
  type OwnedSocket,
  SOCKET_OPTIONS,
  SocketOwner,
} from './public-socket.ts';
import { viewOf } from './public-tls-view.ts';
import type { DialTls } from './secure.ts';

type ConnectOptions = net.NetConnectOpts & { readonly highWaterMark: number };

function connectOptions(target: DialTarget): ConnectOptions {
  if (target.kind === 'unix') return { ...SOCKET_OPTIONS, path: target.path };
  const { address: host, port, source } = target;
  if (source === null) return { ...SOCKET_OPTIONS, host, port };
  const localAddress = source.address === '' ? undefined : source.address;
  const localPort = source.port === 0 ? undefined : source.port;
  return { ...SOCKET_OPTIONS, host, port, localAddress, localPort };
}

function handshakeOptions(socket: net.Socket, settings: DialTls): tls.ConnectionOptions {
  const { context, serverName, verifies, verifyName, alpn, session } = settings;
  return {
    socket,
    secureContext: context,
    rejectUnauthorized: verifies,
    // Without a name there is nothing to hold the certificate against but its signature (manual 5.2 "verifyhost").
    checkServerIdentity: (_, certificate) =>
      verifyName === null ? undefined : tls.checkServerIdentity(verifyName, certificate),
    ...(serverName === null ? {} : { servername: serverName }),
    ...(alpn.length === 0 ? {} : { ALPNProtocols: [...alpn] }),
    ...(session === null ? {} : { session }),
  };
}

/** The address of a unix socket. */
const NOWHERE: Endpoint = { address: '', port: 0 };

export class PublicDial extends SocketOwner implements Dial {
  #handler: DialHandler | null;
  #socket: OwnedSocket | null = null;
  readonly #remote: Endpoint;
  readonly #tls: DialTls | null;

  constructor(target: DialTarget, handler: DialHandler) {
    super();
    this.#handler = handler;
    this.#tls = target.tls ?? null;
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
    if (this.#handler === null || this.#socket === null) return;
    if (this.#tls === null) this.#succeed(new PublicConnection(this.#socket, this.#remote));
    else this.#shakeHands(this.#socket, this.#tls);
  }

  #shakeHands(below: OwnedSocket, settings: DialTls): void {
    const local = { address: below.localAddress ?? '', port: below.localPort ?? 0 };
    const socket = tls.connect(handshakeOptions(below, settings));
    const secured = adoptSecured(socket, below);
    giveTo(secured, this);
    this.#socket = secured;
    socket.on('session', (session) => settings.sessionCame(session));
    socket.once('secureConnect', () => {
      const view = viewOf(socket, null);
      // From within the handshake's last step an end would be cut off by Node.
      setImmediate(() => {
        if (!socket.destroyed) this.#succeed(new PublicConnection(secured, this.#remote, { local, view }));
      });
    });
  }

  #succeed(connection: PublicConnection): void {
    const handler = this.#handler;
    this.#handler = null;
    handler?.dialSucceeded(connection);
  }

  override socketBroke(code: string, message: string): void {
    this.#fail(code, message);
  }

  /** The handshake ended without a word of an error. */
  override socketClosed(): void {
    this.#fail('ECONNRESET', 'connection closed before it stood');
  }

  #fail(code: string, message: string): void {
    const handler = this.#handler;
    this.#handler = null;
    handler?.dialFailed({ code, message });
  }
}
