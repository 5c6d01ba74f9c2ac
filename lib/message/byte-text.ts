/**
 * Text that goes into a message: bytes as Latin-1, and nothing in it that could end a line.
 *
 * Not here: reading messages (`message-parser.ts`), writing them.
 */

// All that no header value may hold (RFC 9110, 5.5): controls but the tab. HAProxy writes the same ones as `%XX` where a sample stands in
// a format; here it is done to the whole text, since back-references (`\x0a`) are put in behind HAProxy's own look.
// oxlint-disable-next-line no-control-regex
const NOT_IN_A_VALUE = /[\0-\x08\x0a-\x1f\x7f]/g;
// A blank would end the target and start what is read as the version.
// oxlint-disable-next-line no-control-regex
const NOT_IN_A_TARGET = /[\0-\x20\x7f]/g;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** A header's value, a reason phrase: what would end the line stands as `%0D%0A`. */
export function valueText(text: string): string {
  return text.replace(NOT_IN_A_VALUE, percent);
}

/** A request's target, or a part of it: as a value, and without blanks. */
export function targetText(text: string): string {
  return text.replace(NOT_IN_A_TARGET, percent);
}

/** A method or the name of a header (RFC 9110, 5.6.2). */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Text of the configuration, read as UTF-8, as the bytes that were in the file: Latin-1, as samples are. */
export function configBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Without blanks and tabs around it; `trim` would take the byte 0xA0 too, which ends letters of UTF-8. */
export function bare(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
