/**
 * `use_backend` and `use-server` (manual 4.2) as functions of a stream: the first rule whose condition holds decides.
 *
 * Not here: conditions and formats (`../sample/`), what is done with the choice (`../stream/`, `../http/`).
 */
import type { SessionRecord } from '../account/session.ts';
import { type AclTest, parseAcl, parseCondition } from '../config/condition.ts';
import type { AclConfig, ConditionWords } from '../config/rules.ts';
import type { SampleEngine } from '../sample/engine.ts';
import type { SampleSource } from '../sample/sample.ts';

/** Null: no rule has decided. */
export type Choice<T> = (source: SampleSource, record: () => SessionRecord) => T | null;

interface NamedRule {
  readonly name: string;
  readonly condition: ConditionWords;
}

/** True if the name is made anew for each stream (`%[…]`). */
export function isDynamic(name: string): boolean {
  return name.includes('%');
}

/**
 * What the rules of one proxy choose among `named`. A name made for the stream that nothing has ends the search, and nothing is
 * chosen (as in HAProxy). Throws ERR_CONFIG for texts with faults.
 */
export function compileChoice<T>(
  rules: readonly NamedRule[],
  acls: readonly AclConfig[],
  engine: SampleEngine,
  named: ReadonlyMap<string, T>,
): Choice<T> | null {
  if (rules.length === 0) return null;
  const compiled = rules.map(({ name, condition }) => ({
    holds: engine.condition(condition, acls),
    pick: isDynamic(name) ? dynamicPick(name, engine, named) : constantPick(named.get(name) ?? null),
  }));
  return (source, record) => {
    for (const { holds, pick } of compiled) if (holds(source)) return pick(source, record);
    return null;
  };
}

function constantPick<T>(one: T | null): Choice<T> {
  return () => one;
}

function dynamicPick<T>(format: string, engine: SampleEngine, named: ReadonlyMap<string, T>): Choice<T> {
  const nameOf = engine.format(format);
  return (source, record) => named.get(nameOf(source, record)) ?? null;
}

/** True if one of the conditions, or a name, looks at what the client has sent. */
export function asksForContent(rules: readonly NamedRule[], acls: readonly AclConfig[]): boolean {
  const named = new Map<string, AclTest[]>();
  for (const { name, words } of acls) {
    const parsed = parseAcl(words);
    if (parsed.ok) named.set(name, [...(named.get(name) ?? []), parsed.value]);
  }
  return rules.some(({ name, condition }) => isDynamic(name) || conditionAsks(condition, named));
}

function conditionAsks(words: ConditionWords, named: ReadonlyMap<string, readonly AclTest[]>): boolean {
  const parsed = words === null ? null : parseCondition(words, named);
  if (parsed === null || !parsed.ok) return false;
  const terms = parsed.value.alternatives.flat();
  return terms.some(({ tests }) => tests.some(({ expression }) => expression.stage === 'request'));
}
