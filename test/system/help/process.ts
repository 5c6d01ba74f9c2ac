/**
 * Programs as child processes: started in a clean environment, their output kept, ended by their id with the owner.
 *
 * Not here: which programs there are and how they are configured (`balancer.ts`, `network.ts`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { within } from '../../help/gate.ts';

/** Whoever ends what was started: a tap test, or a benchmark. The callbacks run when it is over, last first. */
export interface Owner {
  teardown(callback: () => unknown): void;
}

/** How a program ended: its exit code, or the signal that killed it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to the program's input, which is then closed. Without it the input is empty. */
  readonly input?: string | Buffer;
  /** Input stays open and is `program.child.stdin`. */
  readonly interactive?: boolean;
}

/** Output kept of each of the two streams at most; what comes first is the interesting part. */
const OUTPUT_LIMIT_BYTES = 32 * 1024 * 1024;

/** What tap and coverage put into our environment must not slow down or change the programs under test. */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '/usr/sbin:/usr/bin:/sbin:/bin', HOME = '/root' } = process.env;
  const path = `${PATH}:/usr/sbin:/sbin`;
  return { PATH: path, HOME, LANG: 'C.UTF-8', TZ: 'UTC', ...extra };
}

/** One running program. */
export class Program {
  readonly child: ChildProcess;
  readonly name: string;
  readonly ended: Promise<Exit>;
  #exit: Exit | null = null;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];

  constructor(command: string, args: readonly string[], options: StartOptions) {
    this.name = command.slice(command.lastIndexOf('/') + 1);
    const input = options.input !== undefined || options.interactive === true ? 'pipe' : 'ignore';
    this.child = spawn(command, args, {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env: environment(options.env),
      stdio: [input, 'pipe', 'pipe'],
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve((this.#exit = { code, signal })));
    });
    // Whoever waits for the end hears of it; nobody waiting is no defect.
    this.ended.catch(() => {});
    collect(this.child.stdout, this.#stdout);
    collect(this.child.stderr, this.#stderr);
    // A program may end before it has read its input.
    this.child.stdin?.on('error', () => {});
    if (options.input !== undefined) this.child.stdin?.end(options.input);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Null while it runs. */
  get exit(): Exit | null {
    return this.#exit;
  }

  get output(): Buffer {
    return Buffer.concat(this.#stdout);
  }

  get stdout(): string {
    return this.output.toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString();
  }

  /** Sends the signal and waits for the end; a program that takes longer than `patienceMs` is killed, and that fails. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', patienceMs = 10_000): Promise<Exit> {
    if (this.#exit === null) this.child.kill(signal);
    try {
      return await within(
        this.ended,
        () => `${this.name} to end after ${signal}: ${this.stderr}`,
        patienceMs,
      );
    } catch (error) {
      this.child.kill('SIGKILL');
      throw error;
    }
  }
}

function collect(stream: NodeJS.ReadableStream | null, into: Buffer[]): void {
  let bytes = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (bytes < OUTPUT_LIMIT_BYTES) into.push(chunk);
    bytes += chunk.length;
  });
}

/** Starts a program which is killed with its owner if it still runs then. */
export function start(
  owner: Owner,
  command: string,
  args: readonly string[],
  options: StartOptions = {},
): Program {
  const program = new Program(command, args, options);
  owner.teardown(async () => {
    if (program.exit === null) program.child.kill('SIGKILL');
    await program.ended.catch(() => {});
  });
  return program;
}

/** Runs a program to its end; rejects when it ends otherwise than with 0, with what it wrote, or takes too long. */
export async function run(
  command: string,
  args: readonly string[],
  options: StartOptions & { readonly patienceMs?: number } = {},
): Promise<Program> {
  const program = new Program(command, args, options);
  try {
    const { code, signal } = await within(
      program.ended,
      () => `${command} ${args.join(' ')}`,
      options.patienceMs ?? 60_000,
    );
    if (code === 0) return program;
    throw new Error(
      `${command} ${args.join(' ')} ended with ${code ?? signal}:\n${program.stdout}${program.stderr}`,
    );
  } finally {
    if (program.exit === null) program.child.kill('SIGKILL');
  }
}

/** A directory outside the repository, removed with its owner; other users may enter it (PostgreSQL refuses root). */
export function temporaryDirectory(owner: Owner): string {
  const path = mkdtempSync(join(tmpdir(), 'sluice-system-'));
  owner.teardown(() => rmSync(path, { recursive: true, force: true, maxRetries: 5 }));
  return path;
}

/** Waits until a program writes something more, or ends. */
async function more(program: Program): Promise<void> {
  const told = new AbortController();
  const { stdout, stderr } = program.child;
  const streams = [stdout, stderr].filter((stream) => stream !== null);
  const signs = streams.map((stream) => once(stream, 'data', { signal: told.signal }));
  await Promise.race([...signs, program.ended]);
  told.abort();
  await Promise.allSettled(signs);
}

/** Waits until a program has written something fitting to its output. */
export async function written(program: Program, pattern: RegExp): Promise<RegExpMatchArray> {
  const look = async (): Promise<RegExpMatchArray> => {
    for (;;) {
      const found = (program.stdout + program.stderr).match(pattern);
      if (found !== null) return found;
      if (program.exit !== null) throw new Error(`${program.name} ended: ${program.stderr}`);
      await more(program);
    }
  };
  return within(look(), () => `${program.name} to write ${pattern}, it wrote ${program.stdout}`);
}
