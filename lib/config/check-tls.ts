/**
 * Whether what lines say about TLS is enough and agrees: certificates to show, authorities to verify with, versions, protocols, names.
 *
 * Not here: whether files can be read (`../tls/`), words (`keywords/`).
 */
import { describe } from './complain.ts';
import type { Complain } from './complain.ts';
import type { ProxyConfig } from './config.ts';
import { parseExpression } from './expression.ts';
import { TLS_VERSIONS } from './keywords/tls-params.ts';
import type { Path } from './places.ts';
import type { BindTls, ServerTls } from './rules.ts';

/** Adds what is wrong with the TLS of the proxy at `index` of the Config. */
export function checkTls(proxy: ProxyConfig, index: number, complain: Complain): void {
  if (proxy.disabled) return;
  proxy.frontend?.binds.forEach(({ tls }, position) => {
    if (tls !== null) checkBind(proxy, tls, (what) => ['proxy', index, 'bind', position, what], complain);
  });
  proxy.backend?.servers.forEach(({ name, tls }, position) => {
    const at: At = (what) => ['proxy', index, 'server', position, what];
    if (tls !== null) checkServer(`server '${proxy.name}/${name}'`, tls, at, complain);
  });
}

type At = (what: string) => Path;

function checkBind(proxy: ProxyConfig, tls: BindTls, at: At, complain: Complain): void {
  const where = describe(proxy);
  if (tls.certificates.length + tls.certificateLists.length === 0) {
    const message = `${where}: no SSL certificate specified for bind`;
    complain('alert', 'tls-without-certificate', message, at('ssl'), "add 'crt FILE'");
  }
  if (tls.verify !== 'none' && tls.caFile === null) {
    const message = `${where}: 'verify ${tls.verify}' has nothing to verify with`;
    complain('alert', 'tls-without-trust', message, at('verify'), "add 'ca-file FILE'");
  }
  if (proxy.mode === 'http' && tls.alpn.includes('h2')) {
    const message = `${where}: HTTP/2 is not in this version, so 'h2' is not offered`;
    complain('notice', 'no-effect', message, at('alpn'), "write 'alpn http/1.1'");
  }
  checkVersions(where, tls, at, complain);
}

function checkServer(where: string, tls: ServerTls, at: At, complain: Complain): void {
  if (tls.verify === 'required' && tls.caFile === null) {
    const message = `${where}: verify is enabled by default but no CA file specified`;
    const hint = "add 'ca-file FILE', or 'verify none' where the network can be trusted";
    complain('alert', 'tls-without-trust', message, at('ssl'), hint);
  }
  const fault = tls.sni === null ? null : parseExpression(tls.sni);
  if (fault !== null && !fault.ok) {
    complain('alert', 'invalid-expression', `${where}: 'sni': ${fault.problem}`, at('sni'), fault.hint);
  }
  checkVersions(where, tls, at, complain);
}

function checkVersions(
  where: string,
  { minVersion, maxVersion }: Pick<BindTls, 'minVersion' | 'maxVersion'>,
  at: At,
  complain: Complain,
): void {
  if (TLS_VERSIONS.indexOf(minVersion) <= TLS_VERSIONS.indexOf(maxVersion)) return;
  const message = `${where}: no version is left from ${minVersion} to ${maxVersion}`;
  complain('alert', 'tls-versions', message, at('ssl-min-ver'), 'let the newest be the last');
}
