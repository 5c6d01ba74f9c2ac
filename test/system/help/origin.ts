/**
 * A scripted HTTP server: writes down what it received, connection by connection, and answers as its script says.
 *
 * Not here: reading and showing messages (`http-peer.ts`).
 */
import { once } from 'node:events';
import * as net from 'node:net';
import { Journal } from '../../help/gate.ts';
import { type Head, HttpPeer, valuesOf } from './http-peer.ts';
import { SERVER_HOST } from './network.ts';
import type { Owner } from './process.ts';

/** A request that has reached the server. */
export interface Received {
  /** Of the server: `a`. */
  readonly server: string;
  readonly method: string;
  readonly target: string;
  readonly head: Head;
  /** As `HttpPeer.body` shows it. */
  readonly body: string;
  /** To go on by hand. */
  readonly peer: HttpPeer;
}

/** What a server does; the raw text of an answer, or null if the script has done everything by itself. */
export interface OriginScript {
  /** Once the head is there: interim answers. A final one given here is not followed by another, and the connection ends. */
  readonly early?: (received: Received) => string | null;
  /** Once the body is there too; without it `answer(200)` with the server's name. */
  readonly answer?: (received: Received) => string | null | Promise<string | null>;
  /** Instead of everything else. */
  readonly raw?: (peer: HttpPeer, server: string) => void | Promise<void>;
}

export interface Origin {
  readonly port: number;
  /** `1: GET / HTTP/1.1\nhost: x`, the number being that of the connection. */
  readonly received: Journal;
}

/** `answer('200 OK', ['x-a: 1'], 'text')`: raw text with its length. */
export function answer(status: string, fields: readonly string[] = [], body = ''): string {
  const lines = [`HTTP/1.1 ${status}`, ...fields, `Content-Length: ${body.length}`];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** `raw('HTTP/1.1 200 OK', 'X-A: 1')`: a head exactly as given. */
export function raw(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Starts one at `SERVER_HOST`, closed with its owner. */
export async function serveOrigin(owner: Owner, name: string, script: OriginScript): Promise<Origin> {
  const received = new Journal();
  const peers: HttpPeer[] = [];
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const peer = new HttpPeer(socket);
    peers.push(peer);
    const number = peers.length;
    const serving =
      script.raw === undefined
        ? converse(peer, name, script, (text) => received.note(`${number}: ${text}`))
        : Promise.resolve(script.raw(peer, name));
    // A wait that is never met shows in what was received.
    serving.catch(() => peer.close());
  });
  server.listen(0, SERVER_HOST);
  await once(server, 'listening');
  owner.teardown(async () => {
    server.close();
    for (const peer of peers) peer.close();
    await once(server, 'close');
  });
  return {
    port: (server.address() as net.AddressInfo).port,
    received,
  };
}

async function converse(
  peer: HttpPeer,
  server: string,
  script: OriginScript,
  note: (text: string) => void,
): Promise<void> {
  for (;;) {
    const head = await peer.head();
    if (head === null) return void peer.end();
    const [method = '', target = ''] = head.start.split(' ');
    const common = { server, method, target, head, peer };
    const early = script.early?.({ ...common, body: '' }) ?? null;
    if (early !== null) peer.send(early);
    if (early !== null && !/^HTTP\/1.1 1/.test(early)) {
      note([head.start, ...head.fields].join('\n'));
      return void peer.end();
    }
    const body = await peer.body(head, method);
    // Whether the rest of one that was cut comes before the scenario is over is a matter of luck.
    if (/\((\d+ missing|cut|no end)\)$/.test(body)) return void peer.end();
    note([head.start, ...head.fields, body].filter((line) => line !== '').join('\n'));
    const { answer: script200 = () => answer('200 OK', [], server) } = script;
    const text = await script200({ ...common, body });
    if (text === null) return;
    peer.send(text);
    if (closes(head, text, method)) return void peer.end();
  }
}

/** Whether the connection ends behind an answer: because either side says so, or because nothing else says how long it is. */
function closes(request: Head, text: string, method: string): boolean {
  const [start = '', ...fields] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  const head = { start, fields };
  const says = (one: Head): boolean => valuesOf(one, 'connection').some((value) => /close/i.test(value));
  if (says(request) || says(head)) return true;
  const isOld = / HTTP\/1.0$/.test(request.start) || start.startsWith('HTTP/1.0');
  if (isOld && !valuesOf(head, 'connection').some((value) => /keep-alive/i.test(value))) return true;
  const hasNoBody = method === 'HEAD' || /^HTTP\/1.1 (1|204|304)/.test(start);
  const framed =
    valuesOf(head, 'content-length').length > 0 || valuesOf(head, 'transfer-encoding').length > 0;
  return !hasNoBody && !framed;
}
