/**
 * What can be wrong with a message: a closed set of codes (a label of metrics), each with what is answered and a text for people.
 *
 * Not here: who finds them (`head-scan.ts`, `head-reader.ts`, `strictness.ts`, `framing.ts`), the answer's bytes (`error-pages.ts`).
 */
import type { BadMessageReason } from '../account/http-counters.ts';

/** What a code means. Texts are about requests and responses alike. */
const FAULTS = {
  'bad-start-line': 'the request line or status line is malformed',
  'bad-method': 'the method is not a token',
  'bad-target': 'the target is malformed or does not fit the method',
  'bad-version': 'the version is neither HTTP/1.0 nor HTTP/1.1',
  'bad-line-end': 'a line does not end in CR LF, or has CR or NUL in it',
  'bad-header': 'a header line is malformed',
  'folded-header': 'a header line is continued on the next one',
  'head-too-large': 'the headers are larger than allowed',
  'too-many-headers': 'there are more header lines than allowed',
  'missing-host': 'an HTTP/1.1 request has no Host',
  'bad-host': 'Host is malformed, given twice, or another one than in the target',
  'bad-length': 'Content-Length is malformed, given twice, or the method allows no body',
  'two-lengths': 'there are both Content-Length and Transfer-Encoding',
  'bad-coding': 'the transfer coding is not exactly chunked, or the version knows none',
  'bad-chunk': 'a chunk is malformed',
  'bad-trailer': 'a trailer is malformed',
  'bad-upgrade': 'an upgrade, or the answer to it, is incomplete',
  'unasked-switch': 'the server changes to a protocol that was not asked for',
  'unasked-bytes': 'the server sends without having been asked',
  'cut-short': 'the connection ended in the middle',
} as const satisfies Readonly<Record<BadMessageReason, string>>;

export type MessageFaultCode = keyof typeof FAULTS;

/** All codes, in the order of the table. */
export const MESSAGE_FAULT_CODES = Object.keys(FAULTS) as readonly MessageFaultCode[];

export interface MessageFault {
  readonly code: MessageFaultCode;
  /** For people; without bytes of the message. */
  readonly text: string;
}

/** A fault by its code. */
export function messageFault(code: MessageFaultCode): MessageFault {
  return { code, text: FAULTS[code] };
}
