/**
 * A whole balancer over loopback, from real configuration text, with what became of its sessions.
 *
 *     const a = await server(t);
 *     const { port, nextClose, end } = await balance(t, `listen l
 *       bind 127.0.0.1:0
 *       server a 127.0.0.1:${a.port}`);
 *     ...
 *     await end(); // closes, and looks whether everything was given back
 *
 * Not here: the peers (`peer.ts`), what rest means (`settled.ts`).
 */
import type { Test } from 'tap';
import {
  createLoadBalancer,
  type LoadBalancer,
  type LoadBalancerOptions,
  type SessionRecord,
} from '../../lib/index.ts';
import { terminationLetters } from '../../lib/account/log/letters.ts';
import { Journal, within } from './gate.ts';
import { Peer, PeerServer, type PeerServerOptions } from './peer.ts';
import { settled } from './settled.ts';

/** Which relay scenarios run on: `SLUICE_TEST_RELAY=public npm test` takes Node's documented API, otherwise the default. */
const RELAY = process.env.SLUICE_TEST_RELAY === 'public' ? 'public' : 'auto';

/**
 * How many threads scenarios run on: `SLUICE_TEST_THREADS=2` takes two, but for those that bring a clock or chance of their own, which
 * cannot be handed to threads.
 */
const THREADS = process.env.SLUICE_TEST_THREADS ?? '1';

/** Unless a scenario says otherwise nothing is cut by a timer within a test. */
const DEFAULTS = `defaults
  timeout connect 20s
  timeout client 20s
  timeout server 20s
`;

export interface Running {
  readonly lb: LoadBalancer;
  /** Of the first address that is listened on. */
  readonly port: number;
  readonly closes: Journal<SessionRecord>;
  /** A client of the first address; gone at the test's end. */
  readonly connect: (held?: boolean) => Promise<Peer>;
  /** The record of the session that ends next, in the order of their ends. */
  readonly nextClose: () => Promise<SessionRecord>;
  /** The same in short: HAProxy's two letters. */
  readonly nextLetters: () => Promise<string>;
  /** Closes the balancer and looks whether all is at rest. */
  readonly end: () => Promise<void>;
}

/** Starts a balancer; it is closed at the test's end at the latest. */
export async function balance(t: Test, text: string, options: LoadBalancerOptions = {}): Promise<Running> {
  const own = options.clock !== undefined || options.random !== undefined || text.includes('balance fn:');
  const threads = own ? '' : `global\n  nbthread ${THREADS}\n`;
  const lb = await createLoadBalancer(`${threads}${DEFAULTS}${text}\n`, { relay: RELAY, ...options });
  t.teardown(() => lb.close());
  const closes = new Journal<SessionRecord>();
  lb.on('close', (record) => closes.note(record));
  const port = lb.addresses[0]?.port ?? 0;
  let given = 0;
  const nextClose = async (): Promise<SessionRecord> => {
    given += 1;
    await closes.reached(given);
    const record = closes.entries[given - 1];
    if (record === undefined) throw new Error('no session has ended');
    return record;
  };
  return {
    lb,
    port,
    closes,
    connect: (held) => client(t, port, held),
    nextClose,
    nextLetters: async () => terminationLetters((await nextClose()).ending),
    end: () => settled(t, lb),
  };
}

/** A scripted server that is closed at the test's end. */
export async function server(t: Test, options: PeerServerOptions = {}): Promise<PeerServer> {
  const peers = await PeerServer.listen(options);
  t.teardown(() => peers.close());
  return peers;
}

/** A scripted client that is gone at the test's end. */
export async function client(t: Test, to: Parameters<typeof Peer.connect>[0], held = false): Promise<Peer> {
  const peer = await Peer.connect(to, held);
  t.teardown(() => peer.close());
  return peer;
}

/** Fails unless `actualMs` is at least `wantedMs` and not much more; machines may be slow, timers must not be early. */
export function tookAbout(t: Test, actualMs: number, wantedMs: number, what = 'time'): void {
  t.ok(
    actualMs >= wantedMs && actualMs <= wantedMs + 700,
    `${what}: ${actualMs.toFixed(1)} ms, wanted ${wantedMs}`,
  );
}

/** Waits until something is so that no event tells of, such as a figure; fails after a while. */
export async function eventually(satisfied: () => boolean, what: string): Promise<void> {
  let given = false;
  const watch = async (): Promise<void> => {
    while (!given && !satisfied()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  try {
    await within(watch(), () => what);
  } finally {
    given = true;
  }
}
