/**
 * What the command takes from its process: words, environment, standard outputs. Tests bring their own.
 *
 * Not here: what is done with it (`run.ts`).
 */
import { daemonReport } from './daemon.ts';
import type { DaemonReport, Invocation } from './daemon.ts';
import type { Terminal } from './messages.ts';
import type { Signals } from './signals.ts';

export interface Context {
  /** The words after the program's name. */
  readonly argv: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
  readonly signals: Signals;
  /** Present in the background child of `-D`. */
  readonly daemonReport: DaemonReport | null;
  /** How to start the command again. */
  readonly invocation: Invocation;
}

/** The context of this very process. */
export function processContext(signals: Signals): Context {
  const report = daemonReport(process.env);
  // Whoever read our words may have left (`sluice -d ... | head`); that must not end the traffic.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const argv = process.argv.slice(2);
  return {
    argv,
    environment: process.env,
    terminal: {
      out: (text) => void process.stdout.write(text),
      // A background child has no terminal: its words go to the parent that waits for it.
      err: (text) => (report === null ? void process.stderr.write(text) : report.say(text)),
      color: report === null && mayColor(process.stderr, process.env),
      outIsTerminal: process.stdout.isTTY,
    },
    signals,
    daemonReport: report,
    invocation: {
      executable: process.execPath,
      words: [...process.execArgv, process.argv[1] ?? '', ...argv],
      directory: process.cwd(),
      environment: process.env,
    },
  };
}

/** `NO_COLOR` and `FORCE_COLOR` as everywhere (no-color.org). */
function mayColor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  if ((environment.NO_COLOR ?? '') !== '') return false;
  return (environment.FORCE_COLOR ?? '') !== '' || stream.isTTY;
}
