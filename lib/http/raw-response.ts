/**
 * A whole response in a file (`errorfile`, manual 4.2): text -> parts, once at start.
 *
 * Lines may end with LF alone, since people write these files. As in HAProxy a length that is stated must be right, chunks are not
 * taken, and without a length the connection ends with the answer.
 *
 * Not here: responses of servers (`message-parser.ts`).
 */
import { bare, isToken } from '../message/byte-text.ts';
import type { ReplyParts } from './local-reply.ts';

/** HAProxy's buffer. */
const LONGEST_BYTES = 16_384;

/** Null: an empty file, which stands for closing without a word. */
export type RawResponse =
  | { readonly ok: true; readonly parts: ReplyParts | null }
  | { readonly ok: false; readonly fault: string };

export function readRawResponse(bytes: Buffer): RawResponse {
  if (bytes.length === 0) return { ok: true, parts: null };
  if (bytes.length > LONGEST_BYTES) return failed(`it is longer than ${LONGEST_BYTES} bytes`);
  const text = bytes.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) return failed('no empty line ends its headers');
  const [first = '', ...rest] = text.slice(0, end.index).split(/\r?\n/);
  const status = /^HTTP\/(1\.[01]) ([2-5][0-9]{2})(?: (.*))?$/.exec(first);
  if (status === null) return failed(`its first line is no status line: '${first.slice(0, 60)}'`);
  const lines: string[] = [];
  let close = status[1] === '1.0';
  for (const line of rest) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = bare(line.slice(colon + 1));
    // oxlint-disable-next-line no-control-regex
    if (!isToken(name) || /[\0-\x08\x0a-\x1f\x7f]/.test(value))
      return failed(`no header: '${line.slice(0, 60)}'`);
    if (name === 'transfer-encoding') return failed('it is in chunks');
    if (name === 'connection') close ||= /\bclose\b/i.test(value);
    else lines.push(name, value);
  }
  const body = bytes.subarray(end.index + end[0].length);
  const length = statedLength(lines);
  if (length !== null && length !== body.length) {
    return failed(`its content-length is ${length}, and its body has ${body.length} bytes`);
  }
  return {
    ok: true,
    parts: {
      status: Number(status[2]),
      reason: status[3] ?? '',
      version: status[1] === '1.0' ? '1.0' : '1.1',
      lines,
      body,
      close: close || (length === null && status[2] !== '204'),
    },
  };
}

/** Null: none is stated; NaN: no number. */
function statedLength(lines: readonly string[]): number | null {
  const at = lines.findIndex((one, index) => index % 2 === 0 && one === 'content-length');
  const value = at < 0 ? undefined : lines[at + 1];
  if (value === undefined) return null;
  return /^[0-9]{1,9}$/.test(value) ? Number(value) : Number.NaN;
}

function failed(fault: string): RawResponse {
  return { ok: false, fault };
}
