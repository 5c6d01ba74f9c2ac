/**
 * Going to the background (`-D`, `daemon`). Node cannot fork, so the command starts itself again, detached; parent and
 * child share one pipe:
 *
 *   child: text of the start ... NUL  -> parent prints the text and exits 0
 *   child: text of the start ... end  -> parent prints the text and exits as the child did
 *
 * The child's own input and outputs are /dev/null, as HAProxy's are.
 *
 * Not here: whether to go to the background (`start.ts`).
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { EXIT_CODES } from './exit-codes.ts';
import type { Signals } from './signals.ts';

/** Set in the child only: the number of the descriptor that leads to the parent. */
const reportVariable = 'SLUICE_DAEMON_REPORT';
const reportDescriptor = 3;
const readyMark = '\0';

/** The child's end of the pipe. */
export interface DaemonReport {
  /** Has the parent print `text` on its standard error; nothing after `ready`. */
  say(text: string): void;
  /** Everything is bound: the parent may leave. */
  ready(): void;
}

/** The way to the waiting parent; null if this process is no such child. Takes the mark out of `environment`. */
export function daemonReport(environment: NodeJS.ProcessEnv): DaemonReport | null {
  if (environment[reportVariable] !== String(reportDescriptor)) return null;
  delete environment[reportVariable];
  let open = true;
  const write = (text: string): void => {
    try {
      if (open) writeSync(reportDescriptor, text);
    } catch {
      // The parent was killed; the start goes on without it.
      open = false;
    }
  };
  return {
    say: write,
    ready() {
      write(readyMark);
      if (open) closeSync(reportDescriptor);
      open = false;
    },
  };
}

/** How the command was started, so that it can be started again the same way. */
export interface Invocation {
  /** `process.execPath`. */
  readonly executable: string;
  /** Node's options, the script, and its arguments. */
  readonly words: readonly string[];
  /** Where the first process was started, before any `-C`. */
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
}

/**
 * Starts the child and waits until it is ready or dead; answers the exit status for the parent. Whoever interrupts the
 * parent while it waits means the whole start, so the child goes with it.
 */
export async function startDaemon(
  invocation: Invocation,
  signals: Pick<Signals, 'attach' | 'dieOf'>,
  printError: (text: string) => void,
): Promise<number> {
  const child = spawn(invocation.executable, invocation.words, {
    cwd: invocation.directory,
    env: { ...invocation.environment, [reportVariable]: String(reportDescriptor) },
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const ended = exitStatus(child);
  signals.attach((signal) => {
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') return;
    child.kill(signal);
    signals.dieOf(signal);
  });
  const pipe = child.stdio[reportDescriptor] as Readable;
  pipe.setEncoding('utf8');
  for await (const chunk of pipe as AsyncIterable<string>) {
    const [text = '', ...after] = chunk.split(readyMark);
    if (text !== '') printError(text);
    if (after.length === 0) continue;
    child.unref();
    return EXIT_CODES.ok.code;
  }
  return await ended;
}

/** A child that could not be started, or died of a signal, counts as a failed start. */
function exitStatus(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(EXIT_CODES.fault.code));
    child.once('exit', (code) => resolve(code ?? EXIT_CODES.fault.code));
  });
}
