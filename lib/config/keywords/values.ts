/**
 * Values that more than one row of the keyword table reads: names, permissions, name lists.
 *
 * Not here: times, sizes, integers (`../units.ts`), addresses (`../address.ts`).
 */
import type { Parsed } from '../units.ts';

/** Octal permissions of a unix socket, `660` -> 0o660 (HAProxy manual 5.1 "mode"). */
export function parseMode(text: string): Parsed<number> {
  if (/^[0-7]{1,4}$/.test(text)) return { ok: true, value: Number.parseInt(text, 8) };
  return {
    ok: false,
    problem: `'${text}' is no octal permission`,
    code: 'invalid-value',
    hint: 'write it as chmod takes it, e.g. 660',
  };
}

/** The first character that a proxy's or server's name may not hold; null: the name is fine (reference 1.5). */
export function badNameCharacter(name: string): string | null {
  return /[^A-Za-z0-9_:.-]/u.exec(name)?.[0] ?? null;
}

/** Names separated by commas, e.g. `h2,http/1.1`; no empty one. */
export function parseNameList(text: string): Parsed<string[]> {
  const names = text.split(',');
  if (names.every((name) => name !== '')) return { ok: true, value: names };
  return {
    ok: false,
    problem: `'${text}' has an empty name`,
    code: 'invalid-value',
    hint: 'write a,b without blanks',
  };
}

/** A host address without a port: IPv4, IPv6 (with or without brackets) or a name. */
export function parseHost(text: string): Parsed<string> {
  const host = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (/^[A-Za-z0-9._:%-]+$/.test(host)) return { ok: true, value: host };
  return { ok: false, problem: `'${text}' is no address`, code: 'invalid-address', hint: 'e.g. 10.0.0.1' };
}
