/**
 * The time behind a `timeout …` of a proxy.
 *
 * Not here: which timeouts there are (`proxy.ts`, `http.ts`), the syntax of times (`../units.ts`).
 */
import type { ProxyDraft } from '../draft.ts';
import type { Line } from '../line.ts';
import { isSuspiciouslySmallTime } from '../units.ts';

/** Takes a time; warns if the section had it already, or if it is so small that seconds were probably meant. Null after an alert. */
export function readTimeout(line: Line, proxy: ProxyDraft): number | null {
  const text = line.peek() ?? '';
  const value = line.takeTimeMs('a time in milliseconds or with a unit');
  if (value === null) return null;
  if (proxy.kind !== 'defaults' && proxy.own.has(line.keyword)) {
    const message = `'${line.keyword}' was already specified in this section; the last one holds`;
    line.warning('already-specified', message, 'keep one of the two');
  }
  warnOfSmallTime(line, text);
  return value;
}

/** `timeout client 50` is 50 ms, which hardly anybody means (reference 1.8). */
function warnOfSmallTime(line: Line, text: string): void {
  if (!isSuspiciouslySmallTime(text)) return;
  const message = `'${line.keyword} ${text}' is ${text} milliseconds, which is suspiciously small`;
  line.warning('small-time', message, `write '${text}s' for seconds, or '${text}ms' if it is meant`);
}
