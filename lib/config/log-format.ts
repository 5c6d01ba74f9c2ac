/**
 * Which items a `log-format` may hold in mode tcp (HAProxy manual 8.2.6, reference 7.6): looked at when the
 * configuration is read, so that a slip is found before the first line is written.
 *
 * Not here: writing the lines (`../account/`).
 */
import { didYouMean } from './line.ts';

/** Aliases with a meaning in mode tcp. */
export const TCP_ALIASES: readonly string[] = (
  'B U H ID T Tl Ts t ms Tc Td Th Tt Tu Tw ac b bc bi bp bq ci cp f fc fi fp ft lc o pid rc rt s sc si sp sq ' +
  'ts tsc ST sslc sslv hr hs hrl hsl'
).split(' ');

/** Aliases that only a request has; HAProxy refuses them in mode tcp. */
export const HTTP_ALIASES: readonly string[] =
  'HM HP HPO HQ HU HV r tr trg trl Ta Ti Tq TQ Tr TR CC CS'.split(' ');

export interface LogFormatFault {
  readonly problem: string;
  readonly hint: string | null;
}

/** Flags of an item, after `+` or `-`: quote, hexadecimal, escape. */
const FLAGS = ['Q', 'X', 'E'];

/** `%%`, or `%` with name, flags, and what follows: `[` of a sample or an alias. */
const ITEM = /%(?:(%)|(?:\([^)]*\))?(?:\{([^}]*)\})?(?:\([^)]*\))?(?:(\[)|([A-Za-z0-9]+))?)/y;

/** The first fault of a format, or null. Items: `%alias`, `%{flags}alias`, `%(name)alias`, `%[sample]`, `%%`. */
export function logFormatFault(format: string): LogFormatFault | null {
  for (let at = format.indexOf('%'); at >= 0; at = format.indexOf('%', at)) {
    ITEM.lastIndex = at;
    const [all = '%', percent, flags, sample, alias] = ITEM.exec(format) ?? [];
    at += all.length;
    if (percent !== undefined) continue;
    if (sample !== undefined) {
      return {
        problem: "sample expressions ('%[…]') are not supported",
        hint: 'use the aliases, e.g. %ci %b %s',
      };
    }
    if (alias === undefined) {
      return { problem: `'${all}' is followed by no alias`, hint: "write '%%' for a percent sign" };
    }
    const fault = aliasFault(alias) ?? flagsFault(flags ?? '');
    if (fault !== null) return fault;
  }
  return null;
}

/** HAProxy takes the whole run of letters as the alias. */
function aliasFault(alias: string): LogFormatFault | null {
  if (TCP_ALIASES.includes(alias)) return null;
  if (HTTP_ALIASES.includes(alias)) {
    return { problem: `alias '%${alias}' needs mode http`, hint: 'it has no value for a connection' };
  }
  const all = `aliases are ${TCP_ALIASES.map((one) => `%${one}`).join(' ')}`;
  return { problem: `unknown alias '%${alias}'`, hint: didYouMean(alias, TCP_ALIASES) ?? all };
}

/** HAProxy passes over flags it does not know. */
function flagsFault(flags: string): LogFormatFault | null {
  const words = flags.split(',').map((word) => word.trim());
  const bad = words.find((word) => word !== '' && !(/^[+-]/.test(word) && FLAGS.includes(word.slice(1))));
  if (bad === undefined) return null;
  return {
    problem: `unknown flag '${bad}'`,
    hint: "flags are +Q (quote), +X (hexadecimal), +E (escape), or with '-'",
  };
}
