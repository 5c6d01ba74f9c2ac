/**
 * Sends the cases through a balancer, all at once, each with a section and a server of its own, and gives what was seen on both sides. Every
 * case ends by itself: whatever is incomplete meets a short timeout of the balancer.
 *
 * Not here: the cases (`requests.ts`, ...), what is compared.
 */
import type { Peer, PeerService } from '../../help/peer.ts';
import { type BalancerName, startBalancer } from '../help/balancer.ts';
import { connect, freePorts, HOST, SERVER_HOST, serve } from '../help/network.ts';
import type { Owner } from '../help/process.ts';
import type { Seen, SmugglingCase } from './case.ts';
import { type Cut, cut } from './cut.ts';

const OK = { bytes: 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok', ends: false };

const CONFIGURATION = `
global
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 1200ms
  timeout server 4s
  timeout http-request 600ms
  timeout http-keep-alive 400ms
  timeout tunnel 400ms
`;

/** What was seen of each case, in their order. */
export async function observe(
  owner: Owner,
  name: BalancerName,
  cases: readonly Pick<SmugglingCase, 'send' | 'answer'>[],
): Promise<Seen[]> {
  const recorders = cases.map(({ answer = OK }) => new Recorder(answer));
  const servers = await Promise.all(recorders.map(({ service }) => serve(owner, { service })));
  const ports = await freePorts(cases.length);
  const sections = servers.map(
    ({ port }, index) =>
      `listen case${index}\n  bind ${HOST}:${ports[index]}\n  server s ${SERVER_HOST}:${port}\n`,
  );
  const balancer = await startBalancer(owner, name, CONFIGURATION + sections.join(''));
  const answers = await Promise.all(
    cases.map(async ({ send }, index) => {
      const client = await connect(owner, ports[index] ?? 0);
      client.send(Buffer.from(send, 'latin1'));
      await client.over();
      return answersOf(client.text);
    }),
  );
  await balancer.program.stop('SIGTERM');
  return recorders.map((recorder, index) => ({
    answers: answers[index] ?? [],
    forwarded: recorder.forwarded,
  }));
}

/** Keeps what a server got, and answers each message once. */
class Recorder {
  readonly #answer: { readonly bytes: string; readonly ends: boolean };
  readonly #peers: Peer[] = [];

  constructor(answer: { readonly bytes: string; readonly ends: boolean }) {
    this.#answer = answer;
  }

  readonly service: PeerService = (peer) => {
    this.#peers.push(peer);
    let answered = 0;
    peer.socket.on('data', () => {
      const { length } = cut(peer.text, 'requests').messages;
      for (; answered < length; answered += 1) {
        if (this.#answer.ends) peer.end(Buffer.from(this.#answer.bytes, 'latin1'));
        else peer.send(Buffer.from(this.#answer.bytes, 'latin1'));
      }
    });
    peer.socket.on('end', () => peer.socket.end());
  };

  get forwarded(): string[] {
    return this.#peers.flatMap((peer) => {
      const { messages, rest } = cut(peer.text, 'requests');
      return [...messages.map(shown), ...(rest === '' ? [] : [`rest: ${rest}`])];
    });
  }
}

/** The order of headers of different names means nothing. */
function shown({ startLine, fields, body }: Cut): string {
  return [startLine, ...fields.toSorted(), body].join('|');
}

function answersOf(bytes: string): string[] {
  const { messages, rest } = cut(bytes, 'responses');
  const seen = messages.map(({ startLine, fields, body }) => {
    const status = startLine.split(' ')[1] ?? startLine;
    const isPage =
      body.startsWith('<html>') && fields.some((field) => /^cache-control: no-cache/i.test(field));
    return isPage || body === '' ? status : `${status} ${body}`;
  });
  return rest === '' ? seen : [...seen, `rest: ${rest}`];
}
