/**
 * What one short session costs without any socket: accept, a choice, a connection, bytes both ways, both ends, the record and
 * what is counted from it. 64 sessions are under way at a time; `alone` is one after the other.
 *
 *     node build/bench/part/session.js [seconds per figure, 0.5] [--log: a tcplog line per session, to /dev/null]
 *
 * Not here: sockets (`../whole/`).
 */
import { readFileSync } from 'node:fs';
import { Account } from '../../lib/account/account.ts';
import { Logs } from '../../lib/account/logs.ts';
import { silentLogger } from '../../lib/account/log/logger.ts';
import { resolveServer } from '../../lib/backend/resolve.ts';
import { build, passiveWatcher, type Built } from '../../lib/build/build.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import type { Config } from '../../lib/config/config.ts';
import { House } from '../../lib/house.ts';
import { SharedMemory } from '../../lib/shared/memory.ts';
import { NO_NEIGHBOURS } from '../../lib/shared/neighbours.ts';
import { systemClock } from '../../lib/time/clock.ts';
import { DeadlineWheel } from '../../lib/time/coarse.ts';
import { createPublicTransport } from '../../lib/transport/public.ts';
import type {
  Connection,
  DialHandler,
  Relay,
  RelayHandler,
  RelaySide,
  Transport,
} from '../../lib/transport/transport.ts';
import { figure, nanosecondsPerCall, say } from './timing.ts';

const UNDER_WAY = 64;
const seconds = Number(process.argv[2] ?? 0.5);
const logging = process.argv.includes('--log');

const TEXT = `
global
  ${logging ? 'log /dev/null local0' : ''}
defaults
  mode tcp
  timeout client 30s
  timeout server 30s
  timeout connect 5s
  ${logging ? 'log global\n  option tcplog' : ''}
listen l
  bind 127.0.0.1:0
  balance leastconn
  server a 192.0.2.1:80 maxconn 1000
  server b 192.0.2.2:80 maxconn 1000
`;

const REMOTE = { address: '198.51.100.7', port: 40_000 };
const LOCAL = { address: '203.0.113.1', port: 80 };

class PaperConnection implements Connection {
  readonly remote = REMOTE;
  readonly local = LOCAL;
  readonly pendingBytes = 0;
  readonly peerEnded = false;
  readonly tls = null;
  watch(): void {}
  peek(): Uint8Array {
    return new Uint8Array(0);
  }
  close(): void {}
  reset(): void {}
  noLinger(): void {}
  keepAlive(): void {}
}

class PaperSide implements RelaySide {
  bytesRead = 0;
  lastReadMs = 0;
  lastWriteMs = 0;
  readonly blockedSinceMs = 0;
  readonly readPaused = false;
  readEnded = false;
  writeEndedMs = 0;
  firstReadMs = 0;
}

class PaperRelay implements Relay {
  readonly client = new PaperSide();
  readonly server = new PaperSide();
  readonly open = true;
  readonly #handler: RelayHandler;

  constructor(handler: RelayHandler) {
    this.#handler = handler;
  }

  shutRead(): void {}
  resetBoth(): void {}
  closeAfterPending(): void {}
  abandon(): void {}

  /** A request, an answer and the end of both, as a server does that closes after its answer. */
  run(nowMs: number): void {
    const { client, server } = this;
    client.bytesRead = 120;
    client.lastReadMs = nowMs;
    server.bytesRead = 900;
    server.lastReadMs = nowMs;
    server.firstReadMs = nowMs;
    server.readEnded = true;
    this.#handler.relaySideEnded('server');
    client.writeEndedMs = nowMs;
    this.#handler.relaySideShut('client');
    client.readEnded = true;
    this.#handler.relaySideEnded('client');
    this.#handler.relayFinished();
  }
}

/** Dials wait until they are answered. */
class PaperTransport implements Transport {
  readonly name = 'paper';
  readonly tunesKeepAlive = true;
  handler: DialHandler | null = null;
  lastRelay: PaperRelay | null = null;
  readonly #sockets = createPublicTransport({ nowMs: () => systemClock.nowMs() });

