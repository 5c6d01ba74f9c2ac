/**
 * Words to numbers and back: times, sizes, integers (manual 2.4 "Time format", 2.5 "Size format").
 *
 * Not here: which keyword takes which unit and range (`keywords.ts`), addresses (`address.ts`).
 * HAProxy reads many integers with C's `atol` and takes `maxconn abc` for 0; here such a word is a fault.
 */

/**
 * What became of one piece of text. A failure holds a sentence without a final stop that names the text
 * (`unexpected character 'x' in '5x'`), a stable code, and a way out or null.
 */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: string; readonly code: string; readonly hint: string | null };

/** The failing half of `Parsed`, so that a caller can pass it on. */
export type Failed = Extract<Parsed<never>, { readonly ok: false }>;

/** Makes a `Parsed` that succeeded. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** Makes a `Parsed` that failed. */
export function failed(code: string, problem: string, hint: string | null = null): Failed {
  return { ok: false, problem, code, hint };
}

export type TimeUnit = 'us' | 'ms' | 's';

/** Largest time: 2^31 - 1 ms, about 24.8 days. */
export const TIME_MAX_MS = 2 ** 31 - 1;

/** Largest time that no timer has to keep (the life of a cookie), 2^31 - 1 seconds: about 68 years. */
export const SPAN_MAX_MS = (2 ** 31 - 1) * 1_000;

/** Largest size: 2^32 - 1 bytes. */
export const SIZE_MAX_BYTES = 2 ** 32 - 1;

const microsecondsPer: ReadonlyMap<string, bigint> = new Map([
  ['us', 1n],
  ['ms', 1_000n],
  ['s', 1_000_000n],
  ['m', 60_000_000n],
  ['h', 3_600_000_000n],
  ['d', 86_400_000_000n],
]);

/** What people write in other programs' files. */
const wrongUnits: ReadonlyMap<string, string> = new Map([
  ['sec', 's'],
  ['secs', 's'],
  ['min', 'm'],
  ['mins', 'm'],
  ['hour', 'h'],
  ['hours', 'h'],
  ['day', 'd'],
  ['days', 'd'],
]);

const msPerPrintedUnit = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/**
 * A time in whole milliseconds, rounded up: `'10s'` is 10000, `'1us'` is 1. Without a unit the number counts
 * `defaultUnit`. Range 0 to `maxMs`.
 * Codes: `invalid-time`, `time-overflow`.
 */
export function parseTimeMs(text: string, defaultUnit: TimeUnit, maxMs = TIME_MAX_MS): Parsed<number> {
  const digits = /^[0-9]*/.exec(text)?.[0] ?? '';
  const unit = text.slice(digits.length);
  if (digits === '') return notATime(text);
  const factor = microsecondsPer.get(unit === '' ? defaultUnit : unit);
  if (factor === undefined) {
    const stray = firstCharacter(unit.replace(/^(?:us|ms|[smhd])(?=.)/s, ''));
    return failed(
      'invalid-time',
      `unexpected character '${stray}' in '${shown(text)}'`,
      timeHint(digits, unit),
    );
  }
  // Longer than any time, and `BigInt` of a megabyte of digits would take its time.
  if (digits.replace(/^0+/, '').length > 20) return timeOverflow(text, maxMs);
  const ms = (BigInt(digits) * factor + 999n) / 1_000n;
  return ms > BigInt(maxMs) ? timeOverflow(text, maxMs) : parsed(Number(ms));
}

function notATime(text: string): Failed {
  const hint = text.startsWith('-')
    ? 'a time cannot be negative; 0 means no limit'
    : "write a whole number and a unit: us, ms, s, m, h or d, e.g. '30s'";
  return failed('invalid-time', `'${shown(text)}' is not a time`, hint);
}

function timeOverflow(text: string, maxMs: number): Failed {
  const days = maxMs / 86_400_000;
  return failed(
    'time-overflow',
    `timer overflow in '${shown(text)}' (maximum value is ${maxMs} ms or ~${Math.floor(days * 10) / 10} days)`,
    `the longest time in whole days is '${Math.floor(days)}d'; 0 means no limit`,
  );
}

