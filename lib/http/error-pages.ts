/**
 * What clients are told when something goes wrong: HAProxy's pages, or those of `errorfile`, `errorloc302`, `errorloc303` (manual 4.2).
 *
 * Not here: when which status is sent.
 */
import { SluiceError } from '../errors.ts';
import type { HttpOptions } from '../config/rules.ts';
import { configBytes, valueText } from '../message/byte-text.ts';
import { type LocalReply, localReply, type ReplyParts, silentReply } from './local-reply.ts';
import { readRawResponse } from './raw-response.ts';

/** Reads a file at start; throws what the system says. */
export type ReadFile = (path: string) => Buffer;

/** Status, what stands behind it in the status line and the heading, and the sentence below. */
const PAGES: readonly (readonly [number, string, string])[] = [
  [200, 'OK', 'Service ready.'],
  [400, 'Bad request', 'Your browser sent an invalid request.'],
  [401, 'Unauthorized', 'You need a valid user and password to access this content.'],
  [403, 'Forbidden', 'Request forbidden by administrative rules.'],
  [404, 'Not Found', 'The resource could not be found.'],
  [
    405,
    'Method Not Allowed',
    'A request was made of a resource using a request method not supported by that resource',
  ],
  [407, 'Unauthorized', 'You need a valid user and password to access this content.'],
  [408, 'Request Time-out', "Your browser didn't send a complete request in time."],
  [410, 'Gone', 'The resource is no longer available and will not be available again.'],
  [413, 'Payload Too Large', 'The request entity exceeds the maximum allowed.'],
  [421, 'Misdirected Request', 'Request sent to a non-authoritative server.'],
  [422, 'Unprocessable Content', 'The server cannot process the contained instructions.'],
  [425, 'Too Early', 'Your browser sent early data.'],
  [429, 'Too Many Requests', 'You have sent too many requests in a given amount of time.'],
  [500, 'Internal Server Error', 'An internal server error occurred.'],
  [501, 'Not Implemented', '.The server does not support the functionality required to fulfill the request.'],
  [502, 'Bad Gateway', 'The server returned an invalid or incomplete response.'],
  [503, 'Service Unavailable', 'No server is available to handle this request.'],
  [504, 'Gateway Time-out', "The server didn't respond in time."],
];

/** After these nothing that comes on the connection can be understood. */
const CLOSING = new Set([400, 408]);

const DEFAULTS = new Map<number, ReplyParts>(
  PAGES.map(([status, reason, sentence]) => [status, page(status, reason, sentence)]),
);

/** The pages of one proxy. */
export class ErrorPages {
  /** Null: closed without a word. */
  readonly #own = new Map<number, ReplyParts | null>();

  /**
   * Reads the files. `place`: the proxy, for messages (`frontend web`).
   * Throws `ERR_CONFIG` where a file cannot be read or is no response.
   */
  constructor(http: Pick<HttpOptions, 'errorFiles' | 'errorLocations'>, place: string, readFile: ReadFile) {
    for (const { status, path } of http.errorFiles)
      this.#own.set(status, responseFile(path, `${place}: errorfile ${status}`, readFile));
    for (const { status, code, url } of http.errorLocations) this.#own.set(status, redirection(code, url));
  }

  /** What this proxy itself says for a status; null: nothing. */
  own(status: number): LocalReply | null {
    const parts = this.#own.get(status);
    if (parts === undefined) return null;
    return parts === null ? silentReply(status) : localReply(parts, status);
  }

  /** Its own page or HAProxy's; of a status that HAProxy has no page for, that of 500. */
  of(status: number): LocalReply {
    return this.own(status) ?? defaultPage(status) ?? this.of(500);
  }
}

/**
 * The page of a request: the backend's own, once one is chosen, else the frontend's, else HAProxy's.
 */
export function errorReply(status: number, frontend: ErrorPages, backend: ErrorPages | null): LocalReply {
  return backend?.own(status) ?? frontend.of(status);
}

function defaultPage(status: number): LocalReply | null {
  const parts = DEFAULTS.get(status);
  return parts === undefined ? null : localReply(parts);
}

/**
 * The parts of a whole response in a file; null: it is empty. `place` (`frontend web: errorfile 503`) stands in messages.
 * Throws `ERR_CONFIG`.
 */
export function responseFile(path: string, place: string, readFile: ReadFile): ReplyParts | null {
  const read = readRawResponse(fileBytes(path, place, readFile));
  if (!read.ok) throw new SluiceError('ERR_CONFIG', `${place}: '${path}' is no response: ${read.fault}`);
  return read.parts;
}

/** Throws `ERR_CONFIG` with what the system says. */
export function fileBytes(path: string, place: string, readFile: ReadFile): Buffer {
  try {
    return readFile(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError('ERR_CONFIG', `${place}: '${path}' cannot be read: ${reason}`, { cause });
  }
}

function page(status: number, reason: string, sentence: string): ReplyParts {
  const body = Buffer.from(`<html><body><h1>${status} ${reason}</h1>\n${sentence}\n</body></html>\n`);
  const lines = [
    'content-length',
    String(body.length),
    'cache-control',
    'no-cache',
    'content-type',
    'text/html',
  ];
  return { status, reason, lines, body, close: CLOSING.has(status) };
}

function redirection(code: 302 | 303, url: string): ReplyParts {
  const location = valueText(configBytes(url));
  const lines = ['cache-control', 'no-cache', 'content-length', '0', 'location', location];
  return { status: code, reason: code === 302 ? 'Found' : 'See Other', lines };
}
