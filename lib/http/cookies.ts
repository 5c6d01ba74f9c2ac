/**
 * The cookies of one `Cookie` header, with where they stand, so that one can be changed or taken out and the rest stays as it came.
 *
 * As in HAProxy (RFC 2965) a comma parts cookies too, and attributes (`$Path=/`) belong to the cookie before them.
 *
 * Not here: cookies of responses (`set-cookie.ts`), what they are used for (`persistence.ts`, `captures.ts`).
 */
import { bare } from '../message/byte-text.ts';

const SEPARATORS = ';,';

export interface RequestCookie {
  readonly name: string;
  readonly value: string;
  /** Position of the value in the header's text. */
  readonly valueAt: number;
  /** From the separator before it to the one after it and its attributes. */
  readonly from: number;
  readonly to: number;
}

/** What has no `=` is no cookie. */
export function cookiesOf(header: string): RequestCookie[] {
  const cookies: RequestCookie[] = [];
  let start = 0;
  while (start <= header.length) {
    // The separator before it goes with a cookie, so that none is left alone where one is taken out.
    const from = Math.max(start - 1, 0);
    const to = nextSeparator(header, start, SEPARATORS);
    const cookie = cookieAt(header, { from, start, to });
    const last = cookies.at(-1);
    if (cookie?.name.startsWith('$') === true) {
      if (last !== undefined && last.to === from) cookies[cookies.length - 1] = { ...last, to };
    } else if (cookie !== null) cookies.push(cookie);
    start = to + 1;
  }
  return cookies;
}

/** The header without these cookies of it; empty: nothing is left. */
export function withoutCookies(header: string, cookies: readonly RequestCookie[]): string {
  let left = '';
  let at = 0;
  for (const { from, to } of cookies) {
    left += header.slice(at, from);
    at = to;
  }
  left += header.slice(at);
  return bare(left.replace(/^[ \t;,]+/, ''));
}

function cookieAt(
  header: string,
  { from, start, to }: { readonly from: number; readonly start: number; readonly to: number },
): RequestCookie | null {
  const pair = header.slice(start, to);
  const equals = pair.indexOf('=');
  if (equals < 0) return null;
  const value = bare(pair.slice(equals + 1));
  const valueAt = start + equals + 1 + Math.max(pair.slice(equals + 1).indexOf(value), 0);
  return { name: bare(pair.slice(0, equals)), value, valueAt, from, to };
}

/** Where the next of `separators` stands outside quotes; the length where there is none. */
export function nextSeparator(header: string, from: number, separators: string): number {
  let quoted = false;
  for (let at = from; at < header.length; at += 1) {
    const character = header[at] ?? '';
    if (character === '"') quoted = !quoted;
    else if (character === '\\' && quoted) at += 1;
    else if (!quoted && separators.includes(character)) return at;
  }
  return header.length;
}
