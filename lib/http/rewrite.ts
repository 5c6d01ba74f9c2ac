/**
 * Changes of a request's target and of headers, as pure functions: paths, queries, authorities, patterns with back-references
 * (manual 4.2 `http-request set-path`, `replace-path`, `replace-header`, ...).
 *
 * Where HAProxy sends what is no request, such as a path without a slash or with a blank, these refuse it or write `%20`.
 *
 * Not here: when it is done (`actions.ts`).
 */
import { bare, targetText, valueText } from '../message/byte-text.ts';
import type { Headers } from '../message/headers.ts';
import { type RequestHead, targetOf, targetParts } from '../message/message.ts';

export type TargetPart = 'path' | 'pathq' | 'query' | 'uri';

/** `*`, a path, or a URI with its scheme. */
const TARGET = /^(?:\*$|\/|[a-z][a-z0-9+.-]*:\/\/[^/?#]+(?:[/?]|$))/i;

/** That part of a target, as `replace-path` and its kin see it; null: the target has none. */
export function targetPart(target: string, part: TargetPart): string | null {
  if (part === 'uri') return target;
  const { path, query } = targetParts(target);
  if (path === '') return null;
  if (part === 'path') return path;
  if (part === 'query') return query;
  return targetOf({ origin: '', path, query });
}

/** The request with another path, query or URI; false: it would be no request, and nothing is changed. */
export function setTargetPart(head: RequestHead, part: TargetPart, text: string): boolean {
  const target = targetWith(head.target, part, targetText(text));
  if (!TARGET.test(target)) return false;
  head.target = target;
  if (part === 'uri') hostFollowsTarget(head);
  return true;
}

function targetWith(target: string, part: TargetPart, text: string): string {
  const parts = targetParts(target);
  switch (part) {
    case 'uri':
      return text;
    case 'path':
      return targetOf({ origin: slashed(parts.origin, text), path: text, query: parts.query });
    case 'pathq':
      return slashed(parts.origin, text) + text;
    case 'query':
      // A question mark that stands there stays, even before nothing.
      return targetOf({ ...parts, query: text === '' && parts.query === null ? null : text });
  }
}

/** Behind an origin a text without a slash would become a part of the authority. */
function slashed(origin: string, text: string): string {
  return text.startsWith('/') ? origin : '';
}

/** The server is asked for the authority of an absolute target; a `Host` that says another one would be a second opinion. */
function hostFollowsTarget(head: RequestHead): void {
  const { origin } = targetParts(head.target);
  if (origin === '') return;
  const authority = origin.slice(origin.indexOf('://') + 3);
  head.headers.replace('host', () => authority);
}

/** The same the other way, after `Host` has been changed. */
export function targetFollowsHost(head: RequestHead): void {
  const parts = targetParts(head.target);
  const host = head.headers.get('host');
  if (parts.origin === '' || host === null || host === '') return;
  const origin = parts.origin.slice(0, parts.origin.indexOf('://') + 3) + targetText(host);
  head.target = targetOf({ ...parts, origin });
}

/**
 * What stands in place of a match: `\0` to `\9` are its groups (empty where there is none), `\x41` is a byte, `\c` the character itself.
 */
export function expandReferences(text: string, groups: RegExpMatchArray): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:([0-9])|x([0-9a-fA-F]{2})|(.))/gs,
    (_whole, digit?: string, hex?: string, other?: string) => {
      if (digit !== undefined) return groups[Number(digit)] ?? '';
      return hex === undefined ? (other ?? '') : String.fromCharCode(Number.parseInt(hex, 16));
    },
  );
}

/** The whole value for which the pattern finds something anywhere in it is replaced. */
export function replacedValue(value: string, pattern: RegExp, replacement: string): string {
  const groups = pattern.exec(value);
  return groups === null ? value : valueText(expandReferences(replacement, groups));
}

/** The same with each element of a comma-separated value; blanks around a replaced one go. */
export function replacedElements(value: string, pattern: RegExp, replacement: string): string {
  return splitElements(value)
    .map((element) => {
      const inner = bare(element);
      return inner !== '' && pattern.test(inner) ? replacedValue(inner, pattern, replacement) : element;
    })
    .join(',');
}

/** As they stand there, blanks and all. */
function splitElements(value: string): string[] {
  const elements: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at];
    if (character === '"') quoted = !quoted;
    else if (character === '\\' && quoted) at += 1;
    else if (character === ',' && !quoted) {
      elements.push(value.slice(start, at));
      start = at + 1;
    }
  }
  elements.push(value.slice(start));
  return elements;
}

/** Removes the lines whose name fits; names and `match` in lower case but for `reg`. */
export function deleteHeaders(headers: Headers, how: 'str' | 'beg' | 'end' | 'sub', match: string): void {
  if (how === 'str') headers.delete(match);
  else headers.deleteWhere((name) => NAME_TESTS[how](name, match));
}

const NAME_TESTS = {
  beg: (name: string, match: string) => name.startsWith(match),
  end: (name: string, match: string) => name.endsWith(match),
  sub: (name: string, match: string) => name.includes(match),
} as const;
