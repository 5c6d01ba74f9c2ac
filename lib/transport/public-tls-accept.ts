/**
 * The handshake of clients, on Node's public API: a `tls.Server` that never listens and is given each connection.
 *
 *     shaking --+--> secured     `handshakeSucceeded`; told in a turn of its own, since an end from within the handshake's last step
 *               |                would be cut off by Node (20 to 24)
 *               +--> failed      `handshakeFailed`; the socket is closed
 *               +--> cancelled   nothing is told
 *
 * Node does not say which of the connections given to it an event is about. It does say where the peer is, which is different for all
 * that are open; the few of which that is not known (of unix sockets) get a `tls.Server` each while another is shaking.
 *
 * Not here: certificates (`../tls/`), how long a handshake may take (`../frontend/handshakes.ts`).
 */
import type { X509Certificate } from 'node:crypto';
import * as tls from 'node:tls';
import { PublicConnection } from './public-connection.ts';
import { adoptSecured, giveTo, SocketOwner } from './public-socket.ts';
import { viewOf } from './public-tls-view.ts';
import type { AcceptTls, Handshake, HandshakeFailure, HandshakeHandler } from './secure.ts';

/** Handshakes are timed by their owner; Node must have a limit and gets the longest that it can hold. */
const NO_TIMEOUT_MS = 2_147_483_647;

/** Does the handshakes of one `bind` line. Holds nothing between them. */
export class PublicHandshakes {
  readonly #contexts: AcceptTls;
  readonly #shaking = new Map<string, PublicHandshake>();
  readonly #gone = new Set<PublicHandshake>();
  readonly #server: tls.Server;
  #fallback: AcceptTls['fallback'];

  constructor(contexts: AcceptTls) {
    this.#contexts = contexts;
    this.#fallback = contexts.fallback;
    this.#server = this.#newServer(({ remoteAddress, remotePort }) =>
      this.#shaking.get(keyOf(remoteAddress, remotePort)),
    );
  }

  /** Begins; see `SecureTransport.secure`. */
  begin(connection: PublicConnection, handler: HandshakeHandler): Handshake {
    const { address, port } = connection.remote;
    const key = keyOf(address, port);
    const isAlone = !this.#shaking.has(key);
    const handshake = new PublicHandshake(connection, this.#contexts, handler, this.#gone, () => {
      if (isAlone) this.#shaking.delete(key);
    });
    if (isAlone) this.#shaking.set(key, handshake);
    const server = isAlone ? this.#freshServer() : this.#newServer(() => handshake);
    handshake.begin(server);
    return handshake;
  }

  #freshServer(): tls.Server {
    const { fallback } = this.#contexts;
    if (fallback !== this.#fallback) this.#server.setSecureContext(fallback);
    this.#fallback = fallback;
    return this.#server;
  }

  #newServer(find: (socket: tls.TLSSocket) => PublicHandshake | undefined): tls.Server {
    const contexts = this.#contexts;
    const server = tls.createServer({
      ...contexts.fallback,
      ticketKeys: contexts.ticketKeys,
      handshakeTimeout: NO_TIMEOUT_MS,
      requestCert: contexts.clientCertificates !== 'none',
      rejectUnauthorized: contexts.clientCertificates === 'required',
      SNICallback: (name, done) => done(null, contexts.contextFor(name) ?? undefined),
      ...(contexts.agreesOnProtocols
        ? {
            ALPNCallback: ({ servername, protocols }: OfferedProtocols) =>
              contexts.protocolFor(servername || '', protocols) ?? undefined,
          }
        : {}),
    });
    server.on('secureConnection', (socket: tls.TLSSocket) => {
      const handshake = find(socket);
      // It was given up in the same turn.
      if (handshake === undefined) socket.destroy();
      else handshake.done(socket);
    });
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: tls.TLSSocket) => {
      const [gone] = this.#gone;
      // Of a socket that is closed already nobody knows any more where it led; they come in the order in which they were closed.
      (find(socket) ?? gone)?.failed(failureOf(error, socket));
    });
    return server;
  }
}

interface OfferedProtocols {
  /** False or absent where the client names none, whatever Node's manual says. */
  readonly servername: string | false | undefined;
  readonly protocols: readonly string[];
}

function keyOf(address: string | undefined, port: number | undefined): string {
  return `${address ?? ''} ${port ?? 0}`;
}

type Failure = Omit<HandshakeFailure, 'bytesRead'>;

/** Where Node refuses a certificate it just hangs up, and the reason stands elsewhere. */
function failureOf({ code, message }: NodeJS.ErrnoException, socket: tls.TLSSocket): Failure {
  const refused: unknown = socket.authorizationError;
  if (typeof refused === 'string') return refusal(refused);
  return { kind: code === 'ECONNRESET' ? 'closed' : 'protocol', code: code ?? 'ERR_UNKNOWN', message };
}

