/**
 * One `Set-Cookie` header, in three parts: `NAME`, its value, and whatever follows.
 *
 * Not here: cookies of requests (`cookies.ts`), what they are used for (`persistence.ts`, `captures.ts`).
 */
import { bare } from '../message/byte-text.ts';
import { nextSeparator } from './cookies.ts';

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Attributes, with the semicolon and the blanks before it: ` ; Path=/`. */
  readonly rest: string;
}

/** Null: it has no `=`. */
export function setCookieOf(header: string): SetCookie | null {
  const end = nextSeparator(header, 0, ';');
  const equals = header.indexOf('=');
  if (equals < 0 || equals > end) return null;
  const value = bare(header.slice(equals + 1, end));
  const valueEnd = equals + 1 + header.slice(equals + 1, end).indexOf(value) + value.length;
  return { name: bare(header.slice(0, equals)), value, rest: header.slice(valueEnd) };
}

export function setCookieText({ name, value, rest }: SetCookie): string {
  return `${name}=${value}${rest}`;
}
