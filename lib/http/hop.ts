/**
 * Headers that end at this hop (RFC 9110, 7.6.1): those that Connection names, and those that are for one hop by their nature.
 *
 *     as soon as a message was read:  `dropNamed`        rules, and what they add, come after it
 *     before it is sent on:           `endRequestHop`, `endResponseHop`
 *
 * In between Connection, Upgrade and TE stand as they came, for rules and samples ask for them. HAProxy 2.6 passes all of this on (reference 14.2).
 *
 * Not here: what is said for the next hop instead (`forwarding.ts`).
 */
import type { Headers } from '../message/headers.ts';
import { upgradeOf } from './strictness.ts';

/** Framed anew or meant for us alone; Upgrade and TE stay in part. Of HTTP2-Settings RFC 7540 says so. */
const ONE_HOP: ReadonlySet<string> = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
]);

/**
 * What no sender may name in Connection, as it is meant for whoever is at the end: a client that does wants something of a proxy before us, or of the
 * server's defences, to be gone.
 */
const TO_THE_END: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'cookie',
  'date',
  'expect',
  'forwarded',
  'host',
  'location',
  'origin',
  'range',
  'referer',
  'set-cookie',
  'strict-transport-security',
  'trailer',
  'user-agent',
  'vary',
  'via',
  'www-authenticate',
  'x-real-ip',
]);
const TO_THE_END_FAMILIES = /^(?:accept|access-control|content|if|sec|x-forwarded)-/;

/** What must not be said behind a body. */
const NOT_BEHIND: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'host',
  'set-cookie',
  'trailer',
]);

/** Removes the headers that Connection names, of a message that has just been read. */
export function dropNamed(headers: Headers): void {
  if (!headers.has('connection')) return;
  const named = new Set(headers.elements('connection').map((one) => one.toLowerCase()));
  // By the lines, which are few; a sender can name thousands.
  headers.deleteWhere((name) => named.has(name) && !staysHere(name));
}

function staysHere(name: string): boolean {
  return ONE_HOP.has(name) || TO_THE_END.has(name) || TO_THE_END_FAMILIES.test(name) || name === 'close';
}

/**
 * Removes what ends here from a request that is to be sent on. `upgrades`: it may change the protocol; gives what to, null: it does not.
 * Of TE the one thing is left that we can answer for.
 */
export function endRequestHop(headers: Headers, upgrades: boolean): string | null {
  const upgrade = upgrades ? upgradeOf(headers) : null;
  const trailers = headers.elements('te').some((one) => /^trailers\s*(?:;|$)/i.test(one));
  headers.deleteWhere((name) => ONE_HOP.has(name) && !(name === 'upgrade' && upgrade !== null));
  if (trailers) {
    headers.add('te', 'trailers');
    headers.add('connection', 'te');
  }
  return upgrade;
}

/** Removes what ends here from a response. */
export function endResponseHop(headers: Headers): void {
  headers.deleteWhere((name) => ONE_HOP.has(name));
}

/** Removes from trailers what must not stand in them (RFC 9110, 6.5.1): framing, routing, and what is for one hop. */
export function endTrailers(trailers: Headers): void {
  trailers.deleteWhere((name) => ONE_HOP.has(name) || NOT_BEHIND.has(name));
}
