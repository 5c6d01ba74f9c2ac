/**
 * Dates as syslog and HAProxy write them, in the machine's time zone. The part down to the second is kept for the next
 * line, since making it costs more than the rest of the line.
 *
 * Not here: what the present is (the clock).
 */

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A date down to the second, kept until another second is asked for. */
class SecondText {
  readonly #make: (date: Date) => string;
  #second = Number.NaN;
  #text = '';

  constructor(make: (date: Date) => string) {
    this.#make = make;
  }

  at(wallMs: number): string {
    const second = Math.floor(wallMs / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#text = this.#make(new Date(second * 1000));
    }
    return this.#text;
  }
}

export class LogDates {
  readonly #log = new SecondText((date) => `${day(date)}/${month(date)}/${date.getFullYear()}:${time(date)}`);
  readonly #zone = new SecondText((date) => offset(date, ''));
  readonly #gmt = new SecondText(
    (date) =>
      `${pad2(date.getUTCDate())}/${MONTHS[date.getUTCMonth()] ?? ''}/${date.getUTCFullYear()}:` +
      `${date.toISOString().slice(11, 19)} +0000`,
  );
  readonly #syslog = new SecondText(
    (date) => `${month(date)} ${String(date.getDate()).padStart(2, ' ')} ${time(date)}`,
  );
  readonly #iso = new SecondText(
    (date) => `${date.getFullYear()}-${pad2(date.getMonth() + 1)}-${day(date)}T${time(date)}`,
  );
  readonly #isoZone = new SecondText((date) => offset(date, ':'));
  readonly #utc = new SecondText((date) => date.toISOString().slice(0, 19));

  /** `%t`: `22/Nov/2026:13:50:52.403`. */
  withMilliseconds(wallMs: number): string {
    return `${this.#log.at(wallMs)}.${milliseconds(wallMs)}`;
  }

  /** `%Tl`: `22/Nov/2026:13:50:52 +0100`. */
  local(wallMs: number): string {
    return `${this.#log.at(wallMs)} ${this.#zone.at(wallMs)}`;
  }

  /** `%T`: `22/Nov/2026:12:50:52 +0000`. */
  gmt(wallMs: number): string {
    return this.#gmt.at(wallMs);
  }

  /** RFC 3164 4.1.2: `Nov  2 13:50:52`. */
  rfc3164(wallMs: number): string {
    return this.#syslog.at(wallMs);
  }

  /** RFC 5424 6.2.3 with microseconds (which the wall clock here does not have): `2026-11-22T13:50:52.430000+00:00`. */
  rfc5424(wallMs: number): string {
    return `${this.#iso.at(wallMs)}.${milliseconds(wallMs)}000${this.#isoZone.at(wallMs)}`;
  }

  /** As `Date.toISOString`: `2026-11-22T13:50:52.403Z`. */
  utc(wallMs: number): string {
    return `${this.#utc.at(wallMs)}.${milliseconds(wallMs)}Z`;
  }
}

/** `%ms` and the end of `%t`: always three digits. */
export function milliseconds(wallMs: number): string {
  const value = Math.floor(wallMs) % 1000;
  if (value >= 100) return String(value);
  return value < 10 ? `00${value}` : `0${value}`;
}

function day(date: Date): string {
  return pad2(date.getDate());
}

function month(date: Date): string {
  return MONTHS[date.getMonth()] ?? '';
}

function time(date: Date): string {
  return `${pad2(date.getHours())}:${pad2(date.getMinutes())}:${pad2(date.getSeconds())}`;
}

function pad2(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function offset(date: Date, between: string): string {
  const minutes = -date.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad2(Math.floor(size / 60))}${between}${pad2(size % 60)}`;
}
