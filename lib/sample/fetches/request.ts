/**
 * The start lines of requests and responses: method, target and its parts, version, status.
 *
 *     http://a.example:80/x/y?z=1    url: all of it;  path: /x/y;  pathq: /x/y?z=1;  query: z=1
 *
 * A target without a path (`*`, `http://a.example`) has none of the parts. Source: HAProxy manual 7.3.6.
 *
 * Not here: parameters of the query (`parameters.ts`), headers (`headers.ts`).
 */
import type { RequestHead } from '../../message/message.ts';
import { parseIp } from '../addresses.ts';
import { pieceEnd, sliceTrimmed } from '../ascii.ts';
import { single } from '../fetch.ts';
import type { FetchMaker } from '../fetch.ts';
import type { IpAddress, Sample } from '../sample.ts';

/** A fetch of something in the request; null where there is no request. */
export function ofRequest(read: (head: RequestHead) => Sample | null): FetchMaker {
  return (_args, { request }) =>
    single((source) => {
      const head = request(source);
      return head === null ? null : read(head);
    });
}

/** Path and query: the target from its path on, null if it has no path. */
export function pathAndQuery(target: string): string | null {
  if (target.startsWith('/')) return target;
  const authority = target.indexOf('://');
  const slash = authority < 0 ? -1 : target.indexOf('/', authority + 3);
  return slash < 0 ? null : target.slice(slash);
}

export function pathOf(target: string): string | null {
  const path = pathAndQuery(target);
  const mark = path === null ? -1 : path.indexOf('?');
  return path === null || mark < 0 ? path : path.slice(0, mark);
}

/** What follows the question mark, maybe nothing; null: there is no mark. */
export function queryOf(target: string): string | null {
  const path = pathAndQuery(target);
  const mark = path === null ? -1 : path.indexOf('?');
  return path === null || mark < 0 ? null : path.slice(mark + 1);
}

/** `base`: the first element of the first `Host` and the path; either alone if there is only one. */
function baseOf({ target, headers }: RequestHead): string | null {
  const value = headers.get('host') ?? '';
  const host = sliceTrimmed(value, 0, pieceEnd(value, 0, ','));
  const path = pathOf(target);
  return host === '' ? path : host + (path ?? '');
}

/** Of `http://192.0.2.1:8080/`; null for names and for targets without an authority. */
function absoluteAddress(target: string): { readonly ip: IpAddress; readonly port: number } | null {
  const parts = /^([a-z][a-z0-9+.-]*):\/\/(?:\[([^\]]*)\]|([^/?:]*))(?::(\d+))?/i.exec(target);
  const ip = parts === null ? null : parseIp(parts[2] ?? parts[3] ?? '');
  if (parts === null || ip === null) return null;
  return { ip, port: Number(parts[4] ?? (parts[1]?.toLowerCase() === 'https' ? 443 : 80)) };
}

export const REQUEST_FETCHES: Readonly<Record<string, FetchMaker>> = {
  method: ofRequest(({ method }) => method),
  path: ofRequest(({ target }) => pathOf(target)),
  pathq: ofRequest(({ target }) => pathAndQuery(target)),
  query: ofRequest(({ target }) => queryOf(target)),
  url: ofRequest(({ target }) => target),
  url_ip: ofRequest(({ target }) => absoluteAddress(target)?.ip ?? null),
  url_port: ofRequest(({ target }) => absoluteAddress(target)?.port ?? null),
  base: ofRequest(baseOf),
  'req.ver': ofRequest(({ version }) => version),
  'req.proto_http': (_args, { request }) => single((source) => request(source) !== null),
  'req.len': () => single(({ content }) => content?.length ?? null),
  // Nothing waits for more bytes yet, so what is there is always all.
  wait_end: () => single(() => true),
  status: () => single(({ response }) => response?.status ?? null),
  'res.ver': () => single(({ response }) => response?.version ?? null),
};
