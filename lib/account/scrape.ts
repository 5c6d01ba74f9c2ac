/**
 * One scrape: the view of the moment, laid out in rows with labels, and what the asker wants of it.
 *
 * Not here: families (`family.ts`), text (`prometheus.ts`), HTTP (`metrics-server.ts`).
 */
import { Rows, SCOPES } from './family.ts';
import type { BuildInfo, Scope, Scrape } from './family.ts';
import type { ProcessView } from './views.ts';

/** Which names: our own, or those of HAProxy's exporter. The two also name their labels differently. */
export type Naming = 'sluice' | 'haproxy';

/** What a scrape asks for, the query parameters of HAProxy's exporter (addons/promex/README). */
export interface ScrapeRequest {
  readonly naming: Naming;
  readonly scopes: ReadonlySet<Scope>;
  /** Leave out servers in maintenance. */
  readonly noMaint: boolean;
  /** Full names; empty: all. */
  readonly included: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
}

/** Everything, under our own names. */
export const WHOLE_SCRAPE: ScrapeRequest = {
  naming: 'sluice',
  scopes: new Set(SCOPES),
  noMaint: false,
  included: new Set(),
  excluded: new Set(),
};

export type ParsedRequest =
  | { readonly ok: true; readonly request: ScrapeRequest }
  | { readonly ok: false; readonly problem: string };

/** Scopes HAProxy knows and we have nothing in: accepted, they add nothing. */
const EMPTY_SCOPES: ReadonlySet<string> = new Set(['sticktable', 'resolver']);

/**
 * Reads `names=`, `scope=`, `no-maint` and `metrics=`. As in HAProxy the first `scope` replaces "all", an empty one
 * takes away what earlier ones gave, and parameters nobody knows are ignored.
 */
export function parseScrapeRequest(parameters: URLSearchParams): ParsedRequest {
  const naming = parameters.get('names') ?? 'sluice';
  if (naming !== 'sluice' && naming !== 'haproxy') {
    return { ok: false, problem: `names=${naming}: known are sluice and haproxy` };
  }
  const scopes = parseScopes(parameters.getAll('scope'));
  if (typeof scopes === 'string') return { ok: false, problem: scopes };
  const names = parameters.getAll('metrics').flatMap((list) => list.split(',').filter((name) => name !== ''));
  return {
    ok: true,
    request: {
      naming,
      scopes,
      noMaint: parameters.has('no-maint'),
      included: new Set(names.filter((name) => !name.startsWith('-'))),
      excluded: new Set(names.filter((name) => name.startsWith('-')).map((name) => name.slice(1))),
    },
  };
}

function parseScopes(words: readonly string[]): ReadonlySet<Scope> | string {
  let scopes = new Set<Scope>(words.length === 0 ? SCOPES : []);
  for (const word of words) {
    const scope = SCOPES.find((one) => one === word);
    if (scope !== undefined) scopes.add(scope);
    else if (word === '*') scopes = new Set(SCOPES);
    else if (word === '') scopes = new Set();
    else if (!EMPTY_SCOPES.has(word)) return `scope=${word}: known are ${SCOPES.join(', ')} and *`;
  }
  return scopes;
}

/** Whether a family of this name and scope was asked for. */
export function wants(request: ScrapeRequest, name: string, scope: Scope): boolean {
  if (!request.scopes.has(scope) || request.excluded.has(name)) return false;
  return request.included.size === 0 || request.included.has(name);
}

/** Lays the view out in rows. Listeners appear where `option socket-stats` is set, as in HAProxy. */
export function scrapeOf(
  view: ProcessView,
  build: BuildInfo,
  wallMs: number,
  request: ScrapeRequest,
): Scrape {
  const [frontendLabel, backendLabel] =
    request.naming === 'haproxy' ? ['proxy', 'proxy'] : ['frontend', 'backend'];
  const listeners = view.frontends
    .filter((frontend) => frontend.socketStats)
    .flatMap((frontend) => frontend.listeners.map((listener) => ({ frontend, listener })));
  const servers = view.backends.flatMap((backend) => backend.servers);
  return {
    wallMs,
    rows: {
      global: new Rows([{ process: view, build }], () => ({})),
      frontend: new Rows(view.frontends, ({ name }) => ({ [frontendLabel]: name })),
      listener: new Rows(listeners, ({ frontend, listener }) => ({
        [frontendLabel]: frontend.name,
        listener: listener.name,
      })),
      backend: new Rows(view.backends, ({ name }) => ({ [backendLabel]: name })),
      server: new Rows(
        request.noMaint ? servers.filter(({ status }) => status !== 'MAINT') : servers,
        ({ backendName, name }) => ({ [backendLabel]: backendName, server: name }),
      ),
    },
  };
}
