/**
 * Files that a start will need, looked at before it: can they be used? A sentence without a final stop says why not.
 *
 * Not here: the configuration's own files (`../config/files.ts`), using these (`../check/probes.ts`, `json-log.ts`).
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { CheckType, ServerCheckConfig } from '../config/config.ts';
import { systemClock } from '../time/clock.ts';
import { reasonOf } from './reasons.ts';

/** Null if the certificates that a check trusts can be read, or none are named. */
export async function caFileFault(type: CheckType, check: ServerCheckConfig): Promise<string | null> {
  if (!check.ssl || check.caFile === null) return null;
  // Only here, since most configurations have no such check and `-c` should answer soon.
  const { createProbe } = await import('../check/probes.ts');
  try {
    createProbe(type, check, { clock: systemClock, sourceAddress: null });
    return null;
  } catch (error) {
    const cause = error instanceof Error ? error.cause : null;
    const isSystems = cause instanceof Error && 'errno' in cause;
    return `ca-file '${check.caFile}' cannot be used: ${isSystems ? reasonOf(cause) : 'it holds no certificate (PEM)'}`;
  }
}

/** Null if the JSON log can be written to `target`: `stdout`, `stderr` or a path. Creates nothing. */
export function logFileFault(target: string): string | null {
  if (target === 'stdout' || target === 'stderr') return null;
  try {
    if (!existsSync(target)) accessSync(dirname(target), constants.W_OK | constants.X_OK);
    else if (statSync(target).isDirectory())
      return `json-log '${target}' cannot be opened: it is a directory`;
    else accessSync(target, constants.W_OK);
    return null;
  } catch (error) {
    return `json-log '${target}' cannot be opened: ${reasonOf(error)}`;
  }
}

/** Null if the file can be read; else why not. `/dev/null` can: as an `errorfile` it means no answer. */
export function namedFileFault(path: string): string | null {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isDirectory() ? 'it is a directory' : null;
  } catch (error) {
    return reasonOf(error);
  }
}
