/**
 * The language of `log-format` (HAProxy manual 8.2.6, reference 7.6): text -> items, or the first fault. Read when the
 * configuration is checked, so that a slip is found before the first line is written, and again where lines are made.
 *
 *     '%ci:%cp %{+Q}b'  ->  alias ci, text ':', alias cp, blank, alias b (quoted)
 *
 * Not here: what an alias prints (`../account/log/aliases.ts`).
 */
import { closest } from './closest.ts';

/** `option tcplog` (manual 8.2.2). */
export const TCPLOG_FORMAT = '%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq';

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
export const HTTP_ALIASES: readonly string[] =
  'HM HP HPO HQ HU HV r tr trg trl Ta Ti Tq TQ Tr TR CC CS'.split(' ');

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
  | { readonly kind: 'alias'; readonly alias: TcpAlias; readonly flags: ValueFlags };

export interface LogFormatFault {
  readonly ok: false;
  /** The end of a sentence, e.g. `unknown alias '%zz'`. */
  readonly problem: string;
  readonly hint: string | null;
  /** Offset of the `%` at fault, from 0. */
  readonly position: number;
}

export type ParsedLogFormat = { readonly ok: true; readonly items: readonly LogItem[] } | LogFormatFault;

/** Items: `%alias`, `%{flags}alias`, `%(name)alias`, `%[sample]` (a fault for now), `%%`. */
export function parseLogFormat(format: string): ParsedLogFormat {
  return new Reader(format).read();
}

const NO_FLAGS: ValueFlags = { quote: false, hex: false, escape: false };

/** What is wrong at the item being read; thrown nowhere, returned upwards. */
type Problem = readonly [problem: string, hint: string | null];

class Reader {
  readonly #items: LogItem[] = [];
  readonly #format: string;
  /** Set by `%{flags}o` for everything that follows. */
  #standing = NO_FLAGS;
  #at = 0;

  constructor(format: string) {
    this.#format = format;
  }

  read(): ParsedLogFormat {
    while (this.#at < this.#format.length) {
      const position = this.#at;
      const problem = this.#readPiece();
      if (problem !== null) return { ok: false, problem: problem[0], hint: problem[1], position };
    }
    return { ok: true, items: this.#items };
  }

  #readPiece(): Problem | null {
    if (this.#match(/\s+/y) !== null) {
      this.#items.push({ kind: 'blank' });
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

  /** `%`, then optionally `{flags}` and `(name)` in either order, then an alias. */
  #readItem(): Problem | null {
    this.#at += 1;
    const name = this.#match(/\([^)]*\)/y);
    const braces = this.#match(/\{[^}]*\}/y);
    const named = name ?? this.#match(/\([^)]*\)/y);
    const rest = this.#format[this.#at];
    if (rest === '{') return ["'{' without '}'", null];
    if (rest === '(' && named === null) return ["'(' without ')'", null];
    if (rest === '[')
      return ["sample expressions ('%[…]') are not supported", 'use the aliases, e.g. %ci %b %s'];
    const word = this.#match(/[A-Za-z0-9]+/y);
    if (word === null) return ["'%' is followed by no alias", "write '%%' for a percent sign"];
    return this.#readAlias(word, braces === null ? '' : braces.slice(1, -1));
  }

  #readAlias(word: string, flagWords: string): Problem | null {
    if (word !== 'o' && !isTcpAlias(word)) return unknownAlias(word);
    const flags = { ...this.#standing };
    for (const flagWord of flagWords.split(',').map((one) => one.trim())) {
      if (flagWord === '') continue;
      const flag = FLAGS[flagWord.slice(1)];
      // HAProxy passes over flags it does not know.
      if (flag === undefined || !/^[+-]/.test(flagWord)) return unknownFlag(flagWord);
      flags[flag] = flagWord.startsWith('+');
    }
    if (word === 'o') {
      this.#standing = flags;
      return null;
    }
    if (word === 'ST') this.#match(/\(0\)/y);
    this.#items.push({ kind: 'alias', alias: word, flags });
    return null;
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

function isTcpAlias(word: string): word is TcpAlias {
  const aliases: readonly string[] = TCP_ALIASES;
  return aliases.includes(word);
}

/** HAProxy takes the whole run of letters as the alias. */
function unknownAlias(word: string): Problem {
  if (HTTP_ALIASES.includes(word)) {
    return [`alias '%${word}' needs mode http`, 'it has no value for a connection'];
  }
  const all = `aliases are ${TCP_ALIASES.map((one) => `%${one}`).join(' ')}`;
  const near = closest(word, TCP_ALIASES);
  return [`unknown alias '%${word}'`, near === null ? all : `did you mean '%${near}'?`];
}

function unknownFlag(word: string): Problem {
  return [`unknown flag '${word}'`, "flags are +Q (quote), +X (hexadecimal), +E (escape), or with '-'"];
}
