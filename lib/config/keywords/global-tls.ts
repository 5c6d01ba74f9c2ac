/**
 * What `global` says about TLS: where paths begin, and what holds where a `bind` or `server` line says nothing (manual 3.1).
 *
 * Not here: laying it under the lines (`../settle-tls.ts`).
 */
import { resolve } from 'node:path';
import type { GlobalDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import { BIND_OPTION_WORDS } from './bind-tls.ts';
import type { Entry } from './entry.ts';
import { COMMON_WORDS, VERSION_WORDS } from './tls-params.ts';
import type { TlsWord } from './tls-params.ts';

type Row = Entry<GlobalDraft>;

/** Words that mean nothing here and stand in many a configuration. */
const IDLE_OPTIONS = ['no-sslv3', 'no-renegotiate'];

export const GLOBAL_TLS_ROWS: readonly Row[] = [
  row('ca-base', 'PATH', (line, draft) => {
    draft.caBase = takeBase(line) ?? draft.caBase;
  }),
  row('crt-base', 'PATH', (line, { values }) => {
    values.crtBase = takeBase(line) ?? values.crtBase;
  }),
  ...COMMON_WORDS.filter(({ args }) => args === 'LIST').flatMap(({ keyword, args, read }) => [
    row(`ssl-default-bind-${keyword}`, args, (line, { bindTls }) => read(line, bindTls)),
    row(`ssl-default-server-${keyword}`, args, (line, { serverTls }) => read(line, serverTls)),
  ]),
  row('ssl-default-bind-curves', 'LIST', (line, { bindTls }) => {
    bindTls.curves = line.take('curves separated by colons');
  }),
  row('ssl-default-bind-options', 'OPTION…', (line, { bindTls }) =>
    readOptions(line, [...VERSION_WORDS, ...BIND_OPTION_WORDS], ['prefer-client-ciphers'], bindTls),
  ),
  row('ssl-default-server-options', 'OPTION…', (line, { serverTls }) =>
    readOptions(line, VERSION_WORDS, ['no-tls-tickets'], serverTls),
  ),
];

function row(keyword: string, args: string, read: (line: Line, draft: GlobalDraft) => void): Row {
  return { keyword, args, manual: '3.1', state: 'supported', read };
}

/** From the root on, so that what begins there says the same wherever it is read again. */
function takeBase(line: Line): string | null {
  const path = line.take('a path');
  return path === null ? null : resolve(path);
}

/** `idle`: words that have no effect here. */
function readOptions<Said>(
  line: Line,
  words: readonly TlsWord<Said>[],
  idle: readonly string[],
  said: Said,
): void {
  const first = line.take('options');
  for (let word = first ?? undefined; word !== undefined; word = line.takeOptional()) {
    const found = words.find(({ keyword }) => keyword === word);
    if (found !== undefined) found.read(line, said);
    else if ([...IDLE_OPTIONS, ...idle].includes(word)) {
      line.notice('no-effect', `'${word}' in '${line.keyword}' has no effect here`, null);
    } else {
      const all = [...words.map(({ keyword }) => keyword), ...IDLE_OPTIONS, ...idle];
      line.alert(
        'invalid-value',
        `'${line.keyword}' has no option '${word}'`,
        `use one of: ${all.join(', ')}`,
      );
      return line.skipRest();
    }
  }
}
