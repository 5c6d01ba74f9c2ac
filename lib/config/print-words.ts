/**
 * Small writers for `print.ts` and `print-http.ts`: the words of a line if a value differs from its default.
 *
 * Not here: which lines there are.
 */
import { printTimeMs } from './units.ts';

/** The words of one line, or a part of one, not yet quoted; null: it is not needed. */
export type Words = readonly string[] | null;

/** The words themselves, if the setting is on. */
export function flag(on: boolean, ...words: string[]): Words {
  return on ? words : null;
}

/** A keyword and a text. */
export function text(keyword: string, value: string | null): Words {
  return value === null ? null : [keyword, value];
}

/** A keyword and a number that is not `absent`. */
export function number(keyword: string, value: number | null, absent: number | null): Words {
  return value === null || value === absent ? null : [keyword, String(value)];
}

/** A keyword (of one or more words) and a time. */
export function time(keyword: string, ms: number, absent = 0): Words {
  return ms === absent ? null : [...keyword.split(' '), printTimeMs(ms)];
}

/** A keyword and permissions. */
export function octal(keyword: string, mode: number | null): Words {
  return mode === null ? null : [keyword, mode.toString(8)];
}

/** Parameters of one line: the words of all that are needed. */
export function joined(start: readonly string[], params: readonly Words[]): Words {
  return [...start, ...params.flatMap((words) => words ?? [])];
}

/** A keyword and a word that is not `absent`. */
export function word(keyword: string, value: string, absent: string): Words {
  return value === absent ? null : [keyword, value];
}
