/**
 * The parameters of `server` and `default-server` lines about TLS to the server (HAProxy manual 5.2, reference 3.2).
 *
 * `verify` and `ca-file` hold for checks as well and stand with them (`server-params.ts`). Not here: what is missing or
 * contradicts (`../check-tls.ts`).
 */
import { isDeepStrictEqual } from 'node:util';
import type { ServerDraft, ServerTlsSaid } from '../draft.ts';
import type { Line } from '../line.ts';
import { noEffect, removed, unsupported } from './entry.ts';
import type { Entry } from './entry.ts';
import { COMMON_WORDS } from './tls-params.ts';
import type { TlsWord } from './tls-params.ts';

type Row = Entry<ServerDraft>;

const OWN_WORDS: readonly TlsWord<ServerTlsSaid>[] = [
  {
    keyword: 'crt',
    args: 'PATH',
    read: (line, said) => {
      said.certificate = line.take('a path');
    },
  },
  {
    keyword: 'sni',
    args: 'EXPR',
    read: (line, said) => {
      said.sni = line.take('an expression');
    },
  },
  {
    keyword: 'verifyhost',
    args: 'NAME',
    read: (line, said) => {
      said.verifyHost = line.take('a name');
    },
  },
  {
    keyword: 'no-verifyhost',
    args: '',
    read: (_line, said) => {
      said.verifyHost = null;
    },
  },
];

/** Every parameter about TLS but `verify` and `ca-file`. */
export const SERVER_TLS_ROWS: readonly Row[] = [
  ssl('ssl', true),
  ssl('no-ssl', false),
  ...[...OWN_WORDS, ...COMMON_WORDS].map((word): Row => {
    const { keyword, args, read } = word;
    const base = { keyword, args, manual: '5.2', state: 'supported', read: readInto(read) } as const;
    return word.default === undefined ? base : { ...base, default: word.default };
  }),
  ...unsupported<ServerDraft>("name the authority that holds now with 'ca-file'", { manual: '5.2' }, [
    'crl-file PATH',
  ]),
  ...unsupported<ServerDraft>("leave it out: OpenSSL's own list holds", { manual: '5.2' }, [
    'client-sigalgs LIST',
    'curves LIST',
    'sigalgs LIST',
  ]),
  removed<ServerDraft>('force-sslv3', "'ssl-min-ver' names the oldest version", { manual: '5.2' }),
  ...noEffect<ServerDraft>('early data is never sent', { manual: '5.2' }, ['allow-0rtt']),
  ...noEffect<ServerDraft>('SSLv3 is never spoken', { manual: '5.2' }, ['no-sslv3']),
  ...noEffect<ServerDraft>("a name is sent where 'sni' gives one", { manual: 'HAProxy 3.3' }, [
    'sni-auto',
    'no-sni-auto',
  ]),
  ...noEffect<ServerDraft>("a name is sent where 'check-sni' gives one", { manual: 'HAProxy 3.3' }, [
    'check-sni-auto',
    'no-check-sni-auto',
  ]),
  ...noEffect<ServerDraft>('sessions are resumed where the server allows it', { manual: '5.2' }, [
    'ssl-reuse',
    'no-ssl-reuse',
    'tls-tickets',
    'no-tls-tickets',
  ]),
  ...noEffect<ServerDraft>('TLS is done by the OpenSSL inside of Node', { manual: '5.2' }, [
    'ktls on|off',
    'npn PROTOCOLS',
    'renegotiate WORD',
  ]),
  ...noEffect<ServerDraft>('TLS is done by the OpenSSL inside of Node', { manual: '5.2' }, [
    'no-renegotiate',
  ]),
];

/** To be called when a `server` line has been read: what it says itself about TLS does nothing without `ssl`. */
export function noteTlsWithoutSsl(line: Line, server: ServerDraft, defaults: ServerDraft): void {
  if (server.ssl) return;
  const words = [...OWN_WORDS, ...COMMON_WORDS].map(({ keyword }) => keyword);
  // The line began as a copy of its `default-server`.
  const word = words.find((one) => !isDeepStrictEqual(server.said.get(one), defaults.said.get(one)));
  if (word === undefined) return;
  const message = `'${word}' is ignored since TLS is not enabled on this 'server'`;
  line.notice('tls-without-ssl', message, "add 'ssl', or leave it out", server.said.get(word));
}

function ssl(keyword: string, on: boolean): Row {
  return {
    keyword,
    args: '',
    manual: '5.2',
    state: 'supported',
    ...(on ? { default: 'off' } : {}),
    read: (_line, server) => {
      server.ssl = on;
    },
  };
}

function readInto(read: TlsWord<ServerTlsSaid>['read']): (line: Line, server: ServerDraft) => void {
  return (line, server) => read(line, server.tls);
}
