/**
 * Whole numbers against numbers and ranges: `5`, `1:10`, `100:`, `:9` (HAProxy manual 7.1.2). An operator
 * stands before plain numbers only; what it means before ranges is resolved when an ACL is read.
 */
import type { AclTest } from '../../config/condition.ts';
import { patternError } from './entry.ts';
import type { PatternEntry } from './entry.ts';

interface Range<V> {
  readonly min: number;
  readonly max: number;
  readonly value: V;
}

/** The value of the first entry that a number matches. */
export function numberLookup<V>(
  entries: readonly PatternEntry<V>[],
  operator: AclTest['operator'],
): (number: number) => V | null {
  const ranges = entries.map((entry) => parseRange(entry, operator));
  if (ranges.every(({ min, max }) => min === max)) {
    const byNumber = new Map(ranges.toReversed().map(({ min, value }) => [min, value]));
    return (number) => byNumber.get(number) ?? null;
  }
  return (number) => {
    for (const { min, max, value } of ranges) if (number >= min && number <= max) return value;
    return null;
  };
}

function parseRange<V>(entry: PatternEntry<V>, operator: AclTest['operator']): Range<V> {
  const parts = /^([+-]?\d+)?(:)?([+-]?\d+)?$/.exec(entry.pattern);
  if (parts === null || (parts[1] === undefined && parts[3] === undefined)) {
    throw patternError(entry, 'is not a number or range');
  }
  const min = Number(parts[1] ?? -Infinity);
  const max = Number(parts[3] ?? (parts[2] === undefined ? min : Infinity));
  const { value } = entry;
  switch (operator) {
    case 'eq':
      return { min, max, value };
    case 'ge':
      return { min, max: Infinity, value };
    case 'gt':
      return { min: max + 1, max: Infinity, value };
    case 'le':
      return { min: -Infinity, max, value };
    case 'lt':
      return { min: -Infinity, max: min - 1, value };
  }
}
