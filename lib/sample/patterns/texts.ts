/**
 * Text against text: whole, at its beginning, at its end, within, between delimiters, by regular expression (HAProxy manual
 * 7.1.3, 7.1.4).
 *
 * A look-up of whole texts costs the same however many there are, beginnings and ends a step for each length there is; the
 * others are tried one after the other.
 */
import type { MatchMethod } from '../../config/condition.ts';
import { compileRegex } from '../../config/regex.ts';
import { lowerAscii } from '../ascii.ts';
import { patternError } from './entry.ts';
import type { PatternEntry } from './entry.ts';

export type TextMethod = Extract<MatchMethod, 'str' | 'beg' | 'end' | 'sub' | 'dir' | 'dom' | 'reg'>;

export type TextLookup<V> = (text: string) => V | null;

/** Up to here trying one after the other is as quick as anything. */
const FEW = 8;

/** Of several that match: the longest beginning, else the first in order. */
export function textLookup<V>(
  method: TextMethod,
  ignoreCase: boolean,
  entries: readonly PatternEntry<V>[],
): TextLookup<V> {
  if (method === 'reg') return regexLookup(ignoreCase, entries);
  if (!ignoreCase) return plainLookup(method, entries);
  const lowered = entries.map((entry) => ({ ...entry, pattern: lowerAscii(entry.pattern) }));
  const lookup = plainLookup(method, lowered);
  return (text) => lookup(lowerAscii(text));
}

function plainLookup<V>(
  method: Exclude<TextMethod, 'reg'>,
  entries: readonly PatternEntry<V>[],
): TextLookup<V> {
  switch (method) {
    case 'str':
      return wholeLookup(entries);
    case 'beg':
      return beginningLookup(entries);
    case 'end':
      return endLookup(entries);
    case 'sub':
      return firstOf(entries, (text, pattern) => text.includes(pattern));
    case 'dir':
      return wordLookup('/?', entries);
    case 'dom':
      return wordLookup('/?.:', entries);
  }
}

function firstOf<V>(
  entries: readonly PatternEntry<V>[],
  matches: (text: string, pattern: string) => boolean,
): TextLookup<V> {
  return (text) => {
    for (const { pattern, value } of entries) if (matches(text, pattern)) return value;
    return null;
  };
}

function wholeLookup<V>(entries: readonly PatternEntry<V>[]): TextLookup<V> {
  const values = new Map(entries.toReversed().map(({ pattern, value }) => [pattern, value]));
  return (text) => values.get(text) ?? null;
}

function beginningLookup<V>(entries: readonly PatternEntry<V>[]): TextLookup<V> {
  const longestFirst = entries.toSorted((one, other) => other.pattern.length - one.pattern.length);
  if (entries.length <= FEW) return firstOf(longestFirst, (text, pattern) => text.startsWith(pattern));
  const values = wholeLookup(entries);
  const lengths = lengthsOf(longestFirst);
  return (text) => {
    for (const length of lengths) {
      const value = length <= text.length ? values(text.slice(0, length)) : null;
      if (value !== null) return value;
    }
    return null;
  };
}

function endLookup<V>(entries: readonly PatternEntry<V>[]): TextLookup<V> {
  if (entries.length <= FEW) return firstOf(entries, (text, pattern) => text.endsWith(pattern));
  const positions = wholeLookup(entries.map(({ pattern }, value) => ({ pattern, value, place: null })));
  const lengths = lengthsOf(entries);
  return (text) => {
    let first = entries.length;
    for (const length of lengths) {
      if (length <= text.length)
        first = Math.min(first, positions(text.slice(text.length - length)) ?? first);
    }
    return entries[first]?.value ?? null;
  };
}

/** Each length once, in the order they come in. */
function lengthsOf(entries: readonly PatternEntry<unknown>[]): readonly number[] {
  return [...new Set(entries.map(({ pattern }) => pattern.length))];
}

/** Patterns as words: delimiters around them do not count, and the text must have one, or its end, on both sides. */
function wordLookup<V>(delimiters: string, entries: readonly PatternEntry<V>[]): TextLookup<V> {
  const words = entries
    .map((entry) => ({ ...entry, pattern: withoutDelimiters(entry.pattern, delimiters) }))
    .filter(({ pattern }) => pattern !== '');
  return firstOf(words, (text, word) => hasWord(text, word, delimiters));
}

function withoutDelimiters(pattern: string, delimiters: string): string {
  let start = 0;
  let end = pattern.length;
  while (start < end && delimiters.includes(pattern.charAt(start))) start += 1;
  while (end > start && delimiters.includes(pattern.charAt(end - 1))) end -= 1;
  return pattern.slice(start, end);
}

function hasWord(text: string, word: string, delimiters: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const begins = at === 0 || delimiters.includes(text.charAt(at - 1));
    if (begins && (end === text.length || delimiters.includes(text.charAt(end)))) return true;
  }
  return false;
}

function regexLookup<V>(ignoreCase: boolean, entries: readonly PatternEntry<V>[]): TextLookup<V> {
  const regexes = entries.map((entry) => ({ regex: patternRegex(entry, ignoreCase), value: entry.value }));
  return (text) => {
    for (const { regex, value } of regexes) if (regex.test(text)) return value;
    return null;
  };
}

/** Throws ERR_CONFIG for one that cannot be translated to JavaScript. */
export function patternRegex(entry: PatternEntry<unknown>, ignoreCase: boolean): RegExp {
  const regex = compileRegex(entry.pattern, { ignoreCase });
  if (!regex.ok) throw patternError(entry, `is refused: ${regex.problem}`);
  return regex.value;
}
