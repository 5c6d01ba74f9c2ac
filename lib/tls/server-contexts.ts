/**
 * TLS to one server (`server … ssl`, manual 5.2): what every connection to it is made with, and the session that the next one resumes.
 *
 * Not here: the handshake (`../transport/public-dial.ts`), where the name comes from (`../sample/`).
 */
import { createSecureContext, type SecureContext } from 'node:tls';
import { isIP } from 'node:net';
import type { ServerTls } from '../config/rules.ts';
import type { DialTls } from '../transport/secure.ts';
import { contextOptions } from './context-options.ts';
import { readAuthorities, readKeyPair } from './files.ts';

/** `ca-file` for the certificates that Node trusts by itself. */
const SYSTEM = '@system-ca';

export class ServerContexts {
  readonly #config: ServerTls;
  readonly #context: SecureContext;
  #session: { readonly serverName: string | null; readonly session: Buffer } | null = null;

  /** Reads every file. Throws `SluiceError` (ERR_CONFIG) if one cannot be used. */
  constructor(config: ServerTls) {
    const { caFile, certificate } = config;
    const pair = certificate === null ? null : readKeyPair(certificate);
    this.#config = config;
    this.#context = createSecureContext({
      ...contextOptions(config),
      ...(caFile === null || caFile === SYSTEM ? {} : { ca: readAuthorities(caFile) }),
      ...(pair === null ? {} : { cert: pair.cert, key: pair.key }),
    });
  }

  /**
   * For one connection. `name`: what `sni` gave; null or empty: none is sent. An IP address is no server name (RFC 6066 3); certificates may be
   * held against it all the same.
   */
  dialTls(name: string | null): DialTls {
    const { verify, verifyHost, alpn } = this.#config;
    const given = name === '' ? null : name;
    const serverName = given === null || isIP(given) !== 0 ? null : given;
    // What another name's handshake has verified says nothing about this one.
    const session = this.#session?.serverName === given ? this.#session.session : null;
    return {
      context: this.#context,
      serverName,
      verifies: verify === 'required',
      verifyName: verifyHost ?? given,
      alpn,
      session,
      sessionCame: (came) => {
        this.#session = { serverName: given, session: came };
      },
    };
  }
}
