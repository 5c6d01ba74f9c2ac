/**
 * Who we are.
 *
 * Not here: the version of HAProxy whose language is spoken (`config/conditions.ts`).
 */
import { readFileSync } from 'node:fs';

/** sluice's version, e.g. `0.1.0`, read from the nearest `package.json` of that name above this file. */
export function ownVersion(): string {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    const version = versionIn(new URL('package.json', folder));
    if (version !== null) return version;
    if (folder.pathname === '/') return 'unknown';
  }
}

function versionIn(file: URL): string | null {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
    return name === 'sluice' && typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
