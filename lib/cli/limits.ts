/**
 * How many descriptors this very process may open.
 *
 * Not here: what that is enough for (`../descriptors.ts`).
 */
import { readFileSync } from 'node:fs';

/**
 * The process's own limit of open descriptors; Node raises the soft limit to the hard one when it starts.
 * Infinity where there is none, or where the system does not tell.
 */
export function openDescriptorLimit(): number {
  try {
    const line = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'latin1'));
    if (line !== null) return limitOf(line[1]);
  } catch {
    // Not Linux: the report below knows as well, but takes tens of milliseconds.
  }
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  return limitOf(report.userLimits?.open_files?.soft);
}

function limitOf(value: unknown): number {
  const limit = Number(value);
  return Number.isSafeInteger(limit) && limit > 0 ? limit : Infinity;
}
