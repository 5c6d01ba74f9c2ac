/**
 * Arguments in languages of their own, inside the lines of rules: formats, sample expressions, regular expressions, names of
 * variables. A slip in one is told at its word.
 *
 * Not here: the languages (`../log-format.ts`, `../expression.ts`, `../regex.ts`).
 */
import { parseExpression } from '../expression.ts';
import type { SampleSide } from '../expression.ts';
import type { Line } from '../line.ts';
import { parseLogFormat } from '../log-format.ts';
import { readRegex } from '../regex.ts';
import { absenceFault } from '../sample-sides.ts';
import { failed, parsed, shown } from '../units.ts';
import type { Failed, Parsed } from '../units.ts';

/** Takes a format of `log-format`; null after an alert. */
export function takeFormat(line: Line, what: string, side: SampleSide = 'request'): string | null {
  const format = line.take(what);
  return format === null || formatFault(line, format, side) ? null : format;
}

/** Takes a text that HAProxy does not look into, as the format that writes it; null after an alert. */
export function takeLiteral(line: Line, what: string): string | null {
  return line.take(what)?.replaceAll('%', '%%') ?? null;
}

/** True, after an alert, if the word taken last is no format. */
export function formatFault(line: Line, format: string, side: SampleSide = 'request'): boolean {
  const fault = parseLogFormat(format, { mode: 'http', side });
  if (fault.ok) return false;
  line.alert('log-format-fault', `'${line.keyword}': ${fault.problem}`, fault.hint);
  return true;
}

/** Takes a sample expression of one word; null after an alert. `side`: the message a rule is about; null: it stands in no rule. */
export function takeExpression(line: Line, side: SampleSide | null): string | null {
  const text = line.take('a sample expression');
  if (text === null) return null;
  const fault = ruleExpressionFault(text, side);
  if (fault === null) return text;
  line.alert('invalid-expression', `'${line.keyword}': ${fault.problem}`, fault.hint);
  return null;
}

/** What is wrong with a sample expression; null: nothing. `side` as of `takeExpression`. */
export function ruleExpressionFault(text: string, side: SampleSide | null): Failed | null {
  const read = parseExpression(text, side ?? 'request');
  if (!read.ok) return read;
  return side === null ? null : absenceFault(read.value, side);
}

/** Takes a regular expression; null after an alert. */
export function takePattern(line: Line): string | null {
  return line.takeParsed('a regular expression', readRegex);
}

/** Scopes that a rule may write to (manual 2.6 "Variables"). */
const VARIABLE = /^(?:proc|sess|txn|req|res)\.[A-Za-z0-9_.]+$/;

/** `txn.user` as `set-var(txn.user)` names it. */
export function parseVariable(text: string): Parsed<string> {
  if (VARIABLE.test(text)) return parsed(text);
  if (text.includes(','))
    return failed('unsupported-value', `'${shown(text)}': conditions of variables are not supported`);
  return failed(
    'invalid-name',
    `'${shown(text)}' is no name of a variable`,
    'it begins with proc., sess., txn., req. or res.',
  );
}
