/**
 * What stands in a cookie of `insert` mode: a server's value, and with `maxidle` or `maxlife` when the client was seen last and first
 * (manual 4.2 "cookie").
 *
 *     aa|awNH9|awNBU     last seen, first seen: five digits of base 64 each, in units of four seconds since 1970
 *
 * Not here: what follows from it (`persistence.ts`).
 */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const LENGTH = 5;
const UNIT_S = 4;
/** A clock may be wrong by a day; a cookie from later than that is not believed. */
const FUTURE_S = 24 * 60 * 60;

/** Seconds since 1970; 0: not given. */
export interface SeenTimes {
  readonly lastS: number;
  readonly firstS: number;
}

export const NEVER_SEEN: SeenTimes = { lastS: 0, firstS: 0 };

export function splitDated(value: string): { readonly server: string; readonly seen: SeenTimes } {
  const [server = '', last = '', first = ''] = value.split('|', 3);
  // Without a last time there may be a first one: each stands in its place.
  return { server, seen: { lastS: seconds(last), firstS: seconds(first) } };
}

/** Rounded up, so that a cookie that was made now is not one of the past. */
export function dateText(atS: number): string {
  let units = Math.floor((atS + UNIT_S - 1) / UNIT_S);
  let text = '';
  for (let digit = 0; digit < LENGTH; digit += 1) {
    text = (DIGITS[units % 64] ?? '') + text;
    units = Math.floor(units / 64);
  }
  return text;
}

/** Whether `limitMs` has passed since `atS`, or that time is too far in the future; not where either is not given. */
export function outlived(atS: number, limitMs: number, nowS: number): boolean {
  if (limitMs === 0 || atS === 0) return false;
  const ageS = nowS - atS;
  return ageS > limitMs / 1000 || ageS < -FUTURE_S;
}

/** What is no date is none. */
function seconds(text: string): number {
  if (text.length < LENGTH) return 0;
  let units = 0;
  for (const character of text.slice(0, LENGTH)) {
    const digit = DIGITS.indexOf(character);
    if (digit < 0) return 0;
    units = units * 64 + digit;
  }
  return units * UNIT_S;
}
