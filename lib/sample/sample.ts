/**
 * What a sample is, and where samples are taken from: the seam between the engine and the streams that ask it.
 *
 * Not here: the language (`../config/expression.ts`, `../config/condition.ts`), the table of fetches (`fetches.ts`).
 */
import type { LogContext } from '../account/log/aliases.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';
import type { TlsView } from '../tls/view.ts';

/** An IP address: 4 or 16 bytes in network order. */
export class IpAddress {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A value taken from a stream. Integers are whole numbers, exact up to 2^53; text is Latin-1, one character per byte. */
export type Sample = string | number | boolean | IpAddress | Uint8Array;

/** `set-var`, `var()`: values by scoped name, e.g. `txn.user`. A stream keeps `sess`, `txn`, `req` and `res`; `proc` is shared. */
export interface VariableStore {
  get(name: string): Sample | null;
  /** Null unsets it. */
  set(name: string, value: Sample | null): void;
}

/** What is noted of a request and its answer before rules change them, for the log and for `capture.req.uri` and its like. */
export interface MessageCaptures {
  /** Empty texts where the request could not be read. `version`: `HTTP/1.1`. */
  readonly startLine: { readonly method: string; readonly target: string; readonly version: string };
  /** By the frontend's `capture` lines, in their order; null: there is no such header. Empty before the message has come. */
  readonly requestHeaders: readonly (string | null)[];
  readonly responseHeaders: readonly (string | null)[];
}

/** The stream a sample is taken from. Everything is asked for at the moment of use; what is not there (yet) is null. */
export interface SampleSource {
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  readonly frontendName: string;
  /** Null before one is chosen. */
  readonly backendName: string | null;
  readonly serverName: string | null;
  readonly listenerName: string;
  readonly listenerId: number;
  /** The id of the stream. */
  readonly id: number;
  readonly tls: TlsView | null;
  readonly request: RequestHead | null;
  readonly response: ResponseHead | null;
  /** Null in mode tcp. */
  readonly captures: MessageCaptures | null;
  /** In mode tcp: the bytes that have come from the client so far. Null in mode http. */
  readonly content: Uint8Array | null;
  readonly variables: VariableStore;
}

/** Figures of the whole proxy, by name; null where there is nothing of that name. */
export interface ProxyFigures {
  /** Usable servers: active ones, or backups if there is no active one. */
  usableServers(backendName: string): number | null;
  serverUp(backendName: string, serverName: string): boolean | null;
  serverWeight(backendName: string, serverName: string): number | null;
  serverSessions(backendName: string, serverName: string): number | null;
  serverQueue(backendName: string, serverName: string): number | null;
  /** Waiting for the backend and for each of its servers. */
  queued(backendName: string): number | null;
  backendSessions(backendName: string): number | null;
  frontendSessions(frontendName: string): number | null;
  /** Free places and room in queues; -1: without limit. */
  freeSlots(backendName: string): number | null;
  frontendSessionRate(frontendName: string): number | null;
  backendSessionRate(backendName: string): number | null;
  serverSessionRate(backendName: string, serverName: string): number | null;
}

/** What the engine needs beside the stream. */
export interface SampleWorld {
  readonly figures: ProxyFigures;
  /** Numbers in [0, 1). */
  readonly random: () => number;
  readonly wallMs: () => number;
  readonly uptimeMs: () => number;
  readonly stopping: () => boolean;
  readonly hostname: string;
  /** For aliases (`%ci`, `%b`) in formats of rules. */
  readonly log: LogContext;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Reads a file of patterns or a map as Latin-1, at start; throws what the system says. */
  readonly readFile: (path: string) => string;
}
