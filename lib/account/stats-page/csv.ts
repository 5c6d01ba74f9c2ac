/**
 * Figures as HAProxy's CSV (management guide 9.1), and as JSON.
 *
 * Not here: the figures (`rows.ts`).
 */
import { STAT_FIELDS } from './fields.ts';
import type { ProxyRows, StatRow } from './fields.ts';

/** Begins with `# `, and every line ends with a comma, as there. */
export function statsCsv(proxies: readonly ProxyRows[]): string {
  const rows = proxies.flatMap((proxy) => proxy.rows.map(csvLine));
  return `# ${[...STAT_FIELDS, '-'].join(',')},\n${rows.join('')}\n`;
}

function csvLine(row: StatRow): string {
  return `${STAT_FIELDS.map((field) => csvValue(row[field])).join(',')},-,\n`;
}

function csvValue(value: string | number | undefined): string {
  if (value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const OBJECTS = ['Frontend', 'Backend', 'Server', 'Listener'];

/** A list per row of `{objType, proxyId, id, field: {pos, name}, processNum, value: {type, value}}`; HAProxy has `tags` beside. */
export function statsJson(proxies: readonly ProxyRows[]): string {
  return JSON.stringify(proxies.flatMap(({ rows }) => rows.map(jsonRow)));
}

function jsonRow(row: StatRow): object[] {
  return STAT_FIELDS.flatMap((name, pos) => {
    const value = row[name];
    if (value === undefined) return [];
    const type = typeof value === 'string' ? 'str' : value < 0 ? 's32' : 'u64';
    return [
      {
        objType: OBJECTS[Number(row.type)],
        proxyId: row.iid,
        id: row.sid,
        field: { pos, name },
        processNum: 1,
        value: { type, value },
      },
    ];
  });
}
