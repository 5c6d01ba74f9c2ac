/**
 * The page of the manual that lists every metric, made from the tables.
 *
 * Not here: the tables (`lib/account/metrics.ts`, `lib/account/haproxy-names.ts`).
 */
import { SCOPES } from '../../lib/account/family.ts';
import type { Family, Scope } from '../../lib/account/family.ts';
import { HAPROXY_FAMILIES } from '../../lib/account/haproxy-names.ts';
import { SLUICE_FAMILIES } from '../../lib/account/metrics.ts';
import { END_REASONS } from '../../lib/account/session.ts';

const TITLES: Readonly<Record<Scope, string>> = {
  global: 'The process',
  frontend: 'Frontends',
  listener: 'Listeners (with `option socket-stats`)',
  backend: 'Backends',
  server: 'Servers',
};

const OWN_LABELS: Readonly<Record<Scope, readonly string[]>> = {
  global: [],
  frontend: ['frontend'],
  listener: ['frontend', 'listener'],
  backend: ['backend'],
  server: ['backend', 'server'],
};

const HAPROXY_LABELS: Readonly<Record<Scope, readonly string[]>> = {
  global: [],
  frontend: ['proxy'],
  listener: ['proxy', 'listener'],
  backend: ['proxy'],
  server: ['proxy', 'server'],
};

/** The whole page. */
export function metricsManual(): string {
  return [
    INTRODUCTION,
    ...tables(SLUICE_FAMILIES, OWN_LABELS),
    REASONS,
    HAPROXY_INTRODUCTION,
    ...tables(HAPROXY_FAMILIES, HAPROXY_LABELS),
  ].join('\n');
}

function tables(families: readonly Family[], labels: Readonly<Record<Scope, readonly string[]>>): string[] {
  return SCOPES.map((scope) => {
    const rows = families
      .filter((family) => family.scope === scope)
      .map((family) => row(family, labels[scope]));
    return `### ${TITLES[scope]}\n\n| name | kind | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
}

function row({ name, kind, help, extraLabels }: Family, scopeLabels: readonly string[]): string {
  const labels = [...scopeLabels, ...extraLabels].map((label) => `\`${label}\``).join(' ');
  return `| \`${name}\` | ${kind} | ${labels} | ${help.replaceAll('|', '\\|')} |`;
}

const INTRODUCTION = `# Metrics

<!-- Made from the tables in lib/account; do not edit. To make it anew:
     SLUICE_WRITE_MANUAL=1 node build/test/account/metrics-manual.test.js -->

\`metrics 127.0.0.1:9404\` in the \`global\` section, or \`--metrics 127.0.0.1:9404\` on the command line, starts a small
HTTP server:

| path | answers |
|---|---|
| \`/metrics\` | metrics, as text (version 0.0.4) or as OpenMetrics (1.0.0) where the scraper prefers it |
| \`/livez\` | 200 while the process runs |
| \`/readyz\` | 200 while new clients are taken; 503 before everything is bound and as soon as draining begins |

Parameters of \`/metrics\`, with the meaning they have in HAProxy's exporter:

| parameter | meaning |
|---|---|
| \`names=haproxy\` | HAProxy's names and labels instead of ours |
| \`scope=\` | \`global\`, \`frontend\`, \`listener\`, \`backend\`, \`server\` or \`*\`; may be repeated; an empty one takes away what was given before; any other word is answered with 400 |
| \`no-maint\` | without servers in maintenance |
| \`metrics=a,b\`, \`metrics=-a\` | only these, or all but these, by full name |

Values are read when the scrape comes. A scrape works in short turns, so traffic goes on meanwhile. Beside the
metrics below stand those that prom-client has for every Node process (\`process_...\`, \`nodejs_...\`); they count as
scope \`global\`. A metric whose value would mean "no limit" or "never" has no sample; what begins with \`http_\` after the scope has samples for proxies
in \`mode http\` alone. There a session of a backend or server is a request, and so is what \`closes\` and \`session_duration\` speak of.

An example of a Prometheus configuration, alert rules and a Grafana dashboard are in \`deploy/\`.

## Our names
`;

const REASONS = `### Reasons of closes

\`${END_REASONS.join('`, `')}\`: see [logs](logs.md) for HAProxy's letters that go with them.
`;

const HAPROXY_INTRODUCTION = `## HAProxy's names

With \`names=haproxy\`, for dashboards and alerts that exist. What is not here (compression, counts of TLS) stands at 0. Not there:
what has no honest value here (\`haproxy_process_current_tasks\`, \`..._current_run_queue\`, \`..._idle_time_percent\`,
\`..._pool_allocated_bytes\`, \`..._pool_used_bytes\`, \`..._bytes_out_rate\`) and \`haproxy_process_failed_resolutions\`, whose name breaks the rules of Prometheus for counters.
Empty cells are \`NaN\`, as there.
`;
