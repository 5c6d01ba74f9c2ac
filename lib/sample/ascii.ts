/**
 * Text as bytes: samples are Latin-1, one character per byte, and only the letters of ASCII have a case.
 *
 * Not here: casts between types (`casts.ts`).
 */

/** `A` to `Z` in lower case; other letters stay, as in HAProxy. */
export function lowerAscii(text: string): string {
  return isAscii(text) ? text.toLowerCase() : text.replace(/[A-Z]+/g, (run) => run.toLowerCase());
}

/** `a` to `z` in upper case. */
export function upperAscii(text: string): string {
  return isAscii(text) ? text.toUpperCase() : text.replace(/[a-z]+/g, (run) => run.toUpperCase());
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** `text` from `start` to `end` without blanks and tabs around it. */
export function sliceTrimmed(text: string, start: number, end: number): string {
  let from = start;
  let to = end;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * Where a piece of a list ends that starts at `start`: at the next of the `separators` outside of quotes, or at the end of the
 * text. Within quotes a backslash takes the next character along.
 */
export function pieceEnd(text: string, start: number, separators: string): number {
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') quoted = !quoted;
    else if (quoted) at += character === '\\' ? 1 : 0;
    else if (separators.includes(character)) return at;
  }
  return text.length;
}
