/**
 * Who we are: our own version and the version of HAProxy whose language is spoken.
 *
 * Not here: what the language level changes (`../config/conditions.ts`).
 */
import { readFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { LANGUAGE_LEVEL } from '../config/conditions.ts';

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

/** The answer to `-v`: one line with both versions. */
export function versionLine(): string {
  return `sluice version ${ownVersion()} - HAProxy language level ${LANGUAGE_LEVEL}`;
}

/** The answer to `-vv`: `-v` and what the program stands on. */
export function buildLines(): string[] {
  const { node, v8, openssl, uv } = process.versions;
  return [
    versionLine(),
    `Running on: Node.js ${node}, V8 ${v8}, libuv ${uv}, OpenSSL ${openssl}`,
    `Platform: ${platform()} ${release()} ${arch()}`,
    'Feature list: +OPENSSL +PCRE +THREAD',
    'Proxy modes: tcp',
  ];
}
