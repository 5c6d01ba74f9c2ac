/**
 * Settings of `bind` and `server` lines in Node's words: versions, ciphers, curves, tickets.
 *
 * Not here: certificates (`files.ts`).
 */
import { constants } from 'node:crypto';
import { DEFAULT_CIPHERS, type SecureContextOptions, type SecureVersion } from 'node:tls';
import type { BindTls, TlsVersion } from '../config/rules.ts';

type Settings = Pick<BindTls, 'ciphers' | 'cipherSuites' | 'minVersion' | 'maxVersion'> &
  Partial<Pick<BindTls, 'curves' | 'tickets'>>;

/** For `createSecureContext`, without certificates. */
export function contextOptions(settings: Settings): SecureContextOptions {
  const { minVersion, maxVersion, curves, tickets } = settings;
  const ciphers = ciphersOf(settings);
  return {
    minVersion: versionOf(minVersion),
    maxVersion: versionOf(maxVersion),
    ...(ciphers === null ? {} : { ciphers }),
    ...(curves === undefined || curves === null ? {} : { ecdhCurve: curves }),
    ...(tickets === false ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
  };
}

function versionOf(version: TlsVersion): SecureVersion {
  return version === 'TLSv1.0' ? 'TLSv1' : version;
}

/** Node has one list for the ciphers of up to TLS 1.2 and the suites of 1.3, told apart by `TLS_`. */
function ciphersOf({ ciphers, cipherSuites }: Settings): string | null {
  if (ciphers === null && cipherSuites === null) return null;
  const defaults = DEFAULT_CIPHERS.split(':');
  const suites = cipherSuites ?? defaults.filter((one) => one.startsWith('TLS_')).join(':');
  const others = ciphers ?? defaults.filter((one) => !one.startsWith('TLS_')).join(':');
  return `${suites}:${others}`;
}
