/**
 * The conformance suite of mode http: each scenario runs on HAProxy and on sluice with the same configuration text, and the
 * transcripts (what clients got, what servers got, what the log says) must be the same. Where sluice means to differ,
 * `conformance/http/differences.ts` says how, and docs/differences.md says why.
 *
 * `SLUICE_HTTP_SCENARIOS=PATTERN` runs only those whose title fits, each in a balancer of its own. Not here: the scenarios
 * (`conformance/http/`), hostile requests.
 */
import { readFileSync } from 'node:fs';
import t, { type Test } from 'tap';
import { differenceOf, DIFFERENCES, EVERYWHERE, sameForm } from './conformance/http/differences.ts';
import { HTTP_SCENARIOS } from './conformance/http/scenarios.ts';
import { type BalancerName, balancers, startBalancer } from './help/balancer.ts';
import { get, type HttpScenario, HttpStage, type Transcript } from './help/http-stage.ts';
import { HOST } from './help/network.ts';
import { receiveRequestLines } from './help/request-lines.ts';
import { openHole } from './help/stage.ts';

const PATTERN = process.env['SLUICE_HTTP_SCENARIOS'];
const SCENARIOS = HTTP_SCENARIOS.filter(
  ({ title }) => PATTERN === undefined || new RegExp(PATTERN).test(title),
);
const PAGE = readFileSync(new URL('../../../docs/differences.md', import.meta.url), 'utf8');

/** Most scenarios wait for nothing but a timeout; too many at once would keep each other waiting. */
const AT_ONCE = 12;

/** A program that compiles while it runs is slow in its first requests. */
const WARMING: HttpScenario = {
  title: 'warming',
  clients: Array.from({ length: 100 }, () => [get('/'), get('/')]),
};

/** Of one balancer; with a pattern it starts once for each scenario. */
const PATIENCE_MS = 200_000;

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
  const warming = await HttpStage.set(t, WARMING, scenarios.length, holePort);
  const text = configuration(
    lines.port,
    [warming, ...stages].map((stage) => stage.text),
  );
  const balancer = await startBalancer(t, name, text);
  await warming.play(lines);
  const left = scenarios.flatMap((scenario, index) => {
    const stage = stages[index];
    return stage === undefined ? [] : [{ scenario, stage }];
  });
  const playNext = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      judge(t, name, next.scenario, await next.stage.play(lines).catch((error: Error) => error));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, playNext));
  t.equal(balancer.program.exit, null, 'still runs', { stderr: balancer.program.stderr.slice(-2000) });
}

function judge(t: Test, name: BalancerName, { title }: HttpScenario, seen: Transcript | Error): void {
  if (seen instanceof Error) {
    t.fail(title, { seen: seen.message });
  } else if (name === 'haproxy') {
    seenByHaproxy.set(title, sameForm(seen));
    if (process.env['SLUICE_HTTP_SHOW'] !== undefined)
      t.comment(`${title}\n${JSON.stringify(seen, null, 1)}`);
    t.pass(title);
  } else {
    const haproxy = seenByHaproxy.get(title);
    if (haproxy === undefined) t.comment(`HAProxy was not asked: ${title}`);
    else t.strictSame(sameForm(seen), differenceOf(title)?.sluice(haproxy) ?? haproxy, title);
  }
}

for (const name of balancers()) {
  await t.test(name, { timeout: PATIENCE_MS }, async (t) => {
    if (PATTERN === undefined) return playAll(t, name, SCENARIOS);
    for (const scenario of SCENARIOS) await t.test(scenario.title, (t) => playAll(t, name, [scenario]));
  });
}

await t.test('titles are unique, and every difference has its row', async (t) => {
  t.equal(new Set(HTTP_SCENARIOS.map(({ title }) => title)).size, HTTP_SCENARIOS.length);
  const titles = new Set(HTTP_SCENARIOS.map(({ title }) => title));
  for (const { matter, titles: where } of DIFFERENCES) {
    for (const title of where) t.ok(titles.has(title), title);
    t.ok(PAGE.includes(`\n| ${matter} |`), matter);
  }
  for (const matter of EVERYWHERE) t.ok(PAGE.includes(`\n| ${matter} |`), matter);
});
