/**
 * What lines and `global` say about TLS, put together: built-in values, over them those of `global`, over them the line's own.
 *
 * Not here: reading the words (`keywords/`), what is missing or contradicts (`check-tls.ts`).
 */
import { join } from 'node:path';
import type { ServerCheckConfig } from './config.ts';
import { BIND_TLS_DEFAULTS, SERVER_TLS_DEFAULTS } from './defaults.ts';
import type { BindDraft, GlobalDraft, ServerDraft } from './draft.ts';
import type { BindTls, ServerTls } from './rules.ts';

/** Null: the line has no `ssl`. */
export function settleBindTls({ ssl, tls }: BindDraft, global: GlobalDraft): BindTls | null {
  if (!ssl) return null;
  const { caBase, bindTls, values } = global;
  const settled = structuredClone({ ...BIND_TLS_DEFAULTS, ...bindTls, ...tls });
  return {
    ...settled,
    certificates: settled.certificates.map((path) => based(values.crtBase, path)),
    certificateLists: settled.certificateLists.map((path) => based(values.crtBase, path)),
    caFile: basedOrNull(caBase, settled.caFile),
    crlFile: basedOrNull(caBase, settled.crlFile),
  };
}

/** Null: the line has no `ssl`. `check` has what the line says about trust, whether there is a check or not. */
export function settleServerTls(
  { ssl, tls }: ServerDraft,
  check: ServerCheckConfig,
  global: GlobalDraft,
): ServerTls | null {
  if (!ssl) return null;
  const settled = structuredClone({ ...SERVER_TLS_DEFAULTS, ...global.serverTls, ...tls });
  return {
    ...settled,
    verify: check.sslVerify,
    caFile: check.caFile,
    certificate: basedOrNull(global.values.crtBase, settled.certificate),
  };
}

/**
 * The check's own settings: `ssl-server-verify` where the line says no `verify`; and a server with TLS is checked with TLS, unless the check
 * goes somewhere else or says `no-check-ssl` (reference 3.2 "port").
 */
export function settleCheckTls(draft: ServerDraft, global: GlobalDraft): ServerCheckConfig {
  const { ssl, said } = draft;
  const check = structuredClone(draft.check);
  const elsewhere = check.port !== 0 || check.addr !== null;
  return {
    ...check,
    ssl: check.ssl || (ssl && !elsewhere && !said.has('no-check-ssl')),
    sslVerify: said.has('verify') ? check.sslVerify : (global.sslServerVerify ?? check.sslVerify),
    caFile: basedOrNull(global.caBase, check.caFile),
  };
}

function basedOrNull(base: string | null, path: string | null): string | null {
  return path === null ? null : based(base, path);
}

/** `@system-ca` is no path. */
function based(base: string | null, path: string): string {
  return base === null || path.startsWith('/') || path.startsWith('@') ? path : join(base, path);
}
