/**
 * The `bind` line: addresses and the parameters that have an effect here (HAProxy manual 5.1, reference 3.1).
 *
 * Not here: opening sockets (`../../frontend/listener.ts`), TLS (`bind-tls.ts`), parameters only known and answered
 * (`params-known.ts`).
 */
import { parseBindAddresses } from '../address.ts';
import type { BindConfig } from '../config.ts';
import { newBind } from '../draft.ts';
import type { BindDraft, Mutable, ProxyDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import { BIND_TLS_ROWS, warnOfTlsWithoutSsl } from './bind-tls.ts';
import type { Entry } from './entry.ts';
import { BIND_KNOWN_ROWS } from './params-known.ts';
import { paramTable, readParams } from './params.ts';
import { parseMode } from './values.ts';

type Row = Entry<BindDraft>;
type Values = Mutable<BindConfig>;

const PARAMS: readonly Row[] = [
  text('name', 'NAME', (values, name) => {
    values.name = name;
  }),
  number('id', 'N', 1, (values, id) => {
    values.id = id;
  }),
  number('maxconn', 'N', 0, (values, maxconn) => {
    values.maxconn = maxconn;
  }),
  number('backlog', 'N', 0, (values, backlog) => {
    values.backlog = backlog;
  }),
  row('v4v6', '', (_line, { values }) => {
    values.v4v6 = true;
  }),
  row('v6only', '', (_line, { values }) => {
    values.v6only = true;
  }),
  row('mode', 'OCTAL', (line, { values }) => {
    values.mode = line.takeParsed('permissions', parseMode) ?? values.mode;
  }),
  text('user', 'NAME', (values, name) => {
    values.user = name;
  }),
  text('group', 'NAME', (values, name) => {
    values.group = name;
  }),
  number('uid', 'N', 0, (values, uid) => {
    values.uid = uid;
  }),
  number('gid', 'N', 0, (values, gid) => {
    values.gid = gid;
  }),
];

/** Every parameter of a `bind` line. */
export const BIND_ROWS: readonly Row[] = [...PARAMS, ...BIND_TLS_ROWS, ...BIND_KNOWN_ROWS];

/** `BIND_ROWS` by keyword. */
export const BIND_TABLE = paramTable(BIND_ROWS);

/** Reads `bind ADDR[,ADDR…] [PARAM…]` into the proxy. */
export function readBind(line: Line, proxy: ProxyDraft): void {
  const place = line.lastPlace();
  const addresses = line.takeAddress('an address and a port', parseBindAddresses);
  const bind = newBind();
  bind.said.set('bind', addresses === null ? place : line.lastPlace());
  readParams(line, bind, BIND_TABLE, 'bind');
  warnOfTlsWithoutSsl(line, bind);
  if (addresses === null) return;
  bind.values.addresses = structuredClone(addresses) as Values['addresses'];
  proxy.binds.push(bind);
}

function row(keyword: string, args: string, read: (line: Line, bind: BindDraft) => void): Row {
  return { keyword, args, manual: '5.1', state: 'supported', read };
}

function text(keyword: string, args: string, set: (values: Values, text: string) => void): Row {
  return row(keyword, args, (line, { values }) => {
    const word = line.take('a name');
    if (word !== null) set(values, word);
  });
}

function number(keyword: string, args: string, min: number, set: (values: Values, n: number) => void): Row {
  return row(keyword, args, (line, { values }) => {
    const value = line.takeInteger('a number', min);
    if (value !== null) set(values, value);
  });
}
