/**
 * `map`, `map_beg`, `map_ip_int` and their kin: a value looked up in a file of two columns, read once at start (HAProxy manual
 * 7.3.1 "map"). What `-f` of ACLs holds is looked up the same way (`../patterns/`).
 */
import type { MapKind } from '../../config/converter-table.ts';
import { parseIp } from '../addresses.ts';
import { toText } from '../casts.ts';
import type { Convert, ConverterMaker } from '../convert.ts';
import { textArgument } from '../fetch.ts';
import { patternError } from '../patterns/entry.ts';
import type { PatternEntry } from '../patterns/entry.ts';
import { readMap } from '../patterns/files.ts';
import { createLookup } from '../patterns/lookup.ts';
import { patternRegex } from '../patterns/texts.ts';
import type { Sample } from '../sample.ts';
import { expandGroups } from './groups.ts';

/** Throws ERR_CONFIG if the file cannot be read, or has a key or value that is not what the map is of. */
export function mapConverter({ match, gives }: MapKind): ConverterMaker {
  return (args, { readFile }) => {
    const path = textArgument(args, 0);
    const entries = readMap(path, readFile);
    const otherwise =
      args[1] === undefined ? null : readValue(gives, { pattern: path, value: String(args[1]), place: null });
    if (match === 'regm') return regexWithGroups(entries, otherwise);
    const read = entries.map((entry) => ({ ...entry, value: readValue(gives, entry) }));
    const lookup = createLookup({ match, ignoreCase: false, operator: 'eq' }, read);
    return (sample) => lookup(sample) ?? otherwise;
  };
}

function readValue(gives: MapKind['gives'], entry: PatternEntry<string>): Sample {
  const { value } = entry;
  if (gives === 'str') return value;
  const read = gives === 'ip' ? parseIp(value) : /^-?\d{1,15}$/.test(value) ? Number(value) : null;
  if (read === null)
    throw patternError(entry, `has '${value}', which is not ${gives === 'ip' ? 'an address' : 'a number'}`);
  return read;
}

/** `map_regm`: values take in what the groups matched. */
function regexWithGroups(entries: readonly PatternEntry<string>[], otherwise: Sample | null): Convert {
  const regexes = entries.map((entry) => ({ regex: patternRegex(entry, false), value: entry.value }));
  return (sample) => {
    const text = toText(sample);
    for (const { regex, value } of regexes) {
      const match = regex.exec(text);
      if (match !== null) return expandGroups(value, match);
    }
    return otherwise;
  };
}
