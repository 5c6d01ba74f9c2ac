/**
 * `crt-list` files (manual 5.1 "crt-list"): text -> one entry per line.
 *
 *     site.pem [alpn http/1.1 verify required ca-file clients.pem] *.a.example !www.a.example
 *
 * Not here: reading the certificates it names (`files.ts`).
 */
import { join } from 'node:path';
import type { BindTls } from '../config/rules.ts';
import { readPem, unusable } from './files.ts';

/** What a line may say otherwise than its `bind` line. */
export type ListedOptions = Partial<Pick<BindTls, 'alpn' | 'verify' | 'caFile' | 'crlFile'>>;

export interface ListedCertificate {
  readonly path: string;
  readonly options: ListedOptions;
  /** Names it is used for in place of its own, in lower case; `!` excludes one from a `*.` of the same line. */
  readonly filters: readonly string[];
}

type Reader = (value: string) => ListedOptions | null;

const VERIFY = ['none', 'optional', 'required'] as const;

/** Versions and ciphers are agreed on before Node asks for the certificate of a name, so a line cannot have its own. */
const OPTIONS: Readonly<Record<string, Reader>> = {
  alpn: (value) => ({ alpn: value.split(',') }),
  verify: (value) => {
    const verify = VERIFY.find((one) => one === value);
    return verify === undefined ? null : { verify };
  },
  'ca-file': (caFile) => ({ caFile }),
  'crl-file': (crlFile) => ({ crlFile }),
};

/** The entries of a list. `crtBase`: where its relative paths begin. Throws `SluiceError` (ERR_CONFIG) with the line's number. */
export function readCertificateList(path: string, crtBase: string | null): ListedCertificate[] {
  const lines = readPem('crt-list', path).split('\n');
  const entries = lines.flatMap((line, index) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return [];
    return [readLine(text, crtBase, (reason) => unusable('crt-list', path, `line ${index + 1}: ${reason}`))];
  });
  if (entries.length === 0) throw unusable('crt-list', path, 'it names no certificate');
  return entries;
}

function readLine(text: string, crtBase: string | null, fault: (reason: string) => Error): ListedCertificate {
  const parts = /^(\S+)(?:\s*\[([^\]]*)\])?((?:\s+\S+)*)$/.exec(text);
  const [, file = '', options = '', filters = ''] = parts ?? [];
  if (parts === null || filters.includes('[')) throw fault("write 'FILE [OPTION VALUE …] NAME …'");
  return {
    path: crtBase === null || file.startsWith('/') ? file : join(crtBase, file),
    options: readOptions(wordsOf(options), fault),
    filters: wordsOf(filters).map((name) => name.toLowerCase()),
  };
}

function readOptions(words: readonly string[], fault: (reason: string) => Error): ListedOptions {
  let options: ListedOptions = {};
  for (let index = 0; index < words.length; index += 2) {
    const [word = '', value] = words.slice(index, index + 2);
    const read = OPTIONS[word];
    if (read === undefined) throw fault(`'${word}' cannot stand in a list; say it on the bind line`);
    const option = value === undefined ? null : read(value);
    if (option === null) throw fault(`'${word}' has no use for '${value ?? 'nothing'}'`);
    options = { ...options, ...option };
  }
  return options;
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}
