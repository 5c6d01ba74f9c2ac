/**
 * The log lines about checks and about servers changing state, in HAProxy's wording: existing filters and alerts
 * match on it. Pure functions from facts to level and text.
 *
 * Taken from what HAProxy 2.6 writes; the wording has no section in the manual.
 *
 * Not here: who sends them where (the log room), deciding that something changed.
 */
import type { LogLevel } from '../config/config.ts';
import type { HealthRatio } from './health.ts';
import type { CheckResult, CheckStatus } from './result.ts';
import { CHECK_STATUSES } from './result.ts';

export interface StateLine {
  readonly level: LogLevel;
  readonly text: string;
}

export interface ServerNames {
  readonly backendName: string;
  readonly serverName: string;
  readonly backup: boolean;
}

/** The server that a tracking server copies. */
export type TrackedNames = Omit<ServerNames, 'backup'>;

/** Why a server went down, came up or stopped. */
export type ChangeCause =
  /** Its own check or traffic. */
  | { readonly kind: 'check'; readonly result: CheckResult }
  /** The same under `option log-health-checks`, where the check's own line has just said why. */
  | { readonly kind: 'check-logged' }
  | { readonly kind: 'tracked'; readonly via: TrackedNames }
  | { readonly kind: 'operator' };

/** The backend and the server after the change. */
export interface StateCounts {
  /** Servers that can be used; backups apart. */
  readonly activeCount: number;
  readonly backupCount: number;
  /** Sessions on this server. */
  readonly sessionCount: number;
  /** Streams that were taken out of its queue, or put on it again. */
  readonly requeuedCount: number;
  /** Streams still in its queue. */
  readonly queuedCount: number;
}

/**
 * True if a check deserves its own line under `option log-health-checks` (manual 4.2): its status is not the one
 * before, or health moved.
 */
export function checkWorthLogging(
  result: CheckResult,
  previousStatus: CheckStatus | null,
  moved: boolean,
): boolean {
  return moved || result.status !== previousStatus;
}

/** `Health check for server b/s failed, reason: ..., status: 2/3 UP.`; `weightZero`: an UP server reads DRAIN. */
export function checkLine(
  server: ServerNames,
  result: CheckResult,
  health: { readonly up: boolean; readonly ratio: HealthRatio },
  weightZero: boolean,
): StateLine {
  const conditionally = CHECK_STATUSES[result.status].outcome === 'conditional' ? 'conditionally ' : '';
  const outcome = result.passed ? 'succeeded' : 'failed';
  const word = health.up ? (weightZero ? 'DRAIN' : 'UP') : 'DOWN';
  const { count, of } = health.ratio;
  return notice(
    `Health check for ${server.backup ? 'backup ' : ''}server ${server.backendName}/${server.serverName} ` +
      `${conditionally}${outcome}${reasonText(result)}, status: ${count}/${of} ${word}.`,
  );
}

/** `wasLeaving`: it took no new sessions already (drain, stopping), so nobody needs waking. */
export function downLine(
  server: ServerNames,
  cause: ChangeCause,
  counts: StateCounts,
  wasLeaving: boolean,
): StateLine {
  return {
    level: wasLeaving ? 'notice' : 'alert',
    text: `${subject(server)} is DOWN${causeText(cause)}. ${leftText(counts)}`,
  };
}

export function upLine(server: ServerNames, cause: ChangeCause, counts: StateCounts): StateLine {
  return notice(`${subject(server)} is UP${causeText(cause)}. ${onlineText(counts)}`);
}

/** It answers, but asked for no new sessions. */
export function stoppingLine(server: ServerNames, cause: ChangeCause, counts: StateCounts): StateLine {
  return notice(`${subject(server)} is stopping${causeText(cause)}. ${onlineText(counts)}`);
}

