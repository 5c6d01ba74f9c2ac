/**
 * The rules of mode http: `http-request`, `http-response`, `redirect` (HAProxy manual 4.2). One table of actions; those that
 * HAProxy has and this version has not are refused by name.
 *
 * Not here: the arguments of answers (`http-reply.ts`, `http-redirect.ts`), what rules do to messages (`../../http/`).
 */
import type { Mutable, ProxyDraft } from '../draft.ts';
import type { SampleSide } from '../expression.ts';
import { didYouMean } from '../line.ts';
import type { Line } from '../line.ts';
import { LOG_LEVELS } from '../log-words.ts';
import type { HeaderMatch, HttpAction, HttpRule } from '../rules.ts';
import { shown } from '../units.ts';
import { placeOf } from '../words.ts';
import { noteWords, refuseInAnonymousDefaults, takeCondition } from './acl.ts';
import type { Entry } from './entry.ts';
import { parseVariable, takeExpression, takeFormat, takePattern } from './format.ts';
import { readRedirect, REDIRECT_USAGE } from './http-redirect.ts';
import { readDenial, readReturn, takeHeaderName } from './http-reply.ts';

type Action = Mutable<HttpAction>;

interface ActionRow {
  /** As the manual shows them; a variable's name stands in parentheses. */
  readonly args: string;
  /** Where it may stand; absent: on both sides. */
  readonly only?: SampleSide;
  /** Null after an alert. `argument`: what stood in parentheses behind the name; null: nothing. */
  readonly read: (line: Line, side: SampleSide, argument: string | null) => Action | null;
}

const MATCHES: readonly HeaderMatch[] = ['str', 'beg', 'end', 'sub', 'reg'];

const REPLY =
  '[content-type TYPE] [string|lf-string|file|lf-file|errorfile BODY | default-errorfiles] [hdr NAME FORMAT]…';

const ACTIONS: ReadonlyMap<string, ActionRow> = new Map<string, ActionRow>([
  ['allow', { args: '', read: () => ({ kind: 'allow' }) }],
  ['deny', { args: `[deny_status N] ${REPLY}`, read: readDeny }],
  ['tarpit', { args: `[deny_status N] ${REPLY}`, only: 'request', read: readTarpit }],
  ['return', { args: `[status N] ${REPLY}`, read: readReturnAction }],
  ['redirect', { args: REDIRECT_USAGE, read: readRedirectAction }],
  ['set-header', { args: 'NAME FORMAT', read: readHeader('set-header') }],
  ['add-header', { args: 'NAME FORMAT', read: readHeader('add-header') }],
  ['del-header', { args: `NAME [-m ${MATCHES.join('|')}]`, read: readDeleteHeader }],
  ['replace-header', { args: 'NAME REGEX FORMAT', read: readReplaceHeader('replace-header') }],
  ['replace-value', { args: 'NAME REGEX FORMAT', read: readReplaceHeader('replace-value') }],
  ['set-method', { args: 'FORMAT', only: 'request', read: readSet('set-method') }],
  ['set-path', { args: 'FORMAT', only: 'request', read: readSet('set-path') }],
  ['set-pathq', { args: 'FORMAT', only: 'request', read: readSet('set-pathq') }],
  ['set-query', { args: 'FORMAT', only: 'request', read: readSet('set-query') }],
  ['set-uri', { args: 'FORMAT', only: 'request', read: readSet('set-uri') }],
  ['replace-path', { args: 'REGEX FORMAT', only: 'request', read: readReplace('replace-path') }],
  ['replace-pathq', { args: 'REGEX FORMAT', only: 'request', read: readReplace('replace-pathq') }],
  ['replace-uri', { args: 'REGEX FORMAT', only: 'request', read: readReplace('replace-uri') }],
  ['set-status', { args: 'N [reason TEXT]', only: 'response', read: readStatus }],
  ['set-var', { args: '(NAME) EXPRESSION', read: readSetVariable }],
  ['set-var-fmt', { args: '(NAME) FORMAT', read: readFormatVariable }],
  ['unset-var', { args: '(NAME)', read: readUnsetVariable }],
  ['set-log-level', { args: 'LEVEL|silent', read: readLogLevel }],
]);

