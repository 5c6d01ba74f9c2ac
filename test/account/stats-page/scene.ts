/**
 * Three proxies with the figures of a HAProxy 2.6.12 whose CSV is in `csv.test.ts`: a frontend and a backend in mode http after one
 * request, answered with 500, and a `listen` in mode tcp that nobody has come to.
 */
import { BackendCounters, FrontendCounters, ServerCounters } from '../../../lib/account/counters.ts';
import type { StatsSource } from '../../../lib/account/stats-page/page.ts';
import { countSession } from '../../../lib/account/session-counts.ts';
import type { ProxyConfig } from '../../../lib/config/config.ts';
import type { StatsConfig } from '../../../lib/config/rules.ts';
import { parseConfig } from '../../../lib/config/parse.ts';
import {
  backendView,
  frontendView,
  httpRecord,
  listenerView,
  memory,
  processView,
  serverView,
  sessionRecord,
} from '../../help/views.ts';

const TEXT = `
defaults
  mode tcp
  timeout client 2s
  timeout server 1s
  timeout connect 500ms
frontend ws
  id 20
  bind 127.0.0.1:27016
  default_backend sec
backend sec
  id 24
  server s1 127.0.0.1:27080 check inter 500ms weight 10 maxconn 5
  server s2 127.0.0.1:27081 check inter 500ms backup
  server s3 127.0.0.1:27082 disabled
listen li
  id 25
  bind 127.0.0.1:27019 name zz
  option socket-stats
  server s1 127.0.0.1:27080 track sec/s1
`;

/** When the figures were looked at. */
const WALL_MS = Date.UTC(2026, 10, 22, 19, 53, 36);
const NOW_MS = 100_000;

function proxies(): readonly ProxyConfig[] {
  const { config, diagnostics } = parseConfig([{ file: 'x', text: TEXT }]);
  if (config === null) throw new Error(diagnostics.map((one) => one.message).join('\n'));
  return config.proxies.map((proxy) => ({ ...proxy, mode: proxy.name === 'li' ? 'tcp' : 'http' }));
}

export function scene(): StatsSource {
  const frontend = new FrontendCounters(memory, 'http');
  const backend = new BackendCounters(memory, 'http');
  const s1 = new ServerCounters(memory, 'http');
  const startedMs = NOW_MS - 2500;
  frontend.connectionAccepted(startedMs);
  frontend.sessionStarted(startedMs, 1);
  frontend.http?.requestStarted(startedMs);
  for (const target of [backend, s1]) {
    target.chosen();
    target.connectAttempted();
    target.sessionStarted(startedMs, 1);
    target.connected(WALL_MS - 2500);
  }
  for (const part of [frontend, backend, s1]) part.bytesMoved(49, 121);
  countSession(
    sessionRecord({ queueMs: 0, connectMs: 0, totalMs: 1, http: httpRecord({ status: 500, responseMs: 1 }) }),
    { frontend, backend, server: s1 },
  );
  s1.idleConnections(1);
  const s2 = new ServerCounters(memory, 'http');
  s2.checked(false, true);
  s2.wentDown();
  const changed = { lastChangeWallMs: WALL_MS - 8000 };
  const ofSec = { backendName: 'sec', ...changed };
  const view = processView({
    maxconn: 1000,
    frontends: [
      frontendView({ name: 'ws', counters: frontend }),
      frontendView({ name: 'li', socketStats: true, listeners: [listenerView({ name: 'zz' })] }),
    ],
    backends: [
      backendView({
        name: 'sec',
        counters: backend,
        fullconn: 100,
        weight: 10,
        ...changed,
        servers: [
          serverView({
            ...ofSec,
            name: 's1',
            counters: s1,
            maxconn: 5,
            weight: 10,
            userWeight: 10,
            check: { status: 'L4OK', code: null, durationMs: 0.3, info: null },
          }),
          serverView({
            ...ofSec,
            name: 's2',
            counters: s2,
            backup: true,
            status: 'DOWN',
            statusWords: 'DOWN',
            usable: false,
            downtimeMs: 8000,
            check: { status: 'L4CON', code: null, durationMs: 0.2, info: 'Connection refused' },
          }),
          serverView({
            ...ofSec,
            name: 's3',
            counters: new ServerCounters(memory, 'http'),
            status: 'MAINT',
            statusWords: 'MAINT',
            usable: false,
          }),
        ],
      }),
      backendView({
        name: 'li',
        fullconn: 100,
        ...changed,
        servers: [serverView({ ...changed, name: 's1', backendName: 'li' })],
      }),
    ],
  });
  return {
    view,
    proxies: proxies(),
    nowMs: NOW_MS,
    wallMs: WALL_MS,
    version: '0.1.0',
    pid: 7,
    nodeName: 'lb1',
    description: 'the first',
  };
}

/** `stats` as configured. */
export function defaultStats(over: Partial<StatsConfig> = {}): StatsConfig {
  return {
    uri: '/s',
    realm: 'x',
    auth: [],
    refreshS: 0,
    hideVersion: false,
    scope: [],
    showDescription: null,
    showLegends: false,
    showNode: null,
    ...over,
  };
}