/** `via`: the tracked server it follows, or null. `wasLeaving` as in `downLine`. */
export function maintenanceLine(
  server: ServerNames,
  via: TrackedNames | null,
  counts: StateCounts,
  wasLeaving: boolean,
): StateLine {
  return {
    level: wasLeaving ? 'notice' : 'alert',
    text: `${subject(server)} is going DOWN for maintenance${viaText(via)}. ${leftText(counts)}`,
  };
}

/** As `maintenanceLine` for a server that was down. */
export function downToMaintenanceLine(server: ServerNames, via: TrackedNames | null): StateLine {
  return notice(`${subject(server)} was DOWN and now enters maintenance${viaText(via)}.`);
}

/** `forced`: the operator had put this very server there, not the one it tracks. */
export function maintenanceLeftLine(
  server: ServerNames,
  now: { readonly up: boolean; readonly drained: boolean; readonly forced: boolean },
): StateLine {
  const state = `${now.up ? 'UP' : 'DOWN'}/${now.drained ? 'DRAIN' : 'READY'}`;
  return notice(`${subject(server)} is ${state} (leaving ${now.forced ? 'forced ' : ''}maintenance).`);
}

/** `up`: its health; a server that is down can be told to drain as well. */
export function drainLine(
  server: ServerNames,
  via: TrackedNames | null,
  counts: StateCounts,
  up: boolean,
): StateLine {
  const tail = up ? onlineText(counts) : leftText(counts);
  return notice(`${subject(server)} enters drain state${viaText(via)}. ${tail}`);
}

export function drainLeftLine(server: ServerNames, up: boolean): StateLine {
  return notice(`${subject(server)} is ${up ? 'UP' : 'DOWN'} (leaving forced drain).`);
}

/** Follows a line that says the server went down or left maintenance while it drains. */
export function drainRemainsLine(server: ServerNames): StateLine {
  return notice(`${subject(server)} remains in forced drain mode.`);
}

/** The last usable server is gone; a `listen` calls itself a proxy. */
export function noServerLine(kind: 'backend' | 'listen', backendName: string): StateLine {
  const word = kind === 'listen' ? 'proxy' : 'backend';
  return { level: 'emerg', text: `${word} ${backendName} has no server available!` };
}

function notice(text: string): StateLine {
  return { level: 'notice', text };
}

function subject({ backendName, serverName, backup }: ServerNames): string {
  return `${backup ? 'Backup ' : ''}Server ${backendName}/${serverName}`;
}

function causeText(cause: ChangeCause): string {
  switch (cause.kind) {
    case 'check':
      return reasonText(cause.result);
    case 'check-logged':
      return '';
    case 'tracked':
      return viaText(cause.via);
    case 'operator':
      return ', changed from CLI';
  }
}

function viaText(via: TrackedNames | null): string {
  return via === null ? '' : ` via ${via.backendName}/${via.serverName}`;
}

/** The reason as it stands in every line about a check. */
function reasonText({ status, code, info, durationMs }: CheckResult): string {
  return [
    `, reason: ${CHECK_STATUSES[status].description}`,
    code === null ? '' : `, code: ${code}`,
    info === null ? '' : `, info: "${info}"`,
    durationMs === null ? '' : `, check duration: ${Math.floor(durationMs)}ms`,
  ].join('');
}

function leftText(counts: StateCounts): string {
  const { sessionCount, requeuedCount, queuedCount } = counts;
  const sessions = `${sessionCount} sessions active, ${requeuedCount} requeued`;
  return `${serversText(counts, 'left')} ${sessions}, ${queuedCount} remaining in queue.`;
}

function onlineText(counts: StateCounts): string {
  const { requeuedCount, queuedCount } = counts;
  return `${serversText(counts, 'online')} ${requeuedCount} sessions requeued, ${queuedCount} total in queue.`;
}

function serversText({ activeCount, backupCount }: StateCounts, word: 'left' | 'online'): string {
  const onBackup = activeCount === 0 && backupCount > 0 ? ' Running on backup.' : '';
  return `${activeCount} active and ${backupCount} backup servers ${word}.${onBackup}`;
}
