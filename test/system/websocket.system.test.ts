/**
 * WebSockets through the balancers, in mode tcp and in mode http: everything `ws` can say comes through unchanged, and 2,000
 * sockets stand at once and all answer.
 *
 * Not here: the handshake's heads (`conformance/http/upgrade.ts`), browsers (`seed.system.test.ts`).
 */
import t, { type Test } from 'tap';
import { type BalancerName, balancers, startBalancer } from './help/balancer.ts';
import { freePorts, HOST, SERVER_HOST } from './help/network.ts';
import { type Echo, EchoClient, serveEcho } from './help/web-socket-echo.ts';
import { CASES } from './websocket/cases.ts';

const MODES = ['tcp', 'http'] as const;
const CROWD = 2000;
/** Handshakes under way at once: more would only wait in the kernel's queue. */
const OPENING_AT_ONCE = 50;

async function runCases(t: Test, port: number, echo: Echo): Promise<void> {
  for (const { title, run, expected } of CASES) {
    const seen = await run({ owner: t, port, echo }).catch((error: Error) => [error.message]);
    t.strictSame(seen, expected, title);
  }
}

async function openCrowd(t: Test, port: number): Promise<EchoClient[]> {
  const clients: EchoClient[] = [];
  while (clients.length < CROWD) {
    const some = Array.from({ length: OPENING_AT_ONCE }, () => EchoClient.open(t, port));
    clients.push(...(await Promise.all(some)));
  }
  return clients;
}

/** How many gave back what they were sent, all at once. */
async function echoingCount(clients: readonly EchoClient[], word: string): Promise<number> {
  const answers = clients.map(async (client, index) => {
    client.socket.send(`${word} ${index}`);
    const { bytes } = await client.next();
    return bytes.toString() === `${word} ${index}`;
  });
  return (await Promise.all(answers)).filter(Boolean).length;
}

async function runCrowd(t: Test, port: number): Promise<void> {
  const clients = await openCrowd(t, port);
  t.equal(await echoingCount(clients, 'first'), CROWD, `${CROWD} sockets at once all echo`);
  t.equal(await echoingCount(clients, 'second'), CROWD, 'and once more');
  for (const { socket } of clients) socket.close(1000);
  await Promise.all(clients.map(({ closes }) => closes.reached(1)));
  t.ok(
    clients.every(({ closes }) => closes.entries[0] === '1000'),
    'all close in order',
  );
}

async function runAll(t: Test, name: BalancerName): Promise<void> {
  const echo = await serveEcho(t);
  const ports = await freePorts(MODES.length);
  const sections = MODES.map(
    (mode, index) => `listen of_mode_${mode}
  mode ${mode}
  bind ${HOST}:${ports[index]} backlog 4096
  server s1 ${SERVER_HOST}:${echo.port}
`,
  );
  const balancer = await startBalancer(
    t,
    name,
    `global
  nbthread 1
  maxconn 5000
defaults
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  timeout tunnel 30s
${sections.join('')}`,
  );
  for (const [index, mode] of MODES.entries()) {
    await t.test(`mode ${mode}`, async (t) => {
      const port = ports[index] ?? 0;
      await runCases(t, port, echo);
      await runCrowd(t, port);
    });
  }
  t.equal(balancer.program.exit, null, 'still runs');
}

for (const name of balancers()) await t.test(name, (t) => runAll(t, name));
