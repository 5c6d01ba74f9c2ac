/**
 * Aliases that only requests have (manual 8.2.6), and what some others say about a request.
 *
 * Not here: aliases of connections (`aliases.ts`), how values are written (`alias.ts`).
 */
import type { HttpAlias, ValueFlags } from '../../config/log-format.ts';
import type { HttpRecord, SessionRecord } from '../session.ts';
import {
  encodedControls,
  encodedHeader,
  encodedLine,
  flagged,
  growing,
  text,
  textValue,
  time,
} from './alias.ts';
import type { Alias } from './alias.ts';

/** In place of what could not be read. */
const UNREADABLE = '<BADREQ>';

/** True for a request whose head was never understood, or never came. */
export function unreadable(http: HttpRecord): boolean {
  return http.method === '';
}

/** A part of the start line. An empty part is written as nothing. */
function part(read: (http: HttpRecord) => string): Alias {
  return ({ http }, _context, flags) =>
    flagged(http === null || unreadable(http) ? UNREADABLE : encodedLine(read(http)), flags);
}

function startLine({ method, target, version }: HttpRecord): string {
  return `${method} ${target} ${version}`;
}

function beforeQuery(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

/** Question mark included; empty: there is none. */
function query(target: string): string {
  const mark = target.indexOf('?');
  return mark < 0 ? '' : target.slice(mark);
}

/** The path alone; empty for `*` and the target of CONNECT. */
function path(target: string): string {
  const whole = beforeQuery(target).replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '');
  return whole.startsWith('/') ? whole : '';
}

/** When the request's first byte came. */
function requestWallMs(record: SessionRecord): number {
  return record.acceptedWallMs + sinceAcceptMs(record.http);
}

function sinceAcceptMs(http: HttpRecord | null): number {
  return http === null ? 0 : Math.max(0, http.handshakeMs) + Math.max(0, http.idleMs);
}

/** Until the end of the request's headers, idle time included. */
function untilRequestMs({ http }: SessionRecord): number {
  return http === null || http.requestMs < 0 ? -1 : sinceAcceptMs(http) + http.requestMs;
}

/** By name, without the `%`. */
export const REQUEST_ALIASES: Readonly<Record<HttpAlias, Alias>> = {
  HM: part((http) => http.method),
  HP: part((http) => beforeQuery(http.target)),
  HPO: part((http) => path(http.target)),
  HQ: part((http) => query(http.target)),
  HU: part((http) => http.target),
  HV: part((http) => http.version),
  r: part(startLine),
  tr: (record, context) => context.dates.withMilliseconds(requestWallMs(record)),
  trg: (record, context) => context.dates.gmt(requestWallMs(record)),
  trl: (record, context) => context.dates.local(requestWallMs(record)),
  Ta: growing(({ http }) => http?.activeMs ?? 0),
  Ti: time(({ http }) => http?.idleMs ?? 0),
  Tq: time(untilRequestMs),
  TQ: time(untilRequestMs),
  Tr: time(({ http }) => http?.responseMs ?? -1),
  TR: time(({ http }) => http?.requestMs ?? -1),
  CC: text(({ http }) => cookie(http?.requestCookie)),
  CS: text(({ http }) => cookie(http?.responseCookie)),
};

function cookie(value: string | null | undefined): string | null {
  return value === null || value === undefined ? null : encodedControls(value);
}

// --- what aliases of connections say about a request ----------------------------------------------------------------

/** `%Th`. */
export function handshakeMs({ http }: SessionRecord): number {
  return http === null ? 0 : Math.max(0, http.handshakeMs);
}

/** `%Tt`: from the accept, or the end of the request before, to the end. */
export function totalMs({ http, totalMs: sessionMs }: SessionRecord): number {
  return http === null ? sessionMs : sinceAcceptMs(http) + http.activeMs;
}

/** `%Tu`: the same without the time in which nothing was asked. */
export function userMs(record: SessionRecord): number {
  return record.http === null ? record.totalMs : handshakeMs(record) + record.http.activeMs;
}

/** `%Td`: from the connection to the end; of a request, from the headers of the answer. */
export function transferMs({ http, queueMs, connectMs, totalMs: sessionMs }: SessionRecord): number {
  const reachedMs = http === null ? connectMs : http.responseMs;
  if (reachedMs < 0) return -1;
  const beforeMs = Math.max(0, queueMs) + Math.max(0, connectMs);
  if (http === null) return Math.max(0, sessionMs - beforeMs);
  return Math.max(0, http.activeMs - Math.max(0, http.requestMs) - beforeMs - http.responseMs);
}

type Captures = (http: HttpRecord) => readonly (string | null)[];

function captured({ http }: SessionRecord, read: Captures): readonly (string | null)[] {
  return http === null || unreadable(http) ? [] : read(http);
}

/** `%hr`, `%hs`: `{a.example|}`; nothing where none are captured. */
export function capturedTogether(read: Captures): Alias {
  return (record, _context, flags) => {
    const values = captured(record, read);
    if (values.length === 0) return '';
    return flagged(`{${values.map((value) => encodedHeader(value ?? '')).join('|')}}`, flags);
  };
}

/** `%hrl`, `%hsl`: `a.example -`. */
export function capturedApart(read: Captures): Alias {
  return (record, _context, flags) =>
    captured(record, read)
      .map((value) => textValue(value === null ? null : encodedHeader(value), flags))
      .join(' ');
}

/** What an expression of the format gave. */
export function sampleValue(value: string | undefined, flags: ValueFlags): string {
  return textValue(value === undefined ? null : encodedControls(value), flags);
}
