/**
 * What a backend, or the process, says about states: servers going up and down, checks, starts and stops. The texts come
 * from those who know (`../../check/messages.ts` has HAProxy's wording); here they get to the targets and to the JSON log.
 *
 * Not here: sessions (`session-log.ts`).
 */
import type { LogLevel } from '../../config/config.ts';
import type { Logger } from './logger.ts';
import type { SyslogTarget } from './targets.ts';

export interface StateLogOptions {
  readonly targets: readonly SyslogTarget[];
  /** JSON lines; null: none. */
  readonly logger: Logger | null;
}

export class StateLog {
  readonly #options: StateLogOptions;

  constructor(options: StateLogOptions) {
    this.#options = options;
  }

  /** Writes `text` to every target that takes `level`. `fields`: facts for the JSON line, e.g. backend and server. */
  write(level: LogLevel, text: string, fields: object = {}): void {
    for (const target of this.#options.targets) target.send(level, oneLine(text));
    const { logger } = this.#options;
    if (logger !== null) logWith(logger, level, { event: 'state', severity: level, ...fields }, text);
  }
}

/** What servers answer to checks ends up in these texts: a line feed of theirs must not begin a second entry. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ');
}

function logWith(logger: Logger, level: LogLevel, fields: object, text: string): void {
  switch (level) {
    case 'emerg':
    case 'alert':
    case 'crit':
    case 'err':
      logger.error(fields, text);
      return;
    case 'warning':
      logger.warn(fields, text);
      return;
    case 'notice':
    case 'info':
      logger.info(fields, text);
      return;
    case 'debug':
      logger.debug(fields, text);
  }
}
