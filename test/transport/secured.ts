/**
 * Both ends of TLS for tests of the transport: certificates made for the test, peers that speak TLS, a door that secures what it accepts.
 *
 * Not here: what contexts are made of in earnest (`lib/tls/`).
 */
import { once } from 'node:events';
import type * as net from 'node:net';
import * as tls from 'node:tls';
import type { Test } from 'tap';
import type { AcceptTls, DialTls, HandshakeFailure } from '../../lib/transport/secure.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import type { SecureTransport, Connection } from '../../lib/transport/transport.ts';
import { makeTestCertificate, type TestCertificate } from '../check/certificates.ts';
import { Journal, within } from '../help/gate.ts';
import { Peer } from '../help/peer.ts';
import { Entrance } from './joined.ts';

export const CERTIFICATE: TestCertificate = await makeTestCertificate('a.test');

/** One certificate for everybody, no client certificates. */
export function acceptTls(changes: Partial<AcceptTls> = {}): AcceptTls {
  return {
    fallback: CERTIFICATE,
    ticketKeys: Buffer.alloc(48, 7),
    agreesOnProtocols: true,
    clientCertificates: 'none',
    contextFor: () => null,
    protocolFor: (_name, offered) => offered.find((one) => one === 'http/1.1') ?? null,
    clientCertificatesFor: () => 'none',
    ...changes,
  };
}

/** Trusts `CERTIFICATE` alone. */
export function dialTls(changes: Partial<DialTls> = {}): DialTls {
  return {
    context: tls.createSecureContext({ ca: CERTIFICATE.cert }),
    serverName: 'a.test',
    verifies: true,
    verifyName: 'a.test',
    alpn: [],
    session: null,
    sessionCame: () => {},
    ...changes,
  };
}

export type Outcome = Connection | HandshakeFailure;

export function isFailure(outcome: Outcome): outcome is HandshakeFailure {
  return 'code' in outcome;
}

/** Secures what it accepts, and notes what became of it. */
export class SecureEntrance {
  readonly transport: SecureTransport;
  readonly outcomes = new Journal<Outcome>();
  readonly contexts: AcceptTls;
  readonly entrance: Entrance;
  #taken = 0;

  private constructor(entrance: Entrance, contexts: AcceptTls, transport: SecureTransport) {
    this.entrance = entrance;
    this.contexts = contexts;
    this.transport = transport;
  }

  static async open(t: Test, contexts: AcceptTls = acceptTls(), path?: string): Promise<SecureEntrance> {
    const transport = createPublicTransport({ nowMs: () => performance.now() });
    return new SecureEntrance(await Entrance.open(t, transport, path), contexts, transport);
  }

  get port(): number {
    return this.entrance.port;
  }

  /** Begins the handshake of the next connection. */
  async shake(): Promise<() => void> {
    const connection = await this.entrance.next();
    const handshake = this.transport.secure(connection, this.contexts, {
      handshakeSucceeded: (secured) => this.outcomes.note(secured),
      handshakeFailed: (failure) => this.outcomes.note(failure),
    });
    return () => handshake.cancel();
  }

  async next(): Promise<Outcome> {
    this.#taken += 1;
    await this.outcomes.reached(this.#taken);
    const outcome = this.outcomes.entries[this.#taken - 1];
    if (outcome === undefined) throw new Error('no outcome');
    return outcome;
  }

  async nextConnection(): Promise<Connection> {
    const outcome = await this.next();
    if (isFailure(outcome)) throw new Error(`the handshake failed: ${outcome.code} ${outcome.message}`);
    return outcome;
  }
}

/** A TLS client; `socket` is below, for what TLS cannot do. Its handshake may be still to come. */
export function tlsClient(
  t: Test,
  to: net.TcpNetConnectOpts | net.IpcNetConnectOpts,
  options: tls.ConnectionOptions = {},
): tls.TLSSocket {
  const own = { ca: CERTIFICATE.cert, servername: 'a.test', allowHalfOpen: true };
  const socket = tls.connect({ ...to, ...own, ...options });
  t.teardown(() => socket.destroy());
  return socket;
}

/** The same as a peer, once its side of the handshake is done. */
export async function tlsPeer(
  t: Test,
  port: number,
  options: tls.ConnectionOptions = {},
): Promise<Peer & { readonly socket: tls.TLSSocket }> {
  const socket = tlsClient(t, { port, host: '127.0.0.1' }, options);
  await within(once(socket, 'secureConnect'), () => 'a handshake');
  return new Peer(socket) as Peer & { readonly socket: tls.TLSSocket };
}

/** A scripted TLS server; closed with the test. */
export async function tlsServer(
  t: Test,
  service: (peer: Peer) => void,
  options: tls.TlsOptions = {},
): Promise<number> {
  const own = { ...CERTIFICATE, allowHalfOpen: true };
  const server = tls.createServer({ ...own, ...options }, (socket) => service(new Peer(socket)));
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as net.AddressInfo).port;
}
