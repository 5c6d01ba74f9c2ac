/**
 * The built command as a child process: what it says, how it ends, signals to it.
 *
 * Not here: running the command inside the test (`run.test.ts`).
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Journal, within } from '../help/gate.ts';

const main = fileURLToPath(new URL('../../lib/cli/main.js', import.meta.url));

/** How a process ended: its exit status, or the signal that killed it. */
export type End = number | NodeJS.Signals;

export class Command {
  readonly child: ChildProcess;
  /** Standard output and error, line by line as they come. */
  readonly lines = new Journal();
  readonly #ended: Promise<End>;
  #out = '';
  #err = '';

  /** `before`: what the shell does first. */
  private constructor(words: readonly string[], before = '') {
    // Colours, debuggers and coverage wanted by whoever runs the tests must not reach the command; a shell takes them
    // away, since the test runner adds some of them to every child it sees.
    const script = `unset NO_COLOR FORCE_COLOR NODE_OPTIONS NODE_V8_COVERAGE; ${before} exec "$0" "$@"`;
    this.child = spawn('/bin/sh', ['-c', script, process.execPath, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#read(this.child.stdout, (text) => (this.#out += text));
    this.#read(this.child.stderr, (text) => (this.#err += text));
    this.#ended = once(this.child, 'close').then(([code, signal]) => (code ?? signal) as End);
  }

  static start(words: readonly string[], nodeOptions: readonly string[] = []): Command {
    return new Command([...nodeOptions, main, ...words]);
  }

  /** Starts it with a lower limit of open descriptors. */
  static startLimited(descriptors: number, words: readonly string[]): Command {
    return new Command([main, ...words], `ulimit -n ${descriptors};`);
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  /** Waits for a line of either output. */
  said(wanted: RegExp): Promise<string> {
    return this.lines.until((line) => wanted.test(line));
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  ended(): Promise<End> {
    return within(this.#ended, () => `the command to end; it said: ${this.#out}${this.#err}`);
  }

  /** For `t.teardown`: nothing outlives its test. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  #read(stream: NodeJS.ReadableStream | null, keep: (text: string) => void): void {
    let rest = '';
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      keep(text);
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.lines.note(line);
    });
  }
}

/** Asks again and again for what another process does and cannot tell. */
export async function eventually(condition: () => Promise<boolean>, what: string): Promise<void> {
  let late = false;
  const asking = async (): Promise<void> => {
    while (!late && !(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  try {
    await within(asking(), () => what);
  } finally {
    late = true;
  }
}
