/**
 * Patterns of ACLs (manual 7.1.1 to 7.1.6): is a word one, and what operators before numbers mean.
 *
 * Not here: flags and files (`condition.ts`), matching (`../sample/patterns/`).
 */
import { isIPv4, isIPv6 } from 'node:net';
import { readRegex } from './regex.ts';
import { readHex } from './sample-arguments.ts';
import { shown } from './units.ts';

export type PatternOperator = 'eq' | 'ge' | 'gt' | 'le' | 'lt';

export interface NumberPatterns {
  readonly operator: PatternOperator;
  readonly patterns: readonly string[];
}

/** A pattern at fault; `index` counts from the first of the words. */
export interface PatternFault {
  readonly problem: string;
  readonly hint: string | null;
  readonly index: number;
}

const OPERATORS: readonly string[] = ['eq', 'ge', 'gt', 'le', 'lt'];

/**
 * Of `-m int` and `-m len`: numbers and ranges, with operators that hold until the next one. Where one operator stands before
 * plain numbers the words stay as they are; several, or one before a range, become ranges (`gt 3:9` is `4:9`, as in HAProxy).
 */
export function readNumberPatterns(words: readonly string[]): NumberPatterns | PatternFault {
  const found: { readonly operator: PatternOperator; readonly pattern: string }[] = [];
  let operator: PatternOperator = 'eq';
  for (const [index, word] of words.entries()) {
    if (isOperator(word)) {
      operator = word;
      continue;
    }
    const range = rangeOf(word);
    if (range === null) {
      const hint = 'write a number, a range (10:20, 10:, :20), or eq, ge, gt, le, lt before a number';
      return { problem: `'${shown(word)}' is not a number`, hint, index };
    }
    if (range.low > range.high) {
      return {
        problem: `'${shown(word)}' is not a valid number range`,
        hint: 'the lower one comes first',
        index,
      };
    }
    found.push({ operator, pattern: word });
  }
  const first = found[0]?.operator ?? 'eq';
  const plain = found.every(
    (one) => one.operator === first && (first === 'eq' || !one.pattern.includes(':')),
  );
  if (plain) return { operator: first, patterns: found.map((one) => one.pattern) };
  return { operator: 'eq', patterns: found.map((one) => rangeBehind(one.operator, one.pattern)) };
}

/** Null: the word is one. Of `found` and `bool`, which look at no pattern, every word is. */
export function patternProblem(
  match: string,
  word: string,
): { readonly problem: string; readonly hint: string | null } | null {
  if (match === 'ip') return networkProblem(word);
  const read = match === 'reg' ? readRegex(word) : match === 'bin' ? readHex(word) : null;
  return read === null || read.ok ? null : { problem: read.problem, hint: read.hint };
}

function isOperator(word: string): word is PatternOperator {
  return OPERATORS.includes(word);
}

/** `5`, `5:9`, `5:`, `:9`. */
function rangeOf(word: string): { readonly low: number; readonly high: number } | null {
  const match = /^(-?[0-9]{1,19})?(:)?(-?[0-9]{1,19})?$/.exec(word);
  const [, low, colon, high] = match ?? [];
  if (low === undefined && high === undefined) return null;
  if (colon === undefined)
    return low === undefined || high !== undefined ? null : { low: Number(low), high: Number(low) };
  return {
    low: low === undefined ? Number.NEGATIVE_INFINITY : Number(low),
    high: high === undefined ? Number.POSITIVE_INFINITY : Number(high),
  };
}

/** An operator moves or opens one end of what stands behind it. */
function rangeBehind(operator: PatternOperator, word: string): string {
  const [low = '', high = ''] = word.includes(':') ? word.split(':') : [word, word];
  const single = !word.includes(':');
  switch (operator) {
    case 'eq':
      return word;
    case 'ge':
      return single ? `${low}:` : word;
    case 'gt':
      return `${low === '' ? '' : Number(low) + 1}:${single ? '' : high}`;
    case 'le':
      return single ? `:${high}` : word;
    case 'lt':
      return `${single ? '' : low}:${high === '' ? '' : Number(high) - 1}`;
  }
}

/** Addresses, also in the short forms of `inet_aton`, with bits or a dotted mask (manual 7.1.6). */
function networkProblem(word: string): { readonly problem: string; readonly hint: string | null } | null {
  const [address = '', mask, ...more] = word.split('/');
  const bits = mask === undefined ? 0 : /^[0-9]{1,3}$/.test(mask) ? Number(mask) : -1;
  if (more.length === 0 && isIPv6(address) && !address.includes('%') && bits >= 0 && bits <= 128) return null;
  const masked = (bits >= 0 && bits <= 32) || isIPv4(mask ?? '');
  if (more.length === 0 && masked && isShortIPv4(address)) return null;
  const named = more.length === 0 && masked && /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(address);
  return {
    problem: `'${shown(word)}' is not a valid IPv4 or IPv6 address`,
    hint: named && /[A-Za-z]/.test(address) ? 'names are not resolved here' : null,
  };
}

/** `10.1.2.3`, `10.1` (10.0.0.1), `10` (0.0.0.10): the last number fills what is left. */
function isShortIPv4(address: string): boolean {
  const parts = address.split('.');
  if (parts.length > 4 || !parts.every((part) => /^[0-9]{1,10}$/.test(part))) return false;
  const last = Number(parts.at(-1));
  return parts.slice(0, -1).every((part) => Number(part) <= 255) && last < 256 ** (5 - parts.length);
}
