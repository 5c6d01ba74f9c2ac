/**
 * HTTP as scripted peers speak it: messages written by hand, heads and bodies taken as they come, and a server that answers by itself.
 *
 *     const backend = await a.next();
 *     t.match(await head(backend), /^GET \/ HTTP/);
 *     backend.send(answer('hello'));
 *     t.match(await message(client), /hello$/);
 *
 * Not here: the peers (`peer.ts`), what rest means in mode http (`http-settled.ts`).
 */
import { eventually } from './balancer.ts';
import type { Peer, PeerService } from './peer.ts';

const END = '\r\n\r\n';

/** A request as text; `lines` are header lines. */
export function request(startLine: string, ...lines: readonly string[]): string {
  return [`${startLine} HTTP/1.1`, 'Host: test', ...lines, '', ''].join('\r\n');
}

export function get(path = '/', ...lines: readonly string[]): string {
  return request(`GET ${path}`, ...lines);
}

/** A POST whose length is told; the body as far as it is given. */
export function post(lengthBytes: number, body = '', ...lines: readonly string[]): string {
  return request('POST /', `Content-Length: ${lengthBytes}`, ...lines) + body;
}

/** 200 with its length. */
export function answer(body = '', ...lines: readonly string[]): string {
  return response('200 OK', body, ...lines);
}

export function response(status: string, body = '', ...lines: readonly string[]): string {
  return [`HTTP/1.1 ${status}`, `Content-Length: ${body.length}`, ...lines, '', body].join('\r\n');
}

/** One chunk of a body. */
export function chunk(body: string): string {
  return `${body.length.toString(16)}\r\n${body}\r\n`;
}

/** Takes a head, its empty line included. */
export async function head(peer: Peer): Promise<string> {
  await eventually(
    () => peer.text.includes(END) || peer.state !== 'open',
    `a head in ${JSON.stringify(peer.text)}`,
  );
  const end = peer.text.indexOf(END);
  if (end < 0) throw new Error(`no head, ${peer.state} with ${JSON.stringify(peer.text)}`);
  const text = peer.text.slice(0, end + END.length);
  await peer.expect(text);
  return text;
}

/** Takes a head and as much body as its Content-Length says. */
export async function message(peer: Peer): Promise<string> {
  const top = await head(peer);
  const length = Number(/^content-length: *(\d+)/im.exec(top)?.[1] ?? 0);
  await eventually(
    () => peer.text.length >= length || peer.state !== 'open',
    `${length} bytes behind ${JSON.stringify(top)}`,
  );
  const body = peer.text.slice(0, length);
  await peer.expect(body);
  return top + body;
}

/** The status line's number. */
export function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? Number.NaN);
}

/** Answers every request without a body by itself, as often as they come. */
export function answering(text: string): PeerService {
  return (peer) => {
    let behind = '';
    peer.socket.on('data', (bytes: Buffer) => {
      const heads = (behind + bytes.toString('latin1')).split(END);
      behind = heads.pop() ?? '';
      if (heads.length > 0) peer.send(text.repeat(heads.length));
    });
    peer.socket.on('end', () => peer.end());
  };
}
