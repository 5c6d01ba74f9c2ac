/**
 * Log lines to a unix datagram socket (`log /dev/log ...`). Node cannot open such sockets, so a small Perl program does:
 * it reads lines from a pipe and sends each as one datagram. Perl is part of every Debian system (perl-base). Without it
 * the lines are dropped and counted, and one notice says so.
 *
 *     none --first batch--> running --exits--> none (started again by a later batch, at most once a second)
 *     running --cannot be started--> without (for good)
 *     running --this process has become another user--> running, a new one (privileges were given up after it was started)
 *
 * Not here: bounds (`line-writer.ts`), what a line says.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import type { Clock, Timer } from '../../time/clock.ts';
import type { LineSink } from './line-writer.ts';
import type { Logger } from './logger.ts';

/**
 * Sends standard input line by line to the socket named by its argument and prints how many lines it could not send.
 * A full socket makes it wait, which makes us drop: the memory that grows is ours and bounded. Signals of the terminal
 * or the service manager are not for it: it ends when its input does, after the last line.
 */
const HELPER = `
use Socket;
$SIG{$_} = 'IGNORE' for qw(INT TERM HUP PIPE);
$| = 1;
my $address = pack_sockaddr_un($ARGV[0]);
socket(my $socket, PF_UNIX, SOCK_DGRAM, 0) or exit 1;
while (my $line = <STDIN>) {
  defined(send($socket, $line, 0, $address)) or print "1\\n";
}
`;

const RESTART_MS = 1000;

/** A client that comes while addresses are bound may have its line before privileges go; they go soon after, or never. */
const SECOND_LOOK_MS = 10_000;

/** What tests put in place of the system's. */
export interface HelperSurroundings {
  /** The program to run. */
  readonly perl: string;
  /** Who this process is now; undefined on systems without users. */
  readonly uid: () => number | undefined;
}

const system: HelperSurroundings = { perl: 'perl', uid: () => process.getuid?.() };

export class DatagramSink implements LineSink {
  readonly batchMs = 0;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #system: HelperSurroundings;
  #lost: (lineCount: number) => void = () => {};
  #helper: ChildProcess | null = null;
  #helperUid: number | undefined;
  #secondLook: Timer | null = null;
  #startedMs = Number.NEGATIVE_INFINITY;
  #without = false;

  constructor(path: string, clock: Clock, logger: Logger, surroundings: Partial<HelperSurroundings> = {}) {
    this.#path = path;
    this.#clock = clock;
    this.#logger = logger;
    this.#system = { ...system, ...surroundings };
  }

  start(lost: (lineCount: number) => void): void {
    this.#lost = lost;
  }

  write(lines: readonly string[], done: () => void): void {
    const input = this.#running()?.stdin ?? null;
    if (input === null) {
      this.#lost(lines.length);
      done();
      return;
    }
    input.write(lines.join(''), (error) => {
      if (error !== null && error !== undefined) this.#lost(lines.length);
      done();
    });
  }

  close(): void {
    this.#secondLook?.cancel();
    this.#letGo();
  }

  /** End, not kill: the helper sends what it still has. */
  #letGo(): void {
    this.#helper?.stdin?.end();
    this.#helper = null;
  }

  /** A helper with rights that this process has given up must not stay. */
  #letGoOfStranger(): void {
    if (this.#helper === null || this.#helperUid === this.#system.uid()) return;
    this.#letGo();
    this.#startedMs = Number.NEGATIVE_INFINITY;
  }

  #running(): ChildProcess | null {
    this.#letGoOfStranger();
    if (this.#helper !== null || this.#without) return this.#helper;
    const nowMs = this.#clock.nowMs();
    if (nowMs - this.#startedMs < RESTART_MS) return null;
    this.#startedMs = nowMs;
    this.#helper = this.#spawn();
    this.#helperUid = this.#system.uid();
    this.#secondLook?.cancel();
    if (this.#helperUid === 0)
      this.#secondLook = this.#clock.after(SECOND_LOOK_MS, () => this.#letGoOfStranger());
    return this.#helper;
  }

  #spawn(): ChildProcess {
    const helper = spawn(this.#system.perl, ['-e', HELPER, this.#path], {
      stdio: ['pipe', 'pipe', 'ignore'],
      // Its own session: Ctrl-C at the terminal must not end it before the last lines.
      detached: true,
      env: {},
    });
    helper.once('error', () => this.#cannotStart());
    helper.once('exit', () => {
      if (this.#helper === helper) this.#helper = null;
    });
    helper.stdin?.on('error', () => {});
    helper.stdout?.on('data', (bytes: Buffer) => this.#lost(bytes.filter((byte) => byte === 0x0a).length));
    unreference(helper);
    return helper;
  }

  #cannotStart(): void {
    this.#helper = null;
    this.#without = true;
    this.#logger.warn(
      { event: 'log-target', target: this.#path },
      `log ${this.#path}: unix datagram sockets need the program perl, which cannot be started; these lines are dropped`,
    );
  }
}

/** Log lines alone must not keep a process alive. */
function unreference(helper: ChildProcess): void {
  helper.unref();
  for (const stream of [helper.stdin, helper.stdout]) {
    if (stream !== null && 'unref' in stream && typeof stream.unref === 'function') stream.unref();
  }
}
