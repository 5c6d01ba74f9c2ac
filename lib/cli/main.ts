#!/usr/bin/env node
/**
 * The command's entry: catches signals before anything else is loaded, runs, ends the process.
 *
 * Everything but the signals is imported late on purpose: until they are caught, a SIGUSR1 would open Node's debugger.
 * Not here: what the command does (`run.ts`).
 */
import { Signals } from './signals.ts';

const signals = new Signals(process);
const { run } = await import('./run.ts');
const { processContext } = await import('./context.ts');
process.exit(await run(processContext(signals)));
