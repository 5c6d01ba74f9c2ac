/**
 * The actions of `http-request` and `http-response` rules (manual 4.2), each as a step: what it changes in the message, or what it answers.
 *
 * A step that would have to write what cannot stand in a message changes nothing and answers 500, as HAProxy does where a rewrite fails.
 *
 * Not here: their order and conditions (`rules.ts`), the changes themselves (`rewrite.ts`).
 */
import type { HttpAction } from '../config/rules.ts';
import { SluiceError } from '../errors.ts';
import { configBytes, isToken, valueText } from '../message/byte-text.ts';
import type { Headers } from '../message/headers.ts';
import type { LocalReply } from './local-reply.ts';
import type { RequestHead } from '../message/message.ts';
import { compileRedirect } from './redirect.ts';
import { compileReply, headerName } from './reply.ts';
import {
  deleteHeaders,
  expandReferences,
  replacedElements,
  replacedValue,
  setTargetPart,
  type TargetPart,
  targetFollowsHost,
  targetPart,
} from './rewrite.ts';
import {
  CONTINUE,
  type ReplyReason,
  type RuleContext,
  type RuleOutcome,
  type RuleTools,
  type Step,
} from './rule.ts';
import { reasonOf } from './status.ts';

type Action<K extends HttpAction['kind']> = Extract<HttpAction, { readonly kind: K }>;
/** A format, ready to be filled in. */
type Text = (context: RuleContext) => string;

/** Throws `ERR_CONFIG` for what cannot be compiled; so do expressions and formats, each with its own error. */
export function compileAction(action: HttpAction, tools: RuleTools): Step {
  switch (action.kind) {
    case 'allow':
      return () => CONTINUE;
    case 'deny':
      return answering(compileReply(action.reply, tools), denied(tools));
    case 'tarpit':
      return answering(compileReply(action.reply, tools), 'tarpitted');
    case 'return':
      return answering(compileReply(action.reply, tools), 'answered-here');
    case 'redirect':
      return answering(compileRedirect(action.redirect, tools), 'answered-here');
    case 'set-header':
    case 'add-header':
      return headerStep(action, tools);
    case 'del-header':
      return deletion(action, tools);
    case 'replace-header':
    case 'replace-value':
      return headerReplacement(action, tools);
    case 'set-method':
      return methodStep(action.format, tools);
    case 'set-path':
    case 'set-pathq':
    case 'set-query':
    case 'set-uri':
      return targetStep(PARTS[action.kind], action.format, tools);
    case 'replace-path':
    case 'replace-pathq':
    case 'replace-uri':
      return targetReplacement(action, tools);
    case 'set-status':
      return statusStep(action);
    case 'set-var':
    case 'set-var-fmt':
    case 'unset-var':
      return variableStep(action, tools);
    case 'set-log-level':
      return (context) => {
        context.logLevel = action.level;
        return null;
      };
  }
}

// --- answers -------------------------------------------------------------------------------------------------------

function answering(make: (context: RuleContext) => LocalReply | null, reason: ReplyReason): Step {
  return (context) => {
    const reply = make(context);
    return reply === null ? null : { kind: 'reply', reply, reason, rewriteFailed: false };
  };
}

function denied({ direction }: RuleTools): ReplyReason {
  return direction === 'request' ? 'request-denied' : 'response-denied';
}

function failedRewrite(context: RuleContext, tools: RuleTools): RuleOutcome {
  return { kind: 'reply', reply: context.page(500), reason: denied(tools), rewriteFailed: true };
}

// --- headers -------------------------------------------------------------------------------------------------------

function headerStep(action: Action<'set-header' | 'add-header'>, tools: RuleTools): Step {
  const name = headerName(action.name, tools.place);
  const text = textOf(action.format, tools);
  const set = action.kind === 'set-header';
  return headersStep(name, tools, (headers, context) => {
    // First the value: it may be made of the one that stands there.
    const value = valueText(text(context));
    if (set) headers.set(name, value);
    else headers.add(name, value);
  });
}

function deletion({ match, name }: Action<'del-header'>, tools: RuleTools): Step {
  if (match !== 'reg') {
    const wanted = name.toLowerCase();
    return headersStep(wanted, tools, (headers) => deleteHeaders(headers, match, wanted));
  }
  const pattern = patternOf(name, tools);
  return headersStep(name, tools, (headers) => headers.deleteWhere((one) => pattern.test(one)));
}

