/**
 * ACLs and the conditions of rules (manual 7.1, 7.2; reference 8.1, 8.2): words -> tests joined by and, or, not; or the first fault.
 *
 *     ['if', 'is_ws', '!local', 'or', '{', 'path_beg', '/api', '}']
 *
 * Not here: conditions of `.if` (`conditions.ts`), sample expressions (`expression.ts`), testing (`../sample/`).
 */
import type { SampleExpression } from './expression.ts';
import { failed } from './units.ts';
import type { Failed } from './units.ts';

export type MatchMethod =
  | 'found'
  | 'bool'
  | 'int'
  | 'ip'
  | 'bin'
  | 'len'
  | 'str'
  | 'beg'
  | 'end'
  | 'sub'
  | 'dir'
  | 'dom'
  | 'reg';

/** One `acl` line, or what stands between braces: true if the sample matches any of the patterns. */
export interface AclTest {
  readonly expression: SampleExpression;
  readonly match: MatchMethod;
  readonly ignoreCase: boolean;
  /** As written. Of `int` and `len`: `a`, `a:b`, `a:`, `:b`, each behind `operator`. */
  readonly patterns: readonly string[];
  /** Files with one pattern a line (`-f`). */
  readonly files: readonly string[];
  /** The files are maps, their first column is the pattern (`-M`). */
  readonly filesAreMaps: boolean;
  /** Of `int` and `len`; `eq` where none is written. */
  readonly operator: 'eq' | 'ge' | 'gt' | 'le' | 'lt';
}

export interface ConditionTerm {
  readonly negated: boolean;
  /** The lines of one name: any of them is enough. */
  readonly tests: readonly AclTest[];
}

/** Holds if all terms of any of the alternatives hold; `unless` turns that round. */
export interface Condition {
  readonly unless: boolean;
  readonly alternatives: readonly (readonly ConditionTerm[])[];
}

/** `word`: index of the word at fault; one behind the last where something is missing. */
export type WordsFailed = Failed & { readonly word: number };

export type ParsedWords<T> = { readonly ok: true; readonly value: T } | WordsFailed;

/** What follows the name of an `acl` line: expression, flags, values. Code: `invalid-acl`. */
export function parseAcl(_words: readonly string[]): ParsedWords<AclTest> {
  return { ...failed('invalid-acl', 'not read yet'), word: 0 };
}

/**
 * A condition with the word before it, e.g. `['if', 'is_ws', '!', 'local']`. `acls`: the tests of each name there is.
 * Codes: `invalid-condition`, `unknown-acl`, `invalid-acl`.
 */
export function parseCondition(
  _words: readonly string[],
  _acls: ReadonlyMap<string, readonly AclTest[]>,
): ParsedWords<Condition> {
  return { ...failed('invalid-condition', 'not read yet'), word: 0 };
}
