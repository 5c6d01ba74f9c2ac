/**
 * The columns of the page for people, in the groups of HAProxy's page.
 *
 * Not here: how cells are written (`html.ts`).
 */
import type { StatField, StatRow } from './fields.ts';
import { amount, grouped, lasting } from './html-text.ts';

export interface Column {
  readonly title: string;
  /** Shown where the pointer rests on the title; no quotes. */
  readonly meaning: string;
  readonly numeric: boolean;
  /** Not escaped yet; empty: does not apply. */
  readonly read: (row: StatRow) => string;
  /** More about one value; not escaped yet. */
  readonly hint: ((row: StatRow) => string) | null;
}

function number(field: StatField, title: string, meaning: string, hint: Column['hint'] = null): Column {
  return written(field, title, meaning, grouped, hint);
}

function written(
  field: StatField,
  title: string,
  meaning: string,
  write: (value: number) => string,
  hint: Column['hint'] = null,
): Column {
  return {
    title,
    meaning,
    numeric: true,
    hint,
    read: (row) => {
      const value = row[field];
      return typeof value === 'number' ? write(value) : (value ?? '');
    },
  };
}

function text(
  title: string,
  meaning: string,
  read: (row: StatRow) => string,
  hint: Column['hint'] = null,
): Column {
  return { title, meaning, numeric: false, read, hint };
}

const limit = (value: number): string => (value === 0 ? '' : grouped(value));
const since = (value: number): string => (value < 0 ? 'never' : lasting(value));

/** Of a row in mode http: answers by class, times. */
function requests(row: StatRow): string {
  if (row.hrsp_2xx === undefined) return '';
  const classes = (['1xx', '2xx', '3xx', '4xx', '5xx', 'other'] as const).map(
    (one) => `${one}: ${row[`hrsp_${one}`] ?? 0}`,
  );
  return [`requests: ${row.req_tot ?? 0}`, ...classes].join(', ');
}

function times(row: StatRow): string {
  if (row.ttime === undefined) return '';
  const { qtime = 0, ctime = 0, rtime = 0, ttime } = row;
  return `averages of the last 1024: queue ${qtime} ms, connect ${ctime} ms, answer ${rtime} ms, whole ${ttime} ms`;
}

function check(row: StatRow): string {
  if (row.check_status === undefined) return '';
  const code = row.check_code === undefined ? '' : `/${row.check_code}`;
  return `${row.check_status}${code} in ${row.check_duration ?? 0} ms`;
}

function statusText(row: StatRow): string {
  const lasts = row.lastchg === undefined ? '' : `, ${lasting(Number(row.lastchg))}`;
  return `${row.status ?? ''}${lasts}`;
}

export const GROUPS: readonly { readonly title: string; readonly columns: readonly Column[] }[] = [
  {
    title: 'Queue',
    columns: [
      number('qcur', 'Now', 'waiting'),
      number('qmax', 'Max', 'most that have waited'),
      written('qlimit', 'Limit', 'maxqueue', limit),
    ],
  },
  {
    title: 'Session rate',
    columns: [
      number('rate', 'Now', 'in the last second'),
      number('rate_max', 'Max', 'most in one second'),
      written('rate_lim', 'Limit', 'rate-limit sessions', limit),
    ],
  },
  {
    title: 'Sessions',
    columns: [
      number('scur', 'Now', 'held'),
      number('smax', 'Max', 'most held at once'),
      written('slim', 'Limit', 'maxconn; of a backend fullconn', limit),
      number('stot', 'Total', 'begun; in mode http requests, of a frontend connections', requests),
      number('lbtot', 'Chosen', 'times chosen by the algorithm', times),
      written('lastsess', 'Last', 'time since the last one', since),
    ],
  },
  {
    title: 'Bytes',
    columns: [written('bin', 'In', 'from clients', amount), written('bout', 'Out', 'to clients', amount)],
  },
  {
    title: 'Denied',
    columns: [
      number('dreq', 'Req', 'requests a rule refused'),
      number('dresp', 'Resp', 'answers a rule held back'),
    ],
  },
  {
    title: 'Errors',
    columns: [
      number('ereq', 'Req', 'requests that could not be read'),
      number('econ', 'Conn', 'connections that failed'),
      number('eresp', 'Resp', 'failures after the connection stood'),
    ],
  },
  {
    title: 'Warnings',
    columns: [
      number('wretr', 'Retr', 'connections tried again'),
      number('wredis', 'Redis', 'moved to another server'),
    ],
  },
  {
    title: 'State',
    columns: [
      text('Status', 'and for how long', statusText),
      text('Last check', 'what it found', check, (row) => String(row.last_chk ?? '')),
      number('weight', 'Wght', 'weight in force'),
      number('act', 'Act', 'active servers, or is one'),
      number('bck', 'Bck', 'backup servers, or is one'),
      number('chkfail', 'Chk', 'checks failed while up'),
      number('chkdown', 'Dwn', 'times it went down'),
      written('downtime', 'Downtime', 'in all', lasting),
      written('throttle', 'Thrtl', 'share of the weight during slow start', (value) => `${value} %`),
    ],
  },
];

export const COLUMNS: readonly Column[] = GROUPS.flatMap(({ columns }) => columns);
