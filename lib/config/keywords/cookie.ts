/**
 * `cookie`: clients stay with their server by a cookie (HAProxy manual 4.2 "cookie").
 *
 * Not here: the servers' values (`server-params.ts`), cookies of messages (`../../http/`).
 */
import { COOKIE_DEFAULTS } from '../defaults.ts';
import type { Mutable, ProxyDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import type { CookieConfig } from '../rules.ts';
import { failed, parsed, shown } from '../units.ts';
import type { Parsed } from '../units.ts';
import type { Entry } from './entry.ts';

type Cookie = Mutable<CookieConfig>;

const MODES = ['rewrite', 'insert', 'prefix'] as const;

/** Words that switch something on, and what. */
const FLAGS = {
  indirect: 'indirect',
  nocache: 'nocache',
  postonly: 'postonly',
  preserve: 'preserve',
  httponly: 'httpOnly',
  secure: 'secure',
} as const;

export const COOKIE_ROWS: readonly Entry<ProxyDraft>[] = [
  {
    keyword: 'cookie',
    args:
      'NAME [rewrite|insert|prefix] [indirect] [nocache] [postonly] [preserve] [httponly] [secure] [domain NAME]… ' +
      '[maxidle TIME] [maxlife TIME] [attr TEXT]…',
    manual: '4.2',
    sections: 'DLB',
    needsHttp: 'warning',
    state: 'supported',
    read: (line, proxy) => {
      proxy.backend.httpBackend.cookie = readCookie(line) ?? proxy.backend.httpBackend.cookie;
    },
  },
];

/** What stands after `cookie`; null after an alert. */
export function readCookie(line: Line): Cookie | null {
  const name = line.takeParsed('the name of a cookie', parseCookieName);
  if (name === null) return null;
  const cookie: Cookie = { name, ...structuredClone(COOKIE_DEFAULTS as Mutable<typeof COOKIE_DEFAULTS>) };
  const modes: string[] = [];
  for (let word = line.takeOptional(); word !== undefined; word = line.takeOptional()) {
    const mode = MODES.find((one) => one === word);
    if (mode === undefined) {
      if (!readWord(line, word, cookie)) return null;
      continue;
    }
    modes.push(mode);
    cookie.mode = mode;
    if (modes.length === 1) continue;
    line.alert(
      'invalid-value',
      `'cookie': '${modes.join("' and '")}' cannot go together`,
      'keep one of them',
    );
    return null;
  }
  const fault = cookieFault(cookie);
  if (fault === null) return cookie;
  line.alert('invalid-value', `'cookie': ${fault}`, "e.g. 'insert indirect'");
  return null;
}

/** Words that cannot stand in one `cookie` line; null: they can. */
export function cookieFault({ mode, indirect, preserve }: CookieConfig): string | null {
  if (mode === 'rewrite' && indirect) return "'rewrite' and 'indirect' cannot go together";
  return preserve && mode !== 'insert' && !indirect ? "'preserve' needs 'insert' or 'indirect'" : null;
}

/** False after an alert. */
function readWord(line: Line, word: string, cookie: Cookie): boolean {
  switch (word) {
    case 'domain': {
      const domain = line.take('a domain');
      if (domain !== null) cookie.domains.push(domain);
      return domain !== null;
    }
    case 'attr': {
      const attribute = line.takeParsed('an attribute', parseAttribute);
      if (attribute !== null) cookie.attributes.push(attribute);
      return attribute !== null;
    }
    case 'maxidle': {
      const span = takeSpan(line);
      cookie.maxIdleMs = span ?? 0;
      return span !== null;
    }
    case 'maxlife': {
      const span = takeSpan(line);
      cookie.maxLifeMs = span ?? 0;
      return span !== null;
    }
  }
  if (word === 'dynamic') {
    const why = "give each server its value: 'server … cookie VALUE'";
    line.alert('unsupported-value', "'cookie … dynamic' is not supported", why);
    return false;
  }
  const flag = Object.entries(FLAGS).find(([one]) => one === word);
  if (flag !== undefined) {
    cookie[flag[1]] = true;
    return true;
  }
  const known = [...MODES, ...Object.keys(FLAGS), 'domain', 'maxidle', 'maxlife', 'attr'];
  line.alert(
    'unexpected-argument',
    `'cookie' has no parameter '${shown(word)}'`,
    `one of: ${known.join(', ')}`,
  );
  return false;
}

/** HAProxy counts whole seconds and rounds up. */
function takeSpan(line: Line): number | null {
  const span = line.takeSpanMs('a time in seconds or with a unit');
  return span === null ? null : Math.ceil(span / 1000) * 1000;
}

/** RFC 6265 4.1.1: a token. HAProxy takes any word, which no client would send back. */
function parseCookieName(text: string): Parsed<string> {
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text)) return parsed(text);
  return failed('invalid-name', `'${shown(text)}' is no name of a cookie`);
}

/** `SameSite=None`; no `;` and no control characters, as in HAProxy. */
function parseAttribute(text: string): Parsed<string> {
  if (/^[ -:<-~]+$/.test(text)) return parsed(text);
  return failed('invalid-value', `'${shown(text)}' cannot stand in a cookie`);
}