/** Actions of HAProxy 2.6 and later that are not here. */
const REFUSED: readonly string[] = (
  'add-acl auth cache-store cache-use capture del-acl del-map disable-l7-retry do-log do-resolve early-hint ' +
  'normalize-uri pause reject sc-add-gpc sc-inc-gpc sc-inc-gpc0 sc-inc-gpc1 sc-set-gpt sc-set-gpt0 send-spoe-group ' +
  'set-bandwidth-limit set-bc-mark set-bc-tos set-dst set-dst-port set-fc-mark set-fc-tos set-map set-mark set-nice ' +
  'set-priority-class set-priority-offset set-retries set-src set-src-port set-timeout set-tos silent-drop strict-mode ' +
  'track-sc track-sc0 track-sc1 track-sc2 use-service wait-for-body wait-for-handshake'
).split(' ');

const NEED = { needsHttp: 'warning', state: 'supported' } as const;

export const HTTP_RULE_ROWS: readonly Entry<ProxyDraft>[] = [
  {
    keyword: 'http-request',
    args: 'ACTION [if|unless CONDITION]',
    manual: '4.2',
    sections: 'DFLB',
    ...NEED,
    read: (line, proxy) => addRule(line, proxy, 'request'),
  },
  {
    keyword: 'http-response',
    args: 'ACTION [if|unless CONDITION]',
    manual: '4.2',
    sections: 'DFLB',
    ...NEED,
    read: (line, proxy) => addRule(line, proxy, 'response'),
  },
  {
    keyword: 'redirect',
    args: `KIND TO [PARAM…] [if|unless CONDITION]`,
    manual: '4.2',
    sections: 'FLB',
    ...NEED,
    read: addRedirect,
  },
];

