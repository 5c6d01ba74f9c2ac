/**
 * Diagnostics to text for a terminal, in HAProxy's layout, with the line and a caret below:
 *
 *   [ALERT]    (4711) : config : parsing [sluice.cfg:12:5] : unknown keyword 'blance' in 'listen' section [unknown-keyword]
 *      |     blance roundrobin
 *      |     ^~~~~~
 *      | did you mean 'balance'?
 *
 * Not here: where the text goes, which severities are shown.
 */
import type { Diagnostic, Place, Severity } from './diagnostic.ts';

export interface RenderOptions {
  /** Put in parentheses behind the severity, as HAProxy does; left out when absent. */
  readonly pid?: number;
  /** ANSI colours for the severity and the caret. */
  readonly color?: boolean;
}

/** Longest piece of a line that is shown, in terminal columns; the caret always lies inside. */
const windowColumns = 100;
/** Context kept before the caret when the line's beginning is cut. */
const contextColumns = 30;
const tabColumns = 4;

const ansi: Readonly<Record<Severity, string>> = {
  alert: '\u001B[1;31m',
  warning: '\u001B[1;33m',
  notice: '\u001B[1;36m',
  diag: '\u001B[1;35m',
};
const ansiOff = '\u001B[0m';

/**
 * One diagnostic as several lines, the last one ends with a line feed. Control characters of the operator's text
 * come out as `\xNN` or `\u{NNNN}`, so that a file cannot steer the terminal.
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const { severity, code, message, place, hint } = diagnostic;
  const paint = (text: string): string => (options.color ? `${ansi[severity]}${text}${ansiOff}` : text);
  const label = `[${severity.toUpperCase()}]`;
  const pid = options.pid === undefined ? '' : `(${options.pid}) : `;
  const where = place === null ? '' : `parsing [${visible(place.file)}:${place.line}:${place.column}] : `;
  const lines = [
    `${paint(label)}${' '.repeat(11 - label.length)}${pid}config : ${where}${visible(message)} [${code}]`,
  ];
  if (place !== null) {
    const { text, caret } = underlined(place);
    lines.push(`   | ${text}`.trimEnd(), `   | ${caret.replace(/\^~*/, paint)}`);
  }
  if (hint !== null) lines.push(`   | ${visible(hint)}`);
  return `${lines.join('\n')}\n`;
}

/** All of them, in their order. */
export function renderDiagnostics(list: readonly Diagnostic[], options: RenderOptions = {}): string {
  return list.map((one) => renderDiagnostic(one, options)).join('');
}

/** A character of the line as shown, and the terminal columns it takes. */
interface Cell {
  readonly shown: string;
  readonly columns: number;
}

/** The part of the line around the place, and the caret line below it. */
function underlined(place: Place): { readonly text: string; readonly caret: string } {
  // The caret may stand behind the last character; a column outside of the line is drawn in to it.
  const start = Math.min(Math.max(place.column - 1, 0), place.text.length);
  const before = backwards(place.text, start, contextColumns);
  const rest = Math.max(windowColumns - before.columns, 1);
  const from = forwards(place.text, start, rest);
  const marked = forwards(place.text.slice(0, start + place.width), start, rest);
  const caret = `^${'~'.repeat(Math.max(0, marked.columns - 1))}`;
  return {
    text: `${before.cut ? '...' : ''}${before.shown}${from.shown}${from.cut ? '...' : ''}`,
    caret: `${' '.repeat(before.columns + (before.cut ? 3 : 0))}${caret}`,
  };
}

interface Piece {
  readonly shown: string;
  readonly columns: number;
  /** True when characters were left out on the far side. */
  readonly cut: boolean;
}

/** From `start` on, as much as fits into `room` columns. Looks at no more of a long line than that. */
function forwards(text: string, start: number, room: number): Piece {
  let shown = '';
  let columns = 0;
  for (let at = start; at < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    const cell = cellOf(character);
    if (columns + cell.columns > room) return { shown, columns, cut: true };
    shown += cell.shown;
    columns += cell.columns;
    at += character.length;
    // Marks take no column, so a line of marks alone would never fill the room.
    if (at - start > 8 * windowColumns) return { shown, columns, cut: at < text.length };
  }
  return { shown, columns, cut: false };
}

/** What stands before `end`: all of it when it is short, else the last `context` columns of it. */
function backwards(text: string, end: number, context: number): Piece {
  const whole = end <= 8 * windowColumns ? forwards(text.slice(0, end), 0, windowColumns / 2) : null;
  if (whole !== null && !whole.cut) return whole;
  let at = Math.max(0, end - context);
  // Not into the middle of a surrogate pair.
  if (/[\uDC00-\uDFFF]/.test(text.charAt(at))) at++;
  return { ...forwards(text.slice(0, end), at, 8 * context), cut: true };
}

const control = /^[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u00A0]$/u;
const combining = /^\p{M}$/u;
const wide =
  /^(?![\uFF61-\uFFDC])[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303E\uFF01-\uFF60\uFFE0-\uFFE6]$/u;

function cellOf(character: string): Cell {
  if (character >= ' ' && character <= '~') return { shown: character, columns: 1 };
  if (character === '\t') return { shown: ' '.repeat(tabColumns), columns: tabColumns };
  if (control.test(character)) {
    const shown = escaped(character);
    return { shown, columns: shown.length };
  }
  if (combining.test(character)) return { shown: character, columns: 0 };
  return { shown: character, columns: wide.test(character) ? 2 : 1 };
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** Text of one line in which nothing steers the terminal. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escaped);
}
