/**
 * Reads the parameters behind an address: each word is looked up in a table and takes its own arguments.
 *
 * Not here: the tables (`bind.ts`, `server.ts`, `params-known.ts`).
 */
import { didYouMean } from '../line.ts';
import type { Line } from '../line.ts';
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
    const entry = table.get(word) ?? table.get(word.replace(/\(.*$/, ''));
    if (entry === undefined) {
      const hint = didYouMean(word, [...table.keys()]) ?? unknownHint(word, what);
      line.alert('unknown-keyword', `unknown keyword '${word}' in '${what}'`, hint);
      line.skipRest();
      return;
    }
    line.keyword = word;
    line.usage = usageOf(entry);
    target.said.set(word, line.lastPlace());
    if (entry.state === 'supported') entry.read(line, target);
    else answerParam(line, entry, what);
  }
}

function unknownHint(word: string, what: string): string {
  if (what === 'bind' && /[:/]/.test(word)) return 'separate addresses with a comma and no blank';
  return 'docs/manual/keywords.md lists them all';
}

function answerParam(line: Line, entry: Exclude<Entry<never>, { state: 'supported' }>, what: string): void {
  const name = `'${entry.keyword}' in '${what}'`;
  switch (entry.state) {
    case 'no-effect':
      if (entry.severity === 'warning')
        line.warning('no-effect', `${name} has no effect: ${entry.why}`, null);
      else line.notice('no-effect', `${name} has no effect: ${entry.why}`, null);
      break;
    case 'http-only':
      if (entry.severity === 'notice')
        line.notice('needs-mode-http', `${name} is ignored: it needs mode http`, null);
      else line.warning('needs-mode-http', `${name} is ignored: it needs mode http`, 'leave it out');
      break;
    case 'unsupported':
      line.alert('unsupported-keyword', `${name} is not supported`, entry.instead);
      break;
    case 'removed':
      line.alert('removed-keyword', `${name} is no keyword any more`, entry.instead);
      break;
  }
  for (let count = entry.words ?? 0; count > 0; count--) line.takeOptional();
}
