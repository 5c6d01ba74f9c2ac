/**
 * What rules answer in place of a server: the arguments of `deny`, `tarpit`, `return` and `redirect` (HAProxy manual 4.2
 * "http-request deny", "http-request return", "redirect").
 *
 * Not here: the lines around them (`http-rules.ts`), how an answer is made (`../../http/`).
 */
import type { Mutable } from '../draft.ts';
import type { SampleSide } from '../expression.ts';
import type { Line } from '../line.ts';
import type { HttpReply, HttpReplyBody, Redirect } from '../rules.ts';
import { failed, parsed, parseInteger, shown } from '../units.ts';
import type { Parsed } from '../units.ts';
import { takeFormat } from './format.ts';

/** Statuses that have a page of their own, which `errorfile` replaces (manual 4.2 "errorfile"). */
export const ERROR_STATUSES: readonly number[] = [
  200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
];

const REDIRECT_CODES = [301, 302, 303, 307, 308] as const;

/** A status that `errorfile` and its kin, `deny` and `tarpit` know. */
export function parseErrorStatus(text: string): Parsed<number> {
  const status = parseInteger(text, { min: 200, max: 599 });
  if (!status.ok || ERROR_STATUSES.includes(status.value)) return status;
  return failed('invalid-value', `status ${text} has no page`, `use one of: ${ERROR_STATUSES.join(', ')}`);
}

/** The arguments of `deny` and `tarpit`; null after an alert. */
export function readDenial(line: Line, status: number, side: SampleSide): Mutable<HttpReply> | null {
  return readReply(line, { status, words: ['status', 'deny_status'], parse: parseErrorStatus, side });
}

/** The arguments of `return`; null after an alert. */
export function readReturn(line: Line, side: SampleSide): Mutable<HttpReply> | null {
  const parse = (text: string): Parsed<number> => parseInteger(text, { min: 200, max: 599 });
  return readReply(line, { status: 200, words: ['status'], parse, side });
}

interface ReplyForm {
  readonly status: number;
  /** Words that a status follows. */
  readonly words: readonly string[];
  readonly parse: (text: string) => Parsed<number>;
  readonly side: SampleSide;
}

function readReply(line: Line, form: ReplyForm): Mutable<HttpReply> | null {
  const reply: Mutable<HttpReply> = {
    status: form.status,
    contentType: null,
    body: { kind: 'default' },
    headers: [],
  };
  for (let word = line.peek(); word !== undefined && !beginsCondition(word); word = line.peek()) {
    line.takeOptional();
    if (!readReplyWord(line, word, form, reply)) return null;
  }
  return isPossible(line, reply) ? reply : null;
}

/** False after an alert. */
function readReplyWord(line: Line, word: string, form: ReplyForm, reply: Mutable<HttpReply>): boolean {
  if (form.words.includes(word)) {
    const status = line.takeParsed('a status', form.parse);
    reply.status = status ?? reply.status;
    return status !== null;
  }
  switch (word) {
    case 'content-type':
      reply.contentType = line.take('a type of content');
      return reply.contentType !== null;
    case 'hdr':
      return readReplyHeader(line, form.side, reply);
    case 'string':
    case 'lf-string':
    case 'file':
    case 'lf-file':
    case 'errorfile':
      return readBody(line, word, form.side, reply);
    case 'default-errorfiles':
      if (form.words.includes('deny_status')) return true;
      line.alert('unsupported-value', `'return ${word}' is not supported`, "use 'deny deny_status STATUS'");
      return false;
    case 'errorfiles':
      line.alert('unsupported-value', "'errorfiles' is not supported", "name the page: 'errorfile PATH'");
      return false;
    default: {
      const message = `'${line.keyword}' cannot handle unexpected argument '${shown(word)}'`;
      line.alert('unexpected-argument', message, "a condition begins with 'if' or 'unless'");
      return false;
    }
  }
}

function readReplyHeader(line: Line, side: SampleSide, reply: Mutable<HttpReply>): boolean {
  const name = takeHeaderName(line);
  const format = name === null ? null : takeFormat(line, 'a format', side);
  if (name === null || format === null) return false;
  reply.headers.push({ name, format });
  return true;
}

function readBody(
  line: Line,
  kind: Exclude<HttpReplyBody['kind'], 'default'>,
  side: SampleSide,
  reply: Mutable<HttpReply>,
): boolean {
  if (kind === 'string' || kind === 'lf-string') {
    const text = kind === 'string' ? line.take('a text') : takeFormat(line, 'a format', side);
    if (text !== null) reply.body = { kind, text };
    return text !== null;
  }
  const path = line.take('a path');
  if (path !== null) reply.body = { kind, path };
  return path !== null;
}

