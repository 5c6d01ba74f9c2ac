/**
 * A `log-format` as a writer: compiled once into pieces that write one line from a session's record.
 *
 *     compileLogFormat('%ci:%cp %b/%s %ts')(record, context) // '10.0.1.2:33313 app/a --'
 *
 * Not here: the language (`../../config/log-format.ts`), the aliases (`aliases.ts`), the line's header (`syslog.ts`).
 */
import { parseLogFormat, type TcpLogItem } from '../../config/log-format.ts';
import type { SessionRecord } from '../session.ts';
import { ALIASES, type LogContext } from './aliases.ts';

export type LineFormat = (record: SessionRecord, context: LogContext) => string;

/** Throws RangeError for a format with a fault: the configuration's check has let none through. */
export function compileLogFormat(format: string): LineFormat {
  const parsed = parseLogFormat(format);
  if (!parsed.ok) throw new RangeError(`log format: ${parsed.problem} (at ${parsed.position})`);
  const { items } = parsed;
  return (record, context) => writeItems(items, record, context);
}

/** A run of blanks is written once, and not at all at the start or after another. */
function writeItems(items: readonly TcpLogItem[], record: SessionRecord, context: LogContext): string {
  let line = '';
  let afterBlank = true;
  for (const item of items) {
    if (item.kind === 'blank') {
      if (!afterBlank) line += ' ';
      afterBlank = true;
      continue;
    }
    const text = item.kind === 'text' ? item.text : ALIASES[item.alias](record, context, item.flags);
    if (text === '') continue;
    line += text;
    afterBlank = false;
  }
  return line;
}
