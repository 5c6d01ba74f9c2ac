/**
 * The table of `log-format` aliases (manual 8.2.6): each writes one value of a session's record.
 *
 * Not here: what only requests have (`http-aliases.ts`), reading a format (`format.ts`).
 */
import * as net from 'node:net';
import type { HttpAlias, TcpAlias } from '../../config/log-format.ts';
import type { SessionRecord } from '../session.ts';
import { count, growing, text, textValue, time } from './alias.ts';
import type { Alias, LogContext } from './alias.ts';
import { milliseconds } from './dates.ts';
import {
  REQUEST_ALIASES,
  capturedApart,
  capturedTogether,
  handshakeMs,
  totalMs,
  transferMs,
  userMs,
} from './http-aliases.ts';
import { terminationLetters } from './letters.ts';

export type { Alias, LogContext } from './alias.ts';

/** Numbers that `+X` turns into at least `digits` hexadecimal digits. */
function hexCount(digits: number, read: (record: SessionRecord, context: LogContext) => number): Alias {
  return (record, context, flags) => {
    const value = read(record, context);
    return flags.hex ? value.toString(16).toUpperCase().padStart(digits, '0') : String(value);
  };
}

/** An address; empty stands for a unix socket, null for none. */
function address(read: (record: SessionRecord) => string | null): Alias {
  return (record, _context, flags) => {
    const value = read(record);
    if (value === '') return textValue('unix', flags);
    if (value === null) return flags.quote ? '""' : '-';
    return flags.hex ? hexAddress(value) : textValue(value, flags);
  };
}

function port(
  read: (record: SessionRecord) => number,
  present: (record: SessionRecord) => boolean = () => true,
): Alias {
  return (record, _context, flags) => {
    if (!present(record)) return flags.quote ? '""' : '-';
    return flags.hex ? hexByte(read(record), 4) : String(read(record));
  };
}

function hexByte(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** `127.0.0.1` as `7F000001`, an IPv6 address as its 32 digits. */
function hexAddress(value: string): string {
  if (net.isIPv4(value))
    return value
      .split('.')
      .map((part) => hexByte(Number(part), 2))
      .join('');
  const [head = '', tail = ''] = embeddedIpv4AsHex(value).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  return [...left, ...zeros, ...right].map((group) => group.toUpperCase().padStart(4, '0')).join('');
}

/** `::ffff:1.2.3.4` as `::ffff:0102:0304`. */
function embeddedIpv4AsHex(value: string): string {
  const colon = value.lastIndexOf(':');
  const last = value.slice(colon + 1);
  if (!net.isIPv4(last)) return value;
  const digits = hexAddress(last);
  return `${value.slice(0, colon + 1)}${digits.slice(0, 4)}:${digits.slice(4)}`;
}

/** By name, without the `%`. */
export const ALIASES: Readonly<Record<TcpAlias | HttpAlias, Alias>> = {
  ...REQUEST_ALIASES,
  B: growing((record) => record.bytesOut),
  U: count((record) => record.bytesIn),
  H: text((_record, context) => context.hostname),
  ID: text(() => null),
  ST: count(({ http }) => http?.status ?? 0),
  T: (record, context) => context.dates.gmt(record.acceptedWallMs),
  Tl: (record, context) => context.dates.local(record.acceptedWallMs),
  Ts: hexCount(4, (record) => Math.floor(record.acceptedWallMs / 1000)),
  t: (record, context) => context.dates.withMilliseconds(record.acceptedWallMs),
  ms: (record, _context, flags) =>
    flags.hex ? hexByte(Math.floor(record.acceptedWallMs) % 1000, 2) : milliseconds(record.acceptedWallMs),
  Tc: time((record) => record.connectMs),
  Td: time(transferMs),
  Th: time(handshakeMs),
  Tt: growing(totalMs),
  Tu: growing(userMs),
  Tw: time((record) => record.queueMs),
  ac: count((record) => record.processSessions),
  fc: count((record) => record.frontendSessions),
  bc: count((record) => record.backendSessions),
  sc: count((record) => record.serverSessions),
  rc: (record) => `${record.redispatched ? '+' : ''}${record.retries}`,
  sq: count((record) => record.serverQueuePosition),
  bq: count((record) => record.backendQueuePosition),
  b: text((record) => record.backendName),
  f: text((record) => record.frontendName),
  ft: text(({ frontendName, tlsVersion }) => (tlsVersion === null ? frontendName : `${frontendName}~`)),
  s: text((record) => record.serverName ?? '<NOSRV>'),
  ci: address((record) => record.clientAddress),
  cp: port((record) => record.clientPort),
  fi: address((record) => record.frontendAddress),
  fp: port((record) => record.frontendPort),
  bi: address((record) => record.sourceAddress),
  bp: port(
    (record) => record.sourcePort,
    (record) => record.sourceAddress !== null,
  ),
  si: address((record) => record.serverAddress),
  sp: port(
    (record) => record.serverPort,
    (record) => record.serverAddress !== null,
  ),
  lc: hexCount(4, (_record, context) => context.loggedCount),
  pid: hexCount(4, (_record, context) => context.pid),
  rt: hexCount(4, (record) => record.id),
  ts: (record) => terminationLetters(record.ending),
  tsc: ({ ending, http }) => terminationLetters(ending) + (http?.persistence ?? '--'),
  sslc: text((record) => record.tlsCipher),
  sslv: text((record) => record.tlsVersion),
  hr: capturedTogether((http) => http.requestHeaders),
  hs: capturedTogether((http) => http.responseHeaders),
  hrl: capturedApart((http) => http.requestHeaders),
  hsl: capturedApart((http) => http.responseHeaders),
};
