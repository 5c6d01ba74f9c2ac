/**
 * The page of statistics (manual 4.2 "stats enable"): what an address asks for, and which proxies it may see.
 *
 *     ''           the page for people             ;csv   as CSV      ;json   as JSON
 *     ;up          without servers that are down   ;no-maint   without those in maintenance
 *     ;norefresh   does not load itself anew       ?scope=web   proxies with that in their name
 *
 * Not here: who may ask, HTTP (`../../http/stats.ts`), the layout (`html.ts`).
 */
import type { StatsConfig } from '../../config/rules.ts';
import type { ProcessView } from '../views.ts';
import { statsCsv, statsJson } from './csv.ts';
import { ROW_TYPES, type ProxyRows, type StatRow } from './fields.ts';
import { statsHtml } from './html.ts';
import { statRows, type StatsMoment } from './rows.ts';

/** All that a page shows. */
export interface StatsSource extends StatsMoment {
  readonly view: ProcessView;
  readonly version: string;
  readonly pid: number;
  /** `node` of the section `global`, or the machine's name. */
  readonly nodeName: string;
  /** `description` of the section `global`; empty: none. */
  readonly description: string;
}

export interface StatsPage {
  readonly contentType: string;
  readonly body: string;
}

/** What the end of the address says. */
export interface PageOptions {
  readonly form: 'html' | 'csv' | 'json';
  readonly hideDown: boolean;
  readonly hideMaint: boolean;
  readonly refreshes: boolean;
  /** Shown are proxies with this in their name. */
  readonly scope: string;
}

/** `suffix`: what follows the page's own address, e.g. `;csv;norefresh`. Words nobody knows are passed over. */
export function pageOptions(suffix: string): PageOptions {
  const [path = '', query = ''] = suffix.split('?', 2);
  const words = new Set(path.split(';'));
  return {
    form: words.has('csv') ? 'csv' : words.has('json') ? 'json' : 'html',
    hideDown: words.has('up'),
    hideMaint: words.has('no-maint'),
    refreshes: !words.has('norefresh'),
    scope: new URLSearchParams(query).get('scope') ?? '',
  };
}

/** `proxyName`: whose page it is. */
export function statsPage(
  source: StatsSource,
  config: StatsConfig,
  proxyName: string,
  suffix: string,
): StatsPage {
  const options = pageOptions(suffix);
  const own = new Set(config.scope.map((name) => (name === '.' ? proxyName : name)));
  const proxies = statRows(source, config.showLegends)
    .filter(({ name }) => (own.size === 0 || own.has(name)) && name.includes(options.scope))
    .map((proxy) => visible(proxy, options));
  switch (options.form) {
    case 'csv':
      return { contentType: 'text/plain', body: statsCsv(proxies) };
    case 'json':
      return { contentType: 'application/json', body: statsJson(proxies) };
    case 'html':
      return {
        contentType: 'text/html; charset=utf-8',
        body: statsHtml(source, proxies, config, options),
      };
  }
}

function visible(proxy: ProxyRows, { hideDown, hideMaint }: PageOptions): ProxyRows {
  const hidden = ({ type, status }: StatRow): boolean => {
    const word = String(status);
    if (type !== ROW_TYPES.server) return false;
    return (hideDown && word.startsWith('DOWN')) || (hideMaint && word.startsWith('MAINT'));
  };
  return { ...proxy, rows: proxy.rows.filter((row) => !hidden(row)) };
}
