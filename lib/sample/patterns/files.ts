/**
 * Files of patterns (`-f`) and maps (`map(…)`, `-M -f`): one entry a line; empty lines and what begins with `#` do not count.
 * Blanks before an entry do not count either; behind a pattern they do, behind the value of a map they do not.
 *
 *     allow.txt    10.0.0.0/8              map    www.example.com  backend-a
 *
 * Source: HAProxy manual 7.1 "-f", 7.3.1 "map"; blanks as observed on 2.6 (`test/sample/maps.test.ts`).
 */
import { SluiceError } from '../../errors.ts';
import type { PatternEntry } from './entry.ts';

/** Reads a file, or throws what the system says. */
export type ReadFile = (path: string) => string;

/** Every line is a pattern. Throws ERR_CONFIG if the file cannot be read. */
export function readPatterns(path: string, readFile: ReadFile): PatternEntry<true>[] {
  return entriesOf(path, readFile, (line) => [line, true]);
}

/** The first word of every line is a pattern, the rest its value, maybe empty. Throws ERR_CONFIG if the file cannot be read. */
export function readMap(path: string, readFile: ReadFile): PatternEntry<string>[] {
  return entriesOf(path, readFile, (line) => {
    const [, key = '', value = ''] = /^([^ \t]+)[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
    return [key, value];
  });
}

function entriesOf<V>(
  path: string,
  readFile: ReadFile,
  read: (line: string) => readonly [pattern: string, value: V],
): PatternEntry<V>[] {
  const entries: PatternEntry<V>[] = [];
  for (const [index, whole] of textOfFile(path, readFile).split('\n').entries()) {
    const line = whole.replace(/^\s+/, '').replace(/\r$/, '');
    if (line === '' || line.startsWith('#')) continue;
    const [pattern, value] = read(line);
    entries.push({ pattern, value, place: `file ${path}, line ${index + 1}` });
  }
  return entries;
}

function textOfFile(path: string, readFile: ReadFile): string {
  try {
    return readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SluiceError('ERR_CONFIG', `cannot read ${path}: ${reason}`, { cause: error });
  }
}
