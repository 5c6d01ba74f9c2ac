#!/usr/bin/env node
/**
 * The command's entry: catches signals before anything else is loaded, runs, ends the process.
 *
 * Everything but the signals is imported late on purpose: until they are caught, a SIGUSR1 would open Node's debugger.
 * Not here: what the command does (`run.ts`).
 */
import { close as closeDebugger, url as debuggerUrl } from 'node:inspector';
import { Signals } from './signals.ts';

const signals = new Signals(process);
const nodeOptions = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
const debuggerWanted = /--inspect(?:-brk|-wait)?(?:[ =]|$)/.test(nodeOptions);

/**
 * A SIGUSR1 that came while Node itself was starting has opened the debugger: a port on which anyone may run code. It is
 * closed, and the signal counts as the soft stop that was meant.
 */
function undoMissedSignal(): void {
  if (debuggerWanted || debuggerUrl() === undefined) return;
  closeDebugger();
  signals.noteMissedSoftStop();
}

undoMissedSignal();
const { run } = await import('./run.ts');
const { processContext } = await import('./context.ts');
// Node opens it in a thread of its own, which may have taken until now.
undoMissedSignal();
process.exit(await run(processContext(signals)));
