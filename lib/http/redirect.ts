/**
 * Redirections: `redirect`, `http-request redirect`, `http-response redirect` (manual 4.2).
 *
 * Not here: `errorloc` (`error-pages.ts`).
 */
import type { Redirect } from '../config/rules.ts';
import { configBytes, valueText } from '../message/byte-text.ts';
import { type LocalReply, localReply } from './local-reply.ts';
import { type RequestHead, targetOf, targetParts } from '../message/message.ts';
import type { RuleContext, RuleTools } from './rule.ts';

const REASONS: Readonly<Record<Redirect['code'], string>> = {
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
};

/** What the browser may keep. */
const PERMANENT = new Set<number>([301, 308]);

/** Null of the result: `ignore-empty`, and the location is. */
export function compileRedirect(
  redirect: Redirect,
  { engine, direction }: Pick<RuleTools, 'engine' | 'direction'>,
): (context: RuleContext) => LocalReply | null {
  const format = engine.format(configBytes(redirect.format), direction);
  const cookie = cookieLine(redirect);
  return ({ source, record }) => {
    const text = format(source, record);
    // As in HAProxy, where the other kinds always have something to say.
    if (redirect.ignoreEmpty && redirect.kind === 'location' && text === '') return null;
    const location = valueText(locationOf(redirect, text, source.request));
    const lines = ['content-length', '0', 'location', location];
    if (!PERMANENT.has(redirect.code)) lines.push('cache-control', 'no-cache');
    if (cookie !== null) lines.push('set-cookie', cookie);
    return localReply({ status: redirect.code, reason: REASONS[redirect.code], lines });
  };
}

/** Where to; `text` is the location, prefix or scheme. */
function locationOf(redirect: Redirect, text: string, request: RequestHead | null): string {
  if (redirect.kind === 'location' || request === null) return text;
  const rest = restOf(request.target, redirect);
  if (redirect.kind === 'scheme') return `${text}://${request.headers.get('host') ?? ''}${rest}`;
  // `redirect prefix /` is the same place again, e.g. to leave a cookie.
  return redirect.format === '/' ? rest : text + rest;
}

function restOf(target: string, { dropQuery, appendSlash }: Redirect): string {
  const { path, query } = targetParts(target);
  const place = path === '*' || path === '' ? '/' : path;
  const rest = targetOf({ origin: '', path: place, query: dropQuery ? null : query });
  return appendSlash && !rest.endsWith('/') ? `${rest}/` : rest;
}

/** The last one that was written stands in the rule; a cookie to clear wins. */
function cookieLine({ setCookie, clearCookie }: Redirect): string | null {
  if (clearCookie !== null) return valueText(`${configBytes(clearCookie)}; path=/; Max-Age=0;`);
  return setCookie === null ? null : valueText(`${configBytes(setCookie)}; path=/;`);
}
