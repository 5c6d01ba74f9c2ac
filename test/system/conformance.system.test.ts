/**
 * The conformance suite: each scenario runs on HAProxy and on sluice, with the same configuration text, and must come out
 * as the reference says (sections 5.4, 5.6, 5.7 and 5.8): who got FIN or RST when, and what the log says.
 *
 * Not here: the scenarios (`conformance/`), sequences of servers (`sequences`).
 */
import t, { type Test } from 'tap';
import { CLOSING } from './conformance/closing.ts';
import { CONNECTING } from './conformance/connecting.ts';
import { QUEUEING } from './conformance/queueing.ts';
import { TIMING } from './conformance/timing.ts';
import { balancers, startBalancer } from './help/balancer.ts';
import { connect, freePort, freePorts, HOST, SERVER_HOST, serve } from './help/network.ts';
import { saysNameAndStays } from './help/services.ts';
import { receiveSessionLines } from './help/session-lines.ts';
import { cast, openHole, type Outcome, type Scenario, Stage } from './help/stage.ts';

const SCENARIOS: readonly Scenario[] = [...CONNECTING, ...QUEUEING, ...TIMING, ...CLOSING];

/** Sessions before the scenarios: a program that compiles while it runs is slow in its first ones. */
const WARMING_COUNT = 100;

/** Earlier than said means a wrong rule; later may be a busy machine, but not by a whole other timeout. */
const EARLY_MS = 60;
const LATE_MS = 300;

function asExpected(expected: Outcome, seen: Outcome): Outcome {
  const shown: Record<string, string | number | boolean> = {};
  for (const [name, wanted] of Object.entries(expected)) {
    const value = seen[name] ?? 'nothing';
    const near =
      name.endsWith('Ms') &&
      typeof wanted === 'number' &&
      typeof value === 'number' &&
      // -1 says "never came to that" in the log.
      (wanted < 0 ? value === wanted : value >= wanted - EARLY_MS && value <= wanted + LATE_MS);
    shown[name] = near ? wanted : value;
  }
  return shown;
}

async function serveOne(t: Test, port: number): Promise<void> {
  const client = await connect(t, port);
  await client.expect('w');
  client.end();
  await client.over();
}

async function warm(t: Test, port: number): Promise<void> {
  for (let left = WARMING_COUNT; left > 0; left -= 1) await serveOne(t, port);
}

async function runAll(t: Test, name: 'haproxy' | 'sluice'): Promise<void> {
  const lines = await receiveSessionLines(t);
  const holePort = await openHole(t);
  const ports = await freePorts(SCENARIOS.length);
  const casts = await Promise.all(SCENARIOS.map((scenario) => cast(t, scenario, holePort)));
  const sections = SCENARIOS.map(
    (scenario, index) =>
      `listen s${index}\n  bind ${HOST}:${ports[index]}\n${scenario.lines.map((line) => `  ${line}\n`).join('')}${casts[index]?.text}`,
  );
  const warming = await serve(t, { service: saysNameAndStays('w') });
  const warmingPort = await freePort();
  const balancer = await startBalancer(
    t,
    name,
    `global
  nbthread 1
  log ${HOST}:${lines.port} local0
defaults
  mode tcp
  log global
  option tcplog
  balance roundrobin
  timeout connect 5s
  timeout client 10s
  timeout server 10s
listen warming
  bind ${HOST}:${warmingPort}
  server s1 ${SERVER_HOST}:${warming.port}
${sections.join('')}`,
  );
  await warm(t, warmingPort);
  await Promise.all(
    SCENARIOS.map(async (scenario, index) => {
      const turn = (): Promise<void> => serveOne(t, warmingPort);
      const stage = new Stage(t, `s${index}`, ports[index] ?? 0, casts[index]?.servers ?? [], lines, turn);
      const { act, expected } = (name === 'sluice' ? scenario.differently : undefined) ?? scenario;
      const seen = await act(stage).catch((error: Error) => ({ failed: error.message }));
      t.strictSame(asExpected(expected, seen), expected, scenario.title, { seen });
    }),
  );
  t.equal(balancer.program.exit, null, 'still runs');
}

for (const name of balancers()) await t.test(name, (t) => runAll(t, name));
