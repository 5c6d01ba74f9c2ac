/**
 * Characters to words with line and column: comments, quotes, escapes, variables (manual 2.2 "Quoting and
 * escaping", 2.3 "Environment variables"), and the way back (`quoteWord`).
 *
 * Not here: the states of one line (`scanner.ts`), what words mean (`parse.ts`), which lines are read at all
 * (`statements.ts`).
 */
import type { Diagnostics, Place } from './diagnostic.ts';
import { failed, parsed, shown } from './units.ts';
import type { Failed, Parsed } from './units.ts';
import { CONTROL_ESCAPES, LineScanner, unsetHint } from './scanner.ts';
import type { VariableLookup, Word } from './scanner.ts';

export type { VariableLookup, Word } from './scanner.ts';

/** One line that says something: at least one word. `text` is the whole line without its end. */
export interface Statement {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly words: readonly Word[];
}

export interface SplitOptions {
  /** Answers `.SECTION`: the name of the section the line stands in, `''` outside. */
  readonly section?: string;
  /** Empty words are taken instead of refused (conditions may hold them). */
  readonly allowEmpty?: boolean;
}

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
  const pseudo = new Map([
    ['.FILE', file],
    ['.LINE', String(line)],
    ['.SECTION', options.section ?? ''],
  ]);
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
  if (text === '') return parsed([]);
  const read = scanArguments(text, 0);
  if (!read.ok) return read;
  if (read.value.closed) {
    return failed('unexpected-parenthesis', `unexpected ')' in '${shown(text)}'`, 'put it in quotes');
  }
  return parsed(read.value.list);
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
  const read = scanArguments(text, start);
  if (!read.ok || read.value.closed) return read;
  return failed('missing-parenthesis', `expected ')' behind the arguments '${shown(text.slice(start))}'`);
}

/** Up to a closing parenthesis (`closed`) or the end of the text. */
function scanArguments(
  text: string,
  start: number,
): Parsed<{ readonly list: readonly string[]; readonly end: number; readonly closed: boolean }> {
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
      if (character === ')') return parsed({ list, end: at + 1, closed: true });
    } else {
      current += character;
    }
  }
  if (quote !== '') {
    return failed('unmatched-quote', `unmatched quote in the arguments '${shown(text.slice(start))}'`);
  }
  return parsed({ list: [...list, current], end: text.length, closed: false });
}

function argumentEscape(escaped: string): string {
  const control = CONTROL_ESCAPES[escaped];
  if (control !== undefined) return control;
  return /[ \\"',()]/.test(escaped) ? escaped : `\\${escaped}`;
}
