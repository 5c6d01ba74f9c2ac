/**
 * What a balancer tells its logger, as far as the terminal is to show it: what is not as asked for at start, what befalls threads and log
 * targets, always; with `-d` every line about states, and whatever went wrong.
 *
 *     [WARNING]  (4711) : Server app/a is DOWN, reason: ...
 *     [ALERT]    (4711) : backend app has no server available!
 *
 * Not here: sessions (`debug.ts`), the JSON log (`json-log.ts`).
 */
import type { Logger, LogMethod } from '../account/log/logger.ts';
import type { Messages } from './messages.ts';

/** A logger that shows what `debug` asks for and hands everything to `next`; null: there is no other log. */
export function terminalLog(messages: Messages, debug: boolean, next: Logger | null): Logger {
  const method =
    (name: keyof Logger): LogMethod =>
    (fields: object | string, text?: string): void => {
      if (typeof fields === 'string') next?.[name](fields);
      else next?.[name](fields, text);
      const facts = typeof fields === 'string' ? {} : fields;
      const line = typeof fields === 'string' ? fields : (text ?? '');
      if (shown(facts, name, debug)) show(facts, name, line, messages);
    };
  return { debug: method('debug'), info: method('info'), warn: method('warn'), error: method('error') };
}

function shown(facts: object, name: keyof Logger, debug: boolean): boolean {
  const event = 'event' in facts ? facts.event : null;
  // What nothing else would show, unless there is a JSON log.
  if (event === 'log-target' || event === 'thread' || event === 'start') return true;
  if (event === 'session' || !debug) return false;
  return event === 'state' || name === 'warn' || name === 'error';
}

/** As HAProxy does: a proxy without servers is an alert, all other states are warnings, whatever level they have in logs. */
function show(facts: object, name: keyof Logger, line: string, messages: Messages): void {
  const isState = 'event' in facts && facts.event === 'state';
  const alarming = isState ? 'severity' in facts && facts.severity === 'emerg' : name === 'error';
  if (alarming) messages.alert(line);
  else messages.warning(line);
}
