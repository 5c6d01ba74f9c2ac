/**
 * What the headers of a message mean together, and what must not stand side by side: two ways to say how long a body is, a Host that
 * is not the target's, an upgrade without its key. Whatever two programs could understand in two ways is refused.
 *
 * Each rule and what HAProxy does instead: docs/manual/strictness.md.
 *
 * Not here: single lines and their bytes (`head-scan.ts`, `head-reader.ts`), targets and hosts (`targets.ts`).
 */
import type { BodyKind } from './framing.ts';
import type { MessageFaultCode } from './faults.ts';
import type { Headers } from './headers.ts';
import type { RequestHead, ResponseHead } from './message.ts';
import type { RequestFraming } from './request-parser.ts';
import type { AnsweredRequest, ResponseFraming } from './response-parser.ts';
import { checkTarget } from './targets.ts';

const NO_BODY: BodyKind = { kind: 'none' };
const CHUNKED: BodyKind = { kind: 'chunked' };
const UNTIL_CLOSE: BodyKind = { kind: 'until-close' };

/** RFC 9110, 8.6: digits alone. More than 15 are refused, or the number would not be exact. */
const LENGTH = /^\d{1,15}$/;

/** A request's framing, or what is wrong with it. */
export function checkRequest(head: RequestHead): RequestFraming | MessageFaultCode {
  const fault = checkTarget(head) ?? checkUpgrade(head);
  if (fault !== null) return fault;
  const body = declaredBody(head) ?? NO_BODY;
  if (typeof body === 'string') return body;
  return {
    body,
    keepAlive: staysOpen(head),
    // Where a body comes first, nobody could tell where the other protocol begins.
    upgrade: head.method === 'CONNECT' || (upgradeOf(head.headers) !== null && body.kind === 'none'),
  };
}

/** A response's framing, null where the connection leaves HTTP with it, or what is wrong with it. */
export function checkResponse(
  head: ResponseHead,
  request: AnsweredRequest,
): ResponseFraming | MessageFaultCode | null {
  const { status } = head;
  if (status === 101) return checkSwitch(head, request) ?? null;
  const declared = declaredBody(head);
  if (typeof declared === 'string') return declared;
  if (status >= 200 && status < 300 && request.method === 'CONNECT') return null;
  const bodiless = status < 200 || status === 204 || status === 304 || request.method === 'HEAD';
  const body = bodiless ? NO_BODY : (declared ?? UNTIL_CLOSE);
  return { body, keepAlive: staysOpen(head) && body.kind !== 'until-close' };
}

function checkSwitch({ headers }: ResponseHead, { upgrade }: AnsweredRequest): MessageFaultCode | undefined {
  if (upgrade === null) return 'unasked-switch';
  const to = upgradeOf(headers);
  if (to === null) return 'bad-upgrade';
  const isWebSocket = upgrade.toLowerCase() === 'websocket';
  return isWebSocket && !headers.has('sec-websocket-accept') ? 'bad-upgrade' : undefined;
}

/** RFC 6455, 4.1: without a key the server's answer could not be told from a mistake. */
function checkUpgrade({ headers }: RequestHead): MessageFaultCode | null {
  const isWebSocket = upgradeOf(headers)?.toLowerCase() === 'websocket';
  return isWebSocket && !headers.has('sec-websocket-key') ? 'bad-upgrade' : null;
}

/** What the sender wants to change to; null: it does not, or does not say so in Connection as well (RFC 9110, 7.8). */
export function upgradeOf(headers: Headers): string | null {
  const wanted = headers.get('upgrade');
  return wanted !== null && wanted !== '' && headers.hasToken('connection', 'upgrade') ? wanted : null;
}

/** RFC 9112, 9.3. */
function staysOpen({ version, headers }: RequestHead | ResponseHead): boolean {
  if (headers.hasToken('connection', 'close')) return false;
  return version === '1.1' || headers.hasToken('connection', 'keep-alive');
}

/** The body that the headers declare; null: they say nothing. */
function declaredBody({ headers, version }: RequestHead | ResponseHead): BodyKind | MessageFaultCode | null {
  const length = headers.get('content-length');
  const coding = headers.get('transfer-encoding');
  if (coding !== null) {
    if (length !== null) return 'two-lengths';
    const isChunked = coding.toLowerCase() === 'chunked' && headers.all('transfer-encoding').length === 1;
    return isChunked && version === '1.1' ? CHUNKED : 'bad-coding';
  }
  if (length === null) return null;
  if (!LENGTH.test(length) || headers.all('content-length').length > 1) return 'bad-length';
  const bytes = Number(length);
  return bytes === 0 ? NO_BODY : { kind: 'length', bytes };
}
