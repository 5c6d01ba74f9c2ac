/**
 * Descriptors: how many the process may open, how many a configuration needs, and the `maxconn` that follows when
 * none is given.
 *
 * Not here: refusing clients at the limit (`../frontend/`).
 */
import { readFileSync } from 'node:fs';
import type { Config } from '../config/config.ts';

/** What Node itself, logs, scrapes and names being resolved hold open at most in ordinary operation. */
export const RESERVED_DESCRIPTORS = 40;

/** More is never derived, whatever the system would allow (HAProxy manual 3.1 "fd-hard-limit"). */
const derivedDescriptorMax = 1_048_576;

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

/** What came of comparing a configuration with the limit. */
export type DescriptorPlan =
  | { readonly kind: 'fits'; readonly maxconn: number }
  /** `message` is one sentence with the number to set; `maxconn` is what would be tried all the same. */
  | { readonly kind: 'too few'; readonly maxconn: number; readonly message: string };

/**
 * Compares what `config` needs with `limit`. A connection takes two descriptors, a listener and a check one each.
 * Without `maxconn` the largest one that fits is taken, as HAProxy does (manual 3.2 "maxconn"), and at least 1.
 */
export function planDescriptors(config: Config, limit: number): DescriptorPlan {
  const fixed = RESERVED_DESCRIPTORS + fixedDescriptors(config);
  const { maxconn, ulimitN, fdHardLimit } = config.global;
  const wanted = maxconn > 0 ? fixed + 2 * maxconn : Math.max(ulimitN, fixed + 2);
  const usable = Math.min(limit, derivedDescriptorMax, fdHardLimit || Infinity, ulimitN || Infinity);
  const fitting = maxconn > 0 ? maxconn : Math.max(1, Math.floor((usable - fixed) / 2));
  if (wanted <= limit) return { kind: 'fits', maxconn: fitting };
  return { kind: 'too few', maxconn: fitting, message: tooFew(config, wanted, limit, fixed) };
}

function fixedDescriptors(config: Config): number {
  let count = config.global.metrics.length;
  for (const { frontend, backend } of config.proxies) {
    for (const bind of frontend?.binds ?? []) {
      for (const address of bind.addresses)
        count += 'portEnd' in address ? address.portEnd - address.port + 1 : 1;
    }
    for (const server of backend?.servers ?? []) count += server.check === null ? 0 : 1;
  }
  return count;
}

function tooFew(config: Config, wanted: number, limit: number, fixed: number): string {
  const { maxconn, ulimitN } = config.global;
  const room = Math.floor((limit - fixed) / 2);
  const cause =
    maxconn > 0
      ? `maxconn ${maxconn} needs ${wanted} open descriptors`
      : ulimitN > 0
        ? `ulimit-n ${ulimitN} is more than the process may open, and it cannot raise its own limit`
        : `even one connection needs ${wanted} open descriptors`;
  const lower = maxconn > 0 && room > 0 ? ` or lower maxconn to ${room}` : '';
  return (
    `${cause}, but the limit of this process is ${limit}: ` +
    `set it to at least ${wanted} (ulimit -n ${wanted}, or LimitNOFILE=${wanted} in a systemd unit)${lower}`
  );
}
