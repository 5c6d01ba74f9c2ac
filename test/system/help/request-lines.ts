/**
 * A syslog target for many frontends at once: lines are told apart by the mark (`s12_`) that begins the names of
 * each scenario, and are shown without what no two runs share: date, port, times,
 * bytes.
 *
 * Not here: lines of `option tcplog` (`session-lines.ts`).
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Journal } from '../../help/gate.ts';
import { HOST } from './network.ts';
import type { Owner } from './process.ts';

export interface RequestLines {
  readonly port: number;
  /** Waits until the mark has `count` lines, and gives all that are there. */
  of(mark: string, count: number): Promise<readonly string[]>;
}

const MARK_OF_SCENARIO = /\bs\d+_/;

/** Listens at `host`; `mark` finds what tells lines apart, and is left out of what is shown. */
export async function receiveRequestLines(
  owner: Owner,
  host = HOST,
  mark = MARK_OF_SCENARIO,
): Promise<RequestLines> {
  const socket = createSocket('udp4');
  const journals = new Map<string, Journal>();
  const journal = (name: string): Journal => {
    const known = journals.get(name) ?? new Journal();
    journals.set(name, known);
    return known;
  };
  socket.on('message', (message) => {
    const text = message.toString();
    const [found] = mark.exec(text) ?? [];
    if (found !== undefined) journal(found).note(shownLine(text).replaceAll(found, '').trim());
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  // Hundreds of lines come at once when many scenarios end together.
  socket.setRecvBufferSize(4 * 1024 * 1024);
  owner.teardown(() => socket.close());
  return {
    port: socket.address().port,
    async of(name, count) {
      const lines = journal(name);
      await lines.reached(count);
      return lines.entries;
    },
  };
}

/** Header, then `address:port [date] frontend backend/server times status bytes ...` of `option httplog`. */
const HTTPLOG =
  /^<\d+>.*?: (\S+):\d+ \[[^\]]+\] (\S+ \S+) (-?\d+)\/(-?\d+)\/(-?\d+)\/(-?\d+)\/(\+?\d+) (-?\d+ \d+ .*)$/s;
/** Sessions of the whole process, the first of the five counts, depend on other scenarios. */
const PROCESS_COUNT = /^(.*? \S{4} )\d+\/(\d+\/\d+\/\d+\/\+?\d+ .*)$/s;

function shownLine(text: string): string {
  const line = text.trimEnd();
  const found = HTTPLOG.exec(line);
  // Another format: without the syslog header.
  if (found === null) return line.replace(/^<\d+>.*?: /s, '');
  const [, address = '', names = '', tr = '', tw = '', tc = '', tResponse = '', ta = '', rest = ''] = found;
  // HAProxy counts the bytes of its own form of a message.
  const shown = rest.replace(/(?<=^-?\d+ )\d+/, 'n');
  const times = [tr, tw, tc, tResponse, ta].map((time) => (Number(time) < 0 ? '-1' : 'n')).join('/');
  return `${address} ${names} ${times} ${shown.replace(PROCESS_COUNT, '$1$2')}`;
}
