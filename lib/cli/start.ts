/**
 * Starting a balancer as a program: the order in which a start happens, and its end.
 *
 *   read -> background? -> descriptors, user -> bind -> pidfile -> tell systemd -> drop privileges -> tell the parent -> serve
 *
 * Whatever needs root comes before privileges are dropped, systemd's message too; the waiting parent hears of success
 * only after everything that can fail.
 *
 * Not here: how a balancer works (`../load-balancer.ts`), how it stops (`stop.ts`).
 */
import type { OpenLogger } from '../account/log/logger.ts';
import { lookupBySystem } from '../backend/resolve.ts';
import type { Lookup } from '../backend/resolve.ts';
import type { Config } from '../config/config.ts';
import { createLoadBalancer } from '../create.ts';
import type { LoadBalancer } from '../load-balancer.ts';
import { systemClock } from '../time/clock.ts';
import type { CommandLine } from './arguments.ts';
import type { Context } from './context.ts';
import { namedDescriptors, startDaemon } from './daemon.ts';
import { endpoint, showEvents } from './debug.ts';
import { EXIT_CODES, exitCodeOf, exitCodeOfFaults } from './exit-codes.ts';
import { openJsonLog } from './json-log.ts';
import { openDescriptorLimit } from './limits.ts';
import { loadConfig, showFaults } from './load.ts';
import { machineFaults, remembering } from './machine-faults.ts';
import { Messages } from './messages.ts';
import { writePidfile } from './pidfile.ts';
import type { Pidfile } from './pidfile.ts';
import { dropPrivileges, findIdentity } from './privileges.ts';
import type { Identity } from './privileges.ts';
import { untilStopped } from './stop.ts';
import { notifyReady } from './systemd.ts';
import { terminalLog } from './terminal-log.ts';

/** Starts what the command line asks for and serves until a signal ends it; resolves with the exit status. */
export async function start(command: CommandLine, context: Context, messages: Messages): Promise<number> {
  const { daemonReport, environment, invocation, signals } = context;
  const loaded = loadConfig(command, environment, messages, daemonReport?.texts() ?? null);
  if (loaded === null) return EXIT_CODES.fault.code;
  const { config, texts } = loaded;
  if (daemonReport === null && goesToBackground(command, config)) {
    const handover = { texts, descriptors: namedDescriptors(config) };
    return await startDaemon(invocation, handover, signals, (text) => messages.raw(text));
  }
  const said = config.global.quiet
    ? new Messages(context.terminal, { quiet: true, pid: messages.pid })
    : messages;
  try {
    // A name is asked for once, and has been when addresses are bound.
    const lookup = remembering(lookupBySystem);
    const faults = await machineFaults(config, loaded.places, { lookup });
    if (faults.length === 0) return await serve(command, context, config, said, lookup);
    showFaults(faults, said);
    return exitCodeOfFaults(faults);
  } catch (error) {
    said.alert(sentenceOf(error));
    return exitCodeOf(error);
  }
}

/** `-db`, `-d` and `-Ws` keep the program where it was started, whatever the configuration says. */
function goesToBackground(command: CommandLine, config: Config): boolean {
  if (command.foreground || command.debug || command.systemd) return false;
  return command.daemon || config.global.daemon;
}

/** What a program needs to know of its start while it serves. */
interface Program {
  readonly command: CommandLine;
  readonly context: Context;
  readonly config: Config;
  readonly identity: Identity;
  readonly messages: Messages;
  /** Null: no JSON log was asked for. */
  readonly log: OpenLogger | null;
  /** Written when everything is bound; null before, and if none was asked for. */
  pidfile: Pidfile | null;
}

async function serve(
  command: CommandLine,
  context: Context,
  config: Config,
  messages: Messages,
  lookup: Lookup,
): Promise<number> {
  const identity = configuredIdentity(config);
  const log = await openJsonLog(config.global.jsonLog, context.terminal);
  try {
    const logger = terminalLog(messages, command.debug, log?.logger ?? null);
    const logged = { logger, sessionLog: command.debug || log !== null, ...drops(log) };
    const program: Program = { command, context, config, identity, messages, log, pidfile: null };
    // From here on clients may have come in: an end must be an orderly one.
    context.signals.hold();
    const balancer = await createLoadBalancer(config, {
      openDescriptorLimit: openDescriptorLimit(),
      relay: command.relay,
      lookup,
      bound: () => becomeService(program),
      ...logged,
    });
    return await serveWith(balancer, program);
  } finally {
    await log?.close();
  }
}

async function serveWith(balancer: LoadBalancer, program: Program): Promise<number> {
  const { command, context, config, messages } = program;
  try {
    announce(balancer, program);
    if (command.debug) showEvents(balancer, messages);
    context.daemonReport?.ready();
    const exitCode = await untilStopped(balancer, context.signals, {
      graceMs: config.global.graceMs,
      hardStopAfterMs: config.global.hardStopAfterMs,
      clock: systemClock,
      messages,
      showStates: () => showStates(balancer, program),
    });
    program.pidfile?.remove();
    return exitCode;
  } finally {
    // Does nothing after an orderly stop; after a failed step it gives every address back.
    await balancer.close({ drainMs: 0 });
  }
}

function drops(log: OpenLogger | null): { readonly logDrops?: OpenLogger['writer'] } {
  return log === null ? {} : { logDrops: log.writer };
}

function configuredIdentity({ global }: Config): Identity {
  const found = findIdentity(global);
  if (!found.ok) throw new Error(`config : ${found.problem}`);
  return found.identity;
}

/** While everything is bound and nobody has been let in. */
function becomeService(program: Program): void {
  const { command, context, config, identity, messages } = program;
  const path = config.global.pidfile;
  program.pidfile = path === null ? null : writePidfile(path, process.pid);
  const untold = command.systemd ? notifyReady(context.environment) : null;
  if (untold !== null) messages.warning(untold);
  try {
    dropPrivileges(identity);
  } catch (error) {
    program.pidfile?.remove();
    throw error;
  }
}

/** Where it listens, only where somebody asked, or where no file says it. */
function announce(balancer: LoadBalancer, { command, messages }: Program): void {
  if (!command.verbose && !command.debug && command.quick === null) return;
  for (const { frontendName, address, port } of balancer.addresses) {
    messages.notice(`${frontendName} listens on ${endpoint(address, port)}`);
  }
  for (const { address, port } of balancer.metricsAddresses) {
    messages.notice(`metrics at http://${endpoint(address, port)}/metrics`);
  }
}

function showStates(balancer: LoadBalancer, { command, messages }: Program): void {
  messages.warning('SIGHUP received, dumping servers states.');
  const lines = balancer.logServerStates();
  // With -d whatever is logged about states has been shown.
  if (!command.debug) for (const line of lines) messages.warning(line);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
