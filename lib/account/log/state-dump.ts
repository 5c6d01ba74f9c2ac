/**
 * The states of all servers in HAProxy's words, as it logs them on SIGHUP (management guide 4).
 *
 * Not here: state changes (`../../check/messages.ts`), where the lines go (`../logs.ts`).
 */
import type { BackendView, ServerView } from '../views.ts';

/** A heading, one line per server and one for the backend. */
export function stateLines(backend: BackendView): string[] {
  return [
    `SIGHUP received, dumping servers states for proxy ${backend.name}.`,
    ...backend.servers.map(serverLine),
    backendLine(backend),
  ];
}

function serverLine({ backendName, name, status, servedCount, queuedCount, counters }: ServerView): string {
  return (
    `Server ${backendName}/${name} is ${status}. ` +
    `Conn: ${servedCount} act, ${queuedCount} pend, ${counters.sessionsTotal} tot.`
  );
}

function backendLine(backend: BackendView): string {
  const { name, servers, activeServers, backupServers, sessionsNow, queuedCount, counters } = backend;
  const pending = servers.reduce((sum, server) => sum + server.queuedCount, queuedCount);
  const conn = `Conn: ${sessionsNow} act, ${pending} pend (${queuedCount} unass), ${counters.sessionsTotal} tot.`;
  if (servers.length === 0) return `Proxy ${name} has no servers. ${conn}`;
  return `Proxy ${name} has ${activeServers} active servers and ${backupServers} backup servers available. ${conn}`;
}
