/**
 * Answers that rules give: `http-request return`, `deny`, `tarpit` with what stands behind them (manual 4.2 "http-request return").
 *
 * Not here: error pages (`error-pages.ts`), redirections (`redirect.ts`).
 */
import type { HttpReply } from '../config/rules.ts';
import { SluiceError } from '../errors.ts';
import { configBytes, isToken, valueText } from '../message/byte-text.ts';
import { fileBytes, responseFile } from './error-pages.ts';
import { type LocalReply, localReply, silentReply } from './local-reply.ts';
import type { RuleContext, RuleTools } from './rule.ts';
import { reasonOf } from './status.ts';

type Reply = (context: RuleContext) => LocalReply;
type Body = (context: RuleContext) => Buffer;

/** What a body is, how long it is and how it is sent is not for headers of rules to say. */
const NOT_FOR_RULES = new Set(['content-length', 'content-type', 'transfer-encoding']);
const NOTHING = Buffer.alloc(0);

/** Throws `ERR_CONFIG` for a file that cannot be read or is no response. */
export function compileReply(reply: HttpReply, tools: RuleTools): Reply {
  const { body, status } = reply;
  if (body.kind === 'errorfile') {
    const parts = responseFile(body.path, tools.place, tools.readFile);
    return () => (parts === null ? silentReply(status) : localReply(parts, status));
  }
  if (body.kind === 'default-errorfiles') return ({ page }) => page(status);
  return composedReply(reply, tools);
}

function composedReply({ status, contentType, body, headers }: HttpReply, tools: RuleTools): Reply {
  const bodyOf = compileBody(body, tools);
  const lines = headers
    .map(({ name, format }) => ({
      name: headerName(name, tools.place),
      format: tools.engine.format(configBytes(format), tools.direction),
    }))
    .filter(({ name }) => !NOT_FOR_RULES.has(name));
  const type = contentType === null ? null : valueText(configBytes(contentType));
  const reason = reasonOf(status);
  return (context) => {
    const content = bodyOf(context);
    const flat: string[] = [];
    let close = false;
    for (const { name, format } of lines) {
      const value = valueText(format(context.source, context.record));
      if (name === 'connection') close ||= /\bclose\b/i.test(value);
      else flat.push(name, value);
    }
    if (status !== 204) flat.push('content-length', String(content.length));
    if (type !== null && content.length > 0) flat.push('content-type', type);
    return localReply({ status, reason, lines: flat, body: status === 204 ? NOTHING : content, close });
  };
}

function compileBody(body: HttpReply['body'], tools: RuleTools): Body {
  switch (body.kind) {
    case 'string':
      return always(Buffer.from(body.text, 'utf8'));
    case 'file':
      return always(fileBytes(body.path, tools.place, tools.readFile));
    case 'lf-string':
      return formatted(configBytes(body.text), tools);
    case 'lf-file':
      return formatted(fileBytes(body.path, tools.place, tools.readFile).toString('latin1'), tools);
    case 'none':
    case 'default-errorfiles':
    case 'errorfile':
      return always(NOTHING);
  }
}

function always(content: Buffer): Body {
  return () => content;
}

function formatted(text: string, { engine, direction }: RuleTools): Body {
  const format = engine.format(text, direction);
  return ({ source, record }) => Buffer.from(format(source, record), 'latin1');
}

/** In lower case. Throws `ERR_CONFIG` for what is no name. */
export function headerName(name: string, place: string): string {
  if (!isToken(name)) throw new SluiceError('ERR_CONFIG', `${place}: '${name}' is no name of a header`);
  return name.toLowerCase();
}
