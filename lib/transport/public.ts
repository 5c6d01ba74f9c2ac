/**
 * The transport on Node's public API alone: works on every Node the package supports, and is the measure for any faster one.
 *
 * Not here: the pieces (`public-dial.ts`, `public-connection.ts`, `public-relay.ts`, `public-channel.ts`,
 * `public-tls-accept.ts`).
 */
import * as net from 'node:net';
import type {
  Channel,
  ChannelHandler,
  SecureTransport,
  Connection,
  Dial,
  DialHandler,
  DialTarget,
  Relay,
  RelayHandler,
  TransportOptions,
} from './transport.ts';
import { TUNES_KEEP_ALIVE } from './keep-alive.ts';
import { PublicChannel } from './public-channel.ts';
import { PublicConnection } from './public-connection.ts';
import { PublicDial } from './public-dial.ts';
import { PublicRelay } from './public-relay.ts';
import { adopt, SOCKET_OPTIONS } from './public-socket.ts';
import { PublicHandshakes } from './public-tls-accept.ts';
import type { AcceptTls, Handshake, HandshakeHandler } from './secure.ts';

class PublicTransport implements SecureTransport {
  readonly name = 'public';
  readonly tunesKeepAlive = TUNES_KEEP_ALIVE;
  readonly #nowMs: () => number;
  readonly #handshakes = new WeakMap<AcceptTls, PublicHandshakes>();

  constructor(options: TransportOptions) {
    this.#nowMs = options.nowMs;
  }

  createServer(accepted: (connection: Connection) => void): net.Server {
    return net.createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, (socket) => {
      accepted(new PublicConnection(adopt(socket), null));
    });
  }

  dial(target: DialTarget, handler: DialHandler): Dial {
    return new PublicDial(target, handler);
  }

  relay(client: Connection, server: Connection, handler: RelayHandler): Relay {
    return new PublicRelay(own(client), own(server), handler, this.#nowMs);
  }

  channel(connection: Connection, handler: ChannelHandler): Channel {
    return new PublicChannel(own(connection), handler);
  }

  secure(connection: Connection, contexts: AcceptTls, handler: HandshakeHandler): Handshake {
    let handshakes = this.#handshakes.get(contexts);
    if (handshakes === undefined) {
      handshakes = new PublicHandshakes(contexts);
      this.#handshakes.set(contexts, handshakes);
    }
    return handshakes.begin(own(connection), handler);
  }
}

function own(connection: Connection): PublicConnection {
  if (connection instanceof PublicConnection) return connection;
  throw new TypeError('the connection was made by another transport');
}

/** Makes the transport; it holds nothing by itself, so there is nothing to close. */
export function createPublicTransport(options: TransportOptions): SecureTransport {
  return new PublicTransport(options);
}
