/**
 * Addresses against networks. Networks with the same mask stand in one map, keyed by the address under the mask, so that a file of
 * 100,000 of them costs a look-up per mask; the longest mask is looked at first, as maps want it.
 *
 * An IPv4 address also meets IPv6 networks, as `::ffff:a.b.c.d`, and an IPv6 address that holds an IPv4 one meets IPv4 networks
 * (HAProxy manual 7.1.6).
 */
import { embeddedIpv4, ipv4Number, parseNetwork } from '../addresses.ts';
import { textOf } from '../ascii.ts';
import type { IpAddress } from '../sample.ts';
import { patternError } from './entry.ts';
import type { PatternEntry } from './entry.ts';

interface Masked4<V> {
  readonly mask: number;
  readonly values: Map<number, V>;
}

interface Masked6<V> {
  readonly mask: Uint8Array;
  /** By the 16 bytes as text. */
  readonly values: Map<string, V>;
}

export function networkLookup<V>(entries: readonly PatternEntry<V>[]): (ip: IpAddress) => V | null {
  const v4 = new Map<number, Masked4<V>>();
  const v6 = new Map<string, Masked6<V>>();
  for (const entry of entries) {
    const network = parseNetwork(entry.pattern);
    if (network === null) throw patternError(entry, 'is not an address or network');
    if (network.address.length === 4)
      add4(v4, ipv4Number(network.address), ipv4Number(network.mask), entry.value);
    else add6(v6, network.address, network.mask, entry.value);
  }
  const longest4 = [...v4.values()].toSorted((one, other) => other.mask - one.mask);
  const longest6 = [...v6.entries()]
    .toSorted(([one], [other]) => (one < other ? 1 : -1))
    .map(([, group]) => group);
  return ({ bytes }) => {
    if (bytes.length === 4) {
      return (
        find4(longest4, ipv4Number(bytes)) ?? (longest6.length > 0 ? find6(longest6, mapped(bytes)) : null)
      );
    }
    const found = find6(longest6, bytes);
    if (found !== null || longest4.length === 0) return found;
    const inside = embeddedIpv4(bytes);
    return inside === null ? null : find4(longest4, inside);
  };
}

function add4<V>(groups: Map<number, Masked4<V>>, address: number, mask: number, value: V): void {
  const group = groups.get(mask) ?? { mask, values: new Map<number, V>() };
  groups.set(mask, group);
  const key = (address & mask) >>> 0;
  if (!group.values.has(key)) group.values.set(key, value);
}

function add6<V>(groups: Map<string, Masked6<V>>, address: Uint8Array, mask: Uint8Array, value: V): void {
  const name = textOf(mask);
  const group = groups.get(name) ?? { mask, values: new Map<string, V>() };
  groups.set(name, group);
  const key = maskedText(address, mask);
  if (!group.values.has(key)) group.values.set(key, value);
}

function find4<V>(groups: readonly Masked4<V>[], address: number): V | null {
  for (const { mask, values } of groups) {
    const value = values.get((address & mask) >>> 0);
    if (value !== undefined) return value;
  }
  return null;
}

function find6<V>(groups: readonly Masked6<V>[], address: Uint8Array): V | null {
  for (const { mask, values } of groups) {
    const value = values.get(maskedText(address, mask));
    if (value !== undefined) return value;
  }
  return null;
}

function maskedText(address: Uint8Array, mask: Uint8Array): string {
  let text = '';
  for (let at = 0; at < 16; at += 1) text += String.fromCharCode((address[at] ?? 0) & (mask[at] ?? 0));
  return text;
}

/** `::ffff:192.0.2.1`. */
function mapped(ipv4: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(16);
  bytes.fill(0xff, 10, 12);
  bytes.set(ipv4, 12);
  return bytes;
}
