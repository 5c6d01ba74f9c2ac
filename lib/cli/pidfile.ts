/**
 * The file with the process's number (`-p`, `pidfile`): written once all addresses are bound, removed at the end.
 *
 * Not here: where the name comes from (`arguments.ts`, the configuration).
 */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';

/** A written pid file. */
export interface Pidfile {
  /** Removes the file if it still holds our number; silent if that is impossible, e.g. after privileges were dropped. */
  remove(): void;
}

/**
 * Writes `pid` and a line feed to `path`, in place of what stands there (HAProxy manual 3.1 "pidfile").
 * Throws an Error whose message names the file when it cannot be written.
 */
export function writePidfile(path: string, pid: number): Pidfile {
  try {
    // Whoever may write the folder could have put a link there; writing through it would hit its target.
    unlinkIfThere(path);
    writeFileSync(path, `${pid}\n`, { flag: 'wx', mode: 0o644 });
  } catch (error) {
    throw new Error(
      `cannot create pidfile ${path}: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
  return { remove: () => removePidfile(path, pid) };
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function removePidfile(path: string, pid: number): void {
  try {
    // Another instance may have written its own number since.
    if (readFileSync(path, 'utf8').trim() === String(pid)) unlinkSync(path);
  } catch {
    return;
  }
}
