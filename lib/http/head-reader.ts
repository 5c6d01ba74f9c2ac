/**
 * Complete heads and blocks of trailers, from bytes to names and values, by Node's own parser (llhttp, nothing tolerated). The start
 * line is taken apart here: llhttp knows only registered methods, and skips blanks that must not be there.
 *
 * Each head is parsed in one call, so that one reader serves all connections and keeps nothing of them.
 *
 * Not here: where a head ends (`head-scan.ts`), what its headers mean together (`strictness.ts`), bodies (`framing.ts`).
 */
import type { HttpParserBinding, HttpParserHandle } from '../transport/node-internals.ts';
import type { MessageFaultCode } from './faults.ts';
import { Headers } from '../message/headers.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';

/** RFC 9112, 3: exactly one blank between the parts. */
const REQUEST_LINE = /^(\S+) (\S+) HTTP\/(\d)\.(\d)$/;
/** RFC 9112, 4; the blank before an empty reason may be missing. */
const STATUS_LINE = /^HTTP\/(\d)\.(\d) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What llhttp gets in place of the real start line, which is not its business. */
const START = Buffer.from('GET / HTTP/1.1\r\n');
const CR = 13;
/** The empty line and the end of the last header line. */
const ENDS_BYTES = 4;

/** llhttp's codes where ours say more than "a header line is malformed". */
const CODES: Readonly<Record<string, MessageFaultCode>> = {
  HPE_INVALID_CONTENT_LENGTH: 'bad-length',
  HPE_UNEXPECTED_CONTENT_LENGTH: 'bad-length',
  HPE_INVALID_TRANSFER_ENCODING: 'bad-coding',
  HPE_LF_EXPECTED: 'bad-line-end',
  HPE_CR_EXPECTED: 'bad-line-end',
};

/** Nothing that async_hooks could be told about. */
const RESOURCE = {};

export class HeadReader {
  readonly #binding: HttpParserBinding;
  readonly #parser: HttpParserHandle;
  #lines: string[] = [];
  /** The whole head was understood. */
  #complete = false;
  /** `START`, and behind it the lines to parse. */
  #scratch: Buffer = Buffer.from(START);

  constructor(binding: HttpParserBinding) {
    const { HTTPParser } = binding;
    this.#binding = binding;
    this.#parser = new HTTPParser();
    this.#parser[HTTPParser.kOnHeaders] = (lines: string[]): void => {
      this.#lines.push(...lines);
    };
    this.#parser[HTTPParser.kOnHeadersComplete] = (_major, _minor, lines: string[] | undefined) => {
      // Those of a long head were told before.
      if (lines !== undefined) this.#lines = lines;
      this.#complete = true;
      return 1;
    };
  }

  /** A request's head, its empty line included, as `HeadScan` found it. */
  request(bytes: Buffer): RequestHead | MessageFaultCode {
    const lineEnd = bytes.indexOf(CR);
    const [, method, target, major, minor] = REQUEST_LINE.exec(bytes.toString('latin1', 0, lineEnd)) ?? [];
    if (method === undefined || target === undefined) return 'bad-start-line';
    if (!METHOD.test(method)) return 'bad-method';
    if (major !== '1' || (minor !== '0' && minor !== '1')) return 'bad-version';
    const headers = this.fields(bytes.subarray(lineEnd + 2));
    return typeof headers === 'string' ? headers : { method, target, version: `1.${minor}`, headers };
  }

  /** A response's head, likewise. */
  response(bytes: Buffer): ResponseHead | MessageFaultCode {
    const lineEnd = bytes.indexOf(CR);
    const [, major, minor, status, reason] = STATUS_LINE.exec(bytes.toString('latin1', 0, lineEnd)) ?? [];
    if (status === undefined) return 'bad-start-line';
    if (major !== '1' || (minor !== '0' && minor !== '1')) return 'bad-version';
    const headers = this.fields(bytes.subarray(lineEnd + 2));
    if (typeof headers === 'string') return headers;
    return { status: Number(status), reason: reason ?? '', version: `1.${minor}`, headers };
  }

  /** Header lines alone, their empty line included: the rest of a head, or trailers. */
  fields(bytes: Buffer): Headers | MessageFaultCode {
    const length = START.length + bytes.length;
    if (this.#scratch.length < length) this.#scratch = Buffer.concat([START, bytes]);
    else bytes.copy(this.#scratch, START.length);
    const { HTTPParser } = this.#binding;
    this.#lines = [];
    this.#complete = false;
    this.#parser.initialize(HTTPParser.REQUEST, RESOURCE, length + ENDS_BYTES, 0);
    const read = this.#parser.execute(this.#scratch.subarray(0, length));
    if (typeof read !== 'number') return faultOf(read.code, bytes);
    return this.#complete && read === length ? new Headers(this.#lines) : 'bad-header';
  }
}

function faultOf(code: string, bytes: Buffer): MessageFaultCode {
  const found = CODES[code] ?? 'bad-header';
  if (found !== 'bad-length' && found !== 'bad-coding') return found;
  const text = `\n${bytes.toString('latin1')}`;
  const both = /\ncontent-length:/i.test(text) && /\ntransfer-encoding:/i.test(text);
  return both ? 'two-lengths' : found;
}
