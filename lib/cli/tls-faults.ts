/**
 * Certificates, keys and lists that lines with TLS name, looked at before a start: can they be used?
 *
 * Not here: using them (`../tls/`), other files (`file-faults.ts`).
 */
import type { BindConfig, ServerConfig } from '../config/config.ts';
import { reasonOf } from './reasons.ts';

/** What cannot be used, as a sentence without a final stop, and the word of the line that names it. */
export interface TlsFault {
  readonly keyword: string;
  readonly message: string;
}

/** Null if every file of the line can be used. */
export async function bindTlsFault({ tls }: BindConfig, crtBase: string | null): Promise<TlsFault | null> {
  if (tls === null) return null;
  // Only here, since most configurations have no TLS and `-c` should answer soon.
  const { BindContexts } = await import('../tls/bind-contexts.ts');
  return faultOf(() => new BindContexts(tls, { crtBase, mode: 'tcp' }));
}

/** As `bindTlsFault`. */
export async function serverTlsFault({ tls }: ServerConfig): Promise<TlsFault | null> {
  if (tls === null) return null;
  const { ServerContexts } = await import('../tls/server-contexts.ts');
  return faultOf(() => new ServerContexts(tls));
}

function faultOf(make: () => unknown): TlsFault | null {
  try {
    make();
    return null;
  } catch (error) {
    const said = error instanceof Error ? error : new Error(String(error));
    const { cause } = said;
    const isSystems = cause instanceof Error && 'errno' in cause;
    const message = isSystems ? said.message.replace(cause.message, reasonOf(cause)) : said.message;
    // Sentences about files begin with the word that names them; what OpenSSL finds wrong with the rest of a line does not.
    return { keyword: /^(\S+) '/.exec(message)?.[1] ?? 'ssl', message };
  }
}