/** What stands after `http-request` or `http-response`; null after an alert. */
export function readHttpRule(line: Line, side: SampleSide): Mutable<HttpRule> | null {
  const word = line.take('an action');
  if (word === null) return null;
  const [, name = word, , argument = null] = /^([^(]*)(\((.*)\))?$/s.exec(word) ?? [];
  const row = ACTIONS.get(name);
  if (row === undefined || (row.only !== undefined && row.only !== side)) return refuse(line, name, side);
  line.usage = `${line.keyword} ${name} ${row.args} [if|unless CONDITION]`;
  const action = row.read(line, side, argument);
  const condition = action === null ? undefined : takeCondition(line);
  return action === null || condition === undefined ? null : { action, condition };
}

/** What stands after `redirect`; null after an alert. */
function readRedirectRule(line: Line): Mutable<HttpRule> | null {
  const redirect = readRedirect(line, null);
  const condition = redirect === null ? undefined : takeCondition(line);
  return redirect === null || condition === undefined
    ? null
    : { action: { kind: 'redirect', redirect }, condition };
}

function refuse(line: Line, name: string, side: SampleSide): null {
  const message = `'${line.keyword} ${shown(name)}'`;
  if (REFUSED.includes(name) || name.startsWith('lua.')) {
    line.alert('unsupported-keyword', `${message} is not supported in this version`, KNOWN_HINT);
    return null;
  }
  const possible = [...ACTIONS].filter(([, row]) => row.only === undefined || row.only === side);
  const names = possible.map(([one]) => one);
  line.alert(
    'unknown-keyword',
    `${message} is no action`,
    didYouMean(name, names) ?? `one of: ${names.join(', ')}`,
  );
  return null;
}

const KNOWN_HINT = 'docs/manual/language.md lists the actions';

// --- Adding ------------------------------------------------------------------------------------------------------

function addRule(line: Line, proxy: ProxyDraft, side: SampleSide): void {
  if (refuseInAnonymousDefaults(line, proxy)) return;
  const rule = readHttpRule(line, side);
  if (rule === null) return;
  const rules = side === 'request' ? proxy.http.requestRules : proxy.http.responseRules;
  if (side === 'request') warnOfOrder(line, proxy, ['redirect', 'use_backend', 'use-server']);
  noteWords(line, proxy.said, `${line.keyword}/${rules.length}`, rule.condition?.length ?? 0);
  rules.push(rule);
}

/** Where its place is told is settled with the list it ends in (`../inherit.ts`). */
function addRedirect(line: Line, proxy: ProxyDraft): void {
  const rule = readRedirectRule(line);
  if (rule === null) return;
  warnOfOrder(line, proxy, ['use_backend', 'use-server']);
  noteWords(line, proxy.said, `redirect/${proxy.redirects.length}`, rule.condition?.length ?? 0);
  proxy.redirects.push(rule);
}

/** Rules are looked at in the order of their kinds, whatever the order of their lines (reference 16.4). */
function warnOfOrder(line: Line, proxy: ProxyDraft, later: readonly string[]): void {
  const before = later.find((one) => proxy.own.has(one));
  if (before === undefined) return;
  const message = `a '${line.keyword}' rule placed after a '${before}' rule is still looked at before it`;
  line.warning('rule-order', message, 'move it up', placeOf(line.statement, 0));
}

// --- Actions -----------------------------------------------------------------------------------------------------

/** HAProxy answers a denied request with 403, a denied response with 502. */
function readDeny(line: Line, side: SampleSide): Action | null {
  const reply = readDenial(line, side === 'request' ? 403 : 502, side);
  return reply === null ? null : { kind: 'deny', reply };
}

function readTarpit(line: Line, side: SampleSide): Action | null {
  const reply = readDenial(line, 500, side);
  return reply === null ? null : { kind: 'tarpit', reply };
}

function readReturnAction(line: Line, side: SampleSide): Action | null {
  const reply = readReturn(line, side);
  return reply === null ? null : { kind: 'return', reply };
}

function readRedirectAction(line: Line, side: SampleSide): Action | null {
  const redirect = readRedirect(line, side);
  return redirect === null ? null : { kind: 'redirect', redirect };
}

function readHeader(kind: 'set-header' | 'add-header'): ActionRow['read'] {
  return (line, side) => {
    const name = takeHeaderName(line);
    const format = name === null ? null : takeFormat(line, 'a format', side);
    return name === null || format === null ? null : { kind, name, format };
  };
}

function readDeleteHeader(line: Line): Action | null {
  const name = line.take('the name of a header');
  if (name === null) return null;
  if (line.peek() !== '-m') return { kind: 'del-header', name, match: 'str' };
  line.takeOptional();
  const match = line.takeOneOf('a way to match', MATCHES);
  return match === null ? null : { kind: 'del-header', name, match };
}

function readReplaceHeader(kind: 'replace-header' | 'replace-value'): ActionRow['read'] {
  return (line, side) => {
    const name = takeHeaderName(line);
    const pattern = name === null ? null : takePattern(line);
    const format = pattern === null ? null : takeFormat(line, 'a format', side);
    return name === null || pattern === null || format === null ? null : { kind, name, pattern, format };
  };
}

function readSet(kind: 'set-method' | 'set-path' | 'set-pathq' | 'set-query' | 'set-uri'): ActionRow['read'] {
  return (line, side) => {
    const format = takeFormat(line, 'a format', side);
    return format === null ? null : { kind, format };
  };
}

function readReplace(kind: 'replace-path' | 'replace-pathq' | 'replace-uri'): ActionRow['read'] {
  return (line, side) => {
    const pattern = takePattern(line);
    const format = pattern === null ? null : takeFormat(line, 'a format', side);
    return pattern === null || format === null ? null : { kind, pattern, format };
  };
}

function readStatus(line: Line): Action | null {
  const status = line.takeInteger('a status', 100, 999);
  if (status === null) return null;
  if (line.peek() !== 'reason') return { kind: 'set-status', status, reason: null };
  line.takeOptional();
  const reason = line.take('a text');
  return reason === null ? null : { kind: 'set-status', status, reason };
}

function readSetVariable(line: Line, side: SampleSide, argument: string | null): Action | null {
  const variable = takeVariable(line, argument);
  const expression = variable === null ? null : takeExpression(line, side);
  return variable === null || expression === null ? null : { kind: 'set-var', variable, expression };
}

function readFormatVariable(line: Line, side: SampleSide, argument: string | null): Action | null {
  const variable = takeVariable(line, argument);
  const format = variable === null ? null : takeFormat(line, 'a format', side);
  return variable === null || format === null ? null : { kind: 'set-var-fmt', variable, format };
}

function readUnsetVariable(line: Line, _side: SampleSide, argument: string | null): Action | null {
  const variable = takeVariable(line, argument);
  return variable === null ? null : { kind: 'unset-var', variable };
}

/** Stands in the word of the action, which has been taken. */
function takeVariable(line: Line, argument: string | null): string | null {
  const variable = parseVariable(argument ?? '');
  if (variable.ok) return variable.value;
  line.alert(variable.code as 'invalid-name', `'${line.keyword}': ${variable.problem}`, variable.hint);
  return null;
}

function readLogLevel(line: Line): Action | null {
  const level = line.takeOneOf('a level of the log', [...LOG_LEVELS, 'silent']);
  return level === null ? null : { kind: 'set-log-level', level };
}
