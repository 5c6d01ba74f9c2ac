/**
 * TLS of `bind` and `server` lines as the words of the language.
 *
 * Not here: the rest of those lines (`print.ts`).
 */
import { BIND_TLS_DEFAULTS, SERVER_TLS_DEFAULTS } from './defaults.ts';
import type { BindTls, ServerTls } from './rules.ts';

/** `ssl crt site.pem alpn http/1.1`; none for null. */
export function bindTlsWords(tls: BindTls | null): string[] {
  if (tls === null) return [];
  return [
    'ssl',
    ...tls.certificates.flatMap((path) => ['crt', path]),
    ...tls.certificateLists.flatMap((path) => ['crt-list', path]),
    ...text('ca-file', tls.caFile),
    ...text('crl-file', tls.crlFile),
    ...text('verify', tls.verify, BIND_TLS_DEFAULTS.verify),
    ...(tls.strictSni ? ['strict-sni'] : []),
    ...text('curves', tls.curves),
    ...(tls.tickets ? [] : ['no-tls-tickets']),
    ...commonWords(tls, BIND_TLS_DEFAULTS),
  ];
}

/** `ssl sni str(a.example)`; none for null. `verify` and `ca-file` too, unless `checked`: then the check's words say them. */
export function serverTlsWords(tls: ServerTls | null, checked: boolean): string[] {
  if (tls === null) return [];
  return [
    'ssl',
    ...(checked
      ? []
      : [...text('verify', tls.verify, SERVER_TLS_DEFAULTS.verify), ...text('ca-file', tls.caFile)]),
    ...text('crt', tls.certificate),
    ...text('sni', tls.sni),
    ...text('verifyhost', tls.verifyHost),
    ...commonWords(tls, SERVER_TLS_DEFAULTS),
  ];
}

type Common = Pick<BindTls, 'alpn' | 'ciphers' | 'cipherSuites' | 'minVersion' | 'maxVersion'>;

function commonWords(tls: Common, absent: Common): string[] {
  return [
    ...(tls.alpn.length === 0 ? [] : ['alpn', tls.alpn.join(',')]),
    ...text('ciphers', tls.ciphers),
    ...text('ciphersuites', tls.cipherSuites),
    ...text('ssl-min-ver', tls.minVersion, absent.minVersion),
    ...text('ssl-max-ver', tls.maxVersion, absent.maxVersion),
  ];
}

function text(keyword: string, value: string | null, absent: string | null = null): string[] {
  return value === null || value === absent ? [] : [keyword, value];
}
