/**
 * Log lines into an open descriptor (standard output, `fd@N`) or a file, without ever blocking the event loop:
 * - a pipe is opened anew for ourselves, non-blocking, so that a reader that stands still costs no thread and the mode
 *   of a descriptor we share with others stays as it is;
 * - a socket (standard output under systemd's journal) is written as a socket;
 * - files, terminals and devices are written by Node's thread pool.
 *
 * Not here: bounds and drops (`line-writer.ts`).
 */
import * as fs from 'node:fs';
import * as net from 'node:net';
import type { LineSink } from './line-writer.ts';

/** Opens `path` for appending, mode 0640. Throws what `fs.openSync` throws. */
export function openFile(path: string): LineSink {
  return new FileSink(fs.openSync(path, 'a', 0o640), true);
}

/** A sink on an inherited descriptor, which itself stays open for others. Throws if `fd` is not open. */
export function openDescriptor(fd: number): LineSink {
  const stat = fs.fstatSync(fd);
  if (stat.isFIFO()) {
    const own = reopen(fd);
    if (own !== null) return new StreamSink(streamOn(own), true);
  }
  if (stat.isSocket()) {
    if (fd === 1) return new StreamSink(process.stdout, false);
    if (fd === 2) return new StreamSink(process.stderr, false);
    return new StreamSink(streamOn(fd), false);
  }
  return new FileSink(fd, false);
}

/** A description of our own for the pipe behind `fd`; null where the system has no /proc or nobody reads the pipe. */
function reopen(fd: number): number | null {
  try {
    return fs.openSync(`/proc/self/fd/${fd}`, fs.constants.O_WRONLY | fs.constants.O_NONBLOCK);
  } catch {
    return null;
  }
}

function streamOn(fd: number): net.Socket {
  return new net.Socket({ fd, readable: false, writable: true });
}

/** A batch goes through Node's thread pool, or is a system call at least; nobody reads a log faster. */
const BATCH_MS = 20;

/** Writes by `fs.write`, continuing after short writes. */
class FileSink implements LineSink {
  readonly batchMs = BATCH_MS;
  readonly #fd: number;
  readonly #owned: boolean;
  #lost: (lineCount: number) => void = () => {};

  constructor(fd: number, owned: boolean) {
    this.#fd = fd;
    this.#owned = owned;
  }

  start(lost: (lineCount: number) => void): void {
    this.#lost = lost;
  }

  write(lines: readonly string[], done: () => void): void {
    this.#writeFrom(Buffer.from(lines.join('')), lines.length, done);
  }

  close(): void {
    if (this.#owned) fs.close(this.#fd, () => {});
  }

  #writeFrom(bytes: Buffer, lineCount: number, done: () => void): void {
    fs.write(this.#fd, bytes, (error, writtenBytes) => {
      if (error !== null) {
        // A full disk or a terminal that went away; how many lines had got through before is not known.
        this.#lost(lineCount);
        done();
      } else if (writtenBytes < bytes.length) {
        this.#writeFrom(bytes.subarray(writtenBytes), lineCount, done);
      } else {
        done();
      }
    });
  }
}

/** Writes to a stream. One that broke (the reader went away) loses what follows. */
export class StreamSink implements LineSink {
  readonly batchMs = BATCH_MS;
  readonly #stream: NodeJS.WritableStream & { destroy?(): unknown; unref?(): unknown };
  readonly #owned: boolean;
  #lost: (lineCount: number) => void = () => {};
  #broken = false;
  readonly #onError = (): void => {
    this.#broken = true;
  };

  constructor(stream: NodeJS.WritableStream, owned: boolean) {
    this.#stream = stream;
    this.#owned = owned;
    stream.on('error', this.#onError);
  }

  start(lost: (lineCount: number) => void): void {
    this.#lost = lost;
  }

  write(lines: readonly string[], done: () => void): void {
    if (this.#broken) {
      this.#lost(lines.length);
      done();
      return;
    }
    this.#stream.write(lines.join(''), (error) => {
      if (error !== null && error !== undefined) this.#lost(lines.length);
      done();
    });
  }

  close(): void {
    if (this.#owned) this.#stream.destroy?.();
    else this.#stream.removeListener('error', this.#onError);
  }
}
