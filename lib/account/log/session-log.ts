/**
 * What one frontend writes about its sessions, in mode http about each request: decides by its options which line goes where (manual
 * 4.2 "log", "option tcplog", "option httplog", "option dontlognull", "option dontlog-normal", "option logasap", "option
 * log-separate-errors", "http-request set-log-level").
 *
 * Not here: the words of a line (`line-formats.ts`, `format.ts`, `session-json.ts`), where it ends up (`targets.ts`).
 */
import type { FrontendConfig, LogLevel } from '../../config/config.ts';
import type { SessionRecord } from '../session.ts';
import type { LogContext } from './aliases.ts';
import type { LogDates } from './dates.ts';
import { wentWrong } from './letters.ts';
import type { Logger } from './logger.ts';
import { sessionJson } from './session-json.ts';
import type { SyslogTarget } from './targets.ts';
import { connectLine, handshakeFailed, handshakeLine, lineFormats, neverBegan } from './line-formats.ts';
import type { FormatConfig, LineFormats, LogEndpoint } from './line-formats.ts';
import { isLogLevel, severity } from './syslog.ts';

/** The options of a frontend that matter here. */
export type SessionLogConfig = FormatConfig &
  Pick<FrontendConfig, 'dontLogNull' | 'dontLogNormal' | 'logAsap' | 'logSeparateErrors'>;

export interface SessionLogOptions {
  readonly frontendName: string;
  readonly mode: 'tcp' | 'http';
  /** Its clients may speak TLS with us, and so fail before they have said anything. */
  readonly tls: boolean;
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

const SESSION_ENDED = 'session ended';

export class SessionLog {
  readonly #options: SessionLogOptions;
  readonly #formats: LineFormats;
  /** What has anything to do; the rest need not be called, and no records made for it. */
  readonly wants: LogWants;
  #loggedCount = 0;

  constructor(options: SessionLogOptions) {
    const { config, targets, mode, tls, logger } = options;
    this.#options = options;
    this.#formats = lineFormats(config, mode);
    const hasFormat = this.#formats.session !== null;
    const hasTargets = targets.length > 0;
    this.wants = {
      started: !hasFormat && hasTargets,
      connected: config.logAsap && hasFormat && hasTargets,
      ended: ((hasFormat || tls) && hasTargets) || logger !== null,
    };
  }

  /** A client was accepted, or begins a request. `local`: where it connected to. Writes only where no line format is set. */
  sessionAccepted(client: LogEndpoint, local: LogEndpoint): void {
    if (!this.wants.started) return;
    const { frontendName, mode, targets } = this.#options;
    const line = connectLine(frontendName, mode, client, local);
    for (const target of targets) target.send('info', line);
  }

  /** The connection to the server stands, or the headers of the answer have come; with `option logasap` the line is written now. */
  sessionConnected(record: SessionRecord): void {
    if (this.wants.connected && this.#letsOut(record)) this.#writeLine(record);
  }

  /** A session or request ended. */
  sessionEnded(record: SessionRecord): void {
    const { logAsap, dontLogNull } = this.#options.config;
    if ((dontLogNull && record.bytesIn === 0) || !this.#letsOut(record)) return;
    this.#writeJson(record);
    // With logasap one that got so far has had its line; others get it here.
    const reachedMs = record.http === null ? record.connectMs : record.http.responseMs;
    if (!(logAsap && reachedMs >= 0)) this.#writeLine(record);
  }

  /** By the options; a rule may have silenced it. */
  #letsOut(record: SessionRecord): boolean {
    const { config } = this.#options;
    if (record.http?.logLevel === 'silent') return false;
    return !config.dontLogNormal || wentWrong(record);
  }

  /** What a rule says comes before what the options say. */
  #levelOf(record: SessionRecord): LogLevel {
    const said = record.http?.logLevel ?? '';
    if (isLogLevel(said)) return said;
    return this.#options.config.logSeparateErrors && wentWrong(record) ? 'err' : 'info';
  }

  #writeJson(record: SessionRecord): void {
    const { logger, dates } = this.#options;
    if (logger === null) return;
    const level = severity(this.#levelOf(record));
    const line = sessionJson(record, dates);
    if (level <= severity('err')) logger.error(line, SESSION_ENDED);
    else if (level === severity('warning')) logger.warn(line, SESSION_ENDED);
    else if (level === severity('debug')) logger.debug(line, SESSION_ENDED);
    else logger.info(line, SESSION_ENDED);
  }

  #writeLine(record: SessionRecord): void {
    const { config, targets } = this.#options;
    const level = this.#levelOf(record);
    if (!targets.some((target) => target.accepts(level))) return;
    const { pid, hostname, dates } = this.#options;
    const context: LogContext = {
      pid,
      hostname,
      dates,
      early: config.logAsap,
      loggedCount: this.#loggedCount,
    };
    const line = this.#lineOf(record, context);
    if (line === null) return;
    const structured = this.#formats.structured?.(record, context) ?? '';
    this.#loggedCount += 1;
    for (const target of targets) target.send(level, line, structured);
  }

  /** Null: none. */
  #lineOf(record: SessionRecord, context: LogContext): string | null {
    const { session, error } = this.#formats;
    if (neverBegan(record)) {
      if (error !== null && (session !== null || handshakeFailed(record.ending.reason)))
        return error(record, context);
      if (handshakeFailed(record.ending.reason)) return handshakeLine(record, context);
    }
    return session?.(record, context) ?? null;
  }
}
