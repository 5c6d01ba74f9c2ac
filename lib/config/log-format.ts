/**
 * The language of `log-format` (HAProxy manual 8.2.6, reference 7.6): text -> items, or the first fault. Read when the
 * configuration is checked, so that a slip is found before the first line is written, and again where lines are made.
 * Rules speak it too (`http-request set-header X-Client %[src]`).
 *
 *     '%ci:%cp %{+Q}b'   ->  alias ci, text ':', alias cp, blank, alias b (quoted)
 *     'a-%[src,lower]'   ->  text 'a-', sample 'src,lower'
 *
 * Not here: what an alias prints (`../account/log/aliases.ts`), the expressions between brackets (`expression.ts`).
 */
import { closest } from './closest.ts';
import { readExpression } from './expression.ts';
import type { SampleExpression, SampleSide } from './expression.ts';
import { absenceFault } from './sample-sides.ts';

/** `option tcplog` (manual 8.2.2). */
export const TCPLOG_FORMAT = '%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq';

/** `option httplog` (manual 8.2.3). */
export const HTTPLOG_FORMAT =
  '%ci:%cp [%tr] %ft %b/%s %TR/%Tw/%Tc/%Tr/%Ta %ST %B %CC %CS %tsc %ac/%fc/%bc/%sc/%rc %sq/%bq %hr %hs %{+Q}r';

/** `option httplog clf` (manual 4.2 "option httplog"). */
export const HTTPLOG_CLF_FORMAT =
  '%{+Q}o %{-Q}ci - - [%trg] %r %ST %B "" "" %cp %ms %ft %b %s %TR %Tw %Tc %Tr %Ta %tsc %ac %fc %bc %sc %rc %sq %bq %CC %CS %hrl %hsl';

/** `option httpslog` (manual 8.2.4). */
export const HTTPSLOG_FORMAT = `${HTTPLOG_FORMAT} %[fc_err]/%[ssl_fc_err,hex]/%[ssl_c_err]/%[ssl_c_ca_err]/%[ssl_fc_is_resumed] %[ssl_fc_sni]/%sslv/%sslc`;

/** Aliases with a meaning in mode tcp, without the `%`. */
export const TCP_ALIASES = [
  'B',
  'U',
  'H',
  'ID',
  'T',
  'Tl',
  'Ts',
  't',
  'ms',
  'Tc',
  'Td',
  'Th',
  'Tt',
  'Tu',
  'Tw',
  'ac',
  'b',
  'bc',
  'bi',
  'bp',
  'bq',
  'ci',
  'cp',
  'f',
  'fc',
  'fi',
  'fp',
  'ft',
  'lc',
  'pid',
  'rc',
  'rt',
  's',
  'sc',
  'si',
  'sp',
  'sq',
  'ts',
  'tsc',
  'ST',
  'sslc',
  'sslv',
  'hr',
  'hs',
  'hrl',
  'hsl',
] as const;

export type TcpAlias = (typeof TCP_ALIASES)[number];

/** Aliases that only a request has; HAProxy refuses them in mode tcp. */
export const HTTP_ALIASES = [
  'HM',
  'HP',
  'HPO',
  'HQ',
  'HU',
  'HV',
  'r',
  'tr',
  'trg',
  'trl',
  'Ta',
  'Ti',
  'Tq',
  'TQ',
  'Tr',
  'TR',
  'CC',
  'CS',
] as const;

export type HttpAlias = (typeof HTTP_ALIASES)[number];

/** `+Q` quotes, `+X` hexadecimal, `+E` escapes for RFC 5424 structured data. */
export interface ValueFlags {
  readonly quote: boolean;
  readonly hex: boolean;
  readonly escape: boolean;
}

export type LogItem =
  | { readonly kind: 'text'; readonly text: string }
  /** Any run of blanks. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'alias'; readonly alias: TcpAlias | HttpAlias; readonly flags: ValueFlags }
  | SampleItem;

/** `%[expression]`. */
export interface SampleItem {
  readonly kind: 'sample';
  /** As written between the brackets. */
  readonly expression: string;
  readonly parsed: SampleExpression;
  readonly flags: ValueFlags;
}

export interface LogFormatFault {
  readonly ok: false;
  /** The end of a sentence, e.g. `unknown alias '%zz'`. */
  readonly problem: string;
  readonly hint: string | null;
  /** Offset of the `%` at fault, from 0. */
  readonly position: number;
}

export type ParsedLogFormat = { readonly ok: true; readonly items: readonly LogItem[] } | LogFormatFault;

export interface LogFormatOptions {
  /** In mode tcp, aliases of requests are a fault. */
  readonly mode: 'tcp' | 'http';
  /**
   * Of rules: the message they are about, which a fetch without a side of its own looks at; expressions about the other one are a
   * fault. Absent: a log's, where both are there and such a fetch means the request.
   */
  readonly side?: SampleSide;
  /** Of rules: blanks are text like any other; else a run of them is one item. */
  readonly blanks?: 'kept';
}

/** Items: `%alias`, `%{flags}alias`, `%(name)alias`, `%[expression]`, `%{flags}[expression]`, `%%`. */
export function parseLogFormat(format: string, options: LogFormatOptions): ParsedLogFormat {
  return new Reader(format, options).read();
}

const NO_FLAGS: ValueFlags = { quote: false, hex: false, escape: false };

/** What is wrong at the item being read; thrown nowhere, returned upwards. `at`: where, if not at its `%`. */
interface Problem {
  readonly problem: string;
  readonly hint: string | null;
  readonly at?: number;
}

