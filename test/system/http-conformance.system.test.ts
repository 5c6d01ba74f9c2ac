/**
 * The conformance suite of mode http: each scenario runs on HAProxy and on sluice with the same configuration text, and the
 * transcripts (what clients got, what servers got, what the log says) must be the same. Where sluice means to differ,
 * the scenario says how, and docs/differences.md says why.
 *
 * `SLUICE_HTTP_SCENARIOS=PATTERN` runs only those whose title fits, each in a balancer of its own. Not here: the scenarios
 * (`conformance/http/`), hostile requests.
 */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { HTTP_SCENARIOS } from './conformance/http/scenarios.ts';
import { type BalancerName, balancers, startBalancer } from './help/balancer.ts';
import { type HttpScenario, HttpStage, type Transcript } from './help/http-stage.ts';
import { HOST } from './help/network.ts';
import { receiveRequestLines } from './help/request-lines.ts';
import { openHole } from './help/stage.ts';

const PATTERN = process.env['SLUICE_HTTP_SCENARIOS'];
const SCENARIOS = HTTP_SCENARIOS.filter(
  ({ title }) => PATTERN === undefined || new RegExp(PATTERN).test(title),
);
const DIFFERENCES = readFileSync(new URL('../../../docs/differences.md', import.meta.url), 'utf8');

/** Title -> what HAProxy did. */
const seenByHaproxy = new Map<string, Transcript>();

function configuration(syslogPort: number, sections: readonly string[]): string {
  return `global
  nbthread 1
  log ${HOST}:${syslogPort} local0
defaults
  mode http
  log global
  option httplog
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  timeout queue 10s
${sections.join('')}`;
}

async function playAll(t: Test, name: BalancerName, scenarios: readonly HttpScenario[]): Promise<void> {
  const lines = await receiveRequestLines(t);
  const holePort = await openHole(t);
  const stages = await Promise.all(
    scenarios.map((scenario, index) => HttpStage.set(t, scenario, index, holePort)),
  );
  const text = configuration(
    lines.port,
    stages.map((stage) => stage.text),
  );
  const balancer = await startBalancer(t, name, text);
  await Promise.all(
    stages.map(async (stage, index) => {
      const scenario = scenarios[index];
      if (scenario === undefined) return;
      const seen = await stage.play(lines).catch((error: Error) => error);
      judge(t, name, scenario, seen);
    }),
  );
  t.equal(balancer.program.exit, null, 'still runs');
}

function judge(
  t: Test,
  name: BalancerName,
  { title, differs }: HttpScenario,
  seen: Transcript | Error,
): void {
  if (seen instanceof Error) {
    t.fail(title, { seen: seen.message });
  } else if (name === 'haproxy') {
    seenByHaproxy.set(title, seen);
    if (process.env['SLUICE_HTTP_SHOW'] !== undefined)
      t.comment(`${title}\n${JSON.stringify(seen, null, 1)}`);
    t.pass(title);
  } else {
    const haproxy = seenByHaproxy.get(title);
    if (haproxy === undefined) t.comment(`HAProxy was not asked: ${title}`);
    else t.strictSame(seen, differs?.sluice(haproxy) ?? haproxy, title);
  }
}

for (const name of balancers()) {
  await t.test(name, async (t) => {
    if (PATTERN === undefined) return playAll(t, name, SCENARIOS);
    for (const scenario of SCENARIOS) await t.test(scenario.title, (t) => playAll(t, name, [scenario]));
  });
}

await t.test('titles are unique, and every difference has its row', async (t) => {
  t.equal(new Set(HTTP_SCENARIOS.map(({ title }) => title)).size, HTTP_SCENARIOS.length);
  for (const { title, differs } of HTTP_SCENARIOS) {
    if (differs !== undefined)
      t.ok(DIFFERENCES.includes(`\n| ${differs.matter} |`), `${title}: ${differs.matter}`);
  }
});
