/**
 * What a stream does with each of its two connections beside relaying: options set at the beginning, addresses noted.
 *
 * Not here: when (`stream.ts`), how (`../transport/`).
 */
import type { ProxyOptions } from '../config/config.ts';
import type { Connection, Endpoint } from '../transport/transport.ts';

/** Both ends of a connection. */
export interface Ends {
  readonly remote: Endpoint;
  readonly local: Endpoint;
}

/** Asks the system; to be called while the connection is open. */
export function endsOf({ remote, local }: Connection): Ends {
  return { remote, local };
}

/** `option clitcpka`, `srvtcpka` with their tuning, and `option nolinger` (manual 4.2). */
export function applyOptions(
  connection: Connection,
  keepAlive: boolean,
  tuning: ProxyOptions['clientKeepAliveTuning'],
  nolinger: boolean,
): void {
  if (keepAlive) connection.keepAlive(tuning.idleMs, tuning.intervalMs, tuning.count);
  if (nolinger) connection.noLinger();
}
