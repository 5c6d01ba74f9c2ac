/**
 * `log-format` (manual 8.2.6): text with `%` items, compiled once into pieces that write one line from a session's record.
 *
 *     const compiled = compileLogFormat('%ci:%cp %b/%s %ts');
 *     if (compiled.ok) compiled.write(record, context); // '10.0.1.2:33313 app/a --'
 *
 * Not here: the aliases themselves (`aliases.ts`), the line's header (`syslog.ts`).
 */
import type { SessionRecord } from '../session.ts';
import { ALIASES, HTTP_ALIASES } from './aliases.ts';
import type { Alias, LogContext, ValueFlags } from './aliases.ts';

export type CompiledLogFormat =
  | { readonly ok: true; readonly write: (record: SessionRecord, context: LogContext) => string }
  | {
      readonly ok: false;
      /** What is wrong, as the end of a sentence: `no such item '%foo'; ...`. */
      readonly problem: string;
      /** Offset of the `%` at fault, from 0. */
      readonly position: number;
    };

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** Any run of blanks; written once, and not at all at the start or after another. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'alias'; readonly alias: Alias; readonly flags: ValueFlags };

const NO_FLAGS: ValueFlags = { quote: false, hex: false, escape: false };

/** Compiles a format; faults are values, for the configuration's diagnostics. */
export function compileLogFormat(format: string): CompiledLogFormat {
  const reader = new Reader(format);
  const problem = reader.read();
  if (problem !== null) return { ok: false, ...problem };
  const { pieces } = reader;
  return { ok: true, write: (record, context) => writePieces(pieces, record, context) };
}

function writePieces(pieces: readonly Piece[], record: SessionRecord, context: LogContext): string {
  let line = '';
  let afterBlank = true;
  for (const piece of pieces) {
    if (piece.kind === 'blank') {
      if (!afterBlank) line += ' ';
      afterBlank = true;
      continue;
    }
    const text = piece.kind === 'text' ? piece.text : piece.alias(record, context, piece.flags);
    if (text === '') continue;
    line += text;
    afterBlank = false;
  }
  return line;
}

interface Problem {
  readonly problem: string;
  readonly position: number;
}

class Reader {
  readonly pieces: Piece[] = [];
  readonly #format: string;
  /** Set by `%{flags}o` for everything that follows. */
  #standing = NO_FLAGS;
  #at = 0;

  constructor(format: string) {
    this.#format = format;
  }

  read(): Problem | null {
    while (this.#at < this.#format.length) {
      const start = this.#at;
      const problem = this.#readPiece();
      if (problem !== null) return { problem, position: start };
    }
    return null;
  }

  #readPiece(): string | null {
    const blank = this.#match(/\s+/y);
    if (blank !== null) {
      this.pieces.push({ kind: 'blank' });
      return null;
    }
    const text = this.#match(/[^%\s]+/y) ?? this.#match(/%(?=%)/y);
    if (text === null) return this.#readItem();
    // Of `%%` the first was taken by the match, the second is skipped here.
    if (text === '%') this.#at += 1;
    this.pieces.push({ kind: 'text', text });
    return null;
  }

  /** `%`, then optionally `{flags}` and `(name)`, then an alias. */
  #readItem(): string | null {
    this.#at += 1;
    const name = this.#match(/\([^)]*\)/y);
    const braces = this.#match(/\{[^}]*\}/y);
    const named = name ?? this.#match(/\([^)]*\)/y);
    const rest = this.#format[this.#at];
    if (rest === undefined) return "the line ends after '%'; write '%%' for a percent sign";
    if (rest === '{') return "'{' without '}'";
    if (rest === '(' && named === null) return "'(' without ')'";
    if (rest === '[') return "sample expressions '%[...]' are not supported yet";
    const word = this.#match(/[A-Za-z0-9]+/y);
    if (word === null) return `no item can begin with '${rest}'; write '%%' for a percent sign`;
    const flags = readFlags(braces === null ? '' : braces.slice(1, -1), this.#standing);
    if (typeof flags === 'string') return flags;
    return this.#readAlias(word, flags);
  }

  #readAlias(word: string, flags: ValueFlags): string | null {
    if (word === 'o') {
      this.#standing = flags;
      return null;
    }
    const alias = ALIASES.get(word);
    if (alias === undefined) {
      return HTTP_ALIASES.has(word)
        ? `'%${word}' belongs to mode http`
        : `no such item '%${word}'; write '%%' for a percent sign`;
    }
    if (word === 'ST') this.#match(/\(0\)/y);
    this.pieces.push({ kind: 'alias', alias, flags });
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

const FLAG_NAMES = new Map<string, keyof ValueFlags>([
  ['Q', 'quote'],
  ['X', 'hex'],
  ['E', 'escape'],
]);

/** `+Q,-X` upon what stands; HAProxy passes over what it does not know, we say so. */
function readFlags(text: string, standing: ValueFlags): ValueFlags | string {
  const flags: { -readonly [Name in keyof ValueFlags]: boolean } = { ...standing };
  for (const word of text.split(',')) {
    const flag = word.trim();
    if (flag === '') continue;
    const name = FLAG_NAMES.get(flag.slice(1));
    const sign = flag[0];
    if (name === undefined || (sign !== '+' && sign !== '-')) {
      return `unknown flag '${flag}'; known are +Q, +X, +E and the same with '-'`;
    }
    flags[name] = sign === '+';
  }
  return flags;
}
