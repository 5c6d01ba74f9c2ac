/**
 * What the headers of a message mean together, and what must not stand side by side: two ways to say how long a body is, a Host that
 * is not the target's, an upgrade without its key. Whatever two programs could understand in two ways is refused.
 *
 * Each rule and what HAProxy does instead: docs/manual/strictness.md.
 *
 * Not here: single lines and their bytes (`head-scan.ts`, `head-reader.ts`), targets and hosts (`targets.ts`).
 */
import { type BodyKind, isBodiless } from './framing.ts';
import type { MessageFaultCode } from './faults.ts';
import { elementsOf, type Headers } from '../message/headers.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';
import type { RequestFraming } from './request-parser.ts';
import type { AnsweredRequest, ResponseFraming } from './response-parser.ts';
import { checkTarget } from './targets.ts';

const WEBSOCKET = 'websocket';
const NO_BODY: BodyKind = { kind: 'none' };
const CHUNKED: BodyKind = { kind: 'chunked' };
const UNTIL_CLOSE: BodyKind = { kind: 'until-close' };

/** RFC 9110, 8.6: digits alone. No zeros before them, which some take for octal; more than 15 would not be exact. */
const LENGTH = /^(?:0|[1-9]\d{0,14})$/;

/** A body would be taken for the tunnel's bytes, or given back to whoever looks (RFC 9110, 9.3.6 and 9.3.8). */
const BODILESS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE']);

/** RFC 6455, 4.1: 16 bytes in base64. */
const WEBSOCKET_KEY = /^[A-Za-z0-9+/]{22}==$/;

/** A request's framing, or what is wrong with it. */
export function checkRequest(head: RequestHead): RequestFraming | MessageFaultCode {
  const fault = checkTarget(head) ?? checkUpgrade(head);
  if (fault !== null) return fault;
  const body = declaredBody(head) ?? NO_BODY;
  if (typeof body === 'string') return body;
  if (body.kind !== 'none' && BODILESS.has(head.method)) return 'bad-length';
  return {
    body,
    keepAlive: staysOpen(head),
    upgrade: head.method === 'CONNECT' || asksToChange(head, body),
  };
}

/** A response's framing, null where the connection leaves HTTP with it, or what is wrong with it. */
export function checkResponse(
  head: ResponseHead,
  request: AnsweredRequest,
): ResponseFraming | MessageFaultCode | null {
  const { status } = head;
  if (status === 101) return checkSwitch(head, request);
  const declared = declaredBody(head);
  if (typeof declared === 'string') return declared;
  if (status >= 200 && status < 300 && request.method === 'CONNECT') return null;
  const body = isBodiless(status, request.method) ? NO_BODY : (declared ?? UNTIL_CLOSE);
  return { body, keepAlive: staysOpen(head) && body.kind !== 'until-close' };
}

function checkSwitch({ headers }: ResponseHead, { upgrade }: AnsweredRequest): MessageFaultCode | null {
  if (upgrade === null) return 'unasked-switch';
  const to = upgradeOf(headers);
  if (to === null) return 'bad-upgrade';
  const asked = protocols(upgrade);
  if (!protocols(to).every((one) => asked.includes(one))) return 'unasked-switch';
  return to.toLowerCase() === WEBSOCKET && !headers.has('sec-websocket-accept') ? 'bad-upgrade' : null;
}

/** Without a key the server's answer could not be told from a mistake. */
function checkUpgrade({ headers }: RequestHead): MessageFaultCode | null {
  if (upgradeOf(headers)?.toLowerCase() !== WEBSOCKET) return null;
  return WEBSOCKET_KEY.test(headers.get('sec-websocket-key') ?? '') ? null : 'bad-upgrade';
}

/**
 * What the sender wants to change to; null: it does not, or does not say so in Connection as well (RFC 9110, 7.8). HTTP/2 is never changed to: rules
 * would look at nothing any more, and RFC 9113 has no such upgrade.
 */
export function upgradeOf(headers: Headers): string | null {
  const wanted = headers.get('upgrade');
  if (wanted === null || wanted === '' || !headers.hasToken('connection', 'upgrade')) return null;
  return protocols(wanted).some((one) => one.startsWith('h2')) ? null : wanted;
}

function protocols(upgrade: string): string[] {
  return elementsOf(upgrade).map((one) => one.toLowerCase());
}

/** HTTP/1.0 knows no upgrade; and where a body comes first, programs differ about where the other protocol begins. */
function asksToChange({ version, headers }: RequestHead, body: BodyKind): boolean {
  return version === '1.1' && body.kind === 'none' && upgradeOf(headers) !== null;
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
