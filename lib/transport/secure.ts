/**
 * What TLS needs to know on either side of the seam: certificates and rules come in through these interfaces.
 *
 * Not here: where certificates come from (`../tls/`), handshakes (`public-tls-accept.ts`, `public-dial.ts`), their time limits.
 */
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { Connection } from './transport.ts';

/** Whether a client is asked for its certificate (manual 5.1 "verify"); `optional`: one that is shown must be good. */
export type ClientCertificates = 'none' | 'optional' | 'required';

/** Certificates and rules of one `bind` line. One object serves all its clients; its answers may change while it lives. */
export interface AcceptTls {
  /** For clients that name no server, or one without a certificate of its own. Another object after a change. */
  readonly fallback: SecureContextOptions;
  /** 48 bytes that tickets are sealed with, so that sessions can be resumed wherever the same keys are used. */
  readonly ticketKeys: Buffer;
  /** Protocols (ALPN) are agreed on. */
  readonly agreesOnProtocols: boolean;
  /** The most that is asked of any client, since that is decided before a name is known. */
  readonly clientCertificates: ClientCertificates;
  /** Null: `fallback`. */
  contextFor(serverName: string): SecureContext | null;
  /** The first of ours that the client offers; null: none, and the handshake fails (RFC 7301 3.2). `serverName` is empty if the client names none. */
  protocolFor(serverName: string, offered: readonly string[]): string | null;
  clientCertificatesFor(serverName: string): ClientCertificates;
}

/** Certificates and rules for one connection to a server. */
export interface DialTls {
  readonly context: SecureContext;
  /** Sent as SNI; null: none. */
  readonly serverName: string | null;
  /** False: any certificate will do. */
  readonly verifies: boolean;
  /** Name that the certificate must have where `verifies`; null: any name of a trusted one. */
  readonly verifyName: string | null;
  readonly alpn: readonly string[];
  /** Of an earlier connection, to be resumed; null: none. */
  readonly session: Buffer | null;
  /** The server gave a session that can be resumed. */
  sessionCame(session: Buffer): void;
}

/** `code` as Node or OpenSSL names it, e.g. `ERR_SSL_HTTP_REQUEST`; `message` for people. */
export interface HandshakeFailure {
  /** The client left; its certificate is not accepted; it and we do not understand each other. */
  readonly kind: 'closed' | 'certificate' | 'protocol';
  readonly code: string;
  readonly message: string;
  /** What the client had sent by then. */
  readonly bytesRead: number;
}

/** Told once, never from within `secure`, unless cancelled. */
export interface HandshakeHandler {
  /** From now on the connection is the handler's. */
  handshakeSucceeded(connection: Connection): void;
  /** The connection is gone. */
  handshakeFailed(failure: HandshakeFailure): void;
}

/** A handshake under way; it owns the connection. */
export interface Handshake {
  /** Gives up: the connection is closed, nothing is told afterwards. Does nothing once it has ended. */
  cancel(): void;
}
