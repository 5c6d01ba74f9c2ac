/**
 * Cookies of requests (`Cookie`) and responses (`Set-Cookie`): values as they stand there, quotes included.
 *
 * Of several cookies of one name a rule takes the last, an ACL tests each. Without a name it is the first of all.
 *
 * Source: HAProxy manual 7.3.6 "req.cook", RFC 6265 4.1, 4.2; what 2.6 does in `test/sample/cookies.test.ts`.
 */
import { pieceEnd, sliceTrimmed } from '../ascii.ts';
import { toInt } from '../casts.ts';
import { single, textArgument } from '../fetch.ts';
import type { FetchMaker } from '../fetch.ts';
import type { Sample, SampleSource } from '../sample.ts';
import type { Side } from './headers.ts';

interface CookieSide {
  readonly headers: Side;
  readonly header: 'cookie' | 'set-cookie';
}

/** `req.cook([name])`, with `cast` `req.cook_val`. */
export function cookieFetch(
  side: CookieSide,
  cast: (value: string) => Sample | null = (value) => value,
): FetchMaker {
  return (args, context) => {
    const each = eachCookie(side, side.headers(context), textArgument(args, 0));
    const first = textArgument(args, 0) === '';
    return {
      take: (source) => {
        let found: string | null = null;
        each(source, (value) => {
          found = value;
          return first;
        });
        return found === null ? null : cast(found);
      },
      any: (test) => (source) =>
        each(source, (value) => {
          const sample = cast(value);
          return sample !== null && test(sample, source);
        }),
    };
  };
}

/** `req.cook_cnt([name])`. */
export function cookieCount(side: CookieSide): FetchMaker {
  return (args, context) => {
    const headersOf = side.headers(context);
    const each = eachCookie(side, headersOf, textArgument(args, 0));
    return single((source) => {
      if (headersOf(source) === null) return null;
      let count = 0;
      each(source, () => {
        count += 1;
        return false;
      });
      return count;
    });
  };
}

/** The number a cookie's value starts with. */
export function cookieNumber(value: string): Sample | null {
  return toInt(value);
}

type Visit = (value: string) => boolean;

function eachCookie(
  { header }: CookieSide,
  headersOf: ReturnType<Side>,
  name: string,
): (source: SampleSource, visit: Visit) => boolean {
  const several = header === 'cookie';
  return (source, visit) => {
    const lines = headersOf(source)?.lines ?? [];
    for (let at = 0; at < lines.length; at += 2) {
      if (lines[at] === header && cookiesOf(lines[at + 1] ?? '', name, several, visit)) return true;
    }
    return false;
  };
}

/** A comma parts cookies as well as a semicolon, and neither does in quotes. What has no `=` is no cookie. */
function cookiesOf(line: string, name: string, several: boolean, visit: Visit): boolean {
  // HAProxy looks into no line that has no room for a value: `NAME=` alone is no cookie there.
  if (name !== '' && line.length < name.length + 2) return false;
  let start = 0;
  while (start < line.length) {
    const end = pieceEnd(line, start, ';,');
    const equals = line.indexOf('=', start);
    if (equals >= 0 && equals < end) {
      const found = name === '' || sliceTrimmed(line, start, equals) === name;
      if (found && visit(sliceTrimmed(line, equals + 1, end))) return true;
    }
    if (!several) return false;
    start = end + 1;
  }
  return false;
}
