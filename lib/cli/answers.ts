/**
 * What is answered about a configuration without starting it: `-c` and `--print-config`. Both resolve with the exit status.
 *
 * Not here: finding faults (`load.ts`, `machine-faults.ts`), starting (`start.ts`).
 */
import { lookupBySystem } from '../backend/resolve.ts';
import type { Config } from '../config/config.ts';
import type { CommandLine } from './arguments.ts';
import type { Context } from './context.ts';
import { EXIT_CODES, exitCodeOfFaults } from './exit-codes.ts';
import { loadConfig, showFaults } from './load.ts';
import { machineFaults, remembering } from './machine-faults.ts';
import type { Messages } from './messages.ts';

/** `--print-config`: the configuration as text again. */
export async function print(command: CommandLine, context: Context, messages: Messages): Promise<number> {
  const loaded = loadConfig(command, context.environment, messages);
  if (loaded === null) return EXIT_CODES.fault.code;
  const { printConfig } = await import('../config/print.ts');
  context.terminal.out(loaded.quickText ?? printConfig(loaded.config));
  return EXIT_CODES.ok.code;
}

/** `-c`: everything a start does but binding. */
export async function check(command: CommandLine, context: Context, messages: Messages): Promise<number> {
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
