/**
 * The transport on libuv's handles, without `net.Socket`: less work and less memory per connection, no allocation per chunk.
 *
 * Not here: the pieces (`handle-*.ts`), whether it can be used (`choose.ts`).
 */
import * as net from 'node:net';
import { HandleChannel } from './handle-channel.ts';
import { HandleConnection } from './handle-connection.ts';
import { HandleDial } from './handle-dial.ts';
import { HandleRelay } from './handle-relay.ts';
import { HandleSocket, Workbench } from './handle-socket.ts';
import { TUNES_KEEP_ALIVE } from './keep-alive.ts';
import { isBoundTo, isTcp, type NodeInternals, type StreamHandle, takeAccepted } from './node-internals.ts';
import type {
  Channel,
  ChannelHandler,
  Connection,
  Dial,
  DialHandler,
  DialTarget,
  Endpoint,
  Relay,
  RelayHandler,
  Transport,
  TransportOptions,
} from './transport.ts';

const NOWHERE: Endpoint = { address: '', port: 0 };

class HandleTransport implements Transport {
  readonly name = 'handles';
  readonly tunesKeepAlive = TUNES_KEEP_ALIVE;
  readonly #bench: Workbench;

  constructor(internals: NodeInternals, options: TransportOptions, threw: (error: unknown) => void) {
    this.#bench = new Workbench(internals, options.nowMs, threw);
  }

  createServer(accepted: (connection: Connection) => void): net.Server {
    const server = net.createServer();
    server.on('listening', () => {
      const local = localOf(server);
      takeAccepted(server, (handle) => {
        try {
          accepted(this.#connection(handle, local));
        } catch (error) {
          this.#bench.threw(error);
        }
      });
    });
    return server;
  }

  dial(target: DialTarget, handler: DialHandler): Dial {
    if (target.tls !== undefined) throw new TypeError('this transport has no TLS');
    return new HandleDial(this.#bench, target, handler);
  }

  relay(client: Connection, server: Connection, handler: RelayHandler): Relay {
    return new HandleRelay(own(client), own(server), handler, this.#bench.nowMs);
  }

  channel(connection: Connection, handler: ChannelHandler): Channel {
    return new HandleChannel(own(connection), handler, this.#bench.nowMs);
  }

  #connection(handle: StreamHandle, local: Endpoint | null): HandleConnection {
    const socket = new HandleSocket(this.#bench, handle);
    const nowMs = this.#bench.nowMs();
    return isTcp(handle)
      ? new HandleConnection(socket, nowMs, null, local)
      : new HandleConnection(socket, nowMs, NOWHERE, NOWHERE);
  }
}

/** The address at which everything comes in, or null where that has to be asked of each connection. */
function localOf(server: net.Server): Endpoint | null {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') return null;
  const { address, port } = bound;
  const anywhere = address === '0.0.0.0' || address === '::';
  return anywhere || !isBoundTo(server, address) ? null : { address, port };
}

function own(connection: Connection): HandleConnection {
  if (connection instanceof HandleConnection) return connection;
  throw new TypeError('the connection was made by another transport');
}

/** An ordinary uncaught exception, in a turn in which libuv waits for no answer. */
function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}

/**
 * Makes the transport; it holds nothing but spare buffers, so there is nothing to close.
 *
 * @param threw gets what callbacks throw; by default it becomes an uncaught exception.
 */
export function createHandleTransport(
  internals: NodeInternals,
  options: TransportOptions,
  threw: (error: unknown) => void = throwLater,
): Transport {
  return new HandleTransport(internals, options, threw);
}
