/**
 * From a matching method and its patterns to a look-up; what a method expects is made of the sample by the casts.
 *
 * Source: HAProxy manual 7.1 "Matching samples", reference 8.2.
 *
 * Not here: files (`files.ts`), what ACLs say (`../conditions.ts`).
 */
import type { AclTest, MatchMethod } from '../../config/condition.ts';
import { textOf } from '../ascii.ts';
import { toBool, toBytes, toInt, toIp, toText } from '../casts.ts';
import type { Sample } from '../sample.ts';
import { patternError } from './entry.ts';
import type { Lookup, PatternEntry } from './entry.ts';
import { networkLookup } from './networks.ts';
import { numberLookup } from './numbers.ts';
import { textLookup } from './texts.ts';

export interface LookupOptions {
  readonly match: Exclude<MatchMethod, 'found' | 'bool'>;
  readonly ignoreCase: boolean;
  readonly operator: AclTest['operator'];
}

/** Throws ERR_CONFIG for a pattern that the method cannot read. */
export function createLookup<V>(
  { match, ignoreCase, operator }: LookupOptions,
  entries: readonly PatternEntry<V>[],
): Lookup<V> {
  switch (match) {
    case 'int':
      return ofCast(toInt, numberLookup(entries, operator));
    case 'len':
      return ofCast((sample) => toText(sample).length, numberLookup(entries, operator));
    case 'ip':
      return ofCast(toIp, networkLookup(entries));
    case 'bin':
      return ofCast((sample) => textOf(toBytes(sample)), textLookup('str', false, entries.map(bytesEntry)));
    default:
      return ofCast(toText, textLookup(match, ignoreCase, entries));
  }
}

/** `found` and `bool` have no patterns; HAProxy passes over those that are written. */
export function passes(match: 'found' | 'bool', sample: Sample): boolean {
  return match === 'found' || toBool(sample) === true;
}

function ofCast<T, V>(cast: (sample: Sample) => T | null, lookup: (value: T) => V | null): Lookup<V> {
  return (sample) => {
    const value = cast(sample);
    return value === null ? null : lookup(value);
  };
}

function bytesEntry<V>(entry: PatternEntry<V>): PatternEntry<V> {
  if (!/^(?:[0-9a-f]{2})*$/i.test(entry.pattern)) throw patternError(entry, 'is not hexadecimal');
  return { ...entry, pattern: Buffer.from(entry.pattern, 'hex').toString('latin1') };
}
