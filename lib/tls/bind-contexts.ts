/**
 * The certificates of one `bind … ssl` line as things to shake hands with: which one a name gets, what is asked of a client, and new files
 * taken up while it runs. Handshakes under way and connections that stand keep what they began with.
 *
 * Not here: handshakes (`../transport/public-tls-accept.ts`), which name fits (`server-names.ts`).
 */
import { randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { BindTls } from '../config/rules.ts';
import type { Clock } from '../time/clock.ts';
import type { AcceptTls, ClientCertificates } from '../transport/secure.ts';
import { readCertificateList, type ListedCertificate } from './certificate-list.ts';
import { contextOptions } from './context-options.ts';
import { FileWatch } from './file-watch.ts';
import { certificateFiles, readAuthorities, readKeyPair, readRevoked, type KeyPair } from './files.ts';
import { ServerNames } from './server-names.ts';

export interface BindContextsOptions {
  /** `crt-base`, for the paths in lists. */
  readonly crtBase: string | null;
  /** The proxy's mode: what is spoken in mode http must be HTTP/1, so `h2` is not offered there. */
  readonly mode: 'tcp' | 'http';
  /** 48 bytes; the same in all threads, so that a session can be resumed in another. Default: random ones. */
  readonly ticketKeys?: Buffer;
}

/** Told what became of changed files. */
export interface CertificateListener {
  certificatesReloaded(files: readonly string[]): void;
  /** They cannot be used, and the old ones stay. */
  certificatesUnusable(reason: string): void;
}

/** One certificate with what is said about it. */
interface Entry {
  readonly settings: BindTls;
  readonly names: readonly string[];
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

/** All that was read at one time. */
interface Generation {
  readonly first: Entry;
  readonly names: ServerNames<Entry>;
  readonly entries: readonly Entry[];
  readonly fallback: SecureContextOptions;
  readonly files: readonly string[];
}

export class BindContexts implements AcceptTls {
  readonly ticketKeys: Buffer;
  readonly #config: BindTls;
  readonly #options: BindContextsOptions;
  #now: Generation;
  #watch: FileWatch | null = null;

  /** Reads every file. Throws `SluiceError` (ERR_CONFIG) if one cannot be used. */
  constructor(config: BindTls, options: BindContextsOptions) {
    this.#config = config;
    this.#options = options;
    this.ticketKeys = options.ticketKeys ?? randomBytes(48);
    this.#now = this.#read();
  }

  /** Takes up files that change, from now to `stop`. */
  follow(clock: Clock, listener: CertificateListener): void {
    this.#watch ??= new FileWatch(clock, this.#now.files, () => this.#readAgain(listener));
  }

  stop(): void {
    this.#watch?.stop();
    this.#watch = null;
  }

  get fallback(): SecureContextOptions {
    return this.#now.fallback;
  }

  get agreesOnProtocols(): boolean {
    return this.#now.entries.some(({ settings }) => settings.alpn.length > 0);
  }

  get clientCertificates(): ClientCertificates {
    const asked = this.#now.entries.map(({ settings }) => settings.verify);
    if (asked.every((one) => one === 'none')) return 'none';
    return asked.every((one) => one === 'required') ? 'required' : 'optional';
  }

  contextFor(serverName: string): SecureContext | null {
    return this.#now.names.find(serverName)?.context ?? null;
  }

  protocolFor(serverName: string, offered: readonly string[]): string | null {
    return this.#entry(serverName).settings.alpn.find((one) => offered.includes(one)) ?? null;
  }

  clientCertificatesFor(serverName: string): ClientCertificates {
    return this.#entry(serverName).settings.verify;
  }

  #entry(serverName: string): Entry {
    const { names, first } = this.#now;
    return names.find(serverName) ?? first;
  }

  #readAgain(listener: CertificateListener): void {
    try {
      this.#now = this.#read();
      listener.certificatesReloaded(this.#now.files);
    } catch (error) {
      listener.certificatesUnusable(error instanceof Error ? error.message : String(error));
    }
    // A folder or list may name other files now.
    this.#watch?.watch(this.#now.files);
  }

  #read(): Generation {
    const { certificates, certificateLists, strictSni } = this.#config;
    const plain = certificates.flatMap((path) => certificateFiles(path)).map(unlisted);
    const listed = certificateLists.flatMap((path) => readCertificateList(path, this.#options.crtBase));
    const all = [...plain, ...listed].map((one) => this.#entryOf(one, readKeyPair(one.path)));
    const entries = all.map(({ entry }) => entry);
    const [first] = entries;
    if (first === undefined) throw new RangeError('a bind line with TLS and no certificate');
    const { cert: _cert, key: _key, ...nameless } = first.options;
    return {
      first,
      names: new ServerNames(entries.map((entry) => ({ names: entry.names, value: entry }))),
      entries,
      // Without a certificate a handshake fails, in words that the client understands.
      fallback: strictSni ? nameless : first.options,
      files: [...new Set([...certificates, ...certificateLists, ...all.flatMap(({ files }) => files)])],
    };
  }

  #entryOf(
    { options, filters }: ListedCertificate,
    pair: KeyPair,
  ): { entry: Entry; files: readonly string[] } {
    const merged = { ...this.#config, ...options };
    const isHttp = this.#options.mode === 'http';
    const settings = { ...merged, alpn: merged.alpn.filter((one) => !isHttp || one !== 'h2') };
    const { caFile, crlFile } = settings;
    const made: SecureContextOptions = {
      ...contextOptions(settings),
      cert: pair.cert,
      key: pair.key,
      ...(caFile === null ? {} : { ca: readAuthorities(caFile) }),
      ...(crlFile === null ? {} : { crl: readRevoked(crlFile) }),
    };
    const files = [
      ...pair.files,
      ...(caFile === null ? [] : [caFile]),
      ...(crlFile === null ? [] : [crlFile]),
    ];
    const names = filters.length > 0 ? filters : pair.names;
    return { entry: { settings, names, options: made, context: createSecureContext(made) }, files };
  }
}

function unlisted(path: string): ListedCertificate {
  return { path, options: {}, filters: [] };
}
