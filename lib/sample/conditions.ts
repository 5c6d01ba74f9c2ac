/**
 * ACL tests and conditions brought to life: functions from a stream to yes or no. What a stream does not have passes no test, so
 * its negation holds.
 *
 * Source: HAProxy manual 7.1, 7.2; reference 8.1.
 *
 * Not here: reading them (`../config/condition.ts`), matching (`patterns/`).
 */
import type { AclTest, Condition, ConditionTerm } from '../config/condition.ts';
import type { SampleSide } from '../config/expression.ts';
import { isAbsent } from '../config/sample-sides.ts';
import { configBytes } from '../message/byte-text.ts';
import { createExpression } from './expressions.ts';
import type { FetchContext } from './fetch.ts';
import type { PatternEntry } from './patterns/entry.ts';
import { readPatterns } from './patterns/files.ts';
import { createLookup, passes } from './patterns/lookup.ts';
import type { Sample, SampleSource } from './sample.ts';

export type Holds = (source: SampleSource) => boolean;

/**
 * `side`: the message that the rule is about; what is asked of the other one never passes. Throws ERR_CONFIG for a file that
 * cannot be read or has a fault.
 */
export function createCondition(
  { unless, alternatives }: Condition,
  context: FetchContext,
  side: SampleSide,
): Holds {
  const holds = anyOf(
    alternatives.map((terms) => allOf(terms.map((term) => createTerm(term, context, side)))),
  );
  return unless ? (source) => !holds(source) : holds;
}

function createTerm({ negated, tests }: ConditionTerm, context: FetchContext, side: SampleSide): Holds {
  const passed = anyOf(tests.map((test) => createTest(test, context, side)));
  return negated ? (source) => !passed(source) : passed;
}

function anyOf(all: readonly Holds[]): Holds {
  const [first] = all;
  if (all.length === 1 && first !== undefined) return first;
  return (source) => {
    for (const holds of all) if (holds(source)) return true;
    return false;
  };
}

function allOf(all: readonly Holds[]): Holds {
  const [first] = all;
  if (all.length === 1 && first !== undefined) return first;
  return (source) => {
    for (const holds of all) if (!holds(source)) return false;
    return true;
  };
}

/** True if one of the sample's values matches one of the patterns. */
export function createTest(test: AclTest, context: FetchContext, side: SampleSide): Holds {
  if (isAbsent(test.expression, side)) return () => false;
  return createExpression(test.expression, context).any(createMatcher(test, context));
}

function createMatcher(test: AclTest, { world }: FetchContext): (sample: Sample) => boolean {
  const { match, operator } = test;
  if (match === 'found' || match === 'bool') return (sample) => passes(match, sample);
  const written = test.patterns.map((pattern): PatternEntry<true> => ({
    pattern: configBytes(pattern),
    value: true,
    place: null,
  }));
  const entries = [...written, ...test.files.flatMap((path) => readPatterns(path, world.readFile))];
  const lookup = createLookup({ match, ignoreCase: ignoresCase(test), operator }, entries);
  return (sample) => lookup(sample) !== null;
}

/** Methods are told apart by case whatever is asked for, as HAProxy does. */
function ignoresCase({ ignoreCase, expression: { fetch, converters } }: AclTest): boolean {
  return ignoreCase && (fetch !== 'method' || converters.length > 0);
}
