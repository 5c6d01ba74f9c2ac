/**
 * Heads for the next hop: what a request says to a server, what an answer says to a client, and how each body is delimited there.
 *
 * Not here: which headers end at this hop (`hop.ts`), bytes (`writer.ts`).
 */
import type { HttpOptions } from '../config/rules.ts';
import { type BodyKind, isBodiless } from './framing.ts';
import type { Headers } from '../message/headers.ts';
import { endRequestHop, endResponseHop } from './hop.ts';
import type { HttpVersion, RequestHead, ResponseHead } from '../message/message.ts';
import type { AnsweredRequest } from './response-parser.ts';
import type { RequestFraming } from './request-parser.ts';
import { requestText, responseText } from './writer.ts';

/** A request ready to be sent, as often as it takes. */
export interface PreparedRequest {
  readonly text: string;
  /** Its body goes out in chunks. */
  readonly chunked: boolean;
  readonly expected: AnsweredRequest;
}

/** Changes the head: what was said for this hop alone goes, what is said for the next one comes. */
export function prepareRequest(
  head: RequestHead,
  framing: RequestFraming,
  connection: HttpOptions['connection'],
): PreparedRequest {
  const { headers } = head;
  const upgrade = endRequestHop(headers, framing.upgrade);
  const chunked = framing.body.kind === 'chunked';
  delimit(headers, framing.body);
  if (chunked) headers.add('transfer-encoding', 'chunked');
  if (upgrade !== null) headers.add('connection', 'upgrade');
  else if (connection !== 'keep-alive') headers.add('connection', 'close');
  // It goes out in its own version, whose connections end after one answer unless they are asked not to.
  else if (head.version === '1.0') headers.add('connection', 'keep-alive');
  return { text: requestText(head), chunked, expected: { method: head.method, upgrade } };
}

export interface AnswerPlan {
  /** How the body goes out. `dropped`: a rule has made of it an answer that has none. */
  readonly body: 'as-is' | 'chunked' | 'dropped';
  /** The client's connection may carry another request afterwards. */
  readonly keepAlive: boolean;
}

/** What a client has asked, as it has asked it: rules may have asked the server something else. */
export interface Asker {
  readonly version: HttpVersion;
  readonly method: string;
  /** Its connection could be kept. */
  readonly keepAlive: boolean;
}

/** Changes the head likewise. */
export function planAnswer(head: ResponseHead, body: BodyKind, client: Asker): AnswerPlan {
  const { headers } = head;
  // What a server asks a client to change to is part of its answer (RFC 9110, 15.5.22).
  const wanted = head.status === 426 ? headers.get('upgrade') : null;
  endResponseHop(headers);
  if (wanted !== null) headers.add('upgrade', wanted);
  const bodiless = isBodiless(head.status, client.method);
  if (bodiless) dropLength(head);
  else delimitAnswer(headers, body);
  const chunked = !bodiless && body.kind === 'chunked' && client.version === '1.1';
  // A body that ends with the connection, and one whose chunks the client would not understand.
  const endless = !bodiless && (body.kind === 'until-close' || (body.kind === 'chunked' && !chunked));
  // A client waits for more behind an interim answer, which a rule may have made of this one.
  const keepAlive = client.keepAlive && !endless && head.status >= 200;
  if (chunked) headers.add('transfer-encoding', 'chunked');
  if (wanted !== null) headers.add('connection', 'upgrade');
  if (!keepAlive) headers.add('connection', 'close');
  else if (client.version === '1.0') headers.add('connection', 'keep-alive');
  return { body: bodiless ? 'dropped' : chunked ? 'chunked' : 'as-is', keepAlive };
}

/** An interim answer as it is sent on: it cannot have a body, and the connection is not its matter. */
export function interimText(head: ResponseHead): string {
  endResponseHop(head.headers);
  dropLength(head);
  return responseText(head);
}

/** The head of 101, or of 2xx to CONNECT: what follows belongs to another protocol. */
export function prepareSwitch(head: ResponseHead): void {
  const upgrade = head.headers.get('upgrade');
  endResponseHop(head.headers);
  if (head.status !== 101 || upgrade === null) return;
  head.headers.set('upgrade', upgrade);
  head.headers.add('connection', 'upgrade');
}

/** Where there is no body, as in an answer to HEAD, the length says how long one would be; of these two it must not (RFC 9110, 8.6). */
export function dropLength({ status, headers }: ResponseHead): void {
  if (status < 200 || status === 204) headers.delete('content-length');
}

/** Of an answer that had no body by its nature, and that a rule has made one that has, even nothing is to be said. */
function delimitAnswer(headers: Headers, body: BodyKind): void {
  delimit(headers, body);
  if (body.kind === 'none' && !headers.has('content-length')) headers.add('content-length', '0');
}

/** How long a body is says whoever has read it, whatever a rule has made of the header. */
function delimit(headers: Headers, body: BodyKind): void {
  const said = headers.get('content-length');
  if (said === null && body.kind !== 'length') return;
  const bytes = body.kind === 'length' ? String(body.bytes) : body.kind === 'none' ? '0' : null;
  if (said === bytes && headers.all('content-length').length === 1) return;
  headers.delete('content-length');
  if (bytes !== null) headers.add('content-length', bytes);
}