function timeHint(digits: string, unit: string): string {
  if (unit.startsWith('.'))
    return "times have no decimals; use a smaller unit, e.g. '1500ms' for 1.5 seconds";
  if (/^(?:us|ms|[smhd])[0-9]/.test(unit)) return "one number and one unit only, e.g. '90m' for 1h30m";
  const lowered = unit.toLowerCase();
  if (unit !== lowered && microsecondsPer.has(lowered))
    return `units are lower case: '${shown(digits + lowered)}'`;
  const short = wrongUnits.get(lowered);
  if (short !== undefined) return `did you mean '${shown(digits + short)}'?`;
  return 'the units are us, ms, s, m, h and d';
}

/** The shortest text for a time: `30000` is `'30s'`, `1500` is `'1500ms'`, `0` is `'0'`. Inverse of `parseTimeMs`. */
export function printTimeMs(ms: number): string {
  if (ms === 0) return '0';
  for (const [unit, size] of msPerPrintedUnit) {
    if (ms % size === 0) return `${ms / size}${unit}`;
  }
  return `${ms}ms`;
}

/**
 * True for a number without unit from 1 to 99: almost always seconds were meant where milliseconds are counted
 * (HAProxy 3.x warns about it).
 */
export function isSuspiciouslySmallTime(text: string): boolean {
  return /^0*[1-9][0-9]?$/.test(text);
}

/**
 * A size in bytes: a whole number with an optional `k`, `m` or `g` (1024-based, either case): `'16k'` is 16384.
 * Range 0 to `SIZE_MAX_BYTES`.
 * Codes: `invalid-size`, `size-overflow`.
 */
export function parseSizeBytes(text: string): Parsed<number> {
  const match = /^([0-9]+)([kmg]?)$/i.exec(text);
  if (match === null) {
    const stray = /^[0-9]+(?:[kmg](?=.))?/isu.exec(text)?.[0];
    const problem =
      stray === undefined
        ? `'${shown(text)}' is not a size`
        : `unexpected character '${firstCharacter(text.slice(stray.length))}' in '${shown(text)}'`;
    return failed(
      'invalid-size',
      problem,
      "write a whole number of bytes, or one with k, m or g, e.g. '16k'",
    );
  }
  const power = ' kmg'.indexOf((match[2] ?? '').toLowerCase() || ' ');
  const bytes = Number(match[1]) * 1024 ** power;
  if (bytes > SIZE_MAX_BYTES) {
    return failed('size-overflow', `'${shown(text)}' is above the largest size, ${SIZE_MAX_BYTES} bytes`);
  }
  return parsed(bytes);
}

/**
 * A whole number within `min` and `max`, both included; a leading `-` or `+` is taken where `min` is negative.
 * Codes: `invalid-number`, `number-out-of-range`.
 */
export function parseInteger(
  text: string,
  range: { readonly min: number; readonly max: number },
): Parsed<number> {
  const { min, max } = range;
  if (!/^[-+]?[0-9]+$/.test(text)) {
    const stray = /^[-+]?[0-9]+/.exec(text)?.[0];
    const problem =
      stray === undefined
        ? `'${shown(text)}' is not a whole number`
        : `unexpected character '${firstCharacter(text.slice(stray.length))}' in '${shown(text)}'`;
    return failed('invalid-number', problem, rangeHint(min, max));
  }
  const value = Number(text);
  if (value < min || value > max || (min >= 0 && !/^[0-9]/.test(text))) {
    return failed('number-out-of-range', `'${shown(text)}' is not ${within(min, max)}`, rangeHint(min, max));
  }
  // `-0` would print as `0` but not equal it.
  return parsed(value === 0 ? 0 : value);
}

function within(min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER ? `a number from ${min} upwards` : `within ${min} and ${max}`;
}

function rangeHint(min: number, max: number): string {
  return max >= Number.MAX_SAFE_INTEGER
    ? `write a whole number from ${min} upwards`
    : `write a whole number from ${min} to ${max}`;
}

function firstCharacter(text: string): string {
  return String.fromCodePoint(text.codePointAt(0) ?? 0x20);
}

/** Operators' text inside a message, cut so that one long word cannot fill a screen. */
export function shown(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