  createServer(...given: Parameters<Transport['createServer']>): ReturnType<Transport['createServer']> {
    return this.#sockets.createServer(...given);
  }
  dial(_target: unknown, handler: DialHandler): { cancel(): void } {
    this.handler = handler;
    return NO_DIAL;
  }
  channel(): never {
    throw new Error('there are no channels here');
  }
  relay(_client: Connection, _server: Connection, handler: RelayHandler): Relay {
    this.lastRelay = new PaperRelay(handler);
    return this.lastRelay;
  }
}

const NO_DIAL = { cancel: (): void => {} };

function parsed(): Config {
  const { config, diagnostics } = parseConfig([{ file: 'bench', text: TEXT }], {});
  if (config === null) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return config;
}

/** A proxy on paper. */
class Proxy {
  readonly wheel = new DeadlineWheel(systemClock);
  readonly #transport = new PaperTransport();
  readonly #built: Built;
  readonly #underWay: PaperRelay[] = [];
  #at = 0;

  private constructor(wheel: DeadlineWheel, transport: PaperTransport, built: Built) {
    this.wheel = wheel;
    this.#transport = transport;
    this.#built = built;
  }

  static async make(): Promise<Proxy> {
    const config = parsed();
    const wheel = new DeadlineWheel(systemClock);
    const transport = new PaperTransport();
    const memory = SharedMemory.alone();
    const house = new House({
      memory,
      neighbours: NO_NEIGHBOURS,
      clock: systemClock,
      logger: silentLogger,
      maxconn: 0,
      parkedMax: 0,
    });
    const logs = new Logs({
      config,
      clock: systemClock,
      logger: silentLogger,
      sessionLogger: null,
      sessionDrops: null,
      pid: process.pid,
    });
    const built = await build(config, {
      memory,
      neighbours: NO_NEIGHBOURS,
      clock: systemClock,
      wheel,
      transport,
      secure: createPublicTransport({ nowMs: () => 0 }),
      readFile: readFileSync,
      ticketKeys: Buffer.alloc(48),
      stats: () => Promise.reject(new Error('there are no statistics here')),
      random: Math.random,
      resolve: (server, backendName) => resolveServer(server, backendName, (name) => Promise.resolve(name)),
      checked: 'here',
      watcher: passiveWatcher(() => {}),
      balanceFunctions: new Map(),
      owner: house,
      stateListener: { stateLine: () => {}, serverChanged: () => {}, healthChanged: () => {} },
      accountOf: (proxy, frontend) => new Account([logs.sessionListener(proxy, frontend), house]),
      parkedLimit: house.parkedLimit,
      waiting: house.waiting,
      listenerFailed: house.listenerFailed,
    });
    return new Proxy(wheel, transport, built);
  }

  /** A client comes and is connected. */
  begin(): PaperRelay {
    const [frontend] = this.#built.frontends;
    const [listener] = frontend?.listeners ?? [];
    if (frontend === undefined || listener === undefined) throw new Error('nothing was built');
    frontend.entered(new PaperConnection(), listener);
    this.#transport.handler?.dialSucceeded(new PaperConnection());
    const relay = this.#transport.lastRelay;
    if (relay === null) throw new Error('nothing was relayed');
    return relay;
  }

  alone(): void {
    this.begin().run(systemClock.nowMs());
  }

  /** One more comes, the oldest ends. */
  amongOthers(): void {
    const relay = this.begin();
    const at = this.#at % UNDER_WAY;
    this.#at += 1;
    this.#underWay[at]?.run(systemClock.nowMs());
    this.#underWay[at] = relay;
  }

  end(): void {
    for (const relay of this.#underWay.splice(0)) relay.run(systemClock.nowMs());
  }
}

const proxy = await Proxy.make();
say(
  'one short session',
  figure(
    nanosecondsPerCall(() => proxy.alone(), seconds),
    'ns alone',
  ),
  figure(
    nanosecondsPerCall(() => proxy.amongOthers(), seconds),
    'ns among others',
  ),
);
proxy.end();
