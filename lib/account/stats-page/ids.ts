/**
 * The numbers proxies and servers have in statistics (manual 4.2 "id", 5.2 "id"): their own, or the next one that is free.
 *
 * Not here: numbers given twice (`../../config/check-ids.ts`).
 */

/** HAProxy's own proxy, for its sockets, is number 1. */
const FIRST_PROXY = 2;

export function proxyIds(proxies: readonly { readonly id: number }[]): number[] {
  return assigned(proxies, FIRST_PROXY);
}

export function serverIds(servers: readonly { readonly id: number }[]): number[] {
  return assigned(servers, 1);
}

function assigned(all: readonly { readonly id: number }[], first: number): number[] {
  const taken = new Set(all.map(({ id }) => id));
  let next = first;
  return all.map(({ id }) => {
    if (id !== 0) return id;
    while (taken.has(next)) next += 1;
    next += 1;
    return next - 1;
  });
}
