/**
 * IP addresses and networks between text and bytes.
 *
 * Sources: RFC 4291 2.2, RFC 5952 (how IPv6 is written); `inet_aton(3)` for the short forms of patterns.
 *
 * Not here: matching (`patterns/networks.ts`).
 */
import { writeAddress } from '../backend/balance/address-bytes.ts';
import { IpAddress } from './sample.ts';

/** `192.0.2.1` or `2001:db8::1`; null for anything else, such as the empty address of a unix socket. */
export function parseIp(text: string): IpAddress | null {
  const bytes = new Uint8Array(16);
  const length = writeAddress(text, bytes);
  return length === 0 ? null : new IpAddress(bytes.subarray(0, length));
}

/** As `inet_ntop(3)` writes it. */
export function ipText({ bytes }: IpAddress): string {
  return bytes.length === 4 ? bytes.join('.') : ipv6Text(bytes);
}

function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, at) => wordAt(bytes, at));
  const embedded = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (embedded) return `::ffff:${bytes.subarray(12).join('.')}`;
  const [start, length] = longestZeros(words);
  const hex = (some: readonly number[]): string => some.map((word) => word.toString(16)).join(':');
  if (length < 2) return hex(words);
  return `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`;
}

/** The 16 bits of a group of an IPv6 address, 0 to 7. */
export function wordAt(bytes: Uint8Array, group: number): number {
  return ((bytes[2 * group] ?? 0) << 8) | (bytes[2 * group + 1] ?? 0);
}

/** First of the longest runs of zeros, and its length. */
function longestZeros(words: readonly number[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  let start = 0;
  for (let at = 0; at <= words.length; at += 1) {
    if (words[at] === 0) continue;
    if (at - start > best[1]) best = [start, at - start];
    start = at + 1;
  }
  return best;
}

/** An IPv4 address as a number, 0 to 2^32 - 1. */
export function ipv4Number(bytes: Uint8Array, at = 0): number {
  return (
    (((bytes[at] ?? 0) << 24) |
      ((bytes[at + 1] ?? 0) << 16) |
      ((bytes[at + 2] ?? 0) << 8) |
      (bytes[at + 3] ?? 0)) >>>
    0
  );
}

export function ipv4Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

/** The IPv4 address inside `::ffff:192.0.2.1`, `::192.0.2.1` or `2002:c000:201::`; null: none is. */
export function embeddedIpv4(bytes: Uint8Array): number | null {
  if (wordAt(bytes, 0) === 0x2002) return ipv4Number(bytes, 2);
  for (let at = 0; at < 10; at += 1) if (bytes[at] !== 0) return null;
  const marker = wordAt(bytes, 5);
  return marker === 0 || marker === 0xffff ? ipv4Number(bytes, 12) : null;
}

export interface Network {
  readonly address: Uint8Array;
  /** As long as the address. */
  readonly mask: Uint8Array;
}

/** `10.0.0.0/8`, `10.1/255.255.0.0`, `127.1`, `2001:db8::/32`; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/');
  const address = parseShortIp(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const mask =
    slash < 0
      ? prefixMask(address.length * 8, address.length)
      : parseMask(text.slice(slash + 1), address.length);
  return mask === null ? null : { address, mask };
}

/** `24` or `255.255.255.0` for addresses of `length` bytes; null for anything else. */
export function parseMask(text: string, length: number): Uint8Array | null {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= length * 8 ? prefixMask(Number(text), length) : null;
  const mask = parseIp(text)?.bytes ?? null;
  return mask !== null && mask.length === length ? mask : null;
}

function prefixMask(bits: number, length: number): Uint8Array {
  const mask = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) mask[at] = 0xff00 >>> Math.min(8, Math.max(0, bits - 8 * at));
  return mask;
}

/** With fewer than four parts the last one fills what is left, so `127.1` is 127.0.0.1 and `10` is 0.0.0.10. */
function parseShortIp(text: string): Uint8Array | null {
  if (!/^\d{1,10}(?:\.\d{1,10}){0,2}$/.test(text)) return parseIp(text)?.bytes ?? null;
  const parts = text.split('.').map(Number);
  const last = parts.pop() ?? 0;
  if (parts.some((part) => part > 255) || last >= 256 ** (4 - parts.length)) return null;
  return ipv4Bytes(parts.reduce((sum, part, at) => sum + part * 256 ** (3 - at), last));
}
