/**
 * Characters to words with line and column: comments, quotes, escapes, variables (manual 2.2 "Quoting and
 * escaping", 2.3 "Environment variables"), and the way back (`quoteWord`).
 *
 *   unquoted --"--> weak --"--> unquoted        escapes and $NAME in weak, escapes alone in unquoted,
 *   unquoted --'--> strong --'--> unquoted      nothing in strong; a word ends at a blank in unquoted only
 *
 * Not here: what words mean (`parse.ts`), which lines are read at all (`statements.ts`).
 */
import { isUtf8 } from 'node:buffer';
import { closest } from './closest.ts';
import type { Diagnostics, Place } from './diagnostic.ts';
import { failed, parsed, shown } from './units.ts';
import type { Failed, Parsed } from './units.ts';

/** A word as understood, and where it stands in the line: 1-based column and width, in UTF-16 units. */
export interface Word {
  readonly text: string;
  readonly column: number;
  readonly width: number;
}

/** One line that says something: at least one word. `text` is the whole line without its end. */
export interface Statement {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly words: readonly Word[];
}

/** What variables are asked for; `Variables` is one. */
export interface VariableLookup {
  get(name: string): string | undefined;
  names(): readonly string[];
}

export interface SplitOptions {
  /** Answers `.SECTION`: the name of the section the line stands in, `''` outside. */
  readonly section?: string;
  /** Empty words are taken instead of refused (conditions may hold them). */
  readonly allowEmpty?: boolean;
}

/** Words in one line; one more is a fault, as in HAProxy (MAX_LINE_ARGS). */
export const WORDS_MAX = 64;

/**
 * Splits one line (without its end) into words.
 * Null when the line says nothing, or when it has a fault, which then stands in `diagnostics`.
 * Codes: `unmatched-quote`, `invalid-hex`, `invalid-variable-name`, `unmatched-brace`, `invalid-word-expansion`,
 * `too-many-words`, `empty-argument`, `stray-nul`, `stray-carriage-return`.
 */
export function splitWords(
  file: string,
  line: number,
  text: string,
  variables: VariableLookup,
  diagnostics: Diagnostics,
  options: SplitOptions = {},
): Statement | null {
  const pseudo: Readonly<Record<string, string>> = {
    '.FILE': file,
    '.LINE': String(line),
    '.SECTION': options.section ?? '',
  };
  const result = new LineScanner(text, variables, pseudo, options.allowEmpty ?? false).scan();
  if (result.fault !== null) {
    const { code, message, hint, start, end } = result.fault;
    const place: Place = { file, line, column: start + 1, width: Math.max(1, end - start), text };
    diagnostics.add({ severity: 'alert', code, message, place, hint });
    return null;
  }
  return result.words.length === 0 ? null : { file, line, text, words: result.words };
}

/**
 * Where a word of a statement stands, for a diagnostic. An index behind the last word is the place where that
 * word is missing: just behind the last one.
 */
export function placeOf(statement: Statement, wordIndex: number): Place {
  const { file, line, text, words } = statement;
  const word = words[wordIndex];
  if (word !== undefined) return { file, line, column: word.column, width: Math.max(1, word.width), text };
  const last = words.at(-1);
  return { file, line, column: last === undefined ? 1 : last.column + last.width, width: 1, text };
}

/**
 * The text of a word that `splitWords` reads back as exactly `text`: bare where nothing in it is special, in
 * single quotes where possible, else in double quotes with escapes. Two texts have no such word: an empty one
 * (written `""`, which `splitWords` refuses as an empty argument) and one with a NUL.
 */
