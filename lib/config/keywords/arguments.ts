/**
 * Arguments of keywords without effect: taken as the table's `args` describe them, so that a slip is told although
 * nothing is done with the value.
 *
 *   PATH        one word          [PATH]      none or one
 *   N           a whole number    LIST…       one or more
 *   TIME        a time            on|off      one of these words; TIME|infinite: a time or this word
 *
 * Not here: keywords that have an effect, which read their own arguments.
 */
import type { Line } from '../line.ts';
import type { Parsed } from '../units.ts';
import { failed, parsed, shown } from '../units.ts';

/** Takes what `args` asks for; false after an alert. Words that are left over are the caller's (`line.end()`). */
export function takeArguments(line: Line, args: string): boolean {
  return formsOf(args).every(({ form, optional, many }) => {
    if (optional && line.peek() === undefined) return true;
    if (!takeOne(line, form)) return false;
    while (many && line.peek() !== undefined) if (!takeOne(line, form)) return false;
    return true;
  });
}

/** Skips as many words as the keyword must have, whatever they are. */
export function skipArguments(line: Line, args: string): void {
  for (const { optional } of formsOf(args)) if (!optional) line.takeOptional();
}

interface Form {
  readonly form: string;
  readonly optional: boolean;
  readonly many: boolean;
}

function formsOf(args: string): Form[] {
  return args
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => {
      const bare = one.replace(/^\[|\]$/g, '');
      return { form: bare.replace(/…$/, ''), optional: one.startsWith('['), many: bare.endsWith('…') };
    });
}

function takeOne(line: Line, form: string): boolean {
  const choices = form.split('|');
  const kind = choices.find((one) => /^[A-Z]/.test(one));
  if (kind === undefined) return line.takeOneOf(choices.join(' or '), choices) !== null;
  if (choices.includes(line.peek() ?? '')) {
    line.takeOptional();
    return true;
  }
  switch (kind) {
    case 'N':
      return line.takeParsed('a number', parseAmount) !== null;
    case 'TIME':
      return line.takeParsed('a time', parseSpan) !== null;
    case 'PATH':
      return line.take('a path') !== null;
    default:
      return line.take('an argument') !== null;
  }
}

/** Some of these numbers are sizes with a unit, and some may be -1. */
function parseAmount(text: string): Parsed<string> {
  if (/^-?[0-9]+[kKmMgG]?$/.test(text)) return parsed(text);
  return failed('invalid-number', `'${shown(text)}' is no number`);
}

/** Without the limit of our own times, since some of these are in seconds. */
function parseSpan(text: string): Parsed<string> {
  if (/^[0-9]+(?:us|ms|s|m|h|d)?$/.test(text)) return parsed(text);
  return failed('invalid-time', `'${shown(text)}' is no time`, 'a number and us, ms, s, m, h or d');
}
