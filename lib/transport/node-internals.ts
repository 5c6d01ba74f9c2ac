/**
 * The only file that touches what Node does not document: libuv's handles as Node's own `net` uses them, and the HTTP parser
 * (llhttp) as its own `http` does. They are the same in Node 20, 22, 24 and 26; a wrong call here ends the process by an
 * assertion instead of an error, so Nodes that nobody has tried are refused.
 *
 * Not here: what is made of the handles (`handle-socket.ts`), whether they work (`self-test.ts`), messages (`../http/`).
 */
import { createRequire } from 'node:module';
import type * as net from 'node:net';
import { getSystemErrorMap } from 'node:util';

/** What a connection attempt, a write and a shutdown are for libuv. `status` below 0 is an error of `util.getSystemErrorName`. */
export interface HandleRequest {
  oncomplete: (status: number) => void;
}

/** A TCP or unix stream socket. Numbers returned are 0 or an error below 0. */
export interface StreamHandle {
  /**
   * Called by libuv with the length or error in `state`; the buffer returned, if any, is what is read into next. Keep
   * it alive: the handle only has its address.
   */
  onread: (this: never) => Uint8Array | undefined;
  /** Bytes given to `writeBuffer` that the kernel has not taken yet. */
  readonly writeQueueSize: number;
  /** Where reads go. Each call costs some bytes until the handle is closed, so buffers are changed through `onread`. */
  useUserBuffer(buffer: Uint8Array): void;
  readStart(): number;
  readStop(): number;
  /** Whether the request is needed, because bytes are left over, stands in `state`; otherwise it is untouched. */
  writeBuffer(request: HandleRequest, bytes: Uint8Array): number;
  /** 1: done already, the request is not used. */
  shutdown(request: HandleRequest): number;
  /** The descriptor is released before it returns. */
  close(): void;
}

/** What `getsockname` and `getpeername` fill in. */
export interface HandleAddress {
  address?: string;
  port?: number;
}

export interface TcpHandle extends StreamHandle {
  bind(address: string, port: number): number;
  bind6(address: string, port: number, flags: number): number;
  connect(request: HandleRequest, address: string, port: number): number;
  connect6(request: HandleRequest, address: string, port: number): number;
  getsockname(out: HandleAddress): number;
  getpeername(out: HandleAddress): number;
  setNoDelay(on: boolean): number;
  /** The last two from Node 24 on. */
  setKeepAlive(on: boolean, idleSeconds: number, intervalSeconds?: number, count?: number): number;
  /** Closes with RST; refused while a shutdown is under way, and the handle is lost then. */
  reset(): number;
}

export interface PipeHandle extends StreamHandle {
  connect(request: HandleRequest, path: string): number | undefined;
}

/** Constructors and the array by which libuv's calls tell more than one number. */
export interface NodeInternals {
  readonly newTcp: () => TcpHandle;
  readonly newPipe: () => PipeHandle;
  readonly newConnect: () => HandleRequest;
  readonly newPipeConnect: () => HandleRequest;
  readonly newWrite: () => HandleRequest;
  readonly newShutdown: () => HandleRequest;
  readonly state: Int32Array;
  /** Where in `state` the outcome of a read stands. */
  readonly readAt: number;
  /** Where in `state` it stands whether the last write left bytes over. */
  readonly leftOverAt: number;
  /** The error that is a peer's FIN. */
  readonly endOfFile: number;
  /** The error of a read that had no room to read into. */
  readonly noBuffer: number;
}

type Constructor<T> = new (kind?: number) => T;

