/**
 * Where one request's connection to a server comes from: kept by this client, kept by anybody, or a new one (manual 4.2 "http-reuse").
 *
 * Not here: which server (`../backend/`), what is kept (`kept-connections.ts`).
 */
import type { Dialer } from '../backend/connect.ts';
import type { Server } from '../backend/server.ts';
import { applyOptions } from '../stream/connections.ts';
import type { Connection, Dial, DialFailure, DialHandler, DialTarget } from '../transport/transport.ts';
import type { ClientConnection } from './client-connection.ts';
import type { HttpTarget } from './route.ts';
import { ServerConnection } from './server-connection.ts';

export class ServerDialer implements Dialer<ServerConnection> {
  readonly #client: ClientConnection;
  readonly #target: HttpTarget;
  #onlyFresh = false;

  constructor(client: ClientConnection, target: HttpTarget) {
    this.#client = client;
    this.#target = target;
  }

  /** A kept connection has failed this request: the next ones may be as dead. */
  onlyFresh(): void {
    this.#onlyFresh = true;
  }

  dial(target: DialTarget, handler: DialHandler<ServerConnection>, server: Server): Dial {
    const name = target.tls?.serverName ?? null;
    const kept = this.#onlyFresh ? null : this.#kept(server, name);
    if (kept !== null) {
      handler.dialSucceeded(kept);
      return NOTHING_TO_CANCEL;
    }
    const { transport } = this.#client.route;
    return transport.dial(
      target,
      new FreshDial(handler, (connection) => this.#fresh(server, name, connection)),
    );
  }

  #kept(server: Server, name: string | null): ServerConnection | null {
    const client = this.#client;
    const own = client.takeOwn((kept) => kept.server === server && kept.name === name);
    return own ?? client.route.kept.take(server, name, this.#target.reuse, !client.servedBefore);
  }

  #fresh(server: Server, name: string | null, connection: Connection): ServerConnection {
    const { route } = this.#client;
    const { options } = this.#target;
    applyOptions(connection, options.serverKeepAlive, options.serverKeepAliveTuning, options.nolinger);
    return new ServerConnection(server, name, connection, route.serverParts, route.account.asks);
  }

  /** Keeps a connection that has served its request. */
  keep(connection: ServerConnection): void {
    if (this.#target.reuse === 'never' || connection.knowsClient) this.#client.keepOwn(connection);
    else this.#client.route.kept.keep(connection);
  }
}

class FreshDial implements DialHandler {
  readonly #handler: DialHandler<ServerConnection>;
  readonly #made: (connection: Connection) => ServerConnection;

  constructor(handler: DialHandler<ServerConnection>, made: (connection: Connection) => ServerConnection) {
    this.#handler = handler;
    this.#made = made;
  }

  dialSucceeded(connection: Connection): void {
    this.#handler.dialSucceeded(this.#made(connection));
  }

  dialFailed(failure: DialFailure): void {
    this.#handler.dialFailed(failure);
  }
}

const NOTHING_TO_CANCEL: Dial = { cancel: () => {} };
