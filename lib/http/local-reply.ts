/**
 * An answer of our own, in place of a server's.
 *
 * Not here: what is answered (`error-pages.ts`, `reply.ts`, `redirect.ts`), whether the client's connection could be kept.
 */
import { Headers } from '../message/headers.ts';
import type { HttpVersion, ResponseHead } from '../message/message.ts';
import { type Asker, dropLength } from './forwarding.ts';
import { isBodiless } from './framing.ts';
import { responseText } from './writer.ts';

/** Each is made anew: whoever gets it may add to its head. */
export interface LocalReply {
  /** Of the log and the counters; an error file may say another one to the client. */
  readonly status: number;
  /** Without a `Connection` header. Null: the connection is closed without a word (`errorfile 408 /dev/null`). */
  readonly head: ResponseHead | null;
  /** Not sent in answer to HEAD; `Content-Length`, where it stands, is its length. */
  readonly body: Buffer;
  /** The client's connection ends with it, whatever the client asked for. */
  readonly close: boolean;
}

/** What a reply is made from, time after time. */
export interface ReplyParts {
  readonly status: number;
  readonly reason: string;
  readonly version?: HttpVersion;
  /** Name, value, ... */
  readonly lines: readonly string[];
  readonly body?: Buffer;
  readonly close?: boolean;
}

const NOTHING = Buffer.alloc(0);

/** `status`: of the log, where it differs. */
export function localReply(parts: ReplyParts, status = parts.status): LocalReply {
  const head: ResponseHead = {
    status: parts.status,
    reason: parts.reason,
    version: parts.version ?? '1.1',
    headers: new Headers([...parts.lines]),
  };
  return { status, head, body: parts.body ?? NOTHING, close: parts.close ?? false };
}

export function silentReply(status: number): LocalReply {
  return { status, head: null, body: NOTHING, close: true };
}

/** As it is sent to this client; no bytes: nothing is. */
export function replyBytes(
  { head, body, close }: LocalReply,
  client: Asker,
): { readonly bytes: Buffer | string | null; readonly keepAlive: boolean } {
  if (head === null) return { bytes: null, keepAlive: false };
  const keepAlive = client.keepAlive && !close;
  if (!keepAlive) head.headers.set('connection', 'close');
  else if (client.version === '1.0') head.headers.set('connection', 'keep-alive');
  dropLength(head);
  const text = responseText(head);
  const bare = isBodiless(head.status, client.method) || body.length === 0;
  return { bytes: bare ? text : Buffer.concat([Buffer.from(text, 'latin1'), body]), keepAlive };
}
