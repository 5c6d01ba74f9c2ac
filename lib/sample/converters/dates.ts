/**
 * Times as text: `http_date`, `ltime`, `utime` (HAProxy manual 7.3.1).
 *
 * Sources: RFC 9110 5.6.7 (IMF-fixdate), `strftime(3)` in the C locale.
 */
import { ofInt } from '../convert.ts';
import type { ConverterMaker } from '../convert.ts';
import { numberArgument, textArgument } from '../fetch.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A date's parts in one zone. */
interface Parts {
  readonly year: number;
  /** From 0. */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  /** From 1. */
  readonly dayOfYear: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly unixS: number;
  /** Minutes east of UTC. */
  readonly offsetMinutes: number;
}

function utcParts(unixS: number, offsetMinutes = 0): Parts {
  const date = new Date((unixS + offsetMinutes * 60) * 1000);
  const year = date.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    dayOfYear: Math.floor((date.getTime() - Date.UTC(year, 0, 1)) / 86_400_000) + 1,
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    unixS,
    offsetMinutes,
  };
}

function localParts(unixS: number): Parts {
  return utcParts(unixS, -new Date(unixS * 1000).getTimezoneOffset());
}

function pad(value: number, width = 2, filler = '0'): string {
  return String(value).padStart(width, filler);
}

function zone({ offsetMinutes }: Parts): string {
  const size = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`;
}

const DIRECTIVES: Readonly<Record<string, (parts: Parts) => string>> = {
  a: ({ weekday }) => (DAYS[weekday] ?? '').slice(0, 3),
  A: ({ weekday }) => DAYS[weekday] ?? '',
  b: ({ month }) => (MONTHS[month] ?? '').slice(0, 3),
  B: ({ month }) => MONTHS[month] ?? '',
  C: ({ year }) => pad(Math.floor(year / 100)),
  d: ({ day }) => pad(day),
  e: ({ day }) => pad(day, 2, ' '),
  h: ({ month }) => (MONTHS[month] ?? '').slice(0, 3),
  H: ({ hour }) => pad(hour),
  I: ({ hour }) => pad(hour % 12 || 12),
  j: ({ dayOfYear }) => pad(dayOfYear, 3),
  m: ({ month }) => pad(month + 1),
  M: ({ minute }) => pad(minute),
  n: () => '\n',
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  s: ({ unixS }) => String(unixS),
  S: ({ second }) => pad(second),
  t: () => '\t',
  u: ({ weekday }) => String(weekday || 7),
  w: ({ weekday }) => String(weekday),
  y: ({ year }) => pad(year % 100),
  Y: ({ year }) => String(year),
  z: zone,
  '%': () => '%',
};

/** Directives that stand for several. */
const SHORT_FORMS: Readonly<Record<string, string>> = {
  c: '%a %b %e %H:%M:%S %Y',
  D: '%m/%d/%y',
  F: '%Y-%m-%d',
  r: '%I:%M:%S %p',
  R: '%H:%M',
  T: '%H:%M:%S',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/** A directive nobody knows stays as it is written. */
function formatted(format: string, parts: Parts): string {
  return format.replace(/%(.)/gs, (whole, letter: string) => {
    const long = SHORT_FORMS[letter];
    return long === undefined ? (DIRECTIVES[letter]?.(parts) ?? whole) : formatted(long, parts);
  });
}

function strftime(partsOf: (unixS: number) => Parts): ConverterMaker {
  return (args) => {
    const format = textArgument(args, 0);
    const offset = numberArgument(args, 1);
    return ofInt((value) => (isDate(value + offset) ? formatted(format, partsOf(value + offset)) : null));
  };
}

const UNITS_PER_SECOND: Readonly<Record<string, number>> = { s: 1, ms: 1000, us: 1_000_000 };

/** `http_date([offset[,unit]])`. */
const httpDate: ConverterMaker = (args) => {
  const offset = numberArgument(args, 0);
  const perSecond = UNITS_PER_SECOND[textArgument(args, 1)] ?? 1;
  return ofInt((value) => {
    const unixS = Math.floor((value + offset) / perSecond);
    return isDate(unixS) ? formatted('%a, %d %b %Y %T GMT', utcParts(unixS)) : null;
  });
};

/** What `Date` can hold. */
function isDate(unixS: number): boolean {
  return Math.abs(unixS) <= 8_640_000_000_000 - 86_400;
}

export const DATE_CONVERTERS: Readonly<Record<string, ConverterMaker>> = {
  http_date: httpDate,
  ltime: strftime(localParts),
  utime: strftime((unixS) => utcParts(unixS)),
};
