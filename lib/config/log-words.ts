/**
 * The words of syslog, in the order of their numbers: for `log` lines, the JSON log, the command, and the heads of log lines.
 *
 * Not here: reading them (`keywords/log.ts`), numbers in lines (`../account/log/syslog.ts`).
 */
import type { LogFacility, LogLevel } from './config.ts';

/** Syslog facilities; the index is the facility's number (RFC 5424 6.2.1). */
export const LOG_FACILITIES: readonly LogFacility[] = [
  'kern',
  'user',
  'mail',
  'daemon',
  'auth',
  'syslog',
  'lpr',
  'news',
  'uucp',
  'cron',
  'auth2',
  'ftp',
  'ntp',
  'audit',
  'alert',
  'cron2',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
];

/** Syslog severities, the most severe first; the index is the level's number (RFC 5424 6.2.1). */
export const LOG_LEVELS: readonly LogLevel[] = [
  'emerg',
  'alert',
  'crit',
  'err',
  'warning',
  'notice',
  'info',
  'debug',
];
