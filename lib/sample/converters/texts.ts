/**
 * Text to text: case, parts, substitution, joining (HAProxy manual 7.3.1).
 *
 * Not here: encodings (`encodings.ts`).
 */
import { compileRegex } from '../../config/regex.ts';
import { SluiceError } from '../../errors.ts';
import { lowerAscii, upperAscii } from '../ascii.ts';
import { toText } from '../casts.ts';
import { ofBytes, ofText } from '../convert.ts';
import type { ConverterMaker } from '../convert.ts';
import { numberArgument, textArgument } from '../fetch.ts';
import { expandGroups } from './groups.ts';

/**
 * `field(index,separators[,count])`, `word(…)`: pieces number `index` and on, with the separators between them; from the end if
 * negative, count 0 for all that follow. Null: there is no such piece.
 */
function pieces(emptyOnes: boolean): ConverterMaker {
  return (args) => {
    const index = numberArgument(args, 0);
    const separators = textArgument(args, 1);
    const count = args.length > 2 ? numberArgument(args, 2) : 1;
    return ofText((text) => {
      const spans = spansOf(text, separators, emptyOnes);
      const first = index > 0 ? index - 1 : spans.length + index;
      // From the end one also goes on towards the beginning.
      const many = count === 0 ? spans.length : count;
      const [from, to] =
        index > 0
          ? [first, Math.min(first + many, spans.length) - 1]
          : [Math.max(0, first - many + 1), first];
      const start = spans[from];
      const end = spans[to];
      return start === undefined || end === undefined || first < 0 ? null : text.slice(start[0], end[1]);
    });
  };
}

type Span = readonly [start: number, end: number];

function spansOf(text: string, separators: string, emptyOnes: boolean): readonly Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at += 1) {
    if (at < text.length && !separators.includes(text.charAt(at))) continue;
    if (emptyOnes || at > start) spans.push([start, at]);
    start = at + 1;
  }
  return spans;
}

/** `regsub(regex,substitute[,flags])`: the first match, with the flag `g` each. */
const regsub: ConverterMaker = (args) => {
  const flags = textArgument(args, 2);
  const regex = compileRegex(textArgument(args, 0), {
    ignoreCase: flags.includes('i'),
    global: flags.includes('g'),
  });
  if (!regex.ok) throw new SluiceError('ERR_CONFIG', `regsub: ${regex.problem}`);
  const substitute = textArgument(args, 1);
  return ofText((text) =>
    text.replace(regex.value, (...match: unknown[]) => expandGroups(substitute, match)),
  );
};

/** `bytes(offset[,length])`; null: the offset is behind the end. */
const bytes: ConverterMaker = (args) => {
  const offset = numberArgument(args, 0);
  const end = args.length > 1 ? offset + numberArgument(args, 1) : Infinity;
  return ofBytes((all) => (offset < 0 || offset >= all.length ? null : all.subarray(offset, end)));
};

/** `concat([start[,variable[,end]]])`. */
const concat: ConverterMaker = (args) => {
  const [start, variable, end] = [textArgument(args, 0), textArgument(args, 1), textArgument(args, 2)];
  return ofText((text, { variables }) => {
    const value = variable === '' ? null : variables.get(variable);
    return text + start + (value === null ? '' : toText(value)) + end;
  });
};

/** `strcmp(variable)`: below 0, 0 or above 0, by the first byte that differs, else by length. */
const strcmp: ConverterMaker = (args) => {
  const variable = textArgument(args, 0);
  return ofText((text, { variables }) => {
    const value = variables.get(variable);
    return value === null ? null : compare(text, toText(value));
  });
};

function compare(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let at = 0; at < length; at += 1) {
    const difference = one.charCodeAt(at) - other.charCodeAt(at);
    if (difference !== 0) return difference;
  }
  return one.length - other.length;
}

const ltrim: ConverterMaker = (args) => {
  const characters = textArgument(args, 0);
  return ofText((text) => {
    let start = 0;
    while (start < text.length && characters.includes(text.charAt(start))) start += 1;
    return text.slice(start);
  });
};

const rtrim: ConverterMaker = (args) => {
  const characters = textArgument(args, 0);
  return ofText((text) => {
    let end = text.length;
    while (end > 0 && characters.includes(text.charAt(end - 1))) end -= 1;
    return text.slice(0, end);
  });
};

/** A `Host` header's port: digits behind the last colon. */
const HOST_PORT = /:(\d+)$/;

export const TEXT_CONVERTERS: Readonly<Record<string, ConverterMaker>> = {
  lower: () => ofText(lowerAscii),
  upper: () => ofText(upperAscii),
  length: () => ofText((text) => text.length),
  field: pieces(true),
  word: pieces(false),
  regsub,
  bytes,
  concat,
  strcmp,
  ltrim,
  rtrim,
  host_only: () => ofText((text) => text.replace(HOST_PORT, '')),
  port_only: () => ofText((text) => Number(HOST_PORT.exec(text)?.[1] ?? 0)),
};
