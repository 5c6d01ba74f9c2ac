/**
 * Parameters of the query: `url_param(a)` of `/x?a=1&b=2` is 1. Names count case, values are not decoded; a parameter
 * without `=` has no value.
 *
 * Source: HAProxy manual 7.3.6 "url_param"; what 2.6 does in `test/sample/request.test.ts`.
 */
import { toInt } from '../casts.ts';
import { single, textArgument } from '../fetch.ts';
import type { Fetch, FetchMaker } from '../fetch.ts';
import { pathAndQuery } from './request.ts';

type Visit = (value: string) => boolean;

/** `url_param([name[,mark]])`: the first, in ACLs each. The mark is where parameters begin. */
export const urlParam: FetchMaker = (args, { request }): Fetch => {
  const name = textArgument(args, 0);
  const mark = textArgument(args, 1) || '?';
  return {
    take: (source) => {
      const head = request(source);
      return head === null ? null : firstParameter(head.target, name, mark);
    },
    any: (test) => (source) => {
      const head = request(source);
      return head !== null && eachParameter(head.target, name, mark, (value) => test(value, source));
    },
  };
};

/** `urlp_val`: the first as a number; 0 if it is none. */
export const urlParamNumber: FetchMaker = (args, context) => {
  const { take } = urlParam(args, context);
  return single((source) => {
    const value = take(source);
    return value === null ? null : (toInt(value) ?? 0);
  });
};

/** Value of the first parameter of that name, `''` for any; null: there is none. */
export function firstParameter(target: string, name: string, mark: string): string | null {
  let found: string | null = null;
  eachParameter(target, name, mark, (value) => {
    found = value;
    return true;
  });
  return found;
}

function eachParameter(target: string, name: string, mark: string, visit: Visit): boolean {
  const path = pathAndQuery(target);
  let start = path === null ? -1 : path.indexOf(mark) + 1;
  while (path !== null && start > 0 && start < path.length) {
    const end = parameterEnd(path, start, mark);
    const equals = path.indexOf('=', start);
    if (equals >= 0 && equals < end) {
      const found = name === '' || (equals - start === name.length && path.startsWith(name, start));
      if (found && visit(path.slice(equals + 1, end))) return true;
    }
    start = end + 1;
  }
  return false;
}

function parameterEnd(path: string, start: number, mark: string): number {
  for (let at = start; at < path.length; at += 1) {
    const character = path[at];
    if (character === '&' || character === ';' || character === mark) return at;
  }
  return path.length;
}
