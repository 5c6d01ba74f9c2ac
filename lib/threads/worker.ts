/**
 * The program of a worker thread: builds the proxies over shared memory and duplicates of the bound sockets, and relays. What to do
 * about servers, when to open and when to end it is told by the control thread.
 *
 * Not here: checks, logs, metrics (the control thread's), starting threads (`crew.ts`).
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { Account } from '../account/account.ts';
import type { Logger } from '../account/log/logger.ts';
import type { SessionRecord } from '../account/session.ts';
import type { Backend } from '../backend/backend.ts';
import type { ConnectWatcher } from '../backend/connect.ts';
import type { Server } from '../backend/server.ts';
import { build, type Built } from '../build/build.ts';
import { SluiceError } from '../errors.ts';
import { House } from '../house.ts';
import { SharedMemory } from '../shared/memory.ts';
import { clockSince } from '../time/clock.ts';
import { DeadlineWheel } from '../time/coarse.ts';
import { OwnTraffic } from '../traffic.ts';
import { chooseTransport } from '../transport/choose.ts';
import { createPublicTransport } from '../transport/public.ts';
import type { FromWorker, Notice, PlacedOrder, Question, ToWorker, WorkerStart } from './messages.ts';
import { Lines } from './neighbours.ts';
import { Reporter } from './reporter.ts';
import { AskedStats } from './stats.ts';
import { duplicateSockets } from './sockets.ts';

class WorkerThread {
  readonly #tell: (message: FromWorker) => void;
  readonly #reporter: Reporter;
  readonly #lines: Lines;
  readonly #house: House;
  readonly #traffic: OwnTraffic;
  readonly #built: Built;
  readonly #stats: AskedStats;
  readonly #servers: readonly Server[];
  readonly #backendOf = new Map<Server, Backend>();

  private constructor(parts: {
    readonly tell: (message: FromWorker) => void;
    readonly reporter: Reporter;
    readonly lines: Lines;
    readonly house: House;
    readonly traffic: OwnTraffic;
    readonly built: Built;
    readonly stats: AskedStats;
  }) {
    this.#tell = parts.tell;
    this.#reporter = parts.reporter;
    this.#lines = parts.lines;
    this.#house = parts.house;
    this.#traffic = parts.traffic;
    this.#built = parts.built;
    this.#stats = parts.stats;
    this.#servers = parts.built.backends.flatMap((backend) => backend.servers);
    for (const backend of parts.built.backends) {
      for (const server of backend.servers) this.#backendOf.set(server, backend);
    }
    this.#lines.attend({
      placeGranted: (position) => this.#granted(position),
      roomMade: () => this.#house.roomElsewhere(),
      look: () => this.#look(),
    });
  }

  /** Builds and binds; nobody is let in yet. */
  static async start(start: WorkerStart, tell: (message: FromWorker) => void): Promise<WorkerThread> {
    const clock = clockSince(start.clockOriginNs);
    const memory = SharedMemory.attach(start.memory, start.thread);
    const logger = noticesTo(tell);
    const reporter = new Reporter((news) => tell({ kind: 'news', news }));
    const positions = new Map<Server, number>();
    const lines = new Lines((server) => positions.get(server) ?? -1);
    const { maxconn } = start.config.global;
    const house = new House({
      clock,
      logger,
      maxconn,
      parkedMax: start.parkedMax,
      memory,
      neighbours: lines,
    });
    const { transport, notice } = await chooseTransport(start.relay, {
      nowMs: () => clock.nowMs(),
      after: (delayMs, callback) => clock.after(delayMs, callback),
    });
    if (notice !== null) logger.warn(notice);
    const stats = new AskedStats(tell);
    const targets = start.targets.values();
    let frontendCount = 0;
    const wheel = new DeadlineWheel(clock);
    const built = await build(start.config, {
      clock,
      wheel,
      transport,
      secure: createPublicTransport({ nowMs: () => clock.nowMs() }),
      readFile: (path) => fileAsRead(start.files, path),
      ticketKeys: Buffer.from(start.ticketKeys),
      stats: (...asked) => stats.page(...asked),
      memory,
      neighbours: lines,
      random: Math.random,
      resolve: () => Promise.resolve(targets.next().value ?? null),
      balanceFunctions: new Map(),
      owner: house,
      stateListener: SILENT,
      accountOf: () => {
        const position = frontendCount++;
        const reports = start.reports[position] ?? NO_REPORTS;
        return new Account([reporter.listener(position, reports), house]);
      },
      watcher: watcherTo(tell, positions, house),
      checked: 'elsewhere',
      parkedLimit: house.parkedLimit,
      waiting: house.waiting,
      listenerFailed: house.listenerFailed,
    });
    house.frontends = built.frontends;
    for (const server of built.backends.flatMap((backend) => backend.servers)) {
      positions.set(server, positions.size);
    }
    const handles = await duplicateSockets(start.descriptors);
    for (const [index, handle] of handles.entries()) built.acceptors[index]?.listenOn(handle);
    // What long sessions move is seen while they last.
    clock.every(COUNT_BYTES_MS, () => house.countBytes());
    const traffic = new OwnTraffic(house, built, clock, wheel);
    const thread = new WorkerThread({ tell, reporter, lines, house, traffic, built, stats });
    for (const order of start.orders) thread.#follow(order);
    await traffic.listen();
    for (const contexts of built.certificates) contexts.follow(clock, SILENT_CERTIFICATES);
    return thread;
  }

  heard(message: ToWorker): void {
    switch (message.kind) {
      case 'open':
        this.#traffic.open();
        return;
      case 'order':
        this.#follow(message);
        return;
      case 'neighbour':
        this.#lines.connect(message.thread, message.port);
        return;
      case 'look':
        this.#look();
        return;
      case 'events':
        this.#reporter.wanted = message.wanted;
        this.#traffic.eventsWanted(message.wanted);
        return;
      case 'stats':
        this.#stats.answered(message.id, message.page);
        return;
      case 'question':
        void this.#answer(message.id, message.question);
    }
  }

  async #answer(id: number, question: Question): Promise<void> {
    const answer = await this.#answerTo(question);
    // What happened before the answer is told before it.
    this.#reporter.flush();
    this.#tell({ kind: 'answer', id, answer });
  }

  async #answerTo(question: Question): Promise<number | readonly SessionRecord[]> {
    switch (question.ask) {
      case 'close-doors':
        await this.#traffic.closeDoors();
        return 0;
      case 'end':
        return await this.#traffic.end(question.withinMs);
      case 'pause':
        return 0;
      case 'sessions':
        return await this.#traffic.sessions();
    }
  }

  /** Does to this thread's server what was done to the control thread's. */
  #follow({ server: position, order }: PlacedOrder): void {
    const server = this.#servers[position];
    if (server === undefined) return;
    const { states } = this.#built;
    switch (order.kind) {
      case 'health':
        states.followHealth(server, order.up);
        return;
      case 'admin':
        states.setAdmin(server, order.admin);
        return;
      case 'weight':
        states.setWeight(server, order.weight);
        return;
      case 'maxconn':
        server.maxconn = order.maxconn;
    }
  }

  #granted(position: number): void {
    const server = this.#servers[position];
    if (server !== undefined) this.#backendOf.get(server)?.granted(server);
  }

  #look(): void {
    for (const backend of this.#built.backends) backend.look();
    this.#house.roomElsewhere();
  }
}

