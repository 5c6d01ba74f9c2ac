/**
 * `cookie ... nocache` (manual 4.2): a response that a shared cache may keep must not carry one client's cookie to others.
 *
 * Not here: when a cookie is set (`persistence.ts`).
 */
import type { ResponseHead } from '../message/message.ts';

/** Statuses that caches may keep without being told so (RFC 9110, 15.1). */
const CACHEABLE = new Set([200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501]);
const CACHEABLE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const FORBIDDING = new Set(['private', 'no-cache', 'no-store', 'max-age=0', 's-maxage=0']);

/** Adds `cache-control: private` where the response could be kept. */
export function forbidSharedCaches(head: ResponseHead, method: string): void {
  const { headers, status } = head;
  if (!CACHEABLE.has(status) || !CACHEABLE_METHODS.has(method)) return;
  if (headers.hasToken('pragma', 'no-cache')) return;
  const directives = headers.elements('cache-control').map((one) => one.toLowerCase());
  if (directives.some((one) => FORBIDDING.has(one))) return;
  const fresh = directives.some((one) => one === 'public' || /^(?:max-age|s-maxage)=/.test(one));
  if (fresh || ['expires', 'etag', 'last-modified'].some((name) => headers.has(name))) {
    headers.add('cache-control', 'private');
  }
}
