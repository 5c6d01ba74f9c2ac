/**
 * Stage of a conformance scenario: one `listen` section of the balancer, its scripted servers, its clients, the time
 * since the first client came, and the log lines of its sessions.
 *
 *     { title: 'retries 0 gives up at once', lines: ['retries 0'], servers: ['dead'],
 *       act: async (stage) => ({ ...(await stage.endOf('client', await stage.client())), ...(await stage.line()) }),
 *       expected: { client: 'ended', clientMs: 0, flags: 'SC' } }
 *
 * Not here: the scenarios themselves (`conformance/`).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer, PeerServer } from '../../help/peer.ts';
import { connect, freePort, HOST, listening, SERVER_HOST, serve } from './network.ts';
import { type Owner, start, temporaryDirectory, written } from './process.ts';
import type { SessionLine, SessionLines } from './session-lines.ts';

/** What was observed or is expected: numbers are milliseconds (names end in `Ms`) and compared with a tolerance. */
export type Outcome = Readonly<Record<string, string | number | boolean>>;

export interface Scenario {
  readonly title: string;
  /** Lines of the section but `bind` and `server`. */
  readonly lines: readonly string[];
  /**
   * Servers in order, called `a`, `b`, ...: the first word is the kind, the rest are parameters. `live` accepts and does
   * what the scenario says; `dead` refuses; `hole` answers nothing to a SYN.
   */
  readonly servers: readonly string[];
  readonly act: (stage: Stage) => Promise<Outcome>;
  /** Whatever is named here must be so; what is not named is free. */
  readonly expected: Outcome;
  /** Where sluice means to differ (docs/differences.md): what is done and must be so with it instead. */
  readonly differently?: Pick<Scenario, 'act' | 'expected'>;
}

export class Stage {
  readonly #owner: Owner;
  readonly #section: string;
  readonly #port: number;
  readonly #servers: readonly (PeerServer | null)[];
  readonly #lines: SessionLines;
  readonly #turn: () => Promise<void>;
  #startedMs: number | null = null;

  constructor(
    owner: Owner,
    section: string,
    port: number,
    servers: readonly (PeerServer | null)[],
    lines: SessionLines,
    turn: () => Promise<void>,
  ) {
    this.#owner = owner;
    this.#section = section;
    this.#port = port;
    this.#servers = servers;
    this.#lines = lines;
    this.#turn = turn;
  }

  /** Resolves when the balancer has dealt with what reached it before: a session elsewhere has come and been served meanwhile. */
  turn(): Promise<void> {
    return this.#turn();
  }

  /** Milliseconds since the first client was about to connect. */
  get nowMs(): number {
    return performance.now() - (this.#startedMs ??= performance.now());
  }

  /** A new client; stamps the beginning if it is the first. */
  client(): Promise<Peer> {
    this.#startedMs ??= performance.now();
    return connect(this.#owner, this.#port);
  }

  /** The next connection at a live server, by its position. */
  server(index = 0): Promise<Peer> {
    const server = this.#servers[index];
    if (server === undefined || server === null) throw new Error(`server ${index} is not a live one`);
    return server.next();
  }

  /**
   * A client and its connection at the first live server, which has said a byte: that proves that the balancer knows of
   * its connection too, and a client that ends now does not end while the balancer still connects.
   */
  async pair(): Promise<{ client: Peer; server: Peer }> {
    const client = await this.client();
    const server = await this.server();
    server.send('.');
    await client.expect('.');
    return { client, server };
  }

  /** How and when a peer's connection ended, as `{ client: 'ended', clientMs: 1000 }` for the name `client`. */
  async endOf(name: string, peer: Peer): Promise<Outcome> {
    const how = await peer.over();
    return { [name]: how, [`${name}Ms`]: Math.round(this.nowMs) };
  }

  /** The log line of the session that ended as the `which`-th (from 0). */
  line(which = 0): Promise<SessionLine & Outcome> {
    return this.#lines.of(this.#section, which) as Promise<SessionLine & Outcome>;
  }
}

/** Where the servers of one scenario are. */
export interface Cast {
  readonly servers: readonly (PeerServer | null)[];
  /** `server` lines. */
  readonly text: string;
}

/** Starts the live servers of a scenario. */
export async function cast(owner: Owner, scenario: Scenario, holePort: number): Promise<Cast> {
  const servers: (PeerServer | null)[] = [];
  let text = '';
  for (const [index, words] of scenario.servers.entries()) {
    const [kind = '', ...parameters] = words.split(' ');
    const live = kind === 'live' ? await serve(owner) : null;
    const dead = kind === 'hole' ? holePort : await freePort();
    const address = live === null ? `${HOST}:${dead}` : `${SERVER_HOST}:${live.port}`;
    servers.push(live);
    text += `  server ${'abcdef'[index]} ${address} ${parameters.join(' ')}\n`;
  }
  return { servers, text };
}

/**
 * A port that answers nothing to whoever connects: a listening socket whose only place in the kernel's queue is taken and
 * which never accepts. Node always accepts, so another program holds it.
 */
export async function openHole(owner: Owner): Promise<number> {
  const script = join(temporaryDirectory(owner), 'hole.pl');
  writeFileSync(script, HOLE);
  const program = start(owner, 'perl', [script, HOST]);
  const [, port = ''] = await written(program, /^(\d+)\n/);
  // The first connection fills the place: from now on a SYN is dropped.
  await listening(program, Number(port));
  return Number(port);
}

const HOLE = `use Socket; $| = 1;
socket(my $listener, PF_INET, SOCK_STREAM, 0) or die $!;
bind($listener, sockaddr_in(0, inet_aton($ARGV[0]))) or die $!;
listen($listener, 0) or die $!;
my ($port) = sockaddr_in(getsockname($listener));
print "$port\\n";
sleep 600;
`;
