/**
 * What an alias of `log-format` is, and what all of them have in common: how values are written under the flags, and what is escaped.
 * What HAProxy 2.6 writes was taken from its lines (`test/account/log/format.test.ts`, `http-format.test.ts`).
 *
 * Not here: which aliases there are (`aliases.ts`, `http-aliases.ts`).
 */
import type { ValueFlags } from '../../config/log-format.ts';
import type { SessionRecord } from '../session.ts';
import type { LogDates } from './dates.ts';

/** What a line says beyond the session itself. */
export interface LogContext {
  readonly pid: number;
  readonly hostname: string;
  readonly dates: LogDates;
  /** Lines this frontend has logged before (`%lc`). */
  readonly loggedCount: number;
  /** `option logasap`: the line may come before the end, so totals are lower bounds and carry a `+`. */
  readonly early: boolean;
}

export type Alias = (record: SessionRecord, context: LogContext, flags: ValueFlags) => string;

/** Text: `-` (or `""`) stands for nothing. */
export function text(read: (record: SessionRecord, context: LogContext) => string | null): Alias {
  return (record, context, flags) => textValue(read(record, context), flags);
}

/** A text under its flags; nothing is `-`, or `""` in quotes. */
export function textValue(value: string | null, flags: ValueFlags): string {
  if (value === null || value === '') return flags.quote ? '""' : '-';
  return flagged(value, flags);
}

/** The same, but where nothing is written as nothing. */
export function flagged(value: string, flags: ValueFlags): string {
  const safe = flags.escape ? value.replace(/[\\"\]]/g, '\\$&') : value;
  return flags.quote ? `"${safe}"` : safe;
}

/** Numbers are never quoted. */
export function count(read: (record: SessionRecord, context: LogContext) => number): Alias {
  return (record, context) => String(read(record, context));
}

export function time(read: (record: SessionRecord) => number): Alias {
  return (record) => String(wholeMs(read(record)));
}

/** Totals that are still growing when the line is written early. */
export function growing(read: (record: SessionRecord) => number): Alias {
  return (record, context) => `${context.early ? '+' : ''}${wholeMs(read(record))}`;
}

/** HAProxy counts whole milliseconds; -1 stays -1. */
function wholeMs(value: number): number {
  return Math.floor(value);
}

/** The start line of a request as lines show it: `"`, `#` and what cannot be printed as `#` and two hexadecimal digits. */
export function encodedLine(value: string): string {
  return value.replace(/[^ !$-~]/g, encodedCharacter);
}

/** A captured header: `{`, `|` and `}` as well, since they stand between headers. */
export function encodedHeader(value: string): string {
  return value.replace(/[^ !$-z~]/g, encodedCharacter);
}

/**
 * A sample or a cookie, which HAProxy writes as they are. Control characters are encoded here: a line feed of a client's must not begin a second
 * line.
 */
export function encodedControls(value: string): string {
  return value.replace(/\p{Cc}/gu, encodedCharacter);
}

/** Of Latin-1 text. */
function encodedCharacter(character: string): string {
  return `#${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
