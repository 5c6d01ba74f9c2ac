/**
 * The answers to `-v` and `-vv`: both versions, and what the program stands on.
 *
 * Not here: our own version's number (`../version.ts`), what the language level changes (`../config/conditions.ts`).
 */
import { arch, platform, release } from 'node:os';
import { LANGUAGE_LEVEL } from '../config/conditions.ts';
import { ownVersion } from '../version.ts';

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
    'Proxy modes: tcp http',
  ];
}
