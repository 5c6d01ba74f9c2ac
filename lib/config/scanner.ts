/**
 * One line to words: the states of quoting, escapes, variables, comments (manual 2.2 "Quoting and escaping",
 * 2.3 "Environment variables").
 *
 *   unquoted --"--> weak --"--> unquoted        escapes and $NAME in weak, escapes alone in unquoted,
 *   unquoted --'--> strong --'--> unquoted      nothing in strong; a word ends at a blank in unquoted only
 *
 * Not here: files and diagnostics (`words.ts`), what words mean (`parse.ts`).
 */
import { isUtf8 } from 'node:buffer';
import { closest } from './closest.ts';
import { shown } from './units.ts';

/** A word as understood, and where it stands in the line: 1-based column and width, in UTF-16 units. */
export interface Word {
  readonly text: string;
  readonly column: number;
  readonly width: number;
}

/** What variables are asked for; `Variables` is one. */
export interface VariableLookup {
  get(name: string): string | undefined;
  names(): readonly string[];
}

/** Words in one line; one more is a fault, as in HAProxy (MAX_LINE_ARGS). */
export const WORDS_MAX = 64;

/** What a backslash and a letter stand for. */
export const CONTROL_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** The way out for a variable that is not set: a near name, or a default. */
export function unsetHint(name: string, variables: VariableLookup): string {
  const near = closest(name, variables.names());
  if (near !== null) return `maybe you meant '${near}'?`;
  return `set it, or give a default: "\${${shown(name)}-default}"`;
}

/** A fault in a line; `start` and `end` are 0-based indices of what is marked. */
export interface LineFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly start: number;
  readonly end: number;
}

/** Reads one line once, from left to right; stops at the first fault. Use once. */
export class LineScanner {
  readonly #text: string;
  readonly #variables: VariableLookup;
  readonly #pseudo: ReadonlyMap<string, string>;
  readonly #allowEmpty: boolean;
  readonly #words: Word[] = [];
  #at = 0;
  #quote: '' | '"' | "'" = '';
  #quotedAt = 0;
  /** False while a quoted part has given nothing but expansions into words: such a part makes no word. */
  #partHolds = false;
  /** The word being built; null between words. */
  #word: string | null = null;
  /** Where the word, or the quotes that may become one, began; -1 for neither. */
  #wordAt = -1;
  /** The first variable without value in the word: the likely reason if the word stays empty. */
  #unset: string | null = null;
  #fault: LineFault | null = null;

  constructor(
    text: string,
    variables: VariableLookup,
    pseudo: ReadonlyMap<string, string>,
    allowEmpty: boolean,
  ) {
    this.#text = text;
    this.#variables = variables;
    this.#pseudo = pseudo;
    this.#allowEmpty = allowEmpty;
  }

  scan(): { readonly words: readonly Word[]; readonly fault: LineFault | null } {
    while (this.#fault === null && this.#at < this.#text.length) {
      if (this.#quote === '') this.#scanUnquoted();
      else this.#scanQuoted();
    }
    if (this.#fault === null && this.#quote !== '') {
      this.#fail('unmatched-quote', 'unmatched quote', this.#quotedAt, this.#quotedAt + 1);
    }
    this.#endWord(this.#text.length);
    return { words: this.#words, fault: this.#fault };
  }

  #scanUnquoted(): void {
    const run = this.#match(/[^ \t\n\v\f\r\\"'#\0]+/y);
    if (run !== '') return this.#take(run, this.#at - run.length);
    const at = this.#at;
    switch (this.#text.charAt(at)) {
      case '"':
      case "'":
        return this.#openQuote();
      case '\\':
        return this.#escape(/[ \\#'"]/);
      case '\0':
        return this.#strayNul();
      case '#':
        this.#endWord(at);
        this.#at = this.#text.length;
        return;
      case '\r':
      case '\n':
        this.#endWord(at);
        return this.#endLine();
      default:
        this.#endWord(at);
        this.#match(/[ \t\v\f]+/y);
    }
  }

  #scanQuoted(): void {
    const run = this.#match(this.#quote === "'" ? /[^'\n\r\0]+/y : /[^\\"$\n\r\0]+/y);
    if (run !== '') return this.#take(run, this.#at - run.length);
    switch (this.#text.charAt(this.#at)) {
      case this.#quote:
        return this.#closeQuote();
      case '\\':
        return this.#escape(/[ \\#'"$]/);
      case '$':
        return this.#variable();
      case '\0':
        return this.#strayNul();
      default:
        // A line ends at a carriage return or line feed even inside quotes.
        this.#fail('unmatched-quote', 'unmatched quote', this.#quotedAt, this.#quotedAt + 1);
    }
  }

  #openQuote(): void {
    this.#quotedAt = this.#at;
    this.#quote = this.#text.charAt(this.#at++) === '"' ? '"' : "'";
    this.#partHolds = true;
    if (this.#wordAt < 0) this.#wordAt = this.#quotedAt;
  }

