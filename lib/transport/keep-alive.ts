/**
 * SO_KEEPALIVE as Node can set it, for every transport.
 *
 * Not here: whose connection gets it (`../stream/`).
 */
import * as net from 'node:net';

/** Linux's own values (tcp(7)): Node sets idle, interval and count together or not at all. */
const SYSTEM = { idleMs: 7_200_000, intervalMs: 75_000, count: 9 };

/** Nodes before 24 know no more than the idle time. */
export const TUNES_KEEP_ALIVE = net.Socket.prototype.setKeepAlive.length >= 4;

/** What follows the `true` of Node's `setKeepAlive`, in milliseconds: nothing, the idle time, or idle time, interval and count. */
type KeepAliveTimes = readonly [] | readonly [idleMs: number] | readonly [number, number, number];

/** Makes a complete set of what is given; 0 means the system's value. */
export function keepAliveTimes(idleMs: number, intervalMs: number, count: number): KeepAliveTimes {
  if (!TUNES_KEEP_ALIVE) return [idleMs];
  if (idleMs === 0 && intervalMs === 0 && count === 0) return [];
  return [idleMs || SYSTEM.idleMs, intervalMs || SYSTEM.intervalMs, count || SYSTEM.count];
}
