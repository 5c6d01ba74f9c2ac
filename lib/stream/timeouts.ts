/**
 * When a relayed session has been silent for too long: pure functions of a side's stamps (reference 5.7).
 *
 * Each side has two timers. The *receive* timer runs from the last activity on the side, that is bytes read from it or taken
 * by it (`option independent-streams` drops the second). It rests while reading is paused and ends with the side's FIN. The
 * *send* timer runs while bytes for the side are stuck. A receive timer that strikes closes half the session (no more is read,
 * the other side gets FIN), a send timer closes all of it.
 *
 * Not here: the stamps (`../transport/`), what is done when a timer strikes (`stream.ts`).
 */
import type { BackendConfig, FrontendConfig } from '../config/config.ts';
import type { RelaySide } from '../transport/transport.ts';

/** Never. */
export const NEVER_MS = Number.POSITIVE_INFINITY;

/** 0: no timeout. */
export interface SideTimeouts {
  readonly idleMs: number;
  /** Replaces `idleMs` once either direction of the side has ended; 0: it does not. */
  readonly finMs: number;
  readonly independent: boolean;
}

export interface RelayTimeouts {
  readonly client: SideTimeouts;
  readonly server: SideTimeouts;
}

/** `timeout tunnel` replaces both sides' timeouts as soon as the relay runs (manual 4.2). */
export function relayTimeouts(
  frontend: Pick<FrontendConfig, 'timeoutClientMs' | 'timeoutClientFinMs'>,
  backend: Pick<BackendConfig, 'timeoutServerMs' | 'timeoutServerFinMs' | 'timeoutTunnelMs'>,
  independent: { readonly client: boolean; readonly server: boolean },
): RelayTimeouts {
  const tunnelMs = backend.timeoutTunnelMs;
  return {
    client: {
      idleMs: tunnelMs > 0 ? tunnelMs : frontend.timeoutClientMs,
      finMs: frontend.timeoutClientFinMs,
      independent: independent.client,
    },
    server: {
      idleMs: tunnelMs > 0 ? tunnelMs : backend.timeoutServerMs,
      finMs: backend.timeoutServerFinMs,
      independent: independent.server,
    },
  };
}

/** True if the end of a direction may bring a timer forward (`timeout client-fin`, `timeout server-fin`). */
export function endsShorten({ client, server }: RelayTimeouts): boolean {
  return client.finMs > 0 || server.finMs > 0;
}

/** When the receive timer of `side` strikes; `NEVER_MS` while it does not run. */
export function receiveDeadlineMs(side: RelaySide, other: RelaySide, timeouts: SideTimeouts): number {
  if (side.readEnded || side.readPaused) return NEVER_MS;
  const timeoutMs = timeoutNow(side, timeouts);
  if (timeoutMs === 0) return NEVER_MS;
  // After a pause the timer starts anew when reading goes on, which is when the other side took what it had refused.
  let sinceMs = Math.max(side.lastReadMs, other.lastWriteMs);
  if (!timeouts.independent) sinceMs = Math.max(sinceMs, side.lastWriteMs);
  if (timeouts.finMs > 0) sinceMs = Math.max(sinceMs, side.writeEndedMs);
  return sinceMs + timeoutMs;
}

/** When the send timer of `side` strikes; `NEVER_MS` while nothing is stuck. */
export function sendDeadlineMs(side: RelaySide, timeouts: SideTimeouts): number {
  const timeoutMs = timeoutNow(side, timeouts);
  return side.blockedSinceMs === 0 || timeoutMs === 0 ? NEVER_MS : side.blockedSinceMs + timeoutMs;
}

/**
 * When to look again, given that nothing but stamps changes meanwhile: at the earliest deadline, but not later than a timer that
 * starts right now could strike.
 */
export function nextLookMs(
  nowMs: number,
  client: RelaySide,
  server: RelaySide,
  timeouts: RelayTimeouts,
): number {
  return Math.min(
    receiveDeadlineMs(client, server, timeouts.client),
    sendDeadlineMs(client, timeouts.client),
    receiveDeadlineMs(server, client, timeouts.server),
    sendDeadlineMs(server, timeouts.server),
    nowMs + neverIfUnset(timeoutNow(client, timeouts.client)),
    nowMs + neverIfUnset(timeoutNow(server, timeouts.server)),
  );
}

function timeoutNow(side: RelaySide, timeouts: SideTimeouts): number {
  const halfClosed = side.readEnded || side.writeEndedMs > 0;
  return halfClosed && timeouts.finMs > 0 ? timeouts.finMs : timeouts.idleMs;
}

function neverIfUnset(timeoutMs: number): number {
  return timeoutMs === 0 ? NEVER_MS : timeoutMs;
}
