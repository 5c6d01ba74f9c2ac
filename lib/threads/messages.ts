/**
 * What control thread and worker threads say to each other. Everything here survives `postMessage`: plain data, and ports.
 *
 *     control --start data-----------------------> worker      (workerData)
 *     control <--ready | failed------------------- worker      everything is bound, nobody has been let in
 *     control --open-----------------------------> worker
 *     control --server order, neighbour, look----> worker      at any time
 *     control <--sessions, notice, connect outcome  worker      at any time
 *     control --ask------------------------------> worker
 *     control <--answer--------------------------- worker
 *
 * Not here: numbers (`../shared/`), clients (`sockets.ts`).
 */
import type { MessagePort } from 'node:worker_threads';
import type { LogWants } from '../account/log/session-log.ts';
import type { SessionRecord, SessionStart } from '../account/session.ts';
import type { ServerTarget } from '../backend/server.ts';
import type { Config } from '../config/config.ts';
import type { StatsConfig } from '../config/rules.ts';
import type { StatsPage } from '../http/stats.ts';
import type { MemoryHandout } from '../shared/memory.ts';
import type { ServerOrder, WantedEvents } from '../traffic.ts';
import type { RelayWish } from '../transport/choose.ts';

/** What a worker is started with. */
export interface WorkerStart {
  /** Which of the threads it is, from 0. */
  readonly thread: number;
  readonly config: Config;
  /** Addresses of servers as the control thread found them, in the order of building; null: none. */
  readonly targets: readonly (ServerTarget | null)[];
  readonly memory: MemoryHandout;
  /** The moment at which the control thread's clock stood at 0, see `clockSince`. */
  readonly clockOriginNs: bigint;
  /** See `Surroundings` in `../build/build.ts`. */
  readonly ticketKeys: Uint8Array;
  /** What was in the files that the configuration names, by path: pages, maps, patterns. All threads say the same, the later ones too. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly parkedMax: number;
  readonly relay: RelayWish;
  /** Numbers of the bound descriptors, in the order of building; the worker makes duplicates. */
  readonly descriptors: readonly number[];
  /** What the log of each frontend wants to be told, in the order of building; events are asked for beside it. */
  readonly reports: readonly LogWants[];
  /** Where servers stand by now: nothing for those that are as configured. */
  readonly orders: readonly PlacedOrder[];
}

/** `server`: its position in the order of building, over all backends. */
export interface PlacedOrder {
  readonly server: number;
  readonly order: ServerOrder;
}

/** Answered by a number or by records. */
export type Question =
  /** Take in no more clients. Answer: 0, when the sockets are closed. */
  | { readonly ask: 'close-doors' }
  /** End all sessions within that time; may be asked again with less. Answer: how many were cut, when none is left. */
  | { readonly ask: 'end'; readonly withinMs: number }
  /** Do nothing. Answer: 0; whatever was under way before has been finished. */
  | { readonly ask: 'pause' }
  /** Answer: the running sessions as they stand now. */
  | { readonly ask: 'sessions' };

export type ToWorker =
  | { readonly kind: 'open' }
  | ({ readonly kind: 'order' } & PlacedOrder)
  | { readonly kind: 'neighbour'; readonly thread: number; readonly port: MessagePort }
  /** Places may have become free, or sessions ended, without a word from whoever held them. */
  | { readonly kind: 'look' }
  | { readonly kind: 'events'; readonly wanted: WantedEvents }
  | { readonly kind: 'question'; readonly id: number; readonly question: Question }
  /** Null: it could not be made. */
  | { readonly kind: 'stats'; readonly id: number; readonly page: StatsPage | null };

export interface StatsWish {
  readonly config: StatsConfig;
  readonly proxyName: string;
  /** What follows the page's own address. */
  readonly suffix: string;
}

/** One step of a session. `frontend`: its position in the order of building. */
export type SessionNews =
  | { readonly step: 'started'; readonly frontend: number; readonly start: SessionStart }
  | { readonly step: 'connected'; readonly frontend: number; readonly record: SessionRecord }
  | { readonly step: 'ended'; readonly frontend: number; readonly record: SessionRecord };

export type Notice = {
  readonly level: 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
};

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  | { readonly kind: 'news'; readonly news: readonly SessionNews[] }
  | { readonly kind: 'notice'; readonly notice: Notice }
  /** What traffic learnt about a server that is observed. */
  | { readonly kind: 'connect'; readonly server: number; readonly passed: boolean }
  /** A client wants the page of statistics, which shows the figures of all threads. */
  | ({ readonly kind: 'stats'; readonly id: number } & StatsWish)
  | { readonly kind: 'answer'; readonly id: number; readonly answer: number | readonly SessionRecord[] };