export function quoteWord(text: string): string {
  if (/^[^ \t\n\v\f\r\\"'#]+$/.test(text)) return text;
  if (text !== '' && !/['\n\r]/.test(text)) return `'${text}'`;
  const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return `"${text.replace(/[\\"$\n\r\t]/g, (character) => names[character] ?? `\\${character}`)}"`;
}

/**
 * The second expansion of addresses (`bind ${ADDR}:80`): `$NAME`, `${NAME}` and `${NAME-default}`, quoted or not.
 * HAProxy puts nothing where a variable is not set, so that `${ADDR}:80` listens everywhere; here that is a fault.
 * Codes: `unset-variable`, `unmatched-brace`.
 */
export function expandVariables(text: string, variables: VariableLookup): Parsed<string> {
  let fault: Failed | null = null;
  const expanded = text.replace(
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:-([^}]*))?(\}?)|([A-Za-z_][A-Za-z0-9_]*))/g,
    (
      _all,
      braced: string | undefined,
      otherwise: string | undefined,
      brace: string,
      bare: string | undefined,
    ) => {
      const name = braced ?? bare ?? '';
      if (braced !== undefined && brace === '') {
        fault ??= failed(
          'unmatched-brace',
          `unmatched brace in environment variable name in '${shown(text)}'`,
        );
      }
      const value = variables.get(name) ?? otherwise;
      if (value === undefined) {
        fault ??= failed(
          'unset-variable',
          `environment variable '${shown(name)}' in '${shown(text)}' is not set`,
          unsetHint(name, variables),
        );
      }
      return value ?? '';
    },
  );
  return fault ?? parsed(expanded);
}

/**
 * Splits the text between the parentheses of `name(...)` at its commas. Blanks count; quotes and the escapes
 * `\\ \' \" \, \( \) \n \r \t` and `\` blank are read once more, after `splitWords` read them the first time.
 * Empty text holds no argument. Example: `a, "b,c"` is `['a', ' b,c']`.
 * Codes: `unmatched-quote`, `unexpected-parenthesis`.
 */
export function splitArguments(text: string): Parsed<readonly string[]> {
  const read = readArguments(`${text})`, 0);
  if (!read.ok) return read;
  if (read.value.end <= text.length) {
    return failed('unexpected-parenthesis', `unexpected ')' in '${shown(text)}'`, 'put it in quotes');
  }
  return parsed(text === '' ? [] : read.value.list);
}

/**
 * Reads arguments from `start`, just behind an opening parenthesis, to the closing one; `end` is the index behind
 * it. There is always at least one argument, which may be empty.
 * Codes: `unmatched-quote`, `missing-parenthesis`.
 */
export function readArguments(
  text: string,
  start: number,
): Parsed<{ readonly list: readonly string[]; readonly end: number }> {
  const list: string[] = [];
  let current = '';
  let quote = '';
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\\' && quote !== "'" && at + 1 < text.length) {
      current += argumentEscape(text.charAt(++at));
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else current += character;
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === ',' || character === ')') {
      list.push(current);
      current = '';
      if (character === ')') return parsed({ list, end: at + 1 });
    } else {
      current += character;
    }
  }
  const rest = shown(text.slice(start));
  if (quote !== '') return failed('unmatched-quote', `unmatched quote in the arguments '${rest}'`);
  return failed('missing-parenthesis', `expected ')' behind the arguments '${rest}'`);
}

const controlEscapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function argumentEscape(escaped: string): string {
  const control = controlEscapes[escaped];
  if (control !== undefined) return control;
  return /[ \\"',()]/.test(escaped) ? escaped : `\\${escaped}`;
}

function unsetHint(name: string, variables: VariableLookup): string {
  const near = closest(name, variables.names());
  if (near !== null) return `maybe you meant '${near}'?`;
  return `set it, or give a default: "\${${shown(name)}-default}"`;
}

/** A fault in a line; `start` and `end` are 0-based indices of what is marked. */
interface Fault {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly start: number;
  readonly end: number;
}

/** Reads one line once, from left to right; stops at the first fault. */
class LineScanner {
  readonly #text: string;
  readonly #variables: VariableLookup;
  readonly #pseudo: Readonly<Record<string, string>>;
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
  #fault: Fault | null = null;

  constructor(
    text: string,
    variables: VariableLookup,
    pseudo: Readonly<Record<string, string>>,
    allowEmpty: boolean,
  ) {
    this.#text = text;
    this.#variables = variables;
    this.#pseudo = pseudo;
    this.#allowEmpty = allowEmpty;
  }

  scan(): { readonly words: readonly Word[]; readonly fault: Fault | null } {
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
    const taken = controlEscapes[escaped] ?? (literal.test(escaped) ? escaped : null);
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
    if (name === '' || (name.startsWith('.') && this.#pseudo[name] === undefined)) {
      const message = 'forbidden first char in environment variable name';
      return this.#fail(
        'invalid-variable-name',
        message,
        nameAt,
        nameAt + Math.max(1, name.length),
        "a literal '$' is written '\\$'",
      );
    }
    let value = this.#pseudo[name] ?? this.#variables.get(name);
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
