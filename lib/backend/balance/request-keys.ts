/**
 * What `balance uri`, `balance url_param` and `balance hdr` hash of a request. In mode tcp, and where the part is missing, there is
 * nothing to hash.
 *
 *     balance uri                   /a/b of  http://x/a/b?c: all up to the question mark, authority included
 *     balance uri path-only         without scheme and authority;  whole: with the query
 *     balance uri len 3 depth 1     at most 3 characters, and no further than the first slash behind the first one
 *     balance hdr(Host) use_domain_only      example of  www.example.com
 *
 * Source: HAProxy manual 4.2 "balance"; servers as 2.6 chose them (`test/backend/balance/request.test.ts`).
 *
 * Not here: hashing (`hash-functions.ts`).
 */
import type { BalanceConfig } from '../../config/config.ts';
import type { KeyOf } from './expression.ts';

type UriConfig = Extract<BalanceConfig, { readonly algorithm: 'uri' }>;

/** `balance uri`. */
export function uriKey(config: UriConfig): KeyOf {
  return ({ sample }, key) => {
    const target = sample?.request?.target;
    if (target === undefined) return false;
    const start = config.pathOnly ? pathStart(target) : 0;
    key.setText(target, start, uriEnd(target, start, config));
    return true;
  };
}

function pathStart(target: string): number {
  if (target.startsWith('/')) return 0;
  const authority = target.indexOf('://');
  const slash = authority < 0 ? -1 : target.indexOf('/', authority + 3);
  return slash < 0 ? target.length : slash;
}

function uriEnd(target: string, start: number, { lengthBytes, depth, whole }: UriConfig): number {
  const limit = lengthBytes > 0 ? Math.min(target.length, start + lengthBytes) : target.length;
  let slashes = 0;
  for (let at = start; at < limit; at += 1) {
    const character = target[at];
    if (character === '/') slashes += 1;
    // The slash in front is none of the levels.
    if (depth > 0 && slashes > depth) return at;
    if (character === '?' && !whole) return at;
  }
  return limit;
}

/** `balance url_param NAME`: the first parameter of that name, also without a value. */
export function urlParamKey(name: string): KeyOf {
  const start = `${name}=`;
  return ({ sample }, key) => {
    const target = sample?.request?.target ?? '';
    let at = target.indexOf('?') + 1;
    while (at > 0) {
      const end = target.indexOf('&', at);
      if (target.startsWith(start, at)) {
        key.setText(target, at + start.length, end < 0 ? target.length : end);
        return true;
      }
      at = end + 1;
    }
    return false;
  };
}

/** `balance hdr(NAME)`: the first value of the first header of that name. */
export function headerKey(name: string, domainOnly: boolean): KeyOf {
  const lower = name.toLowerCase();
  return ({ sample }, key) => {
    const line = sample?.request?.headers.get(lower) ?? '';
    const comma = line.indexOf(',');
    const value = (comma < 0 ? line : line.slice(0, comma)).trim();
    if (value === '') return false;
    const [start, end] = domainOnly ? domainOf(value) : [0, value.length];
    key.setText(value, start, end);
    return true;
  };
}

/** What stands before the last dot, from the dot before on: `example` of `www.example.com`. Without such a dot, all of it. */
function domainOf(host: string): readonly [start: number, end: number] {
  const end = host.lastIndexOf('.');
  return end <= 0 ? [0, host.length] : [host.lastIndexOf('.', end - 2) + 1, end];
}
