/**
 * What a finished TLS handshake says about a client, as samples and the log show it.
 *
 * Not here: contexts (`bind-contexts.ts`), sockets (`../transport/`).
 */

export interface TlsView {
  /** `TLSv1.3`. */
  readonly version: string;
  /** As OpenSSL calls it, e.g. `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** Name the client asked for; null: none. */
  readonly sni: string | null;
  readonly alpn: string | null;
  /** The session was resumed. */
  readonly resumed: boolean;
  /** The client has shown a certificate. */
  readonly clientCertificate: ClientCertificateView | null;
  /** OpenSSL's number of what is wrong with it; 0: nothing. */
  readonly clientVerify: number;
}

export interface ClientCertificateView {
  /** `/C=DE/O=x/CN=y`. */
  readonly subject: string;
  readonly issuer: string;
  readonly commonName: string;
  /** SHA-1 of the certificate. */
  readonly sha1: Uint8Array;
  readonly serial: Uint8Array;
  /** `260131120000Z`. */
  readonly notBefore: string;
  readonly notAfter: string;
}
