/**
 * Paths of the command line (`-f FILE`, `-f DIR`) to configuration texts (manual "Starting HAProxy").
 *
 * Not here: what the texts say (`statements.ts`).
 */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic, Severity } from './diagnostic.ts';
import type { ConfigText } from './statements.ts';

/** No configuration is this long; a device or a log given by mistake is. */
export const FILE_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads files in the order given; a directory stands for its `*.cfg` files that are not hidden, in byte order of
 * their names. Bytes that are not UTF-8 (an old comment) are replaced, not refused. Never throws.
 * Codes: `unreadable-file`, `file-too-large` (alerts), `empty-directory` (warning).
 */
export function readConfigFiles(paths: readonly string[]): {
  texts: ConfigText[];
  diagnostics: Diagnostic[];
} {
  const texts: ConfigText[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const path of paths) {
    try {
      for (const file of filesAt(path, diagnostics)) {
        const text = readText(file, diagnostics);
        if (text !== null) texts.push({ file, text });
      }
    } catch (error) {
      diagnostics.push(unreadable(path, error));
    }
  }
  return { texts, diagnostics };
}

function filesAt(path: string, diagnostics: Diagnostic[]): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.cfg') && !name.startsWith('.'));
  if (names.length === 0) {
    diagnostics.push(noted('warning', 'empty-directory', `directory '${path}' holds no '*.cfg' file`, null));
  }
  return names
    .toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)))
    .map((name) => join(path, name));
}

/** Null: the fault has been added. */
function readText(file: string, diagnostics: Diagnostic[]): string | null {
  try {
    const bytes = readBounded(file);
    if (bytes !== null) return bytes.toString('utf8');
    const message = `configuration file '${file}' is larger than ${FILE_MAX_BYTES / 1024 / 1024} MiB`;
    diagnostics.push(noted('alert', 'file-too-large', message, 'is it the right file?'));
  } catch (error) {
    diagnostics.push(unreadable(file, error));
  }
  return null;
}

/** Null when there is more than `FILE_MAX_BYTES`; a pipe or device states no size, so what comes is counted. */
function readBounded(file: string): Buffer | null {
  const descriptor = openSync(file, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let total = 0; total <= FILE_MAX_BYTES;) {
      const chunk = Buffer.allocUnsafe(64 * 1024);
      const length = readSync(descriptor, chunk);
      if (length === 0) return Buffer.concat(chunks);
      chunks.push(chunk.subarray(0, length));
      total += length;
    }
    return null;
  } finally {
    closeSync(descriptor);
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'No such file or directory'],
  ['EACCES', 'Permission denied'],
  ['EPERM', 'Operation not permitted'],
  ['EISDIR', 'Is a directory'],
  ['ENOTDIR', 'Not a directory'],
  ['ELOOP', 'Too many levels of symbolic links'],
  ['ENAMETOOLONG', 'File name too long'],
]);

function unreadable(path: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons.get(code) ?? (error instanceof Error ? error.message : String(error));
  return noted(
    'alert',
    'unreadable-file',
    `cannot open configuration file or directory '${path}': ${reason}`,
    null,
  );
}

function noted(severity: Severity, code: string, message: string, hint: string | null): Diagnostic {
  return { severity, code, message, place: null, hint };
}
