/**
 * Cuts what a peer got into messages, as a plain and trusting program would: lines end with LF, the last length wins. What a strict one would refuse
 * has to show in what is left over.
 *
 * Not here: what is sent (`run.ts`).
 */

export interface Cut {
  readonly startLine: string;
  readonly fields: readonly string[];
  readonly body: string;
}

/** The messages in `bytes`, and what follows the last complete one. Without a length a response's body is all that follows. */
export function cut(bytes: string, kind: 'requests' | 'responses'): { messages: Cut[]; rest: string } {
  const messages: Cut[] = [];
  let rest = bytes;
  for (;;) {
    const end = /\r?\n\r?\n/.exec(rest);
    if (end === null) return { messages, rest };
    const [startLine = '', ...fields] = rest.slice(0, end.index).split(/\r?\n/);
    const behind = rest.slice(end.index + end[0].length);
    const isBodiless = kind === 'responses' && /^HTTP\/1\.1 (?:1\d\d|204|304)/.test(startLine);
    const body = isBodiless ? { text: '', left: behind } : cutBody(behind, fields, kind);
    if (body === null) return { messages, rest };
    messages.push({ startLine, fields, body: body.text });
    rest = body.left;
  }
}

function cutBody(
  bytes: string,
  fields: readonly string[],
  kind: 'requests' | 'responses',
): { text: string; left: string } | null {
  const value = (name: string): string | undefined =>
    fields
      .findLast((field) => field.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  if (value('transfer-encoding')?.toLowerCase().includes('chunked') === true) return cutChunks(bytes);
  const length = value('content-length');
  if (length === undefined)
    return kind === 'requests' ? { text: '', left: bytes } : { text: bytes, left: '' };
  const count = Number.parseInt(length, 10);
  return bytes.length < count ? null : { text: bytes.slice(0, count), left: bytes.slice(count) };
}

function cutChunks(bytes: string): { text: string; left: string } | null {
  let text = '';
  let left = bytes;
  for (;;) {
    const line = /^([0-9a-fA-F]+)[^\n]*\n/.exec(left);
    if (line === null) return null;
    const size = Number.parseInt(line[1] ?? '', 16);
    left = left.slice(line[0].length);
    if (size === 0) {
      const end = /^((?:[^\r\n]+\r?\n)*)\r?\n/.exec(left);
      if (end === null) return null;
      const trailers = (end[1] ?? '').trim();
      return { text: trailers === '' ? text : `${text} + ${trailers}`, left: left.slice(end[0].length) };
    }
    if (left.length < size + 2) return null;
    text += left.slice(0, size);
    left = left.slice(size).replace(/^\r?\n/, '');
  }
}
