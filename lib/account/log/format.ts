/**
 * A `log-format` as a writer: compiled once into pieces that write one line from a session's record.
 *
 *     compileLogFormat('%ci:%cp %b/%s %ts')(record, context) // '10.0.1.2:33313 app/a --'
 *
 * Not here: the language (`../../config/log-format.ts`), the aliases (`aliases.ts`), taking samples (`../../sample/`), the line's
 * header (`syslog.ts`).
 */
import { parseLogFormat, type LogItem } from '../../config/log-format.ts';
import type { SessionRecord } from '../session.ts';
import { ALIASES, type LogContext } from './aliases.ts';
import { sampleValue } from './http-aliases.ts';

export type LineFormat = (record: SessionRecord, context: LogContext) => string;

export interface FormatPlace {
  /** Which aliases there are. */
  readonly mode: 'tcp' | 'http';
  /** Where the values of the format's expressions begin in a record's `samples`. */
  readonly firstSample: number;
}

/** Throws RangeError for a format with a fault: the configuration's check has let none through. */
export function compileLogFormat(format: string, place: FormatPlace): LineFormat {
  const items = itemsOf(format, place.mode);
  return (record, context) => writeItems(items, record, context, place.firstSample);
}

/** The expressions of a format in their order, e.g. `['src', 'req.hdr(host),lower']`. Throws as `compileLogFormat` does. */
export function formatExpressions(format: string, mode: FormatPlace['mode']): readonly string[] {
  return itemsOf(format, mode).flatMap((item) => (item.kind === 'sample' ? [item.expression] : []));
}

function itemsOf(format: string, mode: FormatPlace['mode']): readonly LogItem[] {
  const parsed = parseLogFormat(format, { mode });
  if (!parsed.ok) throw new RangeError(`log format: ${parsed.problem} (at ${parsed.position})`);
  return parsed.items;
}

/** A run of blanks is written once, and not at all at the start or after another. */
function writeItems(
  items: readonly LogItem[],
  record: SessionRecord,
  context: LogContext,
  firstSample: number,
): string {
  let line = '';
  let afterBlank = true;
  let sample = firstSample;
  for (const item of items) {
    if (item.kind === 'blank') {
      if (!afterBlank) line += ' ';
      afterBlank = true;
      continue;
    }
    let text: string;
    if (item.kind === 'text') text = item.text;
    else if (item.kind === 'alias') text = ALIASES[item.alias](record, context, item.flags);
    else {
      text = sampleValue(record.samples[sample], item.flags);
      sample += 1;
    }
    line += text;
    // As HAProxy has it, a query that is not there is something between blanks.
    if (text !== '' || (item.kind === 'alias' && item.alias === 'HQ')) afterBlank = false;
  }
  return line;
}
