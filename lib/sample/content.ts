/**
 * The request that the bytes of a client begin with, for fetches of HTTP in mode tcp: looked at as HAProxy looks at a raw
 * buffer. There is a request once its headers are complete; until then, and of anything else, there is none.
 *
 * It is only looked at: the bytes go to the server as they are, and no framing depends on what is found here. What 2.6 takes
 * for a request stands in `test/sample/content.test.ts`.
 *
 * Not here: the parser of mode http (`../http/`).
 */
import { Headers } from '../message/headers.ts';
import type { RequestHead } from '../message/message.ts';
import { sliceTrimmed, textOf } from './ascii.ts';
import type { SampleSource } from './sample.ts';

const LF = 0x0a;
const CR = 0x0d;

/** Longest head looked for, as HAProxy's buffer without its reserve. */
const HEAD_BYTES_MAX = 15_360;

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) +([!-~\x80-\xff]+) +HTTP\/(\d)\.(\d)$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):(.*)$/s;

/** Looks at each stream's bytes once for as long as no more come. */
export class ContentRequests {
  readonly #seen = new WeakMap<
    SampleSource,
    { readonly length: number; readonly head: RequestHead | null }
  >();

  /** The request of mode http, or that of the content. */
  of(source: SampleSource): RequestHead | null {
    const { request, content } = source;
    if (request !== null || content === null) return request;
    const seen = this.#seen.get(source);
    if (seen?.length === content.length) return seen.head;
    const head = readContent(content);
    this.#seen.set(source, { length: content.length, head });
    return head;
  }
}

/** Null: no complete head of a request stands at the start. Empty lines before it do not matter. */
export function readContent(content: Uint8Array): RequestHead | null {
  let start = 0;
  while (content[start] === CR || content[start] === LF) start += 1;
  const end = headEnd(content, start);
  if (end < 0) return null;
  // A line that begins with a blank goes on with the one before it.
  const lines = textOf(content.subarray(start, end))
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  const parts = REQUEST_LINE.exec(lines[0] ?? '');
  if (parts === null) return null;
  const [, method = '', target = '', major, minor] = parts;
  const headers = readHeaders(lines.slice(1));
  return headers === null
    ? null
    : { method, target, version: `${major}.${minor}` === '1.0' ? '1.0' : '1.1', headers };
}

function readHeaders(lines: readonly string[]): Headers | null {
  const flat: string[] = [];
  for (const line of lines) {
    const parts = HEADER_LINE.exec(line);
    if (parts === null) return null;
    const value = parts[2] ?? '';
    flat.push(parts[1] ?? '', sliceTrimmed(value, 0, value.length));
  }
  return new Headers(flat);
}

/** Where the last line of the head ends, its line end left out; -1: an empty line has not come. */
function headEnd(content: Uint8Array, start: number): number {
  const limit = Math.min(content.length, start + HEAD_BYTES_MAX);
  let lineEnd = content.indexOf(LF, start);
  while (lineEnd >= 0 && lineEnd < limit) {
    const next = content[lineEnd + 1] === CR ? lineEnd + 2 : lineEnd + 1;
    if (content[next] === LF) return content[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    lineEnd = content.indexOf(LF, lineEnd + 1);
  }
  return -1;
}
