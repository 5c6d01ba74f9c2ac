/**
 * Casts between the types of samples: what converters and matching methods expect is made of what they get, as HAProxy does.
 * Each gives null where nothing can be made of the value; the sample is then absent.
 *
 *     bool <-> int <-> str <-> ip (IPv4 also <-> int);  all -> bin;  bin -> str
 *
 * Source: HAProxy manual 7.1 "Matching samples" and what 2.6 does (`test/sample/casts.test.ts`).
 */
import { ipText, ipv4Bytes, ipv4Number, parseIp } from './addresses.ts';
import { bytesOf, textOf } from './ascii.ts';
import { IpAddress } from './sample.ts';
import type { Sample } from './sample.ts';

export function toText(sample: Sample): string {
  if (typeof sample === 'string') return sample;
  if (typeof sample === 'number') return String(sample);
  if (typeof sample === 'boolean') return sample ? '1' : '0';
  return sample instanceof IpAddress ? ipText(sample) : textOf(sample);
}

/** Of text the number it starts with, 0 if there is none; an empty text has no number. */
export function toInt(sample: Sample): number | null {
  if (typeof sample === 'number') return sample;
  if (typeof sample === 'boolean') return sample ? 1 : 0;
  if (sample instanceof IpAddress) return sample.bytes.length === 4 ? ipv4Number(sample.bytes) : null;
  return leadingInt(typeof sample === 'string' ? sample : textOf(sample));
}

export function toBool(sample: Sample): boolean | null {
  if (typeof sample === 'boolean') return sample;
  const value = toInt(sample);
  return value === null ? null : value !== 0;
}

export function toIp(sample: Sample): IpAddress | null {
  if (sample instanceof IpAddress) return sample;
  if (typeof sample === 'number') return new IpAddress(ipv4Bytes(sample >>> 0));
  return typeof sample === 'string' ? parseIp(sample) : null;
}

/** Integers have 8 bytes in network order, addresses 4 or 16, text one for each character. */
export function toBytes(sample: Sample): Uint8Array {
  if (typeof sample === 'string') return bytesOf(sample);
  if (sample instanceof IpAddress) return sample.bytes;
  if (sample instanceof Uint8Array) return sample;
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(sample));
  return bytes;
}

function leadingInt(text: string): number | null {
  if (text === '') return null;
  const negative = text.charCodeAt(0) === 0x2d;
  let value = 0;
  for (let at = negative ? 1 : 0; at < text.length; at += 1) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  // Not -0, which compares and prints as 0 but is no key of a set of numbers.
  return negative && value !== 0 ? -value : value;
}
