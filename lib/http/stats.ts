/**
 * `stats enable` (manual 4.2): which requests ask for the page of statistics, and the answer around it.
 *
 * Not here: what the page shows (`../account/`), who may see it (`stats-auth.ts`).
 */
import type { StatsConfig } from '../config/rules.ts';
import { type LocalReply, localReply } from './local-reply.ts';
import type { RequestHead } from '../message/message.ts';
import type { HttpProxy } from './proxy.ts';

/** The page as bytes of one kind. */
export interface StatsPage {
  readonly contentType: string;
  readonly body: string;
}

/**
 * Makes the page for one proxy; `suffix` is what follows the address of the page, e.g. `;csv`. In threads another thread makes it, so that it
 * shows the figures of all.
 */
export type StatsPages = (config: StatsConfig, proxyName: string, suffix: string) => Promise<StatsPage>;

/** Null: the request asks for something else. */
export function statsReply(
  { stats, statsAuth, name, pages }: HttpProxy,
  request: RequestHead,
  makePage: StatsPages,
): Promise<LocalReply> | null {
  if (stats === null || !request.target.startsWith(stats.uri)) return null;
  if (statsAuth !== null && !statsAuth.admits(request)) return Promise.resolve(statsAuth.challenge(pages));
  // Nothing can be changed on this page (`stats admin`).
  if (request.method !== 'GET' && request.method !== 'HEAD') return Promise.resolve(pages.of(405));
  const suffix = request.target.slice(stats.uri.length);
  return made(stats, name, suffix, makePage).catch(() => pages.of(500));
}

async function made(
  stats: StatsConfig,
  name: string,
  suffix: string,
  makePage: StatsPages,
): Promise<LocalReply> {
  const { contentType, body } = await makePage(stats, name, suffix);
  const bytes = Buffer.from(body, 'utf8');
  const lines = [
    'cache-control',
    'no-cache',
    'content-type',
    contentType,
    'content-length',
    String(bytes.length),
  ];
  const refreshes = stats.refreshS > 0 && !suffix.includes(';norefresh');
  if (refreshes) lines.push('refresh', String(stats.refreshS));
  return localReply({ status: 200, reason: 'OK', lines, body: bytes });
}
