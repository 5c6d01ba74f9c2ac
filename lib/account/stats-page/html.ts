/**
 * Figures as a page for people: a table per proxy with the columns of HAProxy's page. No scripts, nothing loaded from elsewhere; light or
 * dark as the reader's system is.
 *
 * Not here: the figures (`rows.ts`), the looks (`style.ts`).
 */
import type { StatsConfig } from '../../config/rules.ts';
import { COLUMNS, GROUPS, type Column } from './columns.ts';
import { ROW_TYPES } from './fields.ts';
import type { ProxyRows, StatRow } from './fields.ts';
import { escaped, lasting } from './html-text.ts';
import type { PageOptions, StatsSource } from './page.ts';
import { STYLE } from './style.ts';

/** The whole page. Every name and text of the configuration or of servers is escaped. */
export function statsHtml(
  source: StatsSource,
  proxies: readonly ProxyRows[],
  config: StatsConfig,
  options: PageOptions,
): string {
  const title = config.showNode === null ? 'Statistics' : `Statistics of ${nodeName(source, config)}`;
  const refresh =
    config.refreshS > 0 && options.refreshes
      ? `<meta http-equiv="refresh" content="${config.refreshS}">\n`
      : '';
  return (
    `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n` +
    `<meta name="viewport" content="width=device-width, initial-scale=1">\n${refresh}` +
    `<title>${escaped(title)}</title>\n<style>\n${STYLE}</style>\n</head>\n<body>\n` +
    `<header>\n<h1>${escaped(title)}</h1>\n${about(source, config)}${processFacts(source)}` +
    `${navigation(config, options)}</header>\n<main>\n` +
    `${proxies.map((proxy) => section(proxy, config)).join('')}</main>\n${LEGEND}</body>\n</html>\n`
  );
}

function nodeName(source: StatsSource, { showNode }: StatsConfig): string {
  return showNode === null || showNode === '' ? source.nodeName : showNode;
}

function about({ version, description }: StatsSource, config: StatsConfig): string {
  const parts: string[] = [];
  if (!config.hideVersion) parts.push(`sluice ${version}`);
  if (config.showDescription !== null) parts.push(config.showDescription || description);
  const text = parts.filter((part) => part !== '').join(', ');
  return text === '' ? '' : `<p class="about">${escaped(text)}</p>\n`;
}

function processFacts({ view, pid }: StatsSource): string {
  const facts: readonly (readonly [string, string])[] = [
    ['pid', String(pid)],
    ['up for', lasting(Math.floor(view.uptimeMs / 1000))],
    ['threads', String(view.threadCount)],
    ['sessions', `${view.sessionsNow} of ${view.maxconn}`],
    ['sessions a second', `${view.sessionRateNow}, at most ${view.sessionRateMax}`],
    ['sessions in all', String(view.sessionsTotal)],
    ['state', view.stopping ? 'stopping' : 'running'],
  ];
  const items = facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`);
  return `<dl>\n${items.join('\n')}\n</dl>\n`;
}

function navigation({ uri, refreshS }: StatsConfig, options: PageOptions): string {
  const link = (suffix: string, text: string): string =>
    `<a href="${escaped(uri + suffix)}">${escaped(text)}</a>`;
  const links = [
    options.hideDown ? link('', 'Show all servers') : link(';up', 'Hide servers that are down'),
    link(options.hideDown ? ';up' : '', 'Load anew'),
    link(';csv', 'CSV'),
    link(';json', 'JSON'),
  ];
  if (refreshS > 0) links.push(options.refreshes ? link(';norefresh', 'Do not load anew by itself') : '');
  const scope =
    `<form method="get" action="${escaped(uri)}"><label>Proxies with ` +
    `<input name="scope" size="12" value="${escaped(options.scope)}"> in their name</label></form>`;
  return `<nav>\n${links.filter((one) => one !== '').join('\n')}\n${scope}\n</nav>\n`;
}

function section({ name, mode, description, rows }: ProxyRows, config: StatsConfig): string {
  const id = escaped(encodeURIComponent(name));
  const note = config.showDescription !== null && description !== null ? ` ${escaped(description)}` : '';
  const algorithm = rows.find((row) => row.algo !== undefined)?.algo;
  const balance = algorithm === undefined ? '' : `, ${escaped(String(algorithm))}`;
  return (
    `<section id="${id}">\n<h2><a href="#${id}">${escaped(name)}</a> <small>${mode}${balance}${note}</small></h2>\n` +
    `<div class="wide"><table>\n<thead>\n${HEADS}</thead>\n<tbody>\n${rows.map(tableRow).join('')}</tbody>\n</table></div>\n</section>\n`
  );
}

const HEADS =
  `<tr><th rowspan="2" scope="col">Name</th>${GROUPS.map(
    ({ title, columns }) => `<th colspan="${columns.length}" scope="colgroup">${title}</th>`,
  ).join('')}</tr>\n` +
  `<tr>${COLUMNS.map(
    ({ title, meaning, numeric }) =>
      `<th scope="col"${numeric ? '' : ' class="text"'} title="${meaning}">${title}</th>`,
  ).join('')}</tr>\n`;

function tableRow(row: StatRow): string {
  const cells = COLUMNS.map((column) => cell(row, column)).join('');
  const legend = [row.addr, row.cookie === undefined ? undefined : `cookie ${row.cookie}`]
    .filter((one) => one !== undefined)
    .join(', ');
  const title = legend === '' ? '' : ` title="${escaped(legend)}"`;
  return `<tr class="${rowClass(row)}"><th scope="row"${title}>${escaped(String(row.svname))}</th>${cells}</tr>\n`;
}

function cell(row: StatRow, { read, numeric, hint }: Column): string {
  const text = read(row);
  const note = hint?.(row) ?? '';
  const title = note === '' ? '' : ` title="${escaped(note)}"`;
  return `<td${numeric ? '' : ' class="text"'}${title}>${escaped(text)}</td>`;
}

/** The kind of row, and of a server its state. */
function rowClass({ type, status, act }: StatRow): string {
  if (type === ROW_TYPES.frontend) return 'frontend';
  if (type === ROW_TYPES.listener) return 'listener';
  const word = String(status);
  const state = stateClass(word);
  if (type === ROW_TYPES.backend) return `backend ${state}`;
  return `server ${state}${act === 1 ? '' : ' backup'}`;
}

function stateClass(word: string): string {
  if (word === 'no check') return 'unchecked';
  if (word.startsWith('MAINT')) return 'maint';
  if (word.startsWith('DRAIN') || word.startsWith('NOLB')) return 'drain';
  if (word.startsWith('DOWN')) return word.includes('/') ? 'rising' : 'down';
  return word.includes('/') ? 'falling' : 'up';
}

const LEGEND = `<footer>
<span class="up">up</span> <span class="falling">up, going down</span> <span class="rising">down, going up</span>
<span class="down">down</span> <span class="unchecked">not checked</span> <span class="drain">takes no new clients</span>
<span class="maint">maintenance</span>
</footer>
`;
