/**
 * What rules answer in place of a server: the arguments of `deny`, `tarpit` and `return` (HAProxy manual 4.2 "http-request deny",
 * "http-request return").
 *
 * Not here: redirections (`http-redirect.ts`), the lines around them (`http-rules.ts`), how an answer is made (`../../http/`).
 */
import type { Mutable } from '../draft.ts';
import type { SampleSide } from '../expression.ts';
import type { Line } from '../line.ts';
import type { HttpReply, HttpReplyBody } from '../rules.ts';
import { failed, parsed, parseInteger, shown } from '../units.ts';
import type { Parsed } from '../units.ts';
import { takeFormat } from './format.ts';

/** Statuses that have a page of their own, which `errorfile` replaces (manual 4.2 "errorfile"). */
export const ERROR_STATUSES: readonly number[] = [
  200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504,
];

/** Headers that say how the body is sent, which is not for a rule to say. */
const IGNORED_HEADERS: readonly string[] = ['content-length', 'content-type', 'transfer-encoding'];

/** A status that `errorfile` and its kin know. */
export function parseErrorStatus(text: string): Parsed<number> {
  const status = parseInteger(text, { min: 200, max: 599 });
  if (!status.ok || ERROR_STATUSES.includes(status.value)) return status;
  return failed('invalid-value', `status ${text} has no page`, `use one of: ${ERROR_STATUSES.join(', ')}`);
}

/**
 * The arguments of `deny` and `tarpit`; null after an alert. With no other word than `deny_status` it is the page of the status.
 */
export function readDenial(line: Line, status: number, side: SampleSide): Mutable<HttpReply> | null {
  return readReply(line, { status, words: ['status', 'deny_status'], bare: 'default-errorfiles', side });
}

/** The arguments of `return`; null after an alert. */
export function readReturn(line: Line, side: SampleSide): Mutable<HttpReply> | null {
  return readReply(line, { status: 200, words: ['status'], bare: 'none', side });
}

interface ReplyForm {
  readonly status: number;
  /** Words that a status follows. */
  readonly words: readonly string[];
  /** The body of a line that says nothing more. */
  readonly bare: 'none' | 'default-errorfiles';
  readonly side: SampleSide;
}

interface ReplyDraft extends Omit<Mutable<HttpReply>, 'body'> {
  /** Null: none is written. */
  body: HttpReplyBody | null;
  /** There is no other word than `deny_status`. */
  bare: boolean;
}

function readReply(line: Line, form: ReplyForm): Mutable<HttpReply> | null {
  const draft: ReplyDraft = { status: form.status, contentType: null, body: null, bare: true, headers: [] };
  for (let word = line.peek(); word !== undefined && !beginsCondition(word); word = line.peek()) {
    line.takeOptional();
    draft.bare &&= word === 'deny_status';
    if (!readReplyWord(line, word, form, draft)) return null;
  }
  const { status, contentType, headers } = draft;
  const body = draft.body ?? { kind: draft.bare ? form.bare : 'none' };
  const reply = { status, contentType, body, headers };
  const [fault] = replyFaults(reply);
  if (fault === undefined) return withoutIdle(line, reply);
  line.alert(fault.code, `'${line.keyword}': ${fault.problem}`, fault.hint);
  return null;
}

/** False after an alert. */
function readReplyWord(line: Line, word: string, form: ReplyForm, draft: ReplyDraft): boolean {
  if (form.words.includes(word)) {
    const status = line.takeInteger('a status', 200, 599);
    draft.status = status ?? draft.status;
    return status !== null;
  }
  switch (word) {
    case 'content-type':
      draft.contentType = line.take('a type of content');
      return draft.contentType !== null;
    case 'hdr':
      return readReplyHeader(line, form.side, draft);
    case 'string':
    case 'lf-string':
    case 'file':
    case 'lf-file':
    case 'errorfile':
    case 'default-errorfiles':
      return readBody(line, word, form.side, draft);
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

function readReplyHeader(line: Line, side: SampleSide, draft: ReplyDraft): boolean {
  const name = takeHeaderName(line);
  const format = name === null ? null : takeFormat(line, 'a format', side);
  if (name === null || format === null) return false;
  if (IGNORED_HEADERS.includes(name.toLowerCase()))
    line.warning('no-effect', `header '${name}' is without effect: it says how the body is sent`, null);
  else draft.headers.push({ name, format });
  return true;
}

function readBody(
  line: Line,
  kind: Exclude<HttpReplyBody['kind'], 'none'>,
  side: SampleSide,
  draft: ReplyDraft,
): boolean {
  if (draft.body !== null) {
    line.alert('unexpected-argument', `unexpected '${kind}', there is '${draft.body.kind}' already`, null);
    return false;
  }
  if (kind === 'default-errorfiles') {
    draft.body = { kind };
    return true;
  }
  if (kind === 'string' || kind === 'lf-string') {
    const text = kind === 'string' ? line.take('a text') : takeFormat(line, 'a format', side);
    if (text !== null) draft.body = { kind, text };
    return text !== null;
  }
  const path = line.take('a path');
  if (path !== null) draft.body = { kind, path };
  return path !== null;
}

interface ReplyFault {
  readonly code: 'invalid-value' | 'missing-argument';
  readonly problem: string;
  readonly hint: string | null;
}

/** What cannot be answered: a page that does not exist, a body where none may be, one without a type. */
export function replyFaults({ status, contentType, body }: HttpReply): readonly ReplyFault[] {
  if (body.kind === 'default-errorfiles') {
    const known = parseErrorStatus(String(status));
    return known.ok ? [] : [{ code: 'invalid-value', problem: known.problem, hint: known.hint }];
  }
  const composed = body.kind !== 'none' && body.kind !== 'errorfile';
  const faults: ReplyFault[] = [];
  const invalid = (problem: string): number => faults.push({ code: 'invalid-value', problem, hint: null });
  if (!(status >= 200 && status <= 599)) invalid(`status ${status} cannot be answered`);
  if (composed && (status === 204 || status === 304)) invalid(`no body is expected with status ${status}`);
  if ('text' in body && body.text === '') invalid(`'${body.kind}' has no text`);
  if (composed && contentType === null) {
    const problem = `'${body.kind}' needs a type of content`;
    faults.push({ code: 'missing-argument', problem, hint: "e.g. 'content-type text/plain'" });
  }
  return faults;
}

/** The reply without what has no effect on it, after a warning. */
function withoutIdle(line: Line, reply: Mutable<HttpReply>): Mutable<HttpReply> {
  const { kind } = reply.body;
  const whole = kind === 'errorfile' || kind === 'default-errorfiles';
  if (!whole && kind !== 'none') return reply;
  const idle = [
    ...(reply.contentType === null ? [] : ["'content-type'"]),
    ...(reply.headers.length > 0 && whole ? ["'hdr'"] : []),
  ];
  const why = whole ? `'${kind}' is a whole response` : 'there is no body';
  if (idle.length > 0) line.warning('no-effect', `${idle.join(' and ')} without effect: ${why}`, null);
  return { ...reply, contentType: null, headers: whole ? [] : reply.headers };
}

/** The name of a header (RFC 9110 5.1); null after an alert. */
export function takeHeaderName(line: Line): string | null {
  return line.takeParsed('the name of a header', (text) =>
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)
      ? parsed(text)
      : failed('invalid-name', `'${shown(text)}' is no name of a header`),
  );
}

/** True if the word ends the arguments of an action. */
export function beginsCondition(word: string): boolean {
  return word === 'if' || word === 'unless';
}
