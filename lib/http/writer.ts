/**
 * Messages as bytes: heads as one Latin-1 string, chunks with their framing. Header names go out as they stand in `Headers`, in lower case, as HAProxy
 * forwards them (reference 14.2).
 *
 * Not here: which headers go out (`hop.ts`, rules), when (`../transport/`).
 */
import type { Headers } from '../message/headers.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';

/**
 * To be written as Latin-1. In the version that was received, as HAProxy does: a request of HTTP/1.0 may have no Host, and its answer must be one that
 * an old client understands.
 */
export function requestText({ method, target, version, headers }: RequestHead): string {
  return `${method} ${target} HTTP/${version}\r\n${fieldsText(headers)}`;
}

/** To be written as Latin-1. Always as HTTP/1.1. */
export function responseText({ status, reason, headers }: ResponseHead): string {
  return `HTTP/1.1 ${status} ${reason}\r\n${fieldsText(headers)}`;
}

/** What stands before a chunk of that many bytes; never for 0, which would end the body. Behind the chunk stands `CHUNK_END`. */
export function chunkHead(bytes: number): string {
  return `${bytes.toString(16)}\r\n`;
}

/** Behind a chunk's bytes. */
export const CHUNK_END = '\r\n';

/** The last chunk, of no bytes, and the trailers. */
export function lastChunk(trailers: Headers | null): string {
  return `0\r\n${trailers === null ? '\r\n' : fieldsText(trailers)}`;
}

function fieldsText(headers: Headers): string {
  const { lines } = headers;
  let text = '';
  for (let at = 0; at < lines.length; at += 2) text += `${lines[at]}: ${lines[at + 1]}\r\n`;
  return `${text}\r\n`;
}
