/**
 * The `http-request` or `http-response` rules of one proxy, in their order (manual 4.2): what they do to a message, and what they
 * answer in place of a server.
 *
 * `allow` ends the rules of this proxy, not those of the next one. Of a request the frontend's rules come before the backend's, of a
 * response the backend's before the frontend's.
 *
 * Not here: single actions (`actions.ts`), sockets, the time a tarpit takes.
 */
import type { AclConfig, HttpRule } from '../config/rules.ts';
import { SluiceError } from '../errors.ts';
import type { SampleSource } from '../sample/sample.ts';
import { compileAction } from './actions.ts';
import { CONTINUE, type RuleContext, type RuleOutcome, type RuleTools, type Step } from './rule.ts';

interface CompiledRule {
  /** Null: always. */
  readonly holds: ((source: SampleSource) => boolean) | null;
  readonly step: Step;
}

export class HttpRules {
  readonly #rules: readonly CompiledRule[];

  constructor(rules: readonly CompiledRule[]) {
    this.#rules = rules;
  }

  get empty(): boolean {
    return this.#rules.length === 0;
  }

  apply(context: RuleContext): RuleOutcome {
    for (const { holds, step } of this.#rules) {
      if (holds !== null && !holds(context.source)) continue;
      const outcome = step(context);
      if (outcome !== null) return outcome;
    }
    return CONTINUE;
  }
}

/** Throws `ERR_CONFIG` naming `proxy` (`frontend web`) and the rule. */
export function compileRules(
  rules: readonly HttpRule[],
  acls: readonly AclConfig[],
  proxy: string,
  tools: Omit<RuleTools, 'place'>,
): HttpRules {
  const compiled = rules.map(({ action, condition }, index) => {
    const place = `${proxy}, http-${tools.direction} rule ${index + 1} (${action.kind})`;
    return atPlace(place, () => ({
      holds: condition === null ? null : tools.engine.condition(condition, acls, tools.direction),
      step: compileAction(action, { ...tools, place }),
    }));
  });
  return new HttpRules(compiled);
}

/** Runs `compile`; what it throws becomes an `ERR_CONFIG` that says where. */
export function atPlace<T>(place: string, compile: () => T): T {
  try {
    return compile();
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    if (message.startsWith(place)) throw cause;
    throw new SluiceError('ERR_CONFIG', `${place}: ${message}`, { cause });
  }
}
