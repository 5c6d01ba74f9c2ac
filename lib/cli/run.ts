/**
 * The command from its words to its exit status: one function per action, none of which ends the process.
 *
 * Not here: reading words (`arguments.ts`), the running balancer (`start.ts`), the demonstration (`demo/`).
 */
import { lookupBySystem } from '../backend/resolve.ts';
import type { Config } from '../config/config.ts';
import type { Action, CommandLine } from './arguments.ts';
import { helpText, parseCommandLine } from './arguments.ts';
import { answerCondition } from './condition.ts';
import type { Context } from './context.ts';
import { EXIT_CODES, exitCodeOfFaults } from './exit-codes.ts';
import { loadConfig, showFaults } from './load.ts';
import { machineFaults, remembering } from './machine-faults.ts';
import { Messages } from './messages.ts';
import { reasonOf } from './reasons.ts';
import { ownVersion } from '../version.ts';
import { buildLines, versionLine } from './version.ts';

type Perform = (command: CommandLine, context: Context, messages: Messages) => number | Promise<number>;

/** Does what the words say; resolves with the exit status when it is done, for a balancer when it has ended. */
export async function run(context: Context): Promise<number> {
  const parsed = parseCommandLine(context.argv);
  if (!parsed.ok) {
    for (const problem of parsed.problems) context.terminal.err(`sluice: ${problem}\n`);
    context.terminal.err("Try 'sluice --help'.\n");
    return EXIT_CODES.fault.code;
  }
  const { command } = parsed;
  const messages = new Messages(context.terminal, { quiet: command.quiet, pid: process.pid });
  if (command.directory !== null && !changeDirectory(command.directory, messages))
    return EXIT_CODES.fault.code;
  sayNotices(command, context, messages);
  return await perform[command.action](command, context, messages);
}

/** Says which flags of the command line have no effect here. Answers about the program itself stay free of it. */
function sayNotices({ action, notices }: CommandLine, { daemonReport }: Context, messages: Messages): void {
  const works = action === 'run' || action === 'check' || action === 'print' || action === 'demo';
  // The child of `-D` would repeat what its parent has said.
  if (!works || daemonReport !== null) return;
  for (const notice of notices) messages.notice(notice);
}

const perform: Readonly<Record<Action, Perform>> = {
  help: async (_command, { terminal }) => {
    terminal.out(await helpText());
    return EXIT_CODES.ok.code;
  },
  version: (_command, { terminal }) => printLines([ownVersion()], terminal),
  versions: (_command, { terminal }) => printLines([versionLine()], terminal),
  build: (_command, { terminal }) => printLines(buildLines(), terminal),
  condition: (command, { environment }, messages) => {
    const { exitCode, problem } = answerCondition(command.condition, environment);
    if (problem !== null) messages.alert(`-cc : ${problem}`);
    return exitCode;
  },
  print,
  check,
  run: async (command, context, messages) => {
    // The balancer's rooms are loaded only where one runs: `-c` and `-v` answer sooner.
    const { start } = await import('./start.ts');
    return await start(command, context, messages);
  },
  demo: async (command, context, messages) => {
    const { runDemo } = await import('./demo/demo.ts');
    return await runDemo(command, context, messages);
  },
};

function printLines(lines: readonly string[], terminal: Context['terminal']): number {
  terminal.out(lines.map((line) => `${line}\n`).join(''));
  return EXIT_CODES.ok.code;
}

function changeDirectory(directory: string, messages: Messages): boolean {
  try {
    process.chdir(directory);
    return true;
  } catch (error) {
    messages.alert(`cannot change to directory ${directory}: ${reasonOf(error)}`);
    return false;
  }
}

async function print(command: CommandLine, context: Context, messages: Messages): Promise<number> {
  const loaded = loadConfig(command, context.environment, messages);
  if (loaded === null) return EXIT_CODES.fault.code;
  const { printConfig } = await import('../config/print.ts');
  context.terminal.out(loaded.quickText ?? printConfig(loaded.config));
  return EXIT_CODES.ok.code;
}

/** `-c`: everything a start does but binding. */
async function check(command: CommandLine, context: Context, messages: Messages): Promise<number> {
  const loaded = loadConfig(command, context.environment, messages);
  if (loaded === null) return EXIT_CODES.fault.code;
  const { config, places, warningCount } = loaded;
  const faults = await machineFaults(config, places, { lookup: remembering(lookupBySystem) });
  if (faults.length > 0) {
    showFaults(faults, messages);
    return exitCodeOfFaults(faults);
  }
  if (warningCount > 0) messages.answer('Warnings were found.');
  if (!hasListener(config)) {
    messages.answer('Configuration file has no error but will not start (no listener) => exit(2).');
    return EXIT_CODES.nothingToStart.code;
  }
  messages.answer('Configuration file is valid');
  return EXIT_CODES.ok.code;
}

function hasListener(config: Config): boolean {
  return config.proxies.some(({ disabled, frontend }) => !disabled && (frontend?.binds.length ?? 0) > 0);
}
