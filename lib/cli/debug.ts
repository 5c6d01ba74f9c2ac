/**
 * `-d`: every event of a balancer as one line, for people who watch what happens. Lines about states have HAProxy's layout.
 *
 * Not here: logs (`../account/log/`), notices without `-d` (`terminal-log.ts`).
 */
import type { HttpRecord, SessionRecord, SessionStart } from '../account/session.ts';
import type { LoadBalancer } from '../load-balancer.ts';
import type { Messages } from './messages.ts';

/** Shows clients of `balancer` until it is closed. */
export function showEvents(balancer: LoadBalancer, messages: Messages): void {
  balancer.on('connection', (session) => messages.raw(acceptLine(session)));
  balancer.on('close', (session) => messages.raw(closeLine(session)));
}

/** `00000001:https_proxy.accept from 192.0.2.1:51234 to 192.0.2.9:443`, begun as HAProxy's own. */
export function acceptLine({ id, frontendName, ...session }: SessionStart): string {
  const from = endpoint(session.clientAddress, session.clientPort);
  const to = endpoint(session.frontendAddress, session.frontendPort);
  return `${number(id)}:${frontendName}.accept from ${from} to ${to}\n`;
}

/**
 * `00000001:https_proxy.closed nirvana/nirvana1 normal, 517 bytes in, 1024 out, 12 ms`; in mode http with the request and its answer
 * in front: `...closed GET /a 200 web/web1 normal, ...`.
 */
export function closeLine(session: SessionRecord): string {
  const { id, frontendName, backendName, serverName, ending, bytesIn, bytesOut, totalMs } = session;
  const traffic = `${bytesIn} bytes in, ${bytesOut} out, ${Math.round(totalMs)} ms`;
  const asked = session.http === null ? '' : requestText(session.http);
  return `${number(id)}:${frontendName}.closed ${asked}${backendName}/${serverName ?? '<NOSRV>'} ${ending.reason}, ${traffic}\n`;
}

/** A request that could not be read has no words of its own; no answer: `-`. */
function requestText({ method, target, status }: HttpRecord): string {
  const words = method === '' ? '<BADREQ>' : `${method} ${target}`;
  // What a client sends must not move the terminal's cursor.
  return `${words.replace(/\p{Cc}/gu, '?')} ${status < 0 ? '-' : status} `;
}

function number(id: number): string {
  return id.toString(16).padStart(8, '0');
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`; a unix socket's path (port 0) alone. */
export function endpoint(address: string, port: number): string {
  if (port === 0) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
