/**
 * How the process's descriptors are shared out: what a configuration needs, the `maxconn` that follows when none is given, and
 * how many clients may wait at the door.
 *
 *     limit = reserve + listeners and checks + 2 x maxconn (client and server of every session) + the door
 *
 * Not here: reading the limit (`cli/limits.ts`), refusing clients at it (`frontend/`).
 */
import type { BindAddress, Config } from './config/config.ts';

/** What Node itself, logs, scrapes and names being resolved hold open at most in ordinary operation. */
export const RESERVED_DESCRIPTORS = 40;

/** What Node opens for a worker thread: polls, wake-ups, and the lines to the process that duplicates sockets. */
const DESCRIPTORS_PER_THREAD = 16;

/** More is never derived, whatever the system would allow (HAProxy manual 3.1 "fd-hard-limit"). */
const DERIVED_DESCRIPTORS_MAX = 1_048_576;

/** Where `maxconn` is derived, this part of the descriptors is left to clients at the door, up to what kernels queue. */
const DOOR_SHARE = 0.25;
const DOOR_MAX = 4096;

/** What came of comparing a configuration with the limit. */
export type DescriptorPlan =
  | { readonly kind: 'fits'; readonly maxconn: number }
  /** `message` is one sentence with the number to set; `maxconn` is what would be tried all the same. */
  | { readonly kind: 'too few'; readonly maxconn: number; readonly message: string };

/**
 * Compares what `config` needs with `limit`. A connection takes two descriptors, a listener and a check one each.
 * Without `maxconn` the largest one that fits beside the door is taken (HAProxy, whose clients wait in the kernel, takes all:
 * manual 3.2 "maxconn"), and at least 1.
 */
export function planDescriptors(config: Config, threadCount: number, limit: number): DescriptorPlan {
  const fixed = RESERVED_DESCRIPTORS + fixedDescriptors(config, threadCount);
  const { maxconn, ulimitN, fdHardLimit } = config.global;
  const wanted = maxconn > 0 ? fixed + 2 * maxconn : Math.max(ulimitN, fixed + 2);
  const usable = Math.min(limit, DERIVED_DESCRIPTORS_MAX, fdHardLimit || Infinity, ulimitN || Infinity);
  const door = Math.min(DOOR_MAX, Math.floor((usable - fixed) * DOOR_SHARE));
  const fitting = maxconn > 0 ? maxconn : Math.max(1, Math.floor((usable - fixed - door) / 2));
  if (wanted <= limit) return { kind: 'fits', maxconn: fitting };
  return { kind: 'too few', maxconn: fitting, message: tooFew(config, wanted, limit, fixed) };
}

/** Clients that may wait at all doors together so that sessions never lack descriptors; 0: not limited by this. */
export function doorRoom(config: Config, threadCount: number, limit: number): number {
  if (!Number.isFinite(limit)) return 0;
  const { maxconn } = config.global;
  return Math.max(1, limit - RESERVED_DESCRIPTORS - fixedDescriptors(config, threadCount) - 2 * maxconn);
}

function fixedDescriptors({ global, proxies }: Config, threadCount: number): number {
  let metrics = 0;
  let doors = 0;
  let checks = 0;
  for (const address of global.metrics) metrics += socketCount(address);
  for (const { frontend, backend } of proxies) {
    for (const bind of frontend?.binds ?? []) {
      for (const address of bind.addresses) doors += socketCount(address);
    }
    for (const server of backend?.servers ?? []) checks += server.check === null ? 0 : 1;
  }
  if (threadCount === 1) return metrics + checks + doors;
  // The control thread has bound every door, and each worker has a duplicate.
  return metrics + checks + doors * (1 + threadCount) + threadCount * DESCRIPTORS_PER_THREAD;
}

/** Sockets that one address of a `bind` line stands for. */
function socketCount(address: BindAddress): number {
  return 'portEnd' in address ? address.portEnd - address.port + 1 : 1;
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
