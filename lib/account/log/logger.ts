/**
 * The logger the rooms write to, and the pino logger the command makes for it. An embedding program passes its own:
 * anything with these four methods, pino above all.
 *
 * Not here: HAProxy's log targets (`targets.ts`), what a session's line says (`session-json.ts`).
 */
import { pino } from 'pino';
import type { LogLevel } from '../../config/config.ts';
import type { Clock } from '../../time/clock.ts';
import { LogDates } from './dates.ts';
import { openDescriptor, openFile } from './descriptor-sink.ts';
import { LineWriter } from './line-writer.ts';

export interface LogMethod {
  (fields: object, message?: string): void;
  (message: string): void;
}

/** The part of pino's logger that is used here. A method must not throw and should not block. */
export interface Logger {
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
}

const ignore = (): void => {};

/** Says nothing; the default of a library. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** A logger from outside must not throw, but may: its failures stay with it, traffic goes on. */
export function guarded(logger: Logger): Logger {
  const guard =
    (method: keyof Logger): LogMethod =>
    (fields: object | string, message?: string): void => {
      try {
        if (typeof fields === 'string') logger[method](fields);
        else logger[method](fields, message);
      } catch {
        // Where would it be told?
      }
    };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}

export interface PinoLoggerOptions {
  /** Least severe level written, in syslog's words as in the configuration. */
  readonly level: LogLevel;
  /** `stdout`, `stderr` or a file's path (appended to). */
  readonly target: string;
  /** For people at a terminal instead of JSON. */
  readonly pretty: boolean;
  readonly clock: Clock;
}

export interface OpenLogger {
  readonly logger: Logger;
  /** Its target, for `droppedCount` and `name`. */
  readonly writer: LineWriter;
  /** Writes what is left and lets the target go. */
  close(): Promise<void>;
}

const PINO_LEVELS: Readonly<Record<LogLevel, string>> = {
  emerg: 'fatal',
  alert: 'fatal',
  crit: 'fatal',
  err: 'error',
  warning: 'warn',
  notice: 'info',
  info: 'info',
  debug: 'debug',
};

/**
 * Opens the JSON log. Lines go through a bounded `LineWriter`: a slow reader costs lines (counted), never time.
 * Throws what `fs.openSync` throws if the file cannot be opened.
 */
export async function createPinoLogger(options: PinoLoggerOptions): Promise<OpenLogger> {
  const writer = new LineWriter(`json:${options.target}`, openTarget(options.target), options.clock);
  const stream = options.pretty ? await prettyStream(writer) : writer;
  const dates = new LogDates();
  const logger = pino(
    {
      level: PINO_LEVELS[options.level],
      base: null,
      timestamp: () => `,"time":"${dates.utc(options.clock.wallMs())}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
  return { logger, writer, close: () => writer.close() };
}

function openTarget(target: string): ReturnType<typeof openFile> {
  if (target === 'stdout') return openDescriptor(1);
  if (target === 'stderr') return openDescriptor(2);
  return openFile(target);
}

/** pino-pretty is loaded only where somebody looks: it takes longer to start than everything else of the log. */
async function prettyStream(writer: LineWriter): Promise<{ write(line: string): void }> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return { write: (line) => writer.write(pretty(line)) };
}
