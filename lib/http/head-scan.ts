/**
 * Finds where a head (or a block of trailers) ends, and what no parser after it has to look for: lines that do not end in CR LF,
 * bytes that belong in no line, lines that continue another. Does not depend on the version of llhttp, whose strictness has grown.
 *
 * Not here: what stands in the lines (`head-reader.ts`), limits of size (`message-parser.ts`).
 */
import type { MessageFaultCode } from './faults.ts';

const LF = 10;
const CR = 13;
const SPACE = 32;
const TAB = 9;

/** Looks at bytes that grow; each line is looked at once. */
export class HeadScan {
  /** Lines that have ended, the empty one not counted. */
  lineCount = 0;
  #lineAt = 0;

  /** For the next head: `at` is where it begins. */
  begin(at: number): void {
    this.lineCount = 0;
    this.#lineAt = at;
  }

  /** The bytes looked at have moved: the first `count` are gone. */
  shift(count: number): void {
    this.#lineAt -= count;
  }

  /** Where the head ends, behind its empty line; -1: it needs more bytes. `bytes` are those of before, and more. */
  look(bytes: Buffer): number | MessageFaultCode {
    for (;;) {
      const at = this.#lineAt;
      const lf = bytes.indexOf(LF, at);
      const cr = bytes.indexOf(CR, at);
      if (lf < 0) return isStray(cr, bytes.length) ? 'bad-line-end' : -1;
      if (cr < 0 || cr !== lf - 1) return 'bad-line-end';
      if (lf - at === 1) return lf + 1;
      if (this.lineCount > 0 && (bytes[at] === SPACE || bytes[at] === TAB)) return 'folded-header';
      this.lineCount += 1;
      this.#lineAt = lf + 1;
    }
  }
}

/** A CR that is not the last byte so far, in a line without LF. */
function isStray(cr: number, length: number): boolean {
  return cr >= 0 && cr < length - 1;
}
