/**
 * What the client's TLS says (HAProxy manual 7.3.4 "ssl_fc", "ssl_c_…"). Without TLS the questions with yes or no are answered
 * with no, and the rest has no value.
 *
 * Not here: the handshake (`../../tls/`).
 */
import type { ClientCertificateView, TlsView } from '../../tls/view.ts';
import { numberArgument, single, textArgument } from '../fetch.ts';
import type { FetchMaker } from '../fetch.ts';
import type { Sample } from '../sample.ts';

function yes(read: (tls: TlsView) => boolean): FetchMaker {
  return () => single(({ tls }) => tls !== null && read(tls));
}

function value(read: (tls: TlsView) => Sample | null): FetchMaker {
  return () => single(({ tls }) => (tls === null ? null : read(tls)));
}

function certificate(read: (certificate: ClientCertificateView) => Sample): FetchMaker {
  return value(({ clientCertificate }) => (clientCertificate === null ? null : read(clientCertificate)));
}

/** `ssl_c_s_dn([entry[,occurrence[,format]]])`: all of the name, or the value of one entry; a negative occurrence counts from the end. */
function distinguishedName(read: (certificate: ClientCertificateView) => string): FetchMaker {
  return (args) => {
    const entry = textArgument(args, 0);
    const occurrence = numberArgument(args, 1) || 1;
    const rfc2253 = textArgument(args, 2) === 'rfc2253';
    return single(({ tls }) => {
      const name = tls?.clientCertificate == null ? null : read(tls.clientCertificate);
      if (name === null) return null;
      if (entry !== '') return entryOf(name, entry, occurrence);
      return rfc2253 ? entriesOf(name).toReversed().map(escapeComma).join(',') : name;
    });
  };
}

/** `/C=DE/O=x` as `C=DE`, `O=x`; a slash within a value is none that a key follows. */
function entriesOf(name: string): string[] {
  return name.split(/\/(?=[A-Za-z0-9.]+=)/).filter((entry) => entry !== '');
}

function escapeComma(entry: string): string {
  return entry.replaceAll(',', '\\,');
}

function entryOf(name: string, key: string, occurrence: number): string | null {
  const found = entriesOf(name).filter((entry) => entry.startsWith(`${key}=`));
  return found.at(occurrence > 0 ? occurrence - 1 : occurrence)?.slice(key.length + 1) ?? null;
}

export const TLS_FETCHES: Readonly<Record<string, FetchMaker>> = {
  ssl_fc: yes(() => true),
  ssl_fc_has_sni: yes(({ sni }) => sni !== null),
  ssl_fc_has_crt: yes(({ clientCertificate }) => clientCertificate !== null),
  ssl_fc_is_resumed: yes(({ resumed }) => resumed),
  ssl_c_used: yes(({ clientCertificate }) => clientCertificate !== null),
  ssl_fc_sni: value(({ sni }) => sni),
  ssl_fc_alpn: value(({ alpn }) => alpn),
  ssl_fc_protocol: value(({ version }) => version),
  ssl_fc_cipher: value(({ cipher }) => cipher),
  // A handshake that has failed is not asked.
  ssl_fc_err: value(() => 0),
  ssl_c_verify: value(({ clientVerify }) => clientVerify),
  // OpenSSL says what is wrong, not with which certificate of the chain: it is told as the client's own.
  ssl_c_err: value(({ clientVerify }) => clientVerify),
  ssl_c_ca_err: value(() => 0),
  ssl_c_s_dn: distinguishedName(({ subject }) => subject),
  ssl_c_i_dn: distinguishedName(({ issuer }) => issuer),
  ssl_c_sha1: certificate(({ sha1 }) => sha1),
  ssl_c_serial: certificate(({ serial }) => serial),
  ssl_c_notbefore: certificate(({ notBefore }) => notBefore),
  ssl_c_notafter: certificate(({ notAfter }) => notAfter),
};
