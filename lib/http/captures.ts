/**
 * `capture request header`, `capture response header`, `capture cookie` (manual 4.2): the start of what was sent, for the log.
 *
 * As in HAProxy headers are noted before any rule has changed them, a request's cookie after the rules; of several lines the last counts,
 * of several cookies the first.
 *
 * Not here: how they are written (`../account/log/`).
 */
import type { HeaderCapture } from '../config/rules.ts';
import { cookiesOf } from './cookies.ts';
import type { Headers } from '../message/headers.ts';
import { setCookieOf } from './set-cookie.ts';

/** In the order of `captures`; null: there is no such header. */
export function captureHeaders(captures: readonly HeaderCapture[], headers: Headers): (string | null)[] {
  return captures.map(
    ({ name, lengthBytes }) => headers.all(name.toLowerCase()).at(-1)?.slice(0, lengthBytes) ?? null,
  );
}

/** `NAME=value` of the first cookie whose name begins with the capture's; null: there is none. */
export function captureRequestCookie(capture: HeaderCapture, headers: Headers): string | null {
  for (const header of headers.all('cookie')) {
    for (const { name, value } of cookiesOf(header)) {
      const text = `${name}=${value}`;
      if (text.startsWith(capture.name)) return text.slice(0, capture.lengthBytes);
    }
  }
  return null;
}

/** The same of a cookie that is set. */
export function captureResponseCookie(capture: HeaderCapture, headers: Headers): string | null {
  for (const header of headers.all('set-cookie')) {
    const cookie = setCookieOf(header);
    const text = cookie === null ? '' : `${cookie.name}=${cookie.value}`;
    if (cookie !== null && text.startsWith(capture.name)) return text.slice(0, capture.lengthBytes);
  }
  return null;
}
