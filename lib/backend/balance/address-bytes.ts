/**
 * Textual IP addresses to bytes in network order, written into a buffer that is there already: runs once per
 * stream, so it allocates nothing.
 *
 * Sources: RFC 4291 2.2 (IPv6 text), RFC 4007 11 (zone after `%`, which has no bytes).
 *
 * Not here: names, ports.
 */

const COLON = 0x3a;
const DOT = 0x2e;
const PERCENT = 0x25;

/**
 * Writes `192.0.2.1` as 4 bytes or `2001:db8::1` as 16 to the start of `into` (at least 16 bytes) and returns how
 * many; 0 for anything that is no address, such as the empty one of a unix socket.
 */
export function writeAddress(text: string, into: Uint8Array): number {
  const end = zoneStart(text);
  if (text.includes(':')) return writeIpv6(text, end, into) ? 16 : 0;
  return writeIpv4(text, 0, end, into, 0) ? 4 : 0;
}

function zoneStart(text: string): number {
  const at = text.indexOf('%');
  return at < 0 ? text.length : at;
}

function writeIpv4(text: string, start: number, end: number, into: Uint8Array, offset: number): boolean {
  let value = 0;
  let digits = 0;
  let parts = 0;
  for (let at = start; at <= end; at += 1) {
    const code = at === end ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || digits > 3 || value > 255 || parts === 4) return false;
      into[offset + parts] = value;
      parts += 1;
      value = 0;
      digits = 0;
    } else {
      // A leading zero may mean octal to whoever wrote it, so it means nothing here.
      if (code < 0x30 || code > 0x39 || (digits > 0 && value === 0)) return false;
      value = value * 10 + code - 0x30;
      digits += 1;
    }
  }
  return parts === 4;
}

function writeIpv6(text: string, end: number, into: Uint8Array): boolean {
  let written = 0;
  let gap = -1;
  let at = 0;
  if (text.startsWith('::')) {
    gap = 0;
    at = 2;
  }
  while (at < end) {
    const stop = groupEnd(text, at, end);
    if (stop < end && text.charCodeAt(stop) === DOT) {
      if (written > 12 || !writeIpv4(text, at, end, into, written)) return false;
      written += 4;
      at = end;
      break;
    }
    if (written === 16 || !writeGroup(text, at, stop, into, written)) return false;
    written += 2;
    at = stop;
    if (at === end) break;
    // A single colon must be followed by another group; two are the gap, of which there may be one.
    at += 1;
    if (at === end) return false;
    if (text.charCodeAt(at) !== COLON) continue;
    if (gap >= 0) return false;
    gap = written;
    at += 1;
  }
  return gap < 0 ? written === 16 : spread(into, gap, written);
}

/** Where the group that starts at `start` ends: at a colon, a dot, a zone or `end`. */
function groupEnd(text: string, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === COLON || code === DOT || code === PERCENT) break;
    at += 1;
  }
  return at;
}

function writeGroup(text: string, start: number, end: number, into: Uint8Array, offset: number): boolean {
  if (start === end || end - start > 4) return false;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) return false;
    value = value * 16 + digit;
  }
  into[offset] = value >>> 8;
  into[offset + 1] = value & 0xff;
  return true;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}

/** Moves what follows the gap to the end and fills the gap with zeros. */
function spread(into: Uint8Array, gap: number, written: number): boolean {
  if (written > 14) return false;
  into.copyWithin(16 - (written - gap), gap, written);
  into.fill(0, gap, 16 - (written - gap));
  return true;
}
