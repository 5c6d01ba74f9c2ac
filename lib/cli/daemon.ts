/**
 * Going to the background (`-D`, `daemon`). Node cannot fork, so the command starts itself again, detached; parent and
 * child share one pipe:
 *
 *   parent: the configuration's texts, end  -> child starts what the parent has checked: files may be pipes, or edited
 *   child: text of the start ... NUL  -> parent prints the text and exits 0
 *   child: text of the start ... end  -> parent prints the text and exits as the child did
 *
 * The child's own input and outputs are /dev/null, as HAProxy's are. Descriptors that the configuration names (`fd@N`) are
 * handed on under their numbers.
 *
 * Not here: whether to go to the background (`start.ts`).
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, readFileSync, writeSync } from 'node:fs';
import type { Stats } from 'node:fs';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/config.ts';
import type { ConfigText } from '../config/statements.ts';
import { EXIT_CODES } from './exit-codes.ts';
import type { Signals } from './signals.ts';

/** Set in the child only: the number of the descriptor that leads to the parent. */
const reportVariable = 'SLUICE_DAEMON_REPORT';
const readyMark = '\0';

/** The child's end of the pipe. */
export interface DaemonReport {
  /** What the parent has read; to be called once, first. */
  texts(): readonly ConfigText[];
  /** Has the parent print `text` on its standard error; nothing after `ready`. */
  say(text: string): void;
  /** Everything is bound: the parent may leave. */
  ready(): void;
}

/** The way to the waiting parent; null if this process is no such child. Takes the mark out of `environment`. */
export function daemonReport(environment: NodeJS.ProcessEnv): DaemonReport | null {
  const descriptor = Number(environment[reportVariable] ?? Number.NaN);
  delete environment[reportVariable];
  if (!Number.isInteger(descriptor) || look(descriptor)?.isSocket() !== true) return null;
  let open = true;
  const write = (text: string): void => {
    try {
      if (open) writeSync(descriptor, text);
    } catch {
      // The parent was killed; the start goes on without it.
      open = false;
    }
  };
  return {
    texts: () => JSON.parse(readFileSync(descriptor, 'utf8')) as ConfigText[],
    say: write,
    ready() {
      write(readyMark);
      if (open) closeSync(descriptor);
      open = false;
    },
  };
}

/** Null: not open. */
function look(descriptor: number): Stats | null {
  try {
    return fstatSync(descriptor);
  } catch {
    return null;
  }
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

/** What the child does not get by being started the same way. */
export interface Handover {
  readonly texts: readonly ConfigText[];
  /** Numbers of open descriptors that it is to have under the same numbers. */
  readonly descriptors: readonly number[];
}

/** The descriptors that `config` names, without the standard ones. */
export function namedDescriptors({ global, proxies }: Config): number[] {
  const addresses = [
    ...proxies.flatMap(({ frontend }) => frontend?.binds ?? []).flatMap((bind) => bind.addresses),
    ...[...global.log, ...proxies.flatMap(({ log }) => log)].map(({ address }) => address),
  ];
  const numbers = addresses.flatMap((address) => (address.kind === 'fd' ? address.fd : []));
  return [...new Set(numbers)].filter((fd) => fd > 2);
}

/**
 * Starts the child and waits until it is ready or dead; answers the exit status for the parent. Whoever interrupts the
 * parent while it waits means the whole start, so the child goes with it.
 */
export async function startDaemon(
  invocation: Invocation,
  { texts, descriptors }: Handover,
  signals: Pick<Signals, 'attach' | 'dieOf'>,
  printError: (text: string) => void,
): Promise<number> {
  const reportDescriptor = firstFree(descriptors);
  const child = spawn(invocation.executable, invocation.words, {
    cwd: invocation.directory,
    env: { ...invocation.environment, [reportVariable]: String(reportDescriptor) },
    detached: true,
    stdio: stdioOf(descriptors, reportDescriptor),
  });
  const ended = exitStatus(child);
  signals.attach((signal) => {
    if (signal !== 'SIGINT' && signal !== 'SIGTERM') return;
    child.kill(signal);
    signals.dieOf(signal);
  });
  const pipe = child.stdio[reportDescriptor] as Duplex;
  pipe.end(JSON.stringify(texts));
  if (!(await isReady(pipe, printError))) return await ended;
  child.unref();
  return EXIT_CODES.ok.code;
}

function firstFree(taken: readonly number[]): number {
  let descriptor = 3;
  while (taken.includes(descriptor)) descriptor += 1;
  return descriptor;
}

type Stdio = 'ignore' | 'pipe' | number;

/** One that is not open here is left out: the child will say so with its line. */
function stdioOf(descriptors: readonly number[], reportDescriptor: number): Stdio[] {
  const open = descriptors.filter((one) => look(one) !== null);
  const stdio: Stdio[] = Array.from({ length: Math.max(reportDescriptor, ...open) + 1 }, () => 'ignore');
  for (const descriptor of open) stdio[descriptor] = descriptor;
  stdio[reportDescriptor] = 'pipe';
  return stdio;
}

/** Prints what the child says until it is ready (true) or gone. */
async function isReady(pipe: Duplex, printError: (text: string) => void): Promise<boolean> {
  pipe.setEncoding('utf8');
  try {
    for await (const chunk of pipe as AsyncIterable<string>) {
      const [text = '', ...after] = chunk.split(readyMark);
      if (text !== '') printError(text);
      if (after.length > 0) return true;
    }
  } catch {
    // It died before it had read everything; its exit status says the rest.
  }
  return false;
}

/** A child that could not be started, or died of a signal, counts as a failed start. */
function exitStatus(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(EXIT_CODES.fault.code));
    child.once('exit', (code) => resolve(code ?? EXIT_CODES.fault.code));
  });
}
