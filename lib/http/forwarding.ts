/**
 * Heads for the next hop: what a request says to a server, what an answer says to a client, and how each body is delimited there.
 *
 * Not here: which headers end at this hop (`hop.ts`), bytes (`writer.ts`).
 */
import type { HttpOptions } from '../config/rules.ts';
import type { BodyKind } from './framing.ts';
import type { Headers } from '../message/headers.ts';
import { endRequestHop, endResponseHop } from './hop.ts';
import type { HttpVersion, RequestHead, ResponseHead } from '../message/message.ts';
import type { AnsweredRequest } from './response-parser.ts';
import type { RequestFraming } from './request-parser.ts';
import { requestText } from './writer.ts';

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
  /** How the body goes out. */
  readonly body: 'as-is' | 'chunked';
  /** The client's connection may carry another request afterwards. */
  readonly keepAlive: boolean;
}

/** Changes the head likewise. `client`: what it speaks, and whether its connection could be kept. */
export function planAnswer(
  head: ResponseHead,
  body: BodyKind,
  client: { readonly version: HttpVersion; readonly keepAlive: boolean },
): AnswerPlan {
  const { headers } = head;
  // What a server asks a client to change to is part of its answer (RFC 9110, 15.5.22).
  const wanted = head.status === 426 ? headers.get('upgrade') : null;
  endResponseHop(headers);
  if (wanted !== null) headers.add('upgrade', wanted);
  // Where there is no body, as in an answer to HEAD, it says how long one would be.
  if (body.kind !== 'none') delimit(headers, body);
  const chunked = body.kind === 'chunked' && client.version === '1.1';
  // A body that ends with the connection, and one whose chunks the client would not understand.
  const endless = body.kind === 'until-close' || (body.kind === 'chunked' && !chunked);
  const keepAlive = client.keepAlive && !endless;
  if (chunked) headers.add('transfer-encoding', 'chunked');
  if (wanted !== null) headers.add('connection', 'upgrade');
  if (!keepAlive) headers.add('connection', 'close');
  else if (client.version === '1.0') headers.add('connection', 'keep-alive');
  return { body: chunked ? 'chunked' : 'as-is', keepAlive };
}

/** The head of 101, or of 2xx to CONNECT: what follows belongs to another protocol. */
export function prepareSwitch(head: ResponseHead): void {
  const upgrade = head.headers.get('upgrade');
  endResponseHop(head.headers);
  if (head.status !== 101 || upgrade === null) return;
  head.headers.set('upgrade', upgrade);
  head.headers.add('connection', 'upgrade');
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
