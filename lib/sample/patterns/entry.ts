/**
 * What samples are compared with: patterns, each with the value it stands for. A set of an ACL and a map from a file are the
 * same thing; in the set every value is `true`.
 *
 * Not here: the methods (`lookup.ts`).
 */
import { SluiceError } from '../../errors.ts';
import type { Sample } from '../sample.ts';

export interface PatternEntry<V> {
  readonly pattern: string;
  readonly value: V;
  /** For messages: `file /etc/allow.txt, line 3`; null: it stands in the configuration. */
  readonly place: string | null;
}

/** The value of the pattern that a sample matches; null: it matches none. */
export type Lookup<V> = (sample: Sample) => V | null;

/** ERR_CONFIG that names the place of a pattern: `file a.txt, line 3: 'x' is not an address`. */
export function patternError({ pattern, place }: PatternEntry<unknown>, problem: string): SluiceError {
  const where = place === null ? '' : `${place}: `;
  return new SluiceError('ERR_CONFIG', `${where}'${pattern}' ${problem}`);
}
