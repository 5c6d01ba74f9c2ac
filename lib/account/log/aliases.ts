/**
 * The table of `log-format` aliases that have a meaning in TCP mode (manual 8.2.6): each writes one value of a session's
 * record. What each prints with which flag was taken from HAProxy 2.6 (`test/account/log/format.test.ts` has its lines).
 *
 * Not here: reading a format (`format.ts`).
 */
import * as net from 'node:net';
import type { TcpAlias, ValueFlags } from '../../config/log-format.ts';
import type { SessionRecord } from '../session.ts';
import { milliseconds } from './dates.ts';
import type { LogDates } from './dates.ts';
import { terminationLetters } from './letters.ts';

/** What a line says beyond the session itself. */
export interface LogContext {
  readonly pid: number;
  readonly hostname: string;
  readonly dates: LogDates;
  /** Lines this frontend has logged before (`%lc`). */
  readonly loggedCount: number;
  /** `option logasap`: the session goes on, totals are lower bounds and carry a `+`. */
  readonly early: boolean;
}

export type Alias = (record: SessionRecord, context: LogContext, flags: ValueFlags) => string;

/** Text: `-` (or `""`) stands for nothing. */
function text(read: (record: SessionRecord, context: LogContext) => string | null): Alias {
  return (record, context, flags) => textValue(read(record, context), flags);
}

function textValue(value: string | null, flags: ValueFlags): string {
  if (value === null || value === '') return flags.quote ? '""' : '-';
  const safe = flags.escape ? value.replace(/[\\"\]]/g, '\\$&') : value;
  return flags.quote ? `"${safe}"` : safe;
}

/** Numbers are never quoted. */
function count(read: (record: SessionRecord, context: LogContext) => number): Alias {
  return (record, context) => String(read(record, context));
}

/** Numbers that `+X` turns into at least `digits` hexadecimal digits. */
function hexCount(digits: number, read: (record: SessionRecord, context: LogContext) => number): Alias {
  return (record, context, flags) => {
    const value = read(record, context);
    return flags.hex ? value.toString(16).toUpperCase().padStart(digits, '0') : String(value);
  };
}

function time(read: (record: SessionRecord) => number): Alias {
  return (record) => String(wholeMs(read(record)));
}

/** Totals that are still growing when the line is written early. */
function growing(read: (record: SessionRecord) => number): Alias {
  return (record, context) => `${context.early ? '+' : ''}${wholeMs(read(record))}`;
}

/** HAProxy counts whole milliseconds; -1 stays -1. */
function wholeMs(value: number): number {
  return Math.floor(value);
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

/** Data transfer: from the connection to the end. */
function dataMs(record: SessionRecord): number {
  if (record.connectMs < 0) return -1;
  return Math.max(0, record.totalMs - record.connectMs - Math.max(0, record.queueMs));
}

const nothing: Alias = () => '';

/** By name, without the `%`. */
export const ALIASES: Readonly<Record<TcpAlias, Alias>> = {
  B: growing((record) => record.bytesOut),
  U: count((record) => record.bytesIn),
  H: text((_record, context) => context.hostname),
  ID: text(() => null),
  ST: count(() => 0),
  T: (record, context) => context.dates.gmt(record.acceptedWallMs),
  Tl: (record, context) => context.dates.local(record.acceptedWallMs),
  Ts: hexCount(4, (record) => Math.floor(record.acceptedWallMs / 1000)),
  t: (record, context) => context.dates.withMilliseconds(record.acceptedWallMs),
  ms: (record, _context, flags) =>
    flags.hex ? hexByte(Math.floor(record.acceptedWallMs) % 1000, 2) : milliseconds(record.acceptedWallMs),
  Tc: time((record) => record.connectMs),
  Td: time(dataMs),
  Th: count(() => 0),
  Tt: growing((record) => record.totalMs),
  Tu: growing((record) => record.totalMs),
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
  ft: text((record) => record.frontendName),
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
  tsc: (record) => `${terminationLetters(record.ending)}--`,
  sslc: text(() => null),
  sslv: text(() => null),
  hr: nothing,
  hs: nothing,
  hrl: nothing,
  hsl: nothing,
};
