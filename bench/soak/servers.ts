/**
 * The two servers of the soak as child processes: started, killed and started again on the same port. Keeps what they told
 * about sessions, and when which one was killed.
 *
 * Not here: what they serve (`server.ts`), when they are killed (`soak.ts`).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { within } from '../../test/help/gate.ts';
import { SERVER_HOST } from '../../test/system/help/network.ts';
import type { Owner } from '../../test/system/help/process.ts';
import type { Outcome } from './exchange.ts';

const SERVER = fileURLToPath(new URL('server.js', import.meta.url));

/** One time that a server was killed. */
export interface Kill {
  /** Letter of the server. */
  readonly name: string;
  readonly atMs: number;
  /** When it accepted again; Infinity while it does not. */
  untilMs: number;
}

export class SoakServer {
  readonly name: string;
  port = 0;
  readonly #told: (id: number, outcome: Outcome) => void;
  #child: ChildProcess | null = null;

  /** `told` hears how each session went, by its id. */
  constructor(name: string, told: (id: number, outcome: Outcome) => void) {
    this.name = name;
    this.#told = told;
  }

  /** Resolves when it accepts. */
  async start(): Promise<void> {
    const child = fork(SERVER, [SERVER_HOST, `${this.port}`, this.name], { execArgv: [], env: {} });
    this.#child = child;
    const first = within(once(child, 'message'), () => `server ${this.name}`) as Promise<[number]>;
    child.on('message', (message: number | [number, Outcome]) => {
      if (typeof message !== 'number') this.#told(...message);
    });
    [this.port] = await first;
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

/** Both of them, killed with their owner. */
export async function startSoakServers(
  owner: Owner,
  told: (id: number, outcome: Outcome) => void,
): Promise<readonly [SoakServer, SoakServer]> {
  const servers = [new SoakServer('a', told), new SoakServer('b', told)] as const;
  for (const server of servers) {
    owner.teardown(() => server.kill());
    await server.start();
  }
  return servers;
}