interface StreamBinding {
  readonly WriteWrap: Constructor<HandleRequest>;
  readonly ShutdownWrap: Constructor<HandleRequest>;
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

interface TcpBinding {
  readonly TCP: Constructor<TcpHandle>;
  readonly TCPConnectWrap: Constructor<HandleRequest>;
  readonly constants: { readonly SOCKET: number };
}

interface PipeBinding {
  readonly Pipe: Constructor<PipeHandle>;
  readonly PipeConnectWrap: Constructor<HandleRequest>;
  readonly constants: { readonly SOCKET: number };
}

type Bindings = (name: string) => object;

/** The first and the last major version whose handles have been tried. */
const TRIED = { first: 20, last: 26 };

/**
 * Why Node is not even asked, or null. It would warn about `process.binding` where warnings of coming deprecations are wanted,
 * or take them for errors.
 */
function objection(): string | null {
  if (!isTried()) return `Node ${process.versions.node} has not been tried with it`;
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  const pending = process.env.NODE_PENDING_DEPRECATION === '1' || options.includes('--pending-deprecation');
  return pending ? 'Node is run with --pending-deprecation' : null;
}

function isTried(): boolean {
  const major = Number.parseInt(process.versions.node, 10);
  return major >= TRIED.first && major <= TRIED.last;
}

/** Node's internals, or why they cannot be had. */
export function loadInternals(): NodeInternals | string {
  const problem = objection();
  if (problem !== null) return problem;
  const { binding } = process as unknown as { readonly binding?: Bindings };
  if (typeof binding !== 'function') return 'Node has no process.binding';
  try {
    // Refused with ERR_ACCESS_DENIED under Node's permission model.
    return readInternals((name) => binding.call(process, name));
  } catch (error) {
    return `Node refuses ${error instanceof Error ? error.message : String(error)}`;
  }
}

function readInternals(binding: Bindings): NodeInternals | string {
  const stream = binding('stream_wrap') as StreamBinding;
  const tcp = binding('tcp_wrap') as TcpBinding;
  const pipe = binding('pipe_wrap') as PipeBinding;
  const { WriteWrap, ShutdownWrap } = stream;
  const { TCP, TCPConnectWrap } = tcp;
  const { Pipe, PipeConnectWrap } = pipe;
  const constructors = { WriteWrap, ShutdownWrap, TCP, TCPConnectWrap, Pipe, PipeConnectWrap };
  const missing = Object.entries(constructors).find(([, one]) => typeof one !== 'function');
  if (missing !== undefined) return `Node has no ${missing[0]}`;
  if (!(stream.streamBaseState instanceof Int32Array)) return 'Node has no streamBaseState';
  return {
    newTcp: () => new TCP(tcp.constants.SOCKET),
    newPipe: () => new Pipe(pipe.constants.SOCKET),
    newConnect: () => new TCPConnectWrap(),
    newPipeConnect: () => new PipeConnectWrap(),
    newWrite: () => new WriteWrap(),
    newShutdown: () => new ShutdownWrap(),
    state: stream.streamBaseState,
    readAt: stream.kReadBytesOrError,
    leftOverAt: stream.kLastWriteWasAsync,
    endOfFile: systemError('EOF'),
    noBuffer: systemError('ENOBUFS'),
  };
}

/** The number of an error by its name; 0 if there is none. */
function systemError(wanted: string): number {
  for (const [number, [name]] of getSystemErrorMap()) if (name === wanted) return number;
  return 0;
}

const INHERITS_NO_DELAY = process.platform === 'linux';

type Accept = (this: unknown, status: number, handle: StreamHandle | undefined) => void;

/** The undocumented half of a `net.Server`. */
interface ListeningServer {
  readonly _handle: { onconnection: Accept; setNoDelay?(on: boolean): number } | null;
  /** `4:127.0.0.1:0`, what it was asked to bind; starts with `null` for a descriptor. */
  readonly _connectionKey?: string;
}

/**
 * Takes over what a listening server accepts, with TCP_NODELAY set; failures to accept stay with the server, as its `error` event.
 */
export function takeAccepted(server: net.Server, accepted: (handle: StreamHandle) => void): void {
  const { _handle: listening } = server as unknown as ListeningServer;
  if (listening === null) return;
  // On Linux accepted sockets inherit it, which saves a system call for each.
  const inherited = INHERITS_NO_DELAY && listening.setNoDelay?.(true) === 0;
  const failed = listening.onconnection;
  listening.onconnection = function (status, handle) {
    if (status !== 0 || handle === undefined) {
      failed.call(this, status, handle);
      return;
    }
    if (!inherited && isTcp(handle)) handle.setNoDelay(true);
    accepted(handle);
  };
}

/** Whether the server was asked to bind exactly `address`, so that whatever it accepts came in there; a descriptor may be transparent. */
export function isBoundTo(server: net.Server, address: string): boolean {
  const { _connectionKey: key = '' } = server as unknown as ListeningServer;
  return key.startsWith(`4:${address}:`) || key.startsWith(`6:${address}:`);
}

/** Whether a handle of a server is one of TCP. */
export function isTcp(handle: StreamHandle): handle is TcpHandle {
  return 'getpeername' in handle;
}

/** What llhttp found in the head of a request or a response; which of the arguments mean something depends on its kind. */
export type HeadersCompleteCallback = (
  versionMajor: number,
  versionMinor: number,
  /** Name, value, name, value, ...; undefined when they were told in parts. */
  lines: string[] | undefined,
  method: number,
  target: string | undefined,
  status: number,
  reason: string | undefined,
) => HeadersCompleteAnswer;

/** 1: the message has no body, whatever its headers say. */
export type HeadersCompleteAnswer = 0 | 1;

/** Told for every 32 lines where a head has more, and for the rest. */
export type HeadersCallback = (lines: string[], target: string) => void;

/** An error of `execute`; `code` is llhttp's, e.g. `HPE_INVALID_HEADER_TOKEN`. */
export interface HttpParserError extends Error {
  readonly code: string;
}

/** One parser. Its callbacks stand under the numbers that the binding names. */
export interface HttpParserHandle {
  [callback: number]: HeadersCompleteCallback | HeadersCallback;
  /** Makes it fresh, for messages of one kind (`REQUEST` or `RESPONSE`), with nothing tolerated. `maxHeadBytes` 0 is Node's own limit. */
  initialize(kind: number, resource: object, maxHeadBytes: number, lenientFlags: number): void;
  /** Gives how many bytes were read. */
  execute(bytes: Uint8Array): number | HttpParserError;
}

/** Node's binding to llhttp. */
export interface HttpParserBinding {
  readonly HTTPParser: {
    new (): HttpParserHandle;
    readonly REQUEST: number;
    readonly RESPONSE: number;
    readonly kOnHeaders: number;
    readonly kOnHeadersComplete: number;
  };
}

const PARSER_PARTS = ['REQUEST', 'RESPONSE', 'kOnHeaders', 'kOnHeadersComplete'] as const;

/** Node's HTTP parser, or why it cannot be had. */
export function loadHttpParser(): HttpParserBinding | string {
  if (!isTried()) return `Node ${process.versions.node} has not been tried with it`;
  try {
    // Refused with an error where Node is run with --throw-deprecation and no longer wants it used.
    const { HTTPParser } = createRequire(import.meta.url)('_http_common') as Partial<HttpParserBinding>;
    if (typeof HTTPParser !== 'function') return 'Node has no HTTPParser';
    const missing = PARSER_PARTS.find((part) => typeof HTTPParser[part] !== 'number');
    if (missing !== undefined) return `its HTTPParser has no ${missing}`;
    return triedParser({ HTTPParser });
  } catch (error) {
    return `Node refuses ${error instanceof Error ? error.message : String(error)}`;
  }
}

const TRIAL = Buffer.from('GET /trial HTTP/1.1\r\nHost: a.example\r\n\r\n');

/** Has a known request parsed: a Node whose callbacks are others must be found out before the first client comes. */
function triedParser(binding: HttpParserBinding): HttpParserBinding | string {
  const { HTTPParser } = binding;
  const parser = new HTTPParser();
  let seen = '';
  parser.initialize(HTTPParser.REQUEST, {}, 0, 0);
  parser[HTTPParser.kOnHeadersComplete] = (major, minor, lines, _method, target) => {
    seen = [major, minor, target, ...(Array.isArray(lines) ? lines : [])].join(' ');
    return 1;
  };
  const read = parser.execute(TRIAL);
  if (read === TRIAL.length && seen === '1 1 /trial Host a.example') return binding;
  return 'its HTTPParser works in another way than it is known to';
}