class Reader {
  readonly #items: LogItem[] = [];
  readonly #format: string;
  readonly #options: LogFormatOptions;
  /** Set by `%{flags}o` for everything that follows. */
  #standing = NO_FLAGS;
  #at = 0;

  constructor(format: string, options: LogFormatOptions) {
    this.#format = format;
    this.#options = options;
  }

  read(): ParsedLogFormat {
    while (this.#at < this.#format.length) {
      const position = this.#at;
      const fault = this.#readPiece();
      if (fault === null) continue;
      const { problem, hint, at = position } = fault;
      return { ok: false, problem, hint, position: at };
    }
    return { ok: true, items: this.#items };
  }

  #readPiece(): Problem | null {
    const blanks = this.#match(/\s+/y);
    if (blanks !== null) {
      const kept = this.#options.blanks === 'kept';
      this.#items.push(kept ? { kind: 'text', text: blanks } : { kind: 'blank' });
      return null;
    }
    if (this.#match(/%%/y) !== null) {
      this.#items.push({ kind: 'text', text: '%' });
      return null;
    }
    const text = this.#match(/[^%\s]+/y);
    if (text === null) return this.#readItem();
    this.#items.push({ kind: 'text', text });
    return null;
  }

  /** `%`, then optionally `{flags}` and `(name)` in either order, then an alias or an expression. */
  #readItem(): Problem | null {
    this.#at += 1;
    const name = this.#match(/\([^)]*\)/y);
    const braces = this.#match(/\{[^}]*\}/y);
    const named = name ?? this.#match(/\([^)]*\)/y);
    const rest = this.#format[this.#at];
    if (rest === '{') return { problem: "'{' without '}'", hint: null };
    if (rest === '(' && named === null) return { problem: "'(' without ')'", hint: null };
    const flagWords = braces === null ? '' : braces.slice(1, -1);
    if (rest === '[') return this.#readSample(flagWords);
    const word = this.#match(/[A-Za-z0-9]+/y);
    if (word === null)
      return { problem: "'%' is followed by no alias", hint: "write '%%' for a percent sign" };
    return this.#readAlias(word, flagWords);
  }

  #readSample(flagWords: string): Problem | null {
    const flags = this.#readFlags(flagWords);
    if ('problem' in flags) return flags;
    const start = this.#at + 1;
    const read = readExpression(this.#format, start, this.#options.side ?? 'request');
    if (!read.ok) return { problem: read.problem, hint: read.hint, at: clamp(read.offset, this.#format) };
    const { end, expression } = read.value;
    const absence = this.#options.side === undefined ? null : absenceFault(expression, this.#options.side);
    if (absence !== null) return { problem: absence.problem, hint: absence.hint };
    const stop = this.#format[end];
    if (stop !== ']') {
      const problem =
        stop === undefined ? "'[' without ']'" : `unexpected '${stop}' in a sample expression, expected ']'`;
      return { problem, hint: null, at: clamp(end, this.#format) };
    }
    this.#at = end + 1;
    const text = this.#format.slice(start, end);
    this.#items.push({ kind: 'sample', expression: text, parsed: expression, flags });
    return null;
  }

  #readAlias(word: string, flagWords: string): Problem | null {
    if (word !== 'o' && !this.#allows(word)) return unknownAlias(word, this.#options.mode);
    const flags = this.#readFlags(flagWords);
    if ('problem' in flags) return flags;
    if (word === 'o') {
      this.#standing = flags;
      return null;
    }
    if (word === 'ST') this.#match(/\(0\)/y);
    this.#items.push({ kind: 'alias', alias: word, flags });
    return null;
  }

  #allows(word: string): word is TcpAlias | HttpAlias {
    return isOneOf(TCP_ALIASES, word) || (this.#options.mode === 'http' && isOneOf(HTTP_ALIASES, word));
  }

  /** The standing flags with these changes. */
  #readFlags(words: string): ValueFlags | Problem {
    const flags = { ...this.#standing };
    for (const word of words.split(',').map((one) => one.trim())) {
      if (word === '') continue;
      const flag = FLAGS[word.slice(1)];
      // HAProxy passes over flags it does not know.
      if (flag === undefined || !/^[+-]/.test(word)) return unknownFlag(word);
      flags[flag] = word.startsWith('+');
    }
    return flags;
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#format);
    if (found === null) return null;
    this.#at += found[0].length;
    return found[0];
  }
}

const FLAGS: Readonly<Record<string, keyof ValueFlags>> = Object.assign(Object.create(null), {
  Q: 'quote',
  X: 'hex',
  E: 'escape',
});

function isOneOf<Word extends string>(words: readonly Word[], word: string): word is Word {
  const all: readonly string[] = words;
  return all.includes(word);
}

/** HAProxy takes the whole run of letters as the alias. */
function unknownAlias(word: string, mode: 'tcp' | 'http'): Problem {
  if (mode === 'tcp' && isOneOf(HTTP_ALIASES, word)) {
    return { problem: `alias '%${word}' needs mode http`, hint: 'it has no value for a connection' };
  }
  const known = mode === 'tcp' ? TCP_ALIASES : [...TCP_ALIASES, ...HTTP_ALIASES];
  const all = `aliases are ${known.map((one) => `%${one}`).join(' ')}`;
  const near = closest(word, known);
  return {
    problem: `unknown alias '%${word}'`,
    hint: near === null ? all : `did you mean '%${near}'?`,
  };
}

function unknownFlag(word: string): Problem {
  return {
    problem: `unknown flag '${word}'`,
    hint: "flags are +Q (quote), +X (hexadecimal), +E (escape), or with '-'",
  };
}

/** A fault behind the end is shown at the last character. */
function clamp(offset: number, format: string): number {
  return Math.min(offset, format.length - 1);
}
