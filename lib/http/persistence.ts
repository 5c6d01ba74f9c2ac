/**
 * Cookie persistence of one backend (manual 4.2 "cookie", 8.5): which server a client's cookie asks for, and what is done to the
 * cookies of its request and of the response.
 *
 *     request                               response
 *     N  it has no such cookie              N  none was set, none is needed
 *     I  no server has that value           I  we have set one
 *     D  its server is down, or another     U  we have set it anew, with the same server: the dates were too old
 *        one was taken in the end           P  the server has set one, which is left alone
 *     V  it is valid, its server is taken   R  the server's was rewritten
 *     E  unused for longer than `maxidle`   D  the server's was taken out
 *     O  older than `maxlife`
 *     U  `use-server` has chosen already
 *
 * Not here: choosing a server otherwise, whether one is up.
 */
import type { CookieConfig } from '../config/rules.ts';
import { configBytes, valueText } from '../message/byte-text.ts';
import { cookiesOf, type RequestCookie, withoutCookies } from './cookies.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';
import { forbidSharedCaches } from './nocache.ts';
import { dateText, NEVER_SEEN, outlived, type SeenTimes, splitDated } from './persistence-value.ts';
import { type SetCookie, setCookieOf, setCookieText } from './set-cookie.ts';

type RequestLetter = 'N' | 'I' | 'D' | 'V' | 'E' | 'O' | 'U';
type ResponseLetter = 'N' | 'I' | 'U' | 'P' | 'R' | 'D';

/** What a request's cookie came to; goes along with the request, to `onResponse`. */
export interface PersistenceState {
  /** The server that is to be taken, by cookie or by `use-server`; null: any. */
  readonly server: string | null;
  readonly letter: RequestLetter;
  readonly seen: SeenTimes;
}

/** What `onRequest` has to know of the moment. */
export interface PersistenceMoment {
  /** What `use-server` has chosen. */
  readonly imposed: string | null;
  /** False: it is down or in maintenance. One that drains is up. */
  readonly serverUp: (server: string) => boolean;
  readonly wallMs: number;
}

/** The server that was taken in the end, and for what. */
export interface PersistenceOutcome {
  readonly server: string;
  readonly method: string;
  readonly wallMs: number;
}

export interface PersistentServer {
  readonly name: string;
  /** Null: no cookie stands for it. */
  readonly cookie: string | null;
}

export class CookiePersistence {
  readonly #cookie: CookieConfig;
  readonly #name: string;
  readonly #servers: readonly PersistentServer[];
  /** `option persist`. */
  readonly #evenIfDown: boolean;
  readonly #attributes: string;

