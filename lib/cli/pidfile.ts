/**
 * The file with the process's number (`-p`, `pidfile`): written once all addresses are bound, removed at the end.
 *
 * HAProxy leaves its file behind. A number that belongs to nobody, or by then to another program, is a trap, so this one is
 * removed, and emptied where privileges were given up and the folder's owner does not let it go.
 *
 * Not here: where the name comes from (`arguments.ts`, the configuration).
 */
import { closeSync, ftruncateSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { reasonOf } from './reasons.ts';

/** A written pid file; it holds one descriptor until `remove`. */
export interface Pidfile {
  /** Removes the file if it still holds our number, empties it where it may not be removed. Silent; nothing the second time. */
  remove(): void;
}

/**
 * Writes `pid` and a line feed to `path`, in place of what stands there (HAProxy manual 3.1 "pidfile").
 * Throws an Error whose message names the file when it cannot be written.
 */
export function writePidfile(path: string, pid: number): Pidfile {
  let descriptor: number | null = createPidfile(path, pid);
  return {
    remove() {
      if (descriptor === null) return;
      removePidfile(path, pid, descriptor);
      closeSync(descriptor);
      descriptor = null;
    },
  };
}

function createPidfile(path: string, pid: number): number {
  try {
    // Whoever may write the folder could have put a link there; writing through it would hit its target.
    unlinkIfThere(path);
    const descriptor = openSync(path, 'wx', 0o644);
    writeSync(descriptor, `${pid}\n`);
    return descriptor;
  } catch (error) {
    throw new Error(`cannot create pidfile ${path}: ${reasonOf(error)}`, { cause: error });
  }
}

function unlinkIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}

function removePidfile(path: string, pid: number, descriptor: number): void {
  try {
    // Another instance may have written its own number since; that file is not the one behind our descriptor.
    if (readFileSync(path, 'utf8').trim() === String(pid)) unlinkSync(path);
  } catch {
    ftruncateSync(descriptor);
  }
}