function headerReplacement(action: Action<'replace-header' | 'replace-value'>, tools: RuleTools): Step {
  const name = headerName(action.name, tools.place);
  const pattern = patternOf(action.pattern, tools);
  const text = textOf(action.format, tools);
  const replaced = action.kind === 'replace-header' ? replacedValue : replacedElements;
  return headersStep(name, tools, (headers, context) => {
    if (!headers.has(name)) return;
    const replacement = text(context);
    headers.replace(name, (value) => replaced(value, pattern, replacement));
  });
}

function headersStep(
  name: string,
  tools: RuleTools,
  change: (headers: Headers, context: RuleContext) => void,
): Step {
  const ofRequest = tools.direction === 'request';
  return (context) => {
    const { request, response } = context.source;
    const head = ofRequest ? request : response;
    if (head === null) return null;
    change(head.headers, context);
    if (ofRequest && name === 'host' && request !== null) targetFollowsHost(request);
    return null;
  };
}

// --- start lines -----------------------------------------------------------------------------------------------------

const PARTS = {
  'set-path': 'path',
  'set-pathq': 'pathq',
  'set-query': 'query',
  'set-uri': 'uri',
  'replace-path': 'path',
  'replace-pathq': 'pathq',
  'replace-uri': 'uri',
} as const satisfies Readonly<Record<string, TargetPart>>;

function targetStep(part: TargetPart, format: string, tools: RuleTools): Step {
  const text = textOf(format, tools);
  return requestStep(tools, (head, context) => setTargetPart(head, part, text(context)));
}

function targetReplacement(
  action: Action<'replace-path' | 'replace-pathq' | 'replace-uri'>,
  tools: RuleTools,
): Step {
  const part = PARTS[action.kind];
  const pattern = patternOf(action.pattern, tools);
  const text = textOf(action.format, tools);
  return requestStep(tools, (head, context) => {
    const groups = pattern.exec(targetPart(head.target, part) ?? '');
    return groups === null || setTargetPart(head, part, expandReferences(text(context), groups));
  });
}

function methodStep(format: string, tools: RuleTools): Step {
  const text = textOf(format, tools);
  return requestStep(tools, (head, context) => {
    const method = text(context);
    // From CONNECT on nothing is HTTP: only who has asked for that can be answered so, and no rule would see what follows.
    if (!isToken(method) || (method === 'CONNECT') !== (head.method === 'CONNECT')) return false;
    head.method = method;
    return true;
  });
}

/** `change` says false where the result could not be sent. */
function requestStep(tools: RuleTools, change: (head: RequestHead, context: RuleContext) => boolean): Step {
  return (context) => {
    const { request } = context.source;
    if (request === null || change(request, context)) return null;
    return failedRewrite(context, tools);
  };
}

function statusStep({ status, reason }: Action<'set-status'>): Step {
  const phrase = reason === null ? reasonOf(status) : valueText(configBytes(reason));
  return ({ source: { response } }) => {
    if (response !== null) {
      response.status = status;
      response.reason = phrase;
    }
    return null;
  };
}

// --- variables -------------------------------------------------------------------------------------------------------

function variableStep(action: Action<'set-var' | 'set-var-fmt' | 'unset-var'>, tools: RuleTools): Step {
  const { variable } = action;
  if (action.kind === 'unset-var') {
    return ({ source }) => {
      source.variables.set(variable, null);
      return null;
    };
  }
  if (action.kind === 'set-var-fmt') {
    const text = textOf(action.format, tools);
    return (context) => {
      context.source.variables.set(variable, text(context));
      return null;
    };
  }
  const sample = tools.engine.expression(configBytes(action.expression), tools.direction);
  return ({ source }) => {
    // What has no value leaves the variable as it is.
    const value = sample(source);
    if (value !== null) source.variables.set(variable, value);
    return null;
  };
}

// --- texts -----------------------------------------------------------------------------------------------------------

function textOf(format: string, { engine, direction }: RuleTools): Text {
  const fill = engine.format(configBytes(format), direction);
  return ({ source, record }) => fill(source, record);
}

function patternOf(pattern: string, { place }: RuleTools): RegExp {
  try {
    return new RegExp(configBytes(pattern));
  } catch (cause) {
    throw new SluiceError('ERR_CONFIG', `${place}: '${pattern}' is no regular expression`, { cause });
  }
}