  constructor(cookie: CookieConfig, servers: readonly PersistentServer[], evenIfDown: boolean) {
    this.#cookie = cookie;
    this.#name = configBytes(cookie.name);
    this.#servers = servers.map(({ name, cookie: value }) => ({
      name,
      cookie: value === null ? null : configBytes(value),
    }));
    this.#evenIfDown = evenIfDown;
    this.#attributes = attributesOf(cookie);
  }

  /** Reads the cookies of a request; takes out of it what the server is not to see. */
  onRequest(head: RequestHead, moment: PersistenceMoment): PersistenceState {
    let state: PersistenceState = { server: moment.imposed, letter: 'N', seen: NEVER_SEEN };
    const look = (header: string): string => {
      const own = cookiesOf(header).filter(({ name }) => name === this.#name);
      for (const cookie of own) state = this.#read(cookie.value, state, moment);
      return own.length === 0 ? header : this.#forServer(header, own);
    };
    head.headers.replace('cookie', look);
    head.headers.deleteWhere((name, value) => name === 'cookie' && value === '');
    return state;
  }

  /** Of several cookies of the name the first one that has a server counts. */
  #read(value: string, before: PersistenceState, moment: PersistenceMoment): PersistenceState {
    if (this.#cookie.mode === 'prefix') return this.#find(prefixOf(value), before, moment);
    const dated = splitDated(value);
    const nowS = Math.floor(moment.wallMs / 1000);
    const { maxLifeMs, maxIdleMs } = this.#cookie;
    if (outlived(dated.seen.firstS, maxLifeMs, nowS)) return { ...before, letter: 'O', seen: NEVER_SEEN };
    if (outlived(dated.seen.lastS, maxIdleMs, nowS)) return { ...before, letter: 'E', seen: NEVER_SEEN };
    return this.#find(dated.server, { ...before, seen: dated.seen }, moment);
  }

  #find(value: string, before: PersistenceState, moment: PersistenceMoment): PersistenceState {
    if (before.letter === 'V') return before;
    if (moment.imposed !== null) return { ...before, letter: 'U' };
    const named = value === '' ? [] : this.#servers.filter(({ cookie }) => cookie === value);
    if (named.length === 0) return before.letter === 'N' ? { ...before, letter: 'I' } : before;
    const up = named.find(({ name }) => moment.serverUp(name));
    if (up !== undefined) return { ...before, server: up.name, letter: 'V' };
    return { ...before, server: this.#evenIfDown ? (named[0]?.name ?? null) : null, letter: 'D' };
  }

  /** A request's header without what is ours. */
  #forServer(header: string, own: readonly RequestCookie[]): string {
    const { mode, indirect } = this.#cookie;
    if (mode === 'insert' && indirect) return withoutCookies(header, own);
    if (mode !== 'prefix') return header;
    let stripped = header;
    for (const { value, valueAt } of own.toReversed()) {
      const tilde = value.indexOf('~');
      if (tilde >= 0) stripped = stripped.slice(0, valueAt) + stripped.slice(valueAt + tilde + 1);
    }
    return stripped;
  }

  /** Sets, rewrites or takes out cookies of a response; gives the two letters for the log, e.g. `VN`. */
  onResponse(head: ResponseHead, state: PersistenceState, outcome: PersistenceOutcome): string {
    const direct = state.server === outcome.server;
    const own = this.#servers.find(({ name }) => name === outcome.server)?.cookie ?? null;
    const found = this.#onServersCookies(head, own, direct);
    const preserved = found !== 'N' && this.#cookie.preserve;
    const wanted = !preserved && this.#wantsCookie(state, direct, outcome);
    if (wanted) this.#insert(head, own, state.seen, outcome);
    const set: ResponseLetter = own !== null && direct ? 'U' : 'I';
    return this.#letters(this.#requestLetter(state, outcome.server), wanted ? set : found);
  }

  /** The letters of a request that no server has answered. */
  unanswered(state: PersistenceState): string {
    return this.#letters(state.letter, '-');
  }

  /** `cookie NAME` alone only reads; HAProxy says nothing of it. */
  #letters(request: RequestLetter, response: ResponseLetter | '-'): string {
    return this.#cookie.mode === 'passive' && !this.#cookie.indirect ? '--' : request + response;
  }

  #requestLetter(state: PersistenceState, server: string): RequestLetter {
    return state.letter === 'V' && server !== state.server ? 'D' : state.letter;
  }

  #onServersCookies(head: ResponseHead, own: string | null, direct: boolean): ResponseLetter {
    let letter: ResponseLetter = 'N';
    const { mode, indirect, preserve } = this.#cookie;
    const takenOut = !preserve && (mode === 'insert' || (direct && indirect));
    const rewritten = (mode === 'rewrite' || mode === 'prefix') && !preserve && !takenOut && own !== null;
    const changed = (cookie: SetCookie): string => {
      letter = takenOut ? 'D' : rewritten ? 'R' : 'P';
      if (!rewritten || own === null) return '';
      return setCookieText({ ...cookie, value: mode === 'prefix' ? `${own}~${cookie.value}` : own });
    };
    const kept = head.headers.all('set-cookie').map((header) => {
      const cookie = setCookieOf(header);
      if (cookie === null || cookie.name !== this.#name) return header;
      const text = changed(cookie);
      return letter === 'P' ? header : text;
    });
    if (letter === 'N' || letter === 'P') return letter;
    let at = 0;
    head.headers.replace('set-cookie', () => kept[at++] ?? '');
    if (takenOut) head.headers.deleteWhere((name, value) => name === 'set-cookie' && value === '');
    return letter;
  }

  #wantsCookie({ seen }: PersistenceState, direct: boolean, { method, wallMs }: PersistenceOutcome): boolean {
    const { mode, postonly, maxIdleMs, maxLifeMs } = this.#cookie;
    if (mode !== 'insert' || (postonly && method !== 'POST')) return false;
    if (!direct) return true;
    const nowS = Math.floor(wallMs / 1000);
    const stale = (maxIdleMs > 0 || seen.lastS > 0) && (seen.lastS === 0 || seen.lastS < nowS);
    // A first date where none is wanted is one of an older configuration, and the other way round.
    return stale || maxLifeMs > 0 !== seen.firstS > 0;
  }

  /** A client of a server that has no cookie loses the one it has. */
  #insert(head: ResponseHead, own: string | null, seen: SeenTimes, outcome: PersistenceOutcome): void {
    const value =
      own === null
        ? `=; Expires=Thu, 01-Jan-1970 00:00:01 GMT`
        : `=${this.#dated(own, seen, outcome.wallMs)}`;
    head.headers.add('set-cookie', valueText(`${this.#name}${value}; path=/${this.#attributes}`));
    if (this.#cookie.nocache) forbidSharedCaches(head, outcome.method);
  }

  #dated(server: string, { firstS }: SeenTimes, wallMs: number): string {
    const { maxIdleMs, maxLifeMs } = this.#cookie;
    if (maxIdleMs === 0 && maxLifeMs === 0) return server;
    const now = dateText(Math.floor(wallMs / 1000));
    if (maxLifeMs === 0) return `${server}|${now}`;
    return `${server}|${now}|${firstS === 0 ? now : dateText(firstS)}`;
  }
}

/** In HAProxy's order, whatever the order on the line. */
function attributesOf({ domains, httpOnly, secure, attributes }: CookieConfig): string {
  const parts = domains.map((domain) => `domain=${domain}`);
  if (httpOnly) parts.push('HttpOnly');
  if (secure) parts.push('Secure');
  return configBytes([...parts, ...attributes].map((part) => `; ${part}`).join(''));
}

/** Of `aa~session` it is `aa`; without a tilde it is all. */
function prefixOf(value: string): string {
  const tilde = value.indexOf('~');
  return tilde < 0 ? value : value.slice(0, tilde);
}