function refusal(code: string): Failure {
  return { kind: 'certificate', code, message: `the client's certificate is not accepted: ${code}` };
}

/** In charge of the socket below from the beginning to the end, so that nothing of it is lost. */
class PublicHandshake extends SocketOwner implements Handshake {
  readonly #connection: PublicConnection;
  readonly #contexts: AcceptTls;
  readonly #gone: Set<PublicHandshake>;
  readonly #left: () => void;
  #handler: HandshakeHandler | null;
  #socket: tls.TLSSocket | null = null;

  /** `gone`: those whose socket is closed and whose failure has not been told. `left`: it is over in whatever way. */
  constructor(
    connection: PublicConnection,
    contexts: AcceptTls,
    handler: HandshakeHandler,
    gone: Set<PublicHandshake>,
    left: () => void,
  ) {
    super();
    this.#connection = connection;
    this.#contexts = contexts;
    this.#handler = handler;
    this.#gone = gone;
    this.#left = left;
  }

  begin(server: tls.Server): void {
    const { socket, peerEnded } = this.#connection;
    const readAhead = this.#connection.handTo(this);
    if (socket.destroyed || peerEnded) {
      process.nextTick(failClosed, this);
      return;
    }
    socket.pause();
    if (readAhead.length > 0) socket.unshift(Buffer.concat(readAhead));
    // A client that ends in the middle of it is waited for no longer. The socket that lies over this one begins with the same setting.
    socket.allowHalfOpen = false;
    server.emit('connection', socket);
    socket.allowHalfOpen = true;
  }

  cancel(): void {
    if (this.#handler === null) return;
    this.#over();
    this.#connection.socket.destroy();
  }

  /** For the server: the peers understand each other. Whether this one may come in is looked at now that its name for us is known. */
  done(socket: tls.TLSSocket): void {
    if (this.#socket !== null || this.#handler === null) return;
    const peer = this.#contexts.clientCertificates === 'none' ? null : peerOf(socket);
    const wanted = this.#contexts.clientCertificatesFor(serverNameOf(socket));
    // A resumed session is `authorized` also where no certificate was ever shown.
    if (wanted === 'required' && peer === null) {
      const message = 'the client has shown no certificate';
      this.failed({ kind: 'protocol', code: 'CERTIFICATE_REQUIRED', message });
      return;
    }
    if (wanted !== 'none' && peer !== null && !socket.authorized) {
      this.failed(refusal(String(socket.authorizationError)));
      return;
    }
    this.#socket = socket;
    socket.allowHalfOpen = true;
    const { socket: below, remote, local, lingers } = this.#connection;
    const connection = new PublicConnection(adoptSecured(socket, below), remote, {
      local,
      view: viewOf(socket, peer),
    });
    if (!lingers) connection.noLinger();
    setImmediate(tellDone, this, connection);
  }

  /** Hands the connection over, unless it broke or was given up since; one that broke says so itself. */
  succeed(connection: PublicConnection): void {
    const handler = this.#handler;
    if (handler === null) return;
    if (connection.closed) {
      failClosed(this);
      return;
    }
    this.#over();
    giveTo(this.#connection.socket, NOBODY);
    handler.handshakeSucceeded(connection);
  }

  /** For the server and for itself. */
  failed(failure: Failure): void {
    const handler = this.#handler;
    if (handler === null) return;
    this.#over();
    const { bytesRead } = this.#connection.socket;
    this.#connection.socket.destroy();
    handler.handshakeFailed({ ...failure, bytesRead });
  }

  /** The socket below is gone. What TLS has to say about it comes right behind, if it does. */
  override socketClosed(): void {
    if (this.#socket !== null || this.#handler === null) return;
    this.#gone.add(this);
    setImmediate(failClosed, this);
  }

  #over(): void {
    this.#handler = null;
    this.#gone.delete(this);
    this.#left();
  }
}

const NOBODY = new (class extends SocketOwner {})();

function tellDone(handshake: PublicHandshake, connection: PublicConnection): void {
  handshake.succeed(connection);
}

function failClosed(handshake: PublicHandshake): void {
  const message = 'connection closed during the handshake';
  handshake.failed({ kind: 'closed', code: 'ECONNRESET', message });
}

function peerOf(socket: tls.TLSSocket): X509Certificate | null {
  return socket.getPeerX509Certificate() ?? null;
}

function serverNameOf(socket: tls.TLSSocket): string {
  const { servername } = socket as tls.TLSSocket & { readonly servername?: unknown };
  return typeof servername === 'string' ? servername : '';
}
