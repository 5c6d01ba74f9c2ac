/**
 * Headers of requests and responses: values split at commas (`req.hdr`), whole lines (`req.fhdr`), counts, names.
 *
 *     X: a, b      req.hdr(x): b, in ACLs a, b, c;  req.hdr(x,2): b;  req.hdr(x,-1): c;  req.fhdr(x): c;  req.hdr_cnt(x): 3
 *     X: c
 *
 * An empty element is one, too. Source: HAProxy manual 7.3.6; what 2.6 does with lists stands in `test/sample/headers.test.ts`.
 *
 * Not here: cookies (`cookies.ts`).
 */
import type { Headers } from '../../message/headers.ts';
import { parseIp } from '../addresses.ts';
import { lowerAscii, pieceEnd, sliceTrimmed } from '../ascii.ts';
import { toInt } from '../casts.ts';
import { numberArgument, single, textArgument } from '../fetch.ts';
import type { Fetch, FetchContext, FetchMaker } from '../fetch.ts';
import type { Sample, SampleSource } from '../sample.ts';

/** The headers of one side; null: that message is not there. */
export type HeadersOf = (source: SampleSource) => Headers | null;

/** From the context of an engine to the headers of one side. */
export type Side = (context: FetchContext) => HeadersOf;

export const requestHeaders: Side =
  ({ request }) =>
  (source) =>
    request(source)?.headers ?? null;

export const responseHeaders: Side = () => (source) => source.response?.headers ?? null;

/** Told one value after the other; true ends it. */
export type Visit = (value: string) => boolean;

/** Tells the values of a header to `visit`; true if that ended it. */
type Walk = (headers: Headers, name: string, visit: Visit) => boolean;

/** `req.hdr`, with `cast` as `hdr_ip` and `hdr_val`. */
export function elementFetch(side: Side, cast: (value: string) => Sample | null = same): FetchMaker {
  return valueFetch(side, eachElement, cast);
}

/** `req.fhdr`. */
export function lineFetch(side: Side): FetchMaker {
  return valueFetch(side, eachLine, same);
}

/** `req.hdr_cnt`. */
export function elementCount(side: Side): FetchMaker {
  return countFetch(side, eachElement);
}

/** `req.fhdr_cnt`. */
export function lineCount(side: Side): FetchMaker {
  return countFetch(side, eachLine);
}

/** `req.hdr_names([delimiter])`: of all lines in their order. */
export function namesFetch(side: Side): FetchMaker {
  return (args, context) => {
    const headersOf = side(context);
    const delimiter = textArgument(args, 0) || ',';
    return single((source) => {
      const lines = headersOf(source)?.lines;
      return lines === undefined ? null : lines.filter((_, at) => at % 2 === 0).join(delimiter);
    });
  };
}

/** An address; one of IPv4 maybe with a port behind it. */
export function headerIp(value: string): Sample | null {
  return parseIp(/^([\d.]+):\d*$/.exec(value)?.[1] ?? value);
}

/** The number a value starts with; 0 if it starts with none. */
export function headerNumber(value: string): Sample | null {
  return toInt(value);
}

function same(value: string): Sample {
  return value;
}

function valueFetch(side: Side, walk: Walk, cast: (value: string) => Sample | null): FetchMaker {
  return (args, context): Fetch => {
    const headersOf = side(context);
    const name = lowerAscii(textArgument(args, 0));
    const occurrence = numberArgument(args, 1);
    const take = (source: SampleSource): Sample | null => {
      const headers = headersOf(source);
      const value =
        headers === null ? null : occurrenceOf(walk, headers, name, occurrence === 0 ? -1 : occurrence);
      return value === null ? null : cast(value);
    };
    if (occurrence !== 0) return single(take);
    return {
      take,
      any: (test) => (source) => {
        const headers = headersOf(source);
        if (headers === null) return false;
        return walk(headers, name, (value) => {
          const sample = cast(value);
          return sample !== null && test(sample, source);
        });
      },
    };
  };
}

/** The value number `occurrence`: from 1, or from -1 at the end. */
function occurrenceOf(walk: Walk, headers: Headers, name: string, occurrence: number): string | null {
  if (occurrence < 0) {
    const values: string[] = [];
    walk(headers, name, (value) => {
      values.push(value);
      return false;
    });
    return values.at(occurrence) ?? null;
  }
  let left = occurrence;
  let found: string | null = null;
  walk(headers, name, (value) => {
    left -= 1;
    if (left > 0) return false;
    found = value;
    return true;
  });
  return found;
}

function countFetch(side: Side, walk: Walk): FetchMaker {
  return (args, context) => {
    const headersOf = side(context);
    const name = lowerAscii(textArgument(args, 0));
    return single((source) => {
      const headers = headersOf(source);
      if (headers === null) return null;
      let count = 0;
      walk(headers, name, () => {
        count += 1;
        return false;
      });
      return count;
    });
  };
}

/** An empty name stands for every header. */
function eachLine({ lines }: Headers, name: string, visit: Visit): boolean {
  for (let at = 0; at < lines.length; at += 2) {
    if (name !== '' && lines[at] !== name) continue;
    const value = lines[at + 1] ?? '';
    if (visit(sliceTrimmed(value, 0, value.length))) return true;
  }
  return false;
}

function eachElement(headers: Headers, name: string, visit: Visit): boolean {
  return eachLine(headers, name, (value) => elementsOf(value, visit));
}

function elementsOf(value: string, visit: Visit): boolean {
  if (!value.includes(',')) return visit(value);
  let start = 0;
  while (start <= value.length) {
    const end = pieceEnd(value, start, ',');
    if (visit(sliceTrimmed(value, start, end))) return true;
    start = end + 1;
  }
  return false;
}
