/**
 * `stats …` of proxies: the page with counters (HAProxy manual 4.2, reference 14.7). Any of these lines brings the page; the
 * first one of a section starts anew, whatever `defaults` said, as in HAProxy.
 *
 * Not here: the page (`../../http/`), `stats` lines of `global` (`global-known.ts`).
 */
import { STATS_DEFAULTS } from '../defaults.ts';
import type { Mutable, ProxyDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import type { StatsConfig } from '../rules.ts';
import { failed, parsed, shown } from '../units.ts';
import type { Parsed } from '../units.ts';
import type { Entry } from './entry.ts';

type Stats = Mutable<StatsConfig>;

export const STATS_ROWS: readonly Entry<ProxyDraft>[] = [
  row('stats enable', '', 'off', () => {}),
  row('stats uri', 'PATH', STATS_DEFAULTS.uri, (line, stats) => {
    stats.uri = line.take('a path') ?? stats.uri;
  }),
  row('stats realm', 'TEXT', STATS_DEFAULTS.realm, (line, stats) => {
    stats.realm = line.takeRest('a text') ?? stats.realm;
  }),
  row('stats auth', 'USER:PASSWORD', 'everybody', (line, stats) => {
    const account = line.takeParsed('a user and a password', parseAccount);
    if (account !== null) stats.auth.push(account);
  }),
  row('stats refresh', 'TIME', '0 (never)', (line, stats) => {
    const span = line.takeSpanMs('a time in seconds or with a unit');
    stats.refreshS = span === null ? stats.refreshS : Math.ceil(span / 1000);
  }),
  row('stats hide-version', '', 'shown', (_line, stats) => {
    stats.hideVersion = true;
  }),
  row('stats scope', 'NAME|.', 'all', (line, stats) => {
    const name = line.take('the name of a proxy');
    if (name !== null) stats.scope.push(name);
  }),
  row('stats show-legends', '', 'off', (_line, stats) => {
    stats.showLegends = true;
  }),
  row('stats show-desc', '[TEXT]', 'off', (line, stats) => {
    stats.showDescription = line.peek() === undefined ? OF_GLOBAL : line.takeRest('a text');
  }),
  row('stats show-node', '[NAME]', 'off', (line, stats) => {
    stats.showNode =
      line.peek() === undefined ? OF_GLOBAL : line.takeParsed('the name of a machine', parseNode);
  }),
];

/** In place of a text: what `global` says, which may stand below (`../inherit.ts`). */
export const OF_GLOBAL = '';

function row(
  keyword: string,
  args: string,
  def: string,
  read: (line: Line, stats: Stats) => void,
): Entry<ProxyDraft> {
  return {
    keyword,
    args,
    manual: '4.2',
    default: def,
    sections: 'DFLB',
    needsHttp: 'warning',
    state: 'supported',
    read: (line, proxy) => read(line, statsOf(proxy)),
  };
}

function statsOf(proxy: ProxyDraft): Stats {
  const started = [...proxy.own].some((keyword) => keyword.startsWith('stats '));
  const { stats } = proxy.http;
  if (started && stats !== null) return stats;
  const fresh: Stats = structuredClone(STATS_DEFAULTS as Stats);
  proxy.http.stats = fresh;
  return fresh;
}

/** HAProxy takes a user without a password too. */
function parseAccount(text: string): Parsed<string> {
  if (/^[^:]+:./s.test(text)) return parsed(text);
  return failed('invalid-value', `'${shown(text)}' is no user and password`, 'write USER:PASSWORD');
}

function parseNode(text: string): Parsed<string> {
  if (/^[A-Za-z0-9_-]+$/.test(text)) return parsed(text);
  return failed(
    'invalid-name',
    `'${shown(text)}' is no name of a machine`,
    'letters, digits, and any of _ -',
  );
}
