/**
 * One line of the table of ambiguous and malformed messages: the bytes, what HAProxy made of them, and what sluice makes of them.
 *
 * What HAProxy does was observed, with the version that the tests install; the test looks again whether it still does.
 *
 * Not here: the cases themselves (`requests.ts`, ...), sending them (`run.ts`).
 */

import type { MessageFaultCode } from '../../../lib/http/faults.ts';

/** What was seen of one case. */
export interface Seen {
  /** What the client got: status and, where it is no page of the balancer's own, the body, e.g. `200 ok`, `400`. */
  readonly answers: readonly string[];
  /** What the server got: start line, header lines and body, e.g. `GET / HTTP/1.1|host: a.example|`; rests that are no message as `rest: …`. */
  readonly forwarded: readonly string[];
}

export interface SmugglingCase {
  /** What is odd about it; unique. */
  readonly title: string;
  /** Latin-1, all that the client sends. */
  readonly send: string;
  /** Latin-1, what the server answers to whatever it gets, and whether it ends its connection then. Without it: 200 with `ok`. */
  readonly answer?: { readonly bytes: string; readonly ends: boolean };
  readonly haproxy: Seen;
  /** Without it: as HAProxy. */
  readonly sluice?: Seen;
  /** Why it differs; only where it does. */
  readonly why?: string;
  /** How sluice calls what is wrong with it. */
  readonly fault?: MessageFaultCode;
}

/** What has to be seen with sluice. */
export function expectedOf({ haproxy, sluice = haproxy }: SmugglingCase): Seen {
  return sluice;
}
