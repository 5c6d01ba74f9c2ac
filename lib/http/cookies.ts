/**
 * The cookies of one `Cookie` header, with where they stand, so that one can be changed or taken out and the rest stays as it came.
 *
 * As in HAProxy (RFC 2965) a comma parts cookies too, and attributes (`$Path=/`) belong to the cookie before them.
 *
 * Not here: cookies of responses (`set-cookie.ts`), what they are used for (`persistence.ts`, `captures.ts`).
 */

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
  for (let from = 0; from < header.length;) {
    const to = nextSeparator(header, from === 0 ? 0 : from + 1, SEPARATORS);
    const cookie = cookieAt(header, from, to);
    const last = cookies.at(-1);
    if (cookie?.name.startsWith('$') === true) {
      if (last !== undefined && last.to === from) cookies[cookies.length - 1] = { ...last, to };
    } else if (cookie !== null) cookies.push(cookie);
    from = to;
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
  return left.replace(/^[\s;,]+/, '').trimEnd();
}

function cookieAt(header: string, from: number, to: number): RequestCookie | null {
  const start = from === 0 ? 0 : from + 1;
  const equals = header.indexOf('=', start);
  if (equals < 0 || equals >= to) return null;
  const raw = header.slice(equals + 1, to);
  const value = raw.trim();
  const valueAt = equals + 1 + raw.length - raw.trimStart().length;
  return { name: header.slice(start, equals).trim(), value, valueAt, from, to };
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
