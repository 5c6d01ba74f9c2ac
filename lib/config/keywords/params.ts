/**
 * Reads the parameters behind an address: each word is looked up in a table and takes its own arguments.
 *
 * Not here: the tables (`bind.ts`, `server.ts`, `params-known.ts`).
 */
import { didYouMean } from '../line.ts';
import type { Line } from '../line.ts';
import { skipArguments, takeArguments } from './arguments.ts';
import { usageOf } from './entry.ts';
import type { Entry } from './entry.ts';

/** Rows by keyword. */
export type ParamTable<Target> = ReadonlyMap<string, Entry<Target>>;

/** Builds the table; a keyword may stand in one row only. */
export function paramTable<Target>(rows: readonly Entry<Target>[]): ParamTable<Target> {
  return new Map(rows.map((row) => [row.keyword, row]));
}

/**
 * Reads to the end of the line. A word in no table ends the reading: how many arguments it has is unknown, so
 * anything said about the words behind it would be a guess. `what` names the statement in messages: `bind`.
 */
export function readParams<Target extends { readonly said: Map<string, unknown> }>(
  line: Line,
  target: Target,
  table: ParamTable<Target>,
  what: string,
): void {
  for (let word = line.takeOptional(); word !== undefined; word = line.takeOptional()) {
    const entry = findParam(table, word);
    if (entry === null) return refuseParam(line, word, table, what);
    line.keyword = word;
    line.usage = usageOf(entry);
    target.said.set(word, line.lastPlace());
    if (entry.state === 'supported') entry.read(line, target);
    else if (entry.state === 'no-effect') answerNoEffect(line, entry, what);
    else answerParam(line, entry, what);
  }
}

/** The row of a parameter; `word` may carry arguments in parentheses. */
export function findParam<Target>(table: ParamTable<Target>, word: string): Entry<Target> | null {
  return table.get(word) ?? table.get(word.replace(/\(.*$/, '')) ?? null;
}

/** A word in no table: an alert, and the end of the line. */
export function refuseParam(line: Line, word: string, table: ParamTable<never>, what: string): void {
  const hint = didYouMean(word, table.keys()) ?? unknownHint(word, what);
  line.alert('unknown-keyword', `unknown keyword '${word}' in '${what}'`, hint);
  line.skipRest();
}

function unknownHint(word: string, what: string): string {
  if (what === 'bind' && /[:/]/.test(word)) return 'separate addresses with a comma and no blank';
  return 'docs/manual/keywords.md lists them all';
}

type Answered<State> = Extract<Entry<never>, { readonly state: State }>;

function answerNoEffect(line: Line, entry: Answered<'no-effect'>, what: string): void {
  const place = line.lastPlace();
  if (!takeArguments(line, entry.args)) return;
  const message = `'${entry.keyword}' in '${what}' has no effect: ${entry.why}`;
  if (entry.severity === 'warning') line.warning('no-effect', message, null, place);
  else line.notice('no-effect', message, null, place);
}

function answerParam(
  line: Line,
  entry: Answered<'http-only' | 'unsupported' | 'removed'>,
  what: string,
): void {
  const name = `'${entry.keyword}' in '${what}'`;
  switch (entry.state) {
    case 'http-only':
    case 'unsupported':
      line.alert('unsupported-keyword', `${name} is not supported`, entry.instead);
      break;
    case 'removed':
      line.alert('removed-keyword', `${name} is no keyword any more`, entry.instead);
      break;
  }
  skipArguments(line, entry.args);
}
