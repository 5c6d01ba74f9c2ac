/**
 * The one word that statistics and metrics show for a server, as HAProxy says it: health, what the operator wants
 * and whether it is checked at all in one string (management guide 9.1, column `status`).
 *
 *     maintenance     health of this server, or of the one it tracks           drain    word
 *     own             any                                                      any      MAINT
 *     tracked b/s     any                                                      any      MAINT (via b/s)
 *     resolution      any                                                      any      MAINT (resolution)
 *     none            up, not checked                                          no       no check
 *     none            up, fully                                                no/yes   UP / DRAIN
 *     none            up, failures seen                                        no/yes   UP 1/3 / DRAIN 1/3
 *     none            stopping, fully up or not checked                        any      NOLB
 *     none            stopping, failures seen                                  any      NOLB 1/3
 *     none            down, fully or not checked                               any      DOWN
 *     none            down, successes seen                                     any      DOWN 1/2
 *
 * Not here: the states themselves (`lib/backend/server.ts`).
 */
import type { Health } from './health.ts';
import type { TrackedNames } from './messages.ts';

/** Who put a server into maintenance. */
export type MaintenanceCause =
  /** The operator, or `disabled` in the configuration. */
  | { readonly kind: 'own' }
  /** It follows the server it tracks. */
  | { readonly kind: 'tracked'; readonly via: TrackedNames }
  /** Its name has no address. */
  | { readonly kind: 'resolution' };

export interface ServerStateFacts {
  /** Null: not in maintenance. */
  readonly maintenance: MaintenanceCause | null;
  /** `stopping`: up, but asked for no new sessions. */
  readonly running: 'up' | 'stopping' | 'down';
  readonly drain: boolean;
  /** Its own health or that of the server at the end of the chain it tracks; null: nothing is checked. */
  readonly health: Pick<Health, 'fullyUp' | 'fullyDown' | 'ratio'> | null;
}

/** HAProxy's status word, e.g. `UP`, `UP 1/3`, `DOWN 1/2`, `MAINT (via b/s)`, `no check`. */
export function serverStateWord({ maintenance, running, drain, health }: ServerStateFacts): string {
  if (maintenance !== null) return maintenanceWord(maintenance);
  switch (running) {
    case 'up':
      if (drain) return withRatio('DRAIN', health, health?.fullyUp);
      return health === null ? 'no check' : withRatio('UP', health, health.fullyUp);
    case 'stopping':
      return withRatio('NOLB', health, health?.fullyUp);
    case 'down':
      return withRatio('DOWN', health, health?.fullyDown);
  }
}

function maintenanceWord(cause: MaintenanceCause): string {
  switch (cause.kind) {
    case 'own':
      return 'MAINT';
    case 'tracked':
      return `MAINT (via ${cause.via.backendName}/${cause.via.serverName})`;
    case 'resolution':
      return 'MAINT (resolution)';
  }
}

/** `settled`: health stands at its end, so there is nothing to count. */
function withRatio(word: string, health: ServerStateFacts['health'], settled: boolean | undefined): string {
  if (health === null || settled === true) return word;
  return `${word} ${health.ratio.count}/${health.ratio.of}`;
}
