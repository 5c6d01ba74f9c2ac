/**
 * ACLs and the conditions of rules (manual 7.1, 7.2; reference 8.1, 8.2): words -> tests joined by and, or, not; or the first fault.
 *
 *     ['if', 'is_ws', '!local', 'or', '{', 'path_beg', '/api', '}']
 *
 * Not here: conditions of `.if` (`conditions.ts`), sample expressions (`expression.ts`), testing (`../sample/`).
 */
import type { SampleExpression } from './expression.ts';

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
