/**
 * The parameters of a `bind` line with TLS (HAProxy manual 5.1, reference 3.1).
 *
 * Not here: words that servers know too (`tls-params.ts`), what is missing or contradicts (`../check-tls.ts`).
 */
import type { BindDraft, BindTlsSaid } from '../draft.ts';
import type { Line } from '../line.ts';
import { noEffect, noEffectWarning, removed, unsupported } from './entry.ts';
import type { Entry } from './entry.ts';
import { COMMON_WORDS } from './tls-params.ts';
import type { TlsWord } from './tls-params.ts';

type Row = Entry<BindDraft>;

const OWN_WORDS: readonly TlsWord<BindTlsSaid>[] = [
  {
    keyword: 'crt',
    args: 'PATH',
    read: (line, said) => {
      const path = line.take('a path');
      if (path !== null) said.certificates = [...(said.certificates ?? []), path];
    },
  },
  {
    keyword: 'crt-list',
    args: 'PATH',
    read: (line, said) => {
      const path = line.take('a path');
      if (path !== null) said.certificateLists = [...(said.certificateLists ?? []), path];
    },
  },
  {
    keyword: 'ca-file',
    args: 'PATH',
    read: (line, said) => {
      said.caFile = line.take('a path');
    },
  },
  {
    keyword: 'crl-file',
    args: 'PATH',
    read: (line, said) => {
      said.crlFile = line.take('a path');
    },
  },
  {
    keyword: 'verify',
    args: 'none|optional|required',
    default: 'none',
    read: (line, said) => {
      const choices = ['none', 'optional', 'required'] as const;
      said.verify = line.takeOneOf("'none', 'optional' or 'required'", choices) ?? said.verify ?? 'none';
    },
  },
  { keyword: 'curves', args: 'LIST', read: readCurves },
  { keyword: 'ecdhe', args: 'CURVE', read: readCurves },
  ...onOff('strict-sni', 'no-strict-sni', 'off', (said, on) => {
    said.strictSni = on;
  }),
  ...onOff('tls-tickets', 'no-tls-tickets', 'on', (said, on) => {
    said.tickets = on;
  }),
];

/** What may stand in `ssl-default-bind-options` beside versions. */
export const BIND_OPTION_WORDS: readonly TlsWord<BindTlsSaid>[] = OWN_WORDS.filter(({ args }) => args === '');

const SSL: Row = {
  keyword: 'ssl',
  args: '',
  manual: '5.1',
  state: 'supported',
  default: 'off',
  read: (_line, bind) => {
    bind.ssl = true;
  },
};

/** Every parameter about TLS. */
export const BIND_TLS_ROWS: readonly Row[] = [
  SSL,
  ...[...OWN_WORDS, ...COMMON_WORDS].map((word): Row => {
    const { keyword, args, read } = word;
    const base = { keyword, args, manual: '5.1', state: 'supported', read: readInto(read) } as const;
    return word.default === undefined ? base : { ...base, default: word.default };
  }),
  ...unsupported<BindDraft>('give each name a certificate of its own', { manual: '5.1' }, [
    'ca-sign-file PATH',
    'ca-sign-pass TEXT',
  ]),
  ...unsupported<BindDraft>('give each name a certificate of its own', { manual: '5.1' }, [
    'generate-certificates',
  ]),
  ...unsupported<BindDraft>("a client's certificate that has a fault is never accepted", { manual: '5.1' }, [
    'ca-ignore-err LIST',
    'crt-ignore-err LIST',
  ]),
  ...unsupported<BindDraft>("write 'ca-file'", { manual: '5.1' }, ['ca-verify-file PATH']),
  ...unsupported<BindDraft>("name it first, with 'crt'", { manual: 'HAProxy 3.0' }, ['default-crt PATH']),
  ...unsupported<BindDraft>("leave it out: OpenSSL's own list holds", { manual: '5.1' }, [
    'client-sigalgs LIST',
    'sigalgs LIST',
  ]),
  removed<BindDraft>('force-sslv3', "'ssl-min-ver' names the oldest version", { manual: '5.1' }),
  ...noEffectWarning<BindDraft>('tickets are sealed with keys made at start', { manual: '5.1' }, [
    'tls-ticket-keys PATH',
  ]),
  ...noEffectWarning<BindDraft>('our order of ciphers holds', { manual: '5.1' }, ['prefer-client-ciphers']),
  ...noEffect<BindDraft>('early data is never accepted', { manual: '5.1' }, ['allow-0rtt']),
  ...noEffect<BindDraft>('SSLv3 is never spoken', { manual: '5.1' }, ['no-sslv3']),
  ...noEffect<BindDraft>('TLS is done by the OpenSSL inside of Node', { manual: '5.1' }, [
    'ech DIR',
    'ktls on|off',
    'npn PROTOCOLS',
    'ocsp-update on|off',
    'renegotiate WORD',
  ]),
  ...noEffect<BindDraft>('TLS is done by the OpenSSL inside of Node', { manual: '5.1' }, [
    'no-ca-names',
    'no-renegotiate',
  ]),
];

/** To be called when the line has been read: without `ssl` everything else about TLS does nothing. */
export function warnOfTlsWithoutSsl(line: Line, bind: BindDraft): void {
  const words = [...OWN_WORDS, ...COMMON_WORDS].map(({ keyword }) => keyword);
  const word = bind.ssl ? undefined : words.find((one) => bind.said.has(one));
  if (word === undefined) return;
  const message = `'${word}' is ignored since TLS is not enabled on this 'bind'`;
  line.warning('tls-without-ssl', message, "add 'ssl', or leave it out", bind.said.get(word));
}

function readInto(read: TlsWord<BindTlsSaid>['read']): (line: Line, bind: BindDraft) => void {
  return (line, bind) => read(line, bind.tls);
}

function readCurves(line: Line, said: BindTlsSaid): void {
  said.curves = line.take('curves separated by colons');
}

function onOff(
  on: string,
  off: string,
  def: 'on' | 'off',
  set: (said: BindTlsSaid, on: boolean) => void,
): TlsWord<BindTlsSaid>[] {
  return [
    { keyword: on, args: '', default: def, read: (_line, said) => set(said, true) },
    { keyword: off, args: '', read: (_line, said) => set(said, false) },
  ];
}
