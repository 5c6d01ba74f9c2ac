/**
 * Why the system refused something, in words for operators: `No such file or directory`.
 *
 * Not here: what was tried (the sentence around the reason).
 */
import { getSystemErrorMap } from 'node:util';

/** The system's own words for an error of Node's, without code, call and path; other errors speak for themselves. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0;
  const words = getSystemErrorMap().get(errno)?.[1];
  return words === undefined ? error.message : words.charAt(0).toUpperCase() + words.slice(1);
}
