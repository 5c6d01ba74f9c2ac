/**
 * A syslog target of our own: receives `option tcplog` lines by UDP and gives them by frontend, in order.
 *
 * Not here: other log formats (`test/account`).
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Journal } from '../../help/gate.ts';
import { HOST } from './network.ts';
import type { Owner } from './process.ts';

/** One session as `option tcplog` tells it (manual 8.2.2). */
export interface SessionLine {
  readonly frontend: string;
  /** `<NOSRV>` if none was chosen. */
  readonly serverName: string;
  readonly queuedMs: number;
  /** -1: never connected. */
  readonly connectMs: number;
  readonly totalMs: number;
  readonly bytes: number;
  /** Cause and state of the end, e.g. `cD`. */
  readonly flags: string;
  /** With `+` in front if another server was taken. */
  readonly retries: string;
}

export interface SessionLines {
  readonly port: number;
  /** Waits for the `which`-th line (from 0) of the frontend. */
  of(frontend: string, which?: number): Promise<SessionLine>;
}

const LINE =
  /\[[^\]]+\] (\S+) \S+\/(\S+) (-?\d+)\/(-?\d+)\/(\d+) (\d+) (\S\S) \d+\/\d+\/\d+\/\d+\/(\+?\d+) \d+\/\d+\n?$/;

export async function receiveSessionLines(owner: Owner): Promise<SessionLines> {
  const socket = createSocket('udp4');
  const journals = new Map<string, Journal<SessionLine>>();
  const journal = (frontend: string): Journal<SessionLine> => {
    const known = journals.get(frontend) ?? new Journal<SessionLine>();
    journals.set(frontend, known);
    return known;
  };
  socket.on('message', (message) => {
    const line = readLine(message.toString());
    if (line !== null) journal(line.frontend).note(line);
  });
  socket.bind(0, HOST);
  await once(socket, 'listening');
  owner.teardown(() => socket.close());
  return {
    port: socket.address().port,
    async of(frontend, which = 0) {
      const lines = journal(frontend);
      await lines.reached(which + 1);
      const line = lines.entries[which];
      if (line === undefined) throw new Error(`no line ${which} of ${frontend}`);
      return line;
    },
  };
}

function readLine(text: string): SessionLine | null {
  const found = text.match(LINE);
  if (found === null) return null;
  const [, frontend = '', serverName = '', queued, connect, total, bytes, flags = '', retries = ''] = found;
  return {
    frontend,
    serverName,
    queuedMs: Number(queued),
    connectMs: Number(connect),
    totalMs: Number(total),
    bytes: Number(bytes),
    flags,
    retries,
  };
}
