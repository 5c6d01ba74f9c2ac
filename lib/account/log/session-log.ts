/**
 * What one frontend writes about its sessions: decides by its options which line goes where (manual 4.2 "log",
 * "option tcplog", "option dontlognull", "option dontlog-normal", "option logasap", "option log-separate-errors").
 *
 * Not here: the words of a line (`tcplog.ts`, `format.ts`, `session-json.ts`), where it ends up (`targets.ts`).
 */
import type { FrontendConfig, LogLevel } from '../../config/config.ts';
import type { SessionRecord } from '../session.ts';
import type { LogContext } from './aliases.ts';
import type { LogDates } from './dates.ts';
import { wentWrong } from './letters.ts';
import type { Logger } from './logger.ts';
import { sessionJson } from './session-json.ts';
import type { SyslogTarget } from './targets.ts';
import { compileLogFormat, type LineFormat } from './format.ts';
import { connectLine, lineFormat } from './tcplog.ts';
import type { LogEndpoint } from './tcplog.ts';

/** The options of a frontend that matter here. */
export type SessionLogConfig = Pick<
  FrontendConfig,
  'logFormat' | 'logFormatSd' | 'dontLogNull' | 'dontLogNormal' | 'logAsap' | 'logSeparateErrors'
>;

export interface SessionLogOptions {
  readonly frontendName: string;
  readonly config: SessionLogConfig;
  readonly targets: readonly SyslogTarget[];
  /** JSON lines; null: none. */
  readonly logger: Logger | null;
  readonly pid: number;
  /** For `%H`. */
  readonly hostname: string;
  readonly dates: LogDates;
}

/** The steps of a session that a log writes about. */
export interface LogWants {
  readonly started: boolean;
  readonly connected: boolean;
  readonly ended: boolean;
}

export class SessionLog {
  readonly #options: SessionLogOptions;
  readonly #format: LineFormat | null;
  readonly #structured: LineFormat | null;
  /** What has anything to do; the rest need not be called, and no records made for it. */
  readonly wants: LogWants;
  #loggedCount = 0;

  constructor(options: SessionLogOptions) {
    const { config } = options;
    this.#options = options;
    this.#format = lineFormat(config.logFormat);
    this.#structured = config.logFormatSd === null ? null : compileLogFormat(config.logFormatSd);
    const writesLines = this.#format !== null && options.targets.length > 0;
    this.wants = {
      started: this.#format === null && options.targets.length > 0,
      connected: config.logAsap && writesLines,
      ended: writesLines || options.logger !== null,
    };
  }

  /** A client was accepted. `local`: where it connected to. Writes only where no line format is set. */
  sessionAccepted(client: LogEndpoint, local: LogEndpoint): void {
    if (!this.wants.started) return;
    const line = connectLine(this.#options.frontendName, client, local);
    for (const target of this.#options.targets) target.send('info', line);
  }

  /** The connection to the server stands; with `option logasap` the line is written now. */
  sessionConnected(record: SessionRecord): void {
    if (this.wants.connected) this.#writeLine(record, true);
  }

  /** A session ended. */
  sessionEnded(record: SessionRecord): void {
    const { config, logger, dates } = this.#options;
    if (config.dontLogNull && record.bytesIn === 0) return;
    const wrong = wentWrong(record);
    if (config.dontLogNormal && !wrong) return;
    if (logger !== null) {
      if (wrong && config.logSeparateErrors) logger.error(sessionJson(record, dates), 'session ended');
      else logger.info(sessionJson(record, dates), 'session ended');
    }
    // With logasap a connected session has had its line; one that never connected gets it here.
    if (this.#format !== null && !(config.logAsap && record.connectMs >= 0)) this.#writeLine(record, false);
  }

  #writeLine(record: SessionRecord, early: boolean): void {
    const { config, targets } = this.#options;
    if (this.#format === null || targets.length === 0) return;
    const level: LogLevel = config.logSeparateErrors && wentWrong(record) ? 'err' : 'info';
    if (!targets.some((target) => target.accepts(level))) return;
    const { pid, hostname, dates } = this.#options;
    const context: LogContext = { pid, hostname, dates, early, loggedCount: this.#loggedCount };
    const line = this.#format(record, context);
    const structured = this.#structured === null ? '' : this.#structured(record, context);
    this.#loggedCount += 1;
    for (const target of targets) target.send(level, line, structured);
  }
}