  #closeQuote(): void {
    this.#at++;
    this.#quote = '';
    if (this.#partHolds) this.#take('', this.#quotedAt);
  }

  /** Adds to the current word, or begins one at `at` (or where its quotes opened). */
  #take(text: string, at: number): void {
    if (this.#wordAt < 0) this.#wordAt = at;
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(end: number): void {
    const text = this.#word;
    const start = this.#wordAt;
    const unset = this.#unset;
    this.#word = null;
    this.#wordAt = -1;
    this.#unset = null;
    if (text === null || this.#fault !== null) return;
    if (this.#words.length === WORDS_MAX) {
      this.#fail('too-many-words', `more than ${WORDS_MAX} words in one line`, start, end);
    } else if (text === '' && !this.#allowEmpty) {
      const hint = unset === null ? 'remove it or give it a value' : unsetHint(unset, this.#variables);
      const message = `argument number ${this.#words.length} is empty and would end the list of arguments`;
      this.#fail('empty-argument', message, start, end, hint);
    } else {
      this.#words.push({ text, column: start + 1, width: end - start });
    }
  }

  /** A backslash before anything else stands for itself. */
  #escape(literal: RegExp): void {
    const at = this.#at;
    const escaped = this.#text.charAt(at + 1);
    if (escaped === 'x') return this.#hexEscapes();
    const taken = CONTROL_ESCAPES[escaped] ?? (literal.test(escaped) ? escaped : null);
    this.#at += taken === null ? 1 : 2;
    this.#take(taken ?? '\\', at);
  }

  /** Neighbouring `\xNN` are decoded together, since a character beyond ASCII is several bytes. */
  #hexEscapes(): void {
    const at = this.#at;
    const run = this.#match(/(?:\\x[0-9A-Fa-f]{2})+/y);
    const bytes = Buffer.from(run.replaceAll('\\x', ''), 'hex');
    if (run === '') {
      this.#fail(
        'invalid-hex',
        'truncated or invalid hexadecimal sequence',
        at,
        at + 2,
        'write two hex digits: \\x41',
      );
    } else if (bytes.includes(0)) {
      this.#fail('stray-nul', 'a word cannot hold a NUL character', at, this.#at);
    } else if (!isUtf8(bytes)) {
      this.#fail('invalid-hex', 'the hexadecimal sequence is no UTF-8 text', at, this.#at);
    } else {
      this.#take(bytes.toString(), at);
    }
  }

  #variable(): void {
    const at = this.#at;
    const opening = this.#match(/\$\{?/y);
    const nameAt = this.#at;
    const name = this.#match(/\.?[A-Za-z_][A-Za-z0-9_]*/y);
    if (name === '' || (name.startsWith('.') && !this.#pseudo.has(name))) {
      const message = 'forbidden first char in environment variable name';
      return this.#fail(
        'invalid-variable-name',
        message,
        nameAt,
        nameAt + Math.max(1, name.length),
        "a literal '$' is written '\\$'",
      );
    }
    let value = this.#pseudo.get(name) ?? this.#variables.get(name);
    let splits = false;
    if (opening === '${') {
      splits = this.#match(/\[\*\]/y) !== '';
      if (this.#text.charAt(this.#at) === '[') {
        const message = 'truncated or invalid word expansion sequence';
        return this.#fail(
          'invalid-word-expansion',
          message,
          this.#at,
          this.#at + 1,
          `write "\${${shown(name)}[*]}"`,
        );
      }
      const otherwise = this.#match(/-[^}\n\r\0]*/y);
      if (otherwise !== '') value ??= otherwise.slice(1);
      if (this.#match(/\}/y) === '') {
        return this.#fail('unmatched-brace', 'unmatched brace in environment variable name', at + 1, at + 2);
      }
    }
    if (value === undefined) this.#unset ??= name;
    if (splits) this.#takeSplit(value ?? '', at);
    else this.#take(value ?? '', at);
  }

  /** `${NAME[*]}`: blanks of the value end words as blanks outside of quotes do; no value gives no word. */
  #takeSplit(value: string, at: number): void {
    this.#partHolds = false;
    const pieces = value.split(/[ \t\n\v\f\r]+/);
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) this.#endWord(this.#at);
      if (piece !== '') this.#take(piece, at);
    }
  }

  /** What follows a carriage return would be dropped in silence by HAProxy. */
  #endLine(): void {
    const at = this.#at;
    const isEnd = this.#match(/[ \t\n\v\f\r]+/y).length === this.#text.length - at;
    if (isEnd) return;
    const hint = 'end lines with a line feed, or with carriage return and line feed';
    this.#fail('stray-carriage-return', 'a carriage return inside the line', at, at + 1, hint);
  }

  #strayNul(): void {
    this.#fail('stray-nul', 'stray NUL character', this.#at, this.#at + 1);
  }

  #fail(code: string, message: string, start: number, end: number, hint: string | null = null): void {
    this.#fault ??= { code, message, hint, start, end };
  }

  /** Takes what the sticky pattern matches here; `''` when it does not match. */
  #match(sticky: RegExp): string {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }
}
