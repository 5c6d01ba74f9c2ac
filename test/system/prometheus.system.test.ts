/**
 * A real Prometheus scrapes the balancer, by our names and by HAProxy's, and answers queries about both.
 *
 * Not here: whether names and texts please `promtool` (`promtool`), the values of single metrics (`test/account`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type Balancer, balancers, startBalancer } from './help/balancer.ts';
import { connect, freePort, HOST, listening, SERVER_HOST, serve, until } from './help/network.ts';
import { start, temporaryDirectory } from './help/process.ts';
import { saysNameAndStays } from './help/services.ts';

const SESSIONS = 7;

/** Asks for the value of an expression that gives one number; null while there is none. */
type Query = (expression: string) => Promise<number | null>;

interface Answer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
}

async function startPrometheus(t: Test, balancer: Balancer): Promise<Query> {
  const directory = temporaryDirectory(t);
  const port = await freePort();
  const job = (name: string, parameters: string): string =>
    `  - job_name: ${name}\n${parameters}    static_configs: [{ targets: ['${HOST}:${balancer.metricsPort}'] }]\n`;
  // The oracle knows its own names only.
  const ours = balancer.name === 'sluice' ? job('ours', '') : '';
  const text = `global: { scrape_interval: 250ms, scrape_timeout: 250ms }\nscrape_configs:\n${ours}`;
  const file = join(directory, 'prometheus.yml');
  writeFileSync(file, text + job('haproxy', '    params: { names: [haproxy] }\n'));
  const program = start(t, 'prometheus', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=${HOST}:${port}`,
    '--log.level=warn',
  ]);
  await listening(program, port);
  return async (expression) => {
    const url = `http://${HOST}:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const answer = (await (await fetch(url)).json()) as Answer;
    const value = answer.data.result[0]?.value[1];
    return value === undefined ? null : Number(value);
  };
}

for (const name of balancers()) {
  await t.test(name, async (t) => {
    const server = await serve(t, { service: saysNameAndStays('a') });
    const port = await freePort();
    const balancer = await startBalancer(
      t,
      name,
      `defaults
  mode tcp
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend door
  bind ${HOST}:${port}
  default_backend house
backend house
  server s1 ${SERVER_HOST}:${server.port}
`,
    );
    for (let left = SESSIONS; left > 0; left -= 1) {
      const client = await connect(t, port);
      await client.expect('a');
      client.end();
      await client.over();
    }
    const query = await startPrometheus(t, balancer);
    const seen = (expression: string, wanted: number): Promise<boolean> =>
      until(`${expression} to be ${wanted}`, async () =>
        (await query(expression)) === wanted ? true : null,
      );
    t.ok(await seen('up{job="haproxy"}', 1), "is up by HAProxy's names");
    t.ok(await seen('haproxy_frontend_sessions_total{proxy="door"}', SESSIONS), 'sessions of the frontend');
    t.ok(
      await seen('haproxy_server_sessions_total{proxy="house",server="s1"}', SESSIONS),
      'sessions of the server',
    );
    t.ok(await seen('haproxy_server_status{proxy="house",server="s1",state="UP"}', 1), 'state of the server');
    if (name === 'sluice') {
      t.ok(await seen('up{job="ours"}', 1), 'is up by our names');
      t.ok(await seen('sum(sluice_frontend_sessions_total)', SESSIONS), 'our counter of sessions');
      t.ok(
        await seen('sum(sluice_frontend_session_duration_seconds_count)', SESSIONS),
        'our histogram of durations',
      );
    }
  });
}
