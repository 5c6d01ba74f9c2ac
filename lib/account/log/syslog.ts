/**
 * The head of a log line: facility and level as a number, date, host, tag (RFC 3164 4.1, RFC 5424 6, and HAProxy's
 * shorter forms, manual 4.2 "log").
 *
 * Not here: the rest of the line, where it goes (`targets.ts`).
 */
import type { LogFacility, LogHeaderFormat, LogLevel } from '../../config/config.ts';
import { LOG_FACILITIES, LOG_LEVELS } from '../../config/log-words.ts';
import type { LogDates } from './dates.ts';

/** 0 (emerg) to 7 (debug). */
export function severity(level: LogLevel): number {
  return LOG_LEVELS.indexOf(level);
}

export function isLogLevel(word: string): word is LogLevel {
  const levels: readonly string[] = LOG_LEVELS;
  return levels.includes(word);
}

export interface HeaderFacts {
  readonly format: LogHeaderFormat;
  readonly facility: LogFacility;
  /** Program name, `haproxy` unless `log-tag` says otherwise: existing filters match on it. */
  readonly tag: string;
  readonly pid: number;
  /** Null without `log-send-hostname`. */
  readonly hostname: string | null;
  readonly dates: LogDates;
}

/** Writes heads of lines for one target. */
export class SyslogHeader {
  readonly #facts: HeaderFacts;
  readonly #facilityBase: number;

  constructor(facts: HeaderFacts) {
    this.#facts = facts;
    this.#facilityBase = LOG_FACILITIES.indexOf(facts.facility) * 8;
  }

  /**
   * The whole line with its line feed, at most `lengthBytes` long. `structured` is RFC 5424 structured data, empty for
   * none; where it does not fit, HAProxy leaves out everything behind the head, and so do we.
   */
  line(level: number, wallMs: number, structured: string, message: string, lengthBytes: number): string {
    let head = this.#head(level, wallMs);
    if (this.#facts.format === 'rfc5424') {
      const withData = `${head}${structured === '' ? '-' : structured} `;
      if (withData.length >= lengthBytes) return `${cut(head, lengthBytes - 1)}\n`;
      head = withData;
    }
    return `${cut(head + message, lengthBytes - 1)}\n`;
  }

  #head(level: number, wallMs: number): string {
    const { format, dates, hostname, tag, pid } = this.#facts;
    const priority = this.#facilityBase + level;
    switch (format) {
      case 'raw':
        return '';
      case 'iso':
        return `${dates.rfc5424(wallMs)} `;
      case 'timed':
        return `<${level}>${dates.rfc5424(wallMs)} `;
      case 'short':
        return `<${level}>`;
      case 'priority':
        return `<${priority}>`;
      case 'local':
        return `<${priority}>${dates.rfc3164(wallMs)} ${tag}[${pid}]: `;
      case 'rfc3164':
        return `<${priority}>${dates.rfc3164(wallMs)} ${hostname === null ? '' : `${hostname} `}${tag}[${pid}]: `;
      case 'rfc5424':
        return `<${priority}>1 ${dates.rfc5424(wallMs)} ${hostname ?? '-'} ${tag} ${pid} - `;
    }
  }
}

/** Text of at most `lengthBytes` bytes. Nearly all lines are far shorter than any limit: those are not measured. */
function cut(text: string, lengthBytes: number): string {
  if (text.length * 3 <= lengthBytes || Buffer.byteLength(text) <= lengthBytes) return text;
  const bytes = Buffer.from(text);
  let end = lengthBytes;
  // Not in the middle of a UTF-8 character: its later bytes begin with the bits 10.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}
