/**
 * One `Set-Cookie` header, in three parts: `NAME`, its value, and whatever follows.
 *
 * Not here: cookies of requests (`cookies.ts`), what they are used for (`persistence.ts`, `captures.ts`).
 */
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
  const raw = header.slice(equals + 1, end).trimStart();
  const value = raw.trimEnd();
  return { name: header.slice(0, equals).trim(), value, rest: raw.slice(value.length) + header.slice(end) };
}

export function setCookieText({ name, value, rest }: SetCookie): string {
  return `${name}=${value}${rest}`;
}
