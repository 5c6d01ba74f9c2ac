/**
 * The states of all servers in HAProxy's words, as it shows them on SIGHUP (management guide 4): a heading and one line per
 * server and proxy in the logs, the lines without the heading on standard error.
 *
 * Not here: state changes (`../../check/messages.ts`), where the lines go (`../logs.ts`).
 */
import type { ProxyConfig } from '../../config/config.ts';
import type { BackendView, FrontendView, ProcessView, ServerView } from '../views.ts';

/** One proxy's part: `heading` is for the log alone. */
export interface StateDump {
  readonly proxyName: string;
  readonly heading: string;
  readonly lines: readonly string[];
}

/** The states of those of `proxies` that run, in their order. */
export function stateDumps(
  { frontends, backends }: Pick<ProcessView, 'frontends' | 'backends'>,
  proxies: readonly Pick<ProxyConfig, 'kind' | 'name'>[],
): StateDump[] {
  return proxies.flatMap(({ kind, name }) => {
    // A frontend and a backend may have one name and are two proxies; a `listen` is one.
    const frontend = kind === 'backend' ? undefined : frontends.find((one) => one.name === name);
    const backend = kind === 'frontend' ? undefined : backends.find((one) => one.name === name);
    if (frontend === undefined && backend === undefined) return [];
    return [
      {
        proxyName: name,
        heading: `SIGHUP received, dumping servers states for proxy ${name}.`,
        lines: [...(backend?.servers ?? []).map(serverLine), proxyLine(name, frontend, backend)],
      },
    ];
  });
}

/** HAProxy knows two words here: what takes no new sessions but runs is UP as well. */
function serverLine({ backendName, name, status, servedCount, queuedCount, counters }: ServerView): string {
  const word = status === 'DOWN' || status === 'MAINT' ? 'DOWN' : 'UP';
  return (
    `SIGHUP: Server ${backendName}/${name} is ${word}. ` +
    `Conn: ${servedCount} act, ${queuedCount} pend, ${counters.sessionsTotal} tot.`
  );
}

function proxyLine(
  name: string,
  frontend: FrontendView | undefined,
  backend: BackendView | undefined,
): string {
  const unassignedCount = backend?.queuedCount ?? 0;
  const pendingCount = (backend?.servers ?? []).reduce((sum, one) => sum + one.queuedCount, unassignedCount);
  return (
    `SIGHUP: Proxy ${name} ${availability(backend)} ` +
    `Conn: act(FE+BE): ${frontend?.sessionsNow ?? 0}+${backend?.sessionsNow ?? 0}, ` +
    `${pendingCount} pend (${unassignedCount} unass), ` +
    `tot(FE+BE): ${frontend?.counters.connectionsTotal ?? 0}+${backend?.counters.sessionsTotal ?? 0}.`
  );
}

function availability(backend: BackendView | undefined): string {
  if (backend === undefined || backend.servers.length === 0) return 'has no servers.';
  const { activeServers, backupServers } = backend;
  if (activeServers > 0)
    return `has ${activeServers} active servers and ${backupServers} backup servers available.`;
  return backupServers > 0 ? 'is running on backup servers !' : 'has no server available !';
}
