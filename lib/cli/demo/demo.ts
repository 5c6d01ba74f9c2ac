/**
 * `--demo`: two stand-in servers and a balancer in front of them, in one process, on free ports of 127.0.0.1.
 *
 * Not here: the configuration's text (`configuration.ts`), the servers (`stand-in.ts`).
 */
import type { OpenLogger } from '../../account/log/logger.ts';
import { parseConfig } from '../../config/parse.ts';
import { ConfigError } from '../../errors.ts';
import { createLoadBalancer } from '../../create.ts';
import type { LoadBalancer } from '../../load-balancer.ts';
import { systemClock } from '../../time/clock.ts';
import type { CommandLine } from '../arguments.ts';
import type { Context } from '../context.ts';
import { openJsonLog } from '../json-log.ts';
import type { Messages } from '../messages.ts';
import { untilStopped } from '../stop.ts';
import { makeCertificate } from './certificate.ts';
import { demoText } from './configuration.ts';
import { startStandIn } from './stand-in.ts';
import type { StandIn } from './stand-in.ts';

/** Names of the servers, as the configuration's `server` lines have them. */
const serverNames = ['nirvana1', 'nirvana2'];

/** Runs the demonstration until a signal ends it; resolves with the exit status, 0 after one Ctrl-C. */
export async function runDemo(command: CommandLine, context: Context, messages: Messages): Promise<number> {
  const certificate = await makeCertificate();
  const answered = (sentence: string): void => messages.answer(sentence);
  const standIns = await Promise.all(serverNames.map((name) => startStandIn(name, certificate, answered)));
  const closeStandIns = (): Promise<unknown> => Promise.all(standIns.map((one) => one.close()));
  const logWanted = command.logJson === null ? null : { target: 'stdout', level: command.logJson };
  const log = await openJsonLog(logWanted, context.terminal);
  try {
    const balancer = await startBalancer(standIns, log);
    for (const line of introduction(balancer, standIns)) messages.answer(line);
    // A browser's WebSocket would hold the end back for 30 s; its server leaves first, as nothing is lost here.
    const demo = {
      drain: () => balancer.drain({ graceMs: 0 }),
      close: async ({ drainMs }: { readonly drainMs: number }) => {
        await closeStandIns();
        await balancer.close({ drainMs: Math.min(drainMs, 1000) });
      },
    };
    const showStates = (): void => undefined;
    const options = { graceMs: 0, hardStopAfterMs: 0, clock: systemClock, messages, showStates };
    return await untilStopped(demo, context.signals, options);
  } finally {
    await closeStandIns();
    await log?.close();
  }
}

async function startBalancer(standIns: readonly StandIn[], log: OpenLogger | null): Promise<LoadBalancer> {
  const text = demoText({
    listen: '127.0.0.1:0',
    servers: standIns.map(({ port }) => `127.0.0.1:${port}`),
    metrics: '127.0.0.1:0',
  });
  const { config, diagnostics } = parseConfig([{ file: 'demo', text }]);
  if (config === null) throw new ConfigError(diagnostics);
  return await createLoadBalancer(
    config,
    log === null ? {} : { logger: log.logger, logDrops: log.writer, sessionLog: true },
  );
}

function introduction(balancer: LoadBalancer, standIns: readonly StandIn[]): string[] {
  const front = balancer.addresses[0];
  const metrics = balancer.metricsAddresses[0];
  const url = `https://127.0.0.1:${front?.port ?? 0}/`;
  return [
    `sluice listens on 127.0.0.1:${front?.port ?? 0} in front of two stand-in nhps servers:`,
    ...standIns.map(({ name, port }) => `  ${name}  127.0.0.1:${port}`),
    '',
    'Try:',
    `  curl -k ${url}`,
    `  curl http://127.0.0.1:${metrics?.port ?? 0}/metrics`,
    '',
    `or open ${url} in a browser (its certificate is self-signed) for a WebSocket echo. Ctrl-C ends it.`,
    '',
  ];
}
