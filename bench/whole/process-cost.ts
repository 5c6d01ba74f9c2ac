/**
 * What a running program costs, by the kernel's own account: CPU time, memory, descriptors. A program is its process and
 * every process below it, so one that leaves the work to a child or a helper cannot look cheap.
 *
 * Not here: what the cost is divided by (`measure.ts`).
 */
import { readdirSync, readFileSync } from 'node:fs';

/** In ticks of 10 ms (proc(5)). */
const TICKS_PER_SECOND = 100;

/** The process and all below it; one that ends while we look is left out. */
export function processTree(pid: number): readonly number[] {
  const pids = [pid];
  for (const parent of pids) {
    for (const thread of entries(`/proc/${parent}/task`)) {
      const children = text(`/proc/${parent}/task/${thread}/children`).split(' ').filter(Boolean);
      pids.push(...children.map(Number));
    }
  }
  return pids;
}

/** CPU time with all threads, user and kernel, in seconds, of those that live and of children that have ended. */
export function cpuSeconds(pid: number): number {
  return sum(pid, (one) => {
    const stat = text(`/proc/${one}/stat`);
    // The program's name stands in brackets and may hold blanks. Then: utime, stime, cutime, cstime.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15);
    return fields.reduce((ticks, field) => ticks + Number(field), 0) / TICKS_PER_SECOND;
  });
}

/** Resident memory in bytes; what processes share counts once in each. */
export function residentBytes(pid: number): number {
  return sum(pid, (one) => {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(text(`/proc/${one}/status`))?.[1] ?? 0) * 1024;
  });
}

/** Open descriptors. */
export function descriptorCount(pid: number): number {
  return sum(pid, (one) => entries(`/proc/${one}/fd`).length);
}

function sum(pid: number, of: (one: number) => number): number {
  return processTree(pid).reduce((total, one) => total + of(one), 0);
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function entries(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
