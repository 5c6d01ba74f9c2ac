/**
 * A finished handshake as `TlsView`: read once, since a socket that has ended does not know it any more.
 *
 * Not here: who reads it (`../sample/`, `../account/log/`).
 */
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { ClientCertificateView, TlsView } from '../tls/view.ts';

/** `peer`: the certificate a client has shown. To be called when the handshake is done. */
export function viewOf(socket: TLSSocket, peer: X509Certificate | null): TlsView {
  const { servername, alpnProtocol } = socket as TLSSocket & { readonly servername?: unknown };
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher().standardName,
    // False where the client named none.
    sni: typeof servername === 'string' && servername !== '' ? servername : null,
    alpn: typeof alpnProtocol === 'string' ? alpnProtocol : null,
    resumed: socket.isSessionReused(),
    clientCertificate: peer === null ? null : certificateView(peer),
    // Clients whose certificate has a fault do not get this far.
    clientVerify: 0,
  };
}

function certificateView(peer: X509Certificate): ClientCertificateView {
  return {
    subject: slashed(peer.subject),
    issuer: slashed(peer.issuer),
    commonName: /^CN=(.*)$/m.exec(peer.subject)?.[1] ?? '',
    sha1: Buffer.from(peer.fingerprint.replaceAll(':', ''), 'hex'),
    serial: Buffer.from(peer.serialNumber, 'hex'),
    notBefore: stamp(peer.validFrom),
    notAfter: stamp(peer.validTo),
  };
}

/** `C=DE\nO=x` -> `/C=DE/O=x`. */
function slashed(name: string): string {
  return name
    .split('\n')
    .map((part) => `/${part}`)
    .join('');
}

/** `Jan 31 12:00:00 2026 GMT` -> `260131120000Z`. */
function stamp(time: string): string {
  return `${new Date(time)
    .toISOString()
    .replaceAll(/[-:T]|\..*$/g, '')
    .slice(2)}Z`;
}
