/**
 * `-cc CONDITION`: evaluates what `.if` would, for wrappers that ask for a version or a feature before they start.
 *
 * Not here: the conditions themselves (`../config/conditions.ts`).
 */
import { evaluateCondition } from '../config/conditions.ts';
import { Diagnostics } from '../config/diagnostic.ts';
import { Variables } from '../config/variables.ts';
import { splitWords } from '../config/words.ts';

/** Exit status 0: true, 1: not true (empty, for one), 2: not understood; then `problem` says why (HAProxy management guide 3 "-cc"). */
export interface ConditionAnswer {
  readonly exitCode: 0 | 1 | 2;
  readonly problem: string | null;
}

/** Evaluates `text` with the variables of `environment`. */
export function answerCondition(text: string, environment: NodeJS.ProcessEnv): ConditionAnswer {
  const variables = new Variables(environment);
  const diagnostics = new Diagnostics();
  const statement = splitWords('-cc', 1, text, variables, diagnostics, { allowEmpty: true });
  const fault = diagnostics.list[0];
  if (fault !== undefined) return { exitCode: 2, problem: fault.message };
  const words = statement?.words.map((word) => word.text) ?? [];
  const result = evaluateCondition(words.join(' '), { variables });
  if (result.ok) return { exitCode: result.value ? 0 : 1, problem: null };
  return { exitCode: 2, problem: result.problem };
}
