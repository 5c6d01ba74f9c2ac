/**
 * Figures of proxies and servers (HAProxy manual 7.3.2). Without a name, of the proxy the stream is in: its backend, or its
 * frontend.
 *
 * Not here: counting (`../../account/`, `../../backend/`).
 */
import { single, textArgument } from '../fetch.ts';
import type { FetchMaker } from '../fetch.ts';
import type { ProxyFigures, Sample } from '../sample.ts';

function backend(read: (figures: ProxyFigures, name: string) => Sample | null): FetchMaker {
  return (args, { world: { figures } }) => {
    const name = textArgument(args, 0);
    return single((source) => {
      const asked = name || source.backendName;
      return asked === null ? null : read(figures, asked);
    });
  };
}

function frontend(read: (figures: ProxyFigures, name: string) => Sample | null): FetchMaker {
  return (args, { world: { figures } }) => {
    const name = textArgument(args, 0);
    return single((source) => read(figures, name || source.frontendName));
  };
}

/** The argument is `server` or `backend/server`. */
function server(
  read: (figures: ProxyFigures, backendName: string, name: string) => Sample | null,
): FetchMaker {
  return (args, { world: { figures } }) => {
    const written = textArgument(args, 0);
    const slash = written.indexOf('/');
    const backendName = slash < 0 ? null : written.slice(0, slash);
    const name = written.slice(slash + 1);
    return single((source) => {
      const asked = backendName ?? source.backendName;
      return asked === null ? null : read(figures, asked, name);
    });
  };
}

/** Waiting streams for each usable server, rounded up; twice as many as wait if there is no server. */
function averageQueue(figures: ProxyFigures, name: string): number | null {
  const queued = figures.queued(name);
  const servers = figures.usableServers(name);
  if (queued === null || servers === null) return null;
  return servers > 0 ? Math.ceil(queued / servers) : 2 * queued;
}

export const FIGURE_FETCHES: Readonly<Record<string, FetchMaker>> = {
  nbsrv: backend((figures, name) => figures.usableServers(name)),
  queue: backend((figures, name) => figures.queued(name)),
  avg_queue: backend(averageQueue),
  connslots: backend((figures, name) => figures.freeSlots(name)),
  be_conn: backend((figures, name) => figures.backendSessions(name)),
  be_sess_rate: backend((figures, name) => figures.backendSessionRate(name)),
  fe_conn: frontend((figures, name) => figures.frontendSessions(name)),
  fe_sess_rate: frontend((figures, name) => figures.frontendSessionRate(name)),
  srv_is_up: server((figures, proxy, name) => figures.serverUp(proxy, name)),
  srv_conn: server((figures, proxy, name) => figures.serverSessions(proxy, name)),
  srv_queue: server((figures, proxy, name) => figures.serverQueue(proxy, name)),
  srv_weight: server((figures, proxy, name) => figures.serverWeight(proxy, name)),
  srv_sess_rate: server((figures, proxy, name) => figures.serverSessionRate(proxy, name)),
};
