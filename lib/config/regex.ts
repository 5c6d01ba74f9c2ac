/**
 * Regular expressions of the configuration (manual 7.1.4) as JavaScript has them. HAProxy speaks PCRE; what is common in its
 * configurations and means something else, or nothing, in JavaScript is translated:
 *
 *     (?i) (?s) (?m) at the start      flags
 *     [[:alpha:]] and its like         ranges of ASCII
 *     []a] [^]a]                       a bracket that stands first is itself
 *     \A \z \Z \h \Q...\E (?P<name>    ^ $ $ [ \t], escaped text, (?<name>
 *
 * Atomic groups, possessive quantifiers, recursion and conditions are faults. Text is Latin-1, one character per byte.
 *
 * Not here: which patterns are regexes (`acl-patterns.ts`, `sample-arguments.ts`).
 */
import { failed, parsed, shown } from './units.ts';
import type { Parsed } from './units.ts';

export interface RegexOptions {
  readonly ignoreCase?: boolean;
  /** Matches are looked for again and again (`g`). */
  readonly global?: boolean;
}

/** Compiles `pattern`. Code: `invalid-expression`. */
export function compileRegex(pattern: string, options: RegexOptions = {}): Parsed<RegExp> {
  const inline = /^\(\?([ims]+)\)/.exec(pattern);
  const flags = new Set(inline?.[1] ?? '');
  if (options.ignoreCase === true) flags.add('i');
  if (options.global === true) flags.add('g');
  try {
    return parsed(new RegExp(translate(pattern.slice(inline?.[0].length ?? 0)), [...flags].join('')));
  } catch (error) {
    // "Invalid regular expression: /(a/: Unterminated group"
    const reason = error instanceof Error ? error.message.replace(/^.*: /s, '') : String(error);
    return failed('invalid-expression', `regex '${shown(pattern)}' is invalid: ${reason}`);
  }
}

/** The pattern itself, if it compiles. */
export function readRegex(pattern: string): Parsed<string> {
  const regex = compileRegex(pattern);
  return regex.ok ? parsed(pattern) : regex;
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['A', '^'],
  ['z', '$'],
  ['Z', '$'],
  ['h', String.raw`[ \t]`],
  ['H', String.raw`[^ \t]`],
]);

const CLASSES: ReadonlyMap<string, string> = new Map([
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['alnum', 'A-Za-z0-9'],
  ['upper', 'A-Z'],
  ['lower', 'a-z'],
  ['space', String.raw`\s`],
  ['blank', String.raw` \t`],
  ['punct', String.raw`!-/:-@[-\x60{-~`],
  ['xdigit', '0-9A-Fa-f'],
  ['word', String.raw`\w`],
  ['cntrl', String.raw`\x00-\x1f\x7f`],
  ['print', ' -~'],
  ['graph', '!-~'],
]);

/** Quoted text; an escape; the head of a named group; a class up to its closing bracket. */
const PIECE =
  /\\Q([^]*?)(?:\\E|$)|\\([^])|\(\?P<(?![=!])|\[(\^?)(\]?)((?:\\[^]|\[:\^?[a-z]+:\]|[^\\\]])*)\]/g;

/** What `RegExp` then refuses is refused: an unfinished class, for one, stays as it is. */
function translate(pattern: string): string {
  return pattern.replace(
    PIECE,
    (all, quoted?: string, escaped?: string, not?: string, bracket?: string, body?: string) => {
      if (quoted !== undefined) return quoted.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
      if (escaped !== undefined) return ESCAPES.get(escaped) ?? all;
      if (body === undefined) return '(?<';
      return `[${not ?? ''}${bracket === ']' ? String.raw`\]` : ''}${translateClass(body)}]`;
    },
  );
}

/** What stands between the brackets of a class. */
function translateClass(body: string): string {
  return body.replace(/\\([^])|\[:([a-z]+):\]/g, (all, escaped?: string, name?: string) => {
    if (escaped === 'h') return String.raw` \t`;
    return name === undefined ? all : `${CLASSES.get(name)?.replace('[', String.raw`\[`) ?? all}`;
  });
}
