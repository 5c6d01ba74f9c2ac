/**
 * The program of a worker thread in `sockets.test.ts`: accepts on duplicates by the public transport and relays every client to the
 * server it is told.
 *
 * Not here: the threads of the real thing (`lib/threads/worker.ts`).
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Acceptor } from '../../lib/frontend/acceptor.ts';
import type { ListenAddress } from '../../lib/frontend/listen-address.ts';
import { duplicateSockets } from '../../lib/threads/sockets.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import type { Connection, RelayHandler } from '../../lib/transport/transport.ts';

/** What a thread is started with. */
export interface ThreadStart {
  readonly fds: readonly number[];
  readonly addresses: readonly ListenAddress[];
  readonly serverPort: number;
}

/** `accepted`: clients' ports so far. `close`: stop accepting, relay on. `throw`: die of an uncaught error. */
export type ThreadQuestion = 'accepted' | 'bound' | 'close' | 'throw';

export interface ThreadAnswer {
  /** Code of the error that kept it from listening, null if none did. */
  readonly failed: string | null;
  readonly accepted: readonly number[];
  readonly bound: readonly { readonly address: string; readonly port: number }[];
}

const start = workerData as ThreadStart;
const transport = createPublicTransport({ nowMs: () => performance.now() });
const accepted: number[] = [];

const SILENT = { relaySideEnded: () => {}, relaySideShut: () => {}, relayFinished: () => {} };

function serve(client: Connection): void {
  accepted.push(client.remote.port);
  const target = { kind: 'tcp', address: '127.0.0.1', port: start.serverPort, source: null } as const;
  transport.dial(target, {
    dialSucceeded: (server) => {
      const handler: RelayHandler = { ...SILENT, relayBroken: () => relay.resetBoth() };
      const relay = transport.relay(client, server, handler);
    },
    dialFailed: () => client.reset(),
  });
}

const taker = { hasRoom: true, accepted: serve, acceptFailed: () => {} };

function tell(failed: string | null): void {
  const bound = acceptors.map(({ boundAddress }) => boundAddress);
  parentPort?.postMessage({ failed, accepted, bound } satisfies ThreadAnswer);
}

const handles = await duplicateSockets(start.fds);
const acceptors = start.addresses.flatMap((address, index) => {
  const acceptor = new Acceptor(address, 512, transport);
  const handle = handles[index];
  if (handle === undefined) return [];
  acceptor.listenOn(handle);
  acceptor.add(taker);
  return [acceptor];
});

parentPort?.on('message', (question: ThreadQuestion) => {
  if (question === 'throw') throw new Error('thrown on purpose');
  const closed = question === 'close' ? acceptors.map((acceptor) => acceptor.remove(taker)) : [];
  void Promise.all(closed).then(() => tell(null));
});

try {
  await Promise.all(acceptors.map((acceptor) => acceptor.listen()));
  tell(null);
} catch (error) {
  tell((error as NodeJS.ErrnoException).code ?? String(error));
}
