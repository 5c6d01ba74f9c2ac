/**
 * Words about TLS that `bind` lines, `server` lines and `global` have in common (manual 3.1, 5.1, 5.2): protocols, ciphers, versions.
 *
 * Not here: certificates and trust (`bind-tls.ts`, `server-tls.ts`), the defaults in `global` (`global-tls.ts`).
 */
import type { Mutable } from '../draft.ts';
import type { Line } from '../line.ts';
import type { BindTls, TlsVersion } from '../rules.ts';
import { parseNameList } from './values.ts';

/** What is said so far; what is not said comes from `global`, then from the built-in values. */
export type TlsSaid = Partial<
  Mutable<Pick<BindTls, 'alpn' | 'ciphers' | 'cipherSuites' | 'minVersion' | 'maxVersion'>>
>;

/** A word with its arguments; `read` puts it into what is said. */
export interface TlsWord<Said> {
  readonly keyword: string;
  readonly args: string;
  readonly read: (line: Line, said: Said) => void;
  readonly default?: string;
}

/** From the oldest to the newest. */
export const TLS_VERSIONS = ['TLSv1.0', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

const OLDEST: TlsVersion = 'TLSv1.2';

/** The words that say which versions are spoken, also after `ssl-default-…-options`. */
export const VERSION_WORDS: readonly TlsWord<TlsSaid>[] = [
  {
    keyword: 'ssl-min-ver',
    args: 'VERSION',
    default: OLDEST,
    read: (line, said) => {
      said.minVersion = takeVersion(line) ?? said.minVersion ?? OLDEST;
    },
  },
  {
    keyword: 'ssl-max-ver',
    args: 'VERSION',
    default: 'TLSv1.3',
    read: (line, said) => {
      said.maxVersion = takeVersion(line) ?? said.maxVersion ?? 'TLSv1.3';
    },
  },
  ...TLS_VERSIONS.map((version) => ({
    keyword: `force-${shortName(version)}`,
    args: '',
    read: force(version),
  })),
  ...TLS_VERSIONS.map((version) => ({
    keyword: `no-${shortName(version)}`,
    args: '',
    read: exclude(version),
  })),
];

/** What both kinds of line may say. */
export const COMMON_WORDS: readonly TlsWord<TlsSaid>[] = [
  {
    keyword: 'alpn',
    args: 'PROTOCOLS',
    read: (line, said) => {
      said.alpn = line.takeParsed('protocols separated by commas', parseNameList) ?? said.alpn ?? [];
    },
  },
  {
    keyword: 'no-alpn',
    args: '',
    read: (_line, said) => {
      said.alpn = [];
    },
  },
  {
    keyword: 'ciphers',
    args: 'LIST',
    read: (line, said) => {
      said.ciphers = line.take('ciphers separated by colons');
    },
  },
  {
    keyword: 'ciphersuites',
    args: 'LIST',
    read: (line, said) => {
      said.cipherSuites = line.take('suites separated by colons');
    },
  },
  ...VERSION_WORDS,
];

/** `TLSv1.2` -> `tlsv12`. */
function shortName(version: TlsVersion): string {
  return version.toLowerCase().replace('.', '');
}

function takeVersion(line: Line): TlsVersion | null {
  return line.takeOneOf('a version', TLS_VERSIONS);
}

function force(version: TlsVersion): (line: Line, said: TlsSaid) => void {
  return (_line, said) => {
    said.minVersion = version;
    said.maxVersion = version;
  };
}

/** Versions are a range: without one of its ends it is smaller, and what lies below one that is missing is missing too. */
function exclude(version: TlsVersion): (line: Line, said: TlsSaid) => void {
  const index = TLS_VERSIONS.indexOf(version);
  return (_line, said) => {
    const oldest = TLS_VERSIONS.indexOf(said.minVersion ?? OLDEST);
    const next = TLS_VERSIONS[index + 1];
    if (next === undefined) said.maxVersion = TLS_VERSIONS[index - 1] ?? OLDEST;
    else if (oldest <= index) said.minVersion = next;
  };
}
