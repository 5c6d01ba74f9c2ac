/**
 * A request and a response as rules, samples and the log see them: start line and headers. Bodies are not held.
 *
 * Not here: bytes, what is done with a message (`../http/`).
 */
import type { Headers } from './headers.ts';

export type HttpVersion = '1.0' | '1.1';

export interface RequestHead {
  method: string;
  /** As on the request line: path and query, an absolute URI, `*`, or an authority. */
  target: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
}

export interface ResponseHead {
  /** 100 to 999. */
  status: number;
  reason: string;
  readonly version: HttpVersion;
  readonly headers: Headers;
}

/** The parts of a target, each as it stands there; nothing is decoded. */
export interface TargetParts {
  /** `http://a.example:80`, or empty where the target is a path. */
  readonly origin: string;
  /** `/a/b`; `*` for that target; empty for an authority. */
  readonly path: string;
  /** Behind the question mark; null: there is none. */
  readonly query: string | null;
}

export function targetParts(target: string): TargetParts {
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(target)?.[0] ?? '';
  const rest = target.slice(origin.length);
  if (origin === '' && !rest.startsWith('/') && rest !== '*') return { origin: '', path: '', query: null };
  const mark = rest.indexOf('?');
  if (mark < 0) return { origin, path: rest === '' ? '/' : rest, query: null };
  return { origin, path: rest.slice(0, mark) || '/', query: rest.slice(mark + 1) };
}

export function targetOf({ origin, path, query }: TargetParts): string {
  return query === null ? origin + path : `${origin}${path}?${query}`;
}