/** How far behind the control thread may be with what running sessions have moved. */
const COUNT_BYTES_MS = 1000;

/** As the control thread found it: by now it may have changed, be gone, or not be ours to read. */
function fileAsRead(files: WorkerStart['files'], path: string): Buffer {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`'${path}' was not read at the start`);
  return Buffer.from(bytes);
}

const NO_REPORTS = { started: false, connected: false, ended: false };

/** The control thread says what there is to say about servers. */
const SILENT = { stateLine: () => {}, serverChanged: () => {}, healthChanged: () => {} };

/** The control thread follows the same files. */
const SILENT_CERTIFICATES = { certificatesReloaded: () => {}, certificatesUnusable: () => {} };

/** A logger whose lines are the control thread's to write. */
function noticesTo(tell: (message: FromWorker) => void): Logger {
  const at =
    (level: Notice['level']) =>
    (fields: object | string, text?: string): void => {
      const notice: Notice =
        typeof fields === 'string'
          ? { level, fields: {}, text: fields }
          : { level, fields, text: text ?? '' };
      tell({ kind: 'notice', notice });
    };
  const ignore = (): void => {};
  return { debug: ignore, info: ignore, warn: at('warn'), error: at('error') };
}

/** Failures are counted by the control thread, over all threads; a success is only news after a failure. */
function watcherTo(
  tell: (message: FromWorker) => void,
  positions: ReadonlyMap<Server, number>,
  house: House,
): ConnectWatcher {
  const say = (server: Server, passed: boolean): void => {
    tell({ kind: 'connect', server: positions.get(server) ?? -1, passed });
  };
  return {
    connectSucceeded: (server) => {
      if (server.failing?.clear() === true) say(server, true);
    },
    connectFailed: (server) => {
      if (server.failing === null) return;
      server.failing.set();
      say(server, false);
    },
    choosingFailed: house.choosingFailed,
  };
}

async function main(port: MessagePort): Promise<void> {
  const tell = (message: FromWorker): void => port.postMessage(message);
  try {
    const thread = await WorkerThread.start(workerData as WorkerStart, tell);
    port.on('message', (message: ToWorker) => thread.heard(message));
    tell({ kind: 'ready' });
  } catch (error) {
    const code = error instanceof SluiceError ? error.code : 'ERR_THREAD';
    tell({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) });
    port.close();
  }
}

if (parentPort !== null) await main(parentPort);
