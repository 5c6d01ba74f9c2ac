/**
 * Frontends and listeners as statistics see them.
 *
 * Not here: the figures' names (`../account/metrics.ts`).
 */
import type { FrontendView, ListenerView } from '../account/views.ts';
import type { Frontend } from './frontend.ts';
import type { Listener } from './listener.ts';

export function viewFrontend(frontend: Frontend): FrontendView {
  return {
    name: frontend.name,
    sessionsNow: frontend.sessionsNow,
    maxconn: frontend.limit.max,
    rateLimitSessions: frontend.config.rateLimitSessions,
    status: statusOf(frontend),
    counters: frontend.counters,
    socketStats: frontend.config.socketStats,
    listeners: frontend.listeners.map(viewListener),
  };
}

function statusOf(frontend: Frontend): FrontendView['status'] {
  if (frontend.listeners.every((listener) => listener.closed)) return 'STOP';
  return frontend.limit.reached ? 'FULL' : 'OPEN';
}

function viewListener(listener: Listener): ListenerView {
  const { address, port } = listener.boundAddress;
  return {
    name: listener.name,
    address: port === 0 ? address : `${address.includes(':') ? `[${address}]` : address}:${port}`,
    sessionsNow: listener.limits.bind.now,
    maxconn: listener.limits.bind.max,
    status: listener.closed ? 'WAITING' : listener.full ? 'FULL' : 'OPEN',
    counters: listener.counters,
  };
}
