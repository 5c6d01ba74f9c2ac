/**
 * The functions of `hash-type`: bytes to 32 bits, all arithmetic modulo 2^32, values 0 to 2^32 - 1.
 *
 * Source: HAProxy manual 4.2 "hash-type" and the authors it names; values as observed on HAProxy 2.6.
 *
 * Not here: which bytes are hashed (`expression.ts`).
 */
import { crc32 } from 'node:zlib';
import type { HashFunction } from '../../config/config.ts';

/** Hashes the first `length` bytes of `bytes`. */
export type ByteHash = (bytes: Uint8Array, length: number) => number;

export const HASH_FUNCTIONS: Readonly<Record<HashFunction, ByteHash>> = {
  sdbm,
  djb2,
  wt6,
  crc32: (bytes, length) => crc32(bytes.subarray(0, length)),
  none: decimal,
};

/** sdbm's string hash: h * 65599 + byte. */
function sdbm(bytes: Uint8Array, length: number): number {
  let hash = 0;
  for (let at = 0; at < length; at += 1) {
    hash = ((bytes[at] ?? 0) + (hash << 6) + (hash << 16) - hash) | 0;
  }
  return hash >>> 0;
}

/** Daniel J. Bernstein's string hash: h * 33 + byte, from 5381. */
function djb2(bytes: Uint8Array, length: number): number {
  let hash = 5381;
  for (let at = 0; at < length; at += 1) {
    hash = ((hash << 5) + hash + (bytes[at] ?? 0)) | 0;
  }
  return hash >>> 0;
}

/** Two lanes that swap after every byte, rotated by amounts taken from their own bits. */
function wt6(bytes: Uint8Array, length: number): number {
  let left = 0xa53c965a | 0;
  let right = 0x5ca6953a | 0;
  let rotateRight = 6;
  let rotateLeft = 18;
  for (let at = 0; at < length; at += 1) {
    const byte = bytes[at] ?? 0;
    left = ~(left ^ byte);
    right = ~(right + byte);
    const swapped = rotated(right, rotateRight);
    right = rotated(left, rotateLeft);
    left = swapped;
    const bits = ((left >>> 16) ^ right) & 0xffff;
    rotateRight = bits & 31;
    rotateLeft = bits >>> 11;
  }
  return (left ^ right) >>> 0;
}

/** The key itself, if it starts with decimal digits; 0 otherwise. */
function decimal(bytes: Uint8Array, length: number): number {
  let value = 0;
  for (let at = 0; at < length; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  return value >>> 0;
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/**
 * Spreads a 32-bit number over all 32 bits: Bob Jenkins' integer mix, then a multiplication that spreads small
 * numbers further. Makes the points of a consistent ring, and is what `avalanche` adds to a function.
 */
export function avalanche(value: number): number {
  let mixed = value | 0;
  mixed = (mixed + 0x7ed55d16 + (mixed << 12)) | 0;
  mixed = mixed ^ 0xc761c23c ^ (mixed >>> 19);
  mixed = (mixed + 0x165667b1 + (mixed << 5)) | 0;
  mixed = ((mixed + 0xd3a2646c) ^ (mixed << 9)) | 0;
  mixed = (mixed + 0xfd7046c5 + (mixed << 3)) | 0;
  mixed = mixed ^ 0xb55a4f09 ^ (mixed >>> 16);
  return Math.imul(mixed, 3221225473) >>> 0;
}
