/**
 * The command from its words to its exit status: one function per action, none of which ends the process.
 *
 * Not here: reading words (`arguments.ts`), looking at a configuration (`answers.ts`), the running balancer
 * (`start.ts`), the demonstration (`demo/`).
 */
import type { Action, CommandLine } from './arguments.ts';
import { helpText, parseCommandLine } from './arguments.ts';
import type { Context } from './context.ts';
import { EXIT_CODES } from './exit-codes.ts';
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

/** Every action loads its own rooms: `-v` needs no parser, `-c` no balancer, and reading modules is most of their time. */
const perform: Readonly<Record<Action, Perform>> = {
  help: async (_command, { terminal }) => {
    terminal.out(await helpText());
    return EXIT_CODES.ok.code;
  },
  version: (_command, { terminal }) => printLines([ownVersion()], terminal),
  versions: (_command, { terminal }) => printLines([versionLine()], terminal),
  build: (_command, { terminal }) => printLines(buildLines(), terminal),
  condition: async (command, { environment }, messages) => {
    const { answerCondition } = await import('./condition.ts');
    const { exitCode, problem } = answerCondition(command.condition, environment);
    if (problem !== null) messages.alert(`-cc : ${problem}`);
    return exitCode;
  },
  print: async (command, context, messages) => {
    const { print } = await import('./answers.ts');
    return await print(command, context, messages);
  },
  check: async (command, context, messages) => {
    const { check } = await import('./answers.ts');
    return await check(command, context, messages);
  },
  run: async (command, context, messages) => {
    // In two steps: Node opens all files of one step at once, and this process may have few descriptors.
    await import('./load.ts');
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
