/**
 * Connections to servers that wait for another request: kept, handed out again, closed when the server or the time says so (manual 4.2
 * "http-reuse", reference 14.3). One for all frontends of a thread, as HAProxy shares them.
 *
 *     (in use) --keep--> kept --take--> (in use)
 *                         |
 *                         +--> closed   by the server; idle for 5 to 10 s; more than were ever in use; the server is not chosen any more; the end
 *
 * Not here: what is said on them (`server-connection.ts`), which request may use one (`request-stream.ts`).
 */
import type { HttpBackendOptions } from '../config/rules.ts';
import type { Server } from '../backend/server.ts';
import type { Clock } from '../time/clock.ts';
import { Deadline, type DeadlineOwner, type DeadlineWheel } from '../time/coarse.ts';
import type { ServerConnection } from './server-connection.ts';

/** HAProxy's `pool-purge-delay`: a connection that nobody has wanted for one to two of these is closed. */
const PURGE_EVERY_MS = 5000;

/** Kept of each server however few were ever in use at once; more are kept up to that number. */
const KEPT_ANYWAY = 64;

export class KeptConnections implements DeadlineOwner {
  readonly #clock: Clock;
  readonly #wheel: DeadlineWheel;
  readonly #deadline: Deadline;
  /** By server, the one used last at the end. */
  readonly #kept = new Map<Server, ServerConnection[]>();
  #count = 0;
  #closed = false;

  constructor(clock: Clock, wheel: DeadlineWheel) {
    this.#clock = clock;
    this.#wheel = wheel;
    this.#deadline = new Deadline(this);
  }

  /** Kept now, of all servers. */
  get count(): number {
    return this.#count;
  }

  /**
   * A connection to this server that a request may use, or null. `isFirst`: the client has not been served by any server on its connection yet, so
   * nobody would understand it if a kept connection failed (`http-reuse safe`). `name`: the name the connection was opened with (SNI).
   */
  take(
    server: Server,
    name: string | null,
    reuse: HttpBackendOptions['reuse'],
    isFirst: boolean,
  ): ServerConnection | null {
    const kept = this.#kept.get(server);
    if (kept === undefined || reuse === 'never' || (reuse === 'safe' && isFirst)) return null;
    const provenOnly = reuse === 'aggressive' && isFirst;
    for (let at = kept.length - 1; at >= 0; at -= 1) {
      const connection = kept[at];
      if (connection === undefined || connection.name !== name) continue;
      if (provenOnly && connection.requestsTotal < 2) continue;
      kept.splice(at, 1);
      this.#count -= 1;
      server.counters.idleConnections(-1);
      return connection;
    }
    return null;
  }

  /** Keeps a connection that is between two requests, or closes it where it would be of no use. */
  keep(connection: ServerConnection): void {
    const { server } = connection;
    if (this.#closed || !server.running) {
      connection.close();
      return;
    }
    const kept = this.#kept.get(server) ?? [];
    this.#kept.set(server, kept);
    kept.push(connection);
    connection.idleSinceMs = this.#clock.nowMs();
    this.#count += 1;
    server.counters.idleConnections(1);
    this.#closeSurplus(server, kept);
    if (!this.#deadline.isSet) this.#wheel.set(this.#deadline, connection.idleSinceMs + PURGE_EVERY_MS);
  }

  /** Each client's first request opens a connection, and so does each name: those that come one by one would leave any number behind. */
  #closeSurplus(server: Server, kept: readonly ServerConnection[]): void {
    const [oldest] = kept;
    if (oldest === undefined || kept.length <= Math.max(KEPT_ANYWAY, server.counters.sessionsMax)) return;
    this.forget(oldest);
    oldest.close();
  }

  /** The server has ended a kept connection. */
  forget(connection: ServerConnection): void {
    const kept = this.#kept.get(connection.server);
    const at = kept?.indexOf(connection) ?? -1;
    if (at < 0) return;
    kept?.splice(at, 1);
    this.#count -= 1;
    connection.server.counters.idleConnections(-1);
  }

  /** Closes every one, and from now on each that would be kept. */
  close(): void {
    this.#closed = true;
    this.#wheel.cancel(this.#deadline);
    this.#closeWhere(() => true);
  }

  deadlineDue(nowMs: number): void {
    this.#closeWhere(({ server, idleSinceMs }) => !server.running || nowMs - idleSinceMs >= PURGE_EVERY_MS);
    if (this.#count > 0) this.#wheel.set(this.#deadline, nowMs + PURGE_EVERY_MS);
  }

  #closeWhere(useless: (connection: ServerConnection) => boolean): void {
    for (const [server, kept] of this.#kept) {
      const closing: ServerConnection[] = [];
      const staying: ServerConnection[] = [];
      for (const connection of kept) (useless(connection) ? closing : staying).push(connection);
      if (staying.length === 0) this.#kept.delete(server);
      else this.#kept.set(server, staying);
      if (closing.length === 0) continue;
      this.#count -= closing.length;
      server.counters.idleConnections(-closing.length);
      for (const connection of closing) connection.close();
    }
  }
}