/** A page is a whole response; any other body needs a type, and a type needs a body. */
function isPossible(line: Line, reply: Mutable<HttpReply>): boolean {
  const { kind } = reply.body;
  if (kind === 'default' || kind === 'errorfile') {
    const ignored = [
      ...(reply.contentType === null ? [] : ["'content-type'"]),
      ...(reply.headers.length > 0 && kind === 'errorfile' ? ["'hdr'"] : []),
    ];
    const why = kind === 'default' ? 'there is no body' : "'errorfile' is a whole response";
    if (ignored.length > 0)
      line.warning('no-effect', `${ignored.join(' and ')} without effect: ${why}`, null);
    reply.contentType = null;
    if (kind === 'errorfile') reply.headers = [];
    return true;
  }
  if (reply.contentType !== null) return true;
  line.alert('missing-argument', `'${kind}' needs a type of content`, "e.g. 'content-type text/plain'");
  return false;
}

/** The name of a header (RFC 9110 5.1); null after an alert. */
export function takeHeaderName(line: Line): string | null {
  return line.takeParsed('the name of a header', (text) =>
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)
      ? parsed(text)
      : failed('invalid-name', `'${shown(text)}' is no name of a header`),
  );
}

/** What stands after `redirect`; null after an alert. */
export function readRedirect(line: Line, side: SampleSide): Mutable<Redirect> | null {
  const redirect: Omit<Mutable<Redirect>, 'kind'> & { kind: Redirect['kind'] | null } = {
    kind: null,
    format: '',
    code: 302,
    dropQuery: false,
    appendSlash: false,
    ignoreEmpty: false,
    setCookie: null,
    clearCookie: null,
  };
  for (let word = line.peek(); word !== undefined && !beginsCondition(word); word = line.peek()) {
    line.takeOptional();
    if (!readRedirectWord(line, word, side, redirect)) return null;
  }
  const { kind } = redirect;
  if (kind !== null) return { ...redirect, kind };
  line.take("where to, e.g. 'scheme https'");
  if (!line.faulty)
    line.alert('missing-argument', `'${line.keyword}' names no place`, `usage: redirect ${REDIRECT_USAGE}`);
  return null;
}

/** False after an alert. */
function readRedirectWord(
  line: Line,
  word: string,
  side: SampleSide,
  redirect: Omit<Mutable<Redirect>, 'kind'> & { kind: Redirect['kind'] | null },
): boolean {
  switch (word) {
    case 'location':
    case 'prefix':
    case 'scheme': {
      const format = takeFormat(line, 'where to', side);
      redirect.kind = word;
      redirect.format = format ?? '';
      return format !== null;
    }
    case 'code': {
      const code = line.takeParsed('a status', parseRedirectCode);
      redirect.code = code ?? 302;
      return code !== null;
    }
    case 'set-cookie':
      redirect.setCookie = line.take('NAME[=VALUE]');
      return redirect.setCookie !== null;
    case 'clear-cookie':
      redirect.clearCookie = line.take('NAME');
      return redirect.clearCookie !== null;
    case 'drop-query':
      redirect.dropQuery = true;
      return true;
    case 'append-slash':
      redirect.appendSlash = true;
      return true;
    case 'ignore-empty':
      redirect.ignoreEmpty = true;
      return true;
    default: {
      const message = `'${line.keyword}' cannot handle unexpected argument '${shown(word)}'`;
      line.alert('unexpected-argument', message, `usage: redirect ${REDIRECT_USAGE}`);
      return false;
    }
  }
}

function parseRedirectCode(text: string): Parsed<Redirect['code']> {
  const code = REDIRECT_CODES.find((one) => String(one) === text);
  if (code !== undefined) return parsed(code);
  return failed(
    'invalid-value',
    `'${shown(text)}' is no status of a redirect`,
    `use one of: ${REDIRECT_CODES.join(', ')}`,
  );
}

/** As the manual shows it. */
export const REDIRECT_USAGE =
  'location|prefix|scheme TO [code N] [drop-query] [append-slash] [ignore-empty] [set-cookie NAME[=VALUE]] ' +
  '[clear-cookie NAME]';

function beginsCondition(word: string): boolean {
  return word === 'if' || word === 'unless';
}
