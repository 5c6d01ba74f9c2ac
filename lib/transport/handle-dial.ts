/**
 * One attempt to connect, on a bare handle.
 *
 *     dialling --+--> connected   `dialSucceeded`, told once
 *                +--> failed      `dialFailed`, told once, never from within the dial
 *                +--> cancelled   nothing is told
 *
 * Not here: timeout, retries, redispatch (`../stream/`).
 */
import { getSystemErrorName } from 'node:util';
import { HandleConnection } from './handle-connection.ts';
import { HandleSocket, type Workbench } from './handle-socket.ts';
import type { HandleRequest, StreamHandle, TcpHandle } from './node-internals.ts';
import type { Dial, DialHandler, DialTarget, Endpoint } from './transport.ts';

type TcpTarget = Extract<DialTarget, { kind: 'tcp' }>;

const NOWHERE: Endpoint = { address: '', port: 0 };
const LAST_PORT = 65_535;

/** What is wrong with an address before the system is asked, by Node's codes. */
function fault(bench: Workbench, { address, port, source }: TcpTarget): string | null {
  if (!isPort(port) || !isPort(source?.port ?? 0)) return 'ERR_SOCKET_BAD_PORT';
  const from = source?.address ?? '';
  const bad = bench.familyOf(address) === 0 || (from !== '' && bench.familyOf(from) === 0);
  return bad ? 'ERR_INVALID_IP_ADDRESS' : null;
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= LAST_PORT;
}

function place(target: DialTarget): string {
  return target.kind === 'unix' ? target.path : `${target.address}:${target.port}`;
}

interface DialRequest extends HandleRequest {
  dial: HandleDial;
}

export class HandleDial implements Dial {
  readonly #bench: Workbench;
  readonly #target: DialTarget;
  #handler: DialHandler | null;
  #handle: StreamHandle | null = null;

  constructor(bench: Workbench, target: DialTarget, handler: DialHandler) {
    this.#bench = bench;
    this.#target = target;
    this.#handler = handler;
    const problem = target.kind === 'tcp' ? fault(bench, target) : null;
    if (problem !== null) {
      process.nextTick(fail, this, problem);
      return;
    }
    const status = target.kind === 'tcp' ? this.#dialTcp(target) : this.#dialUnix(target.path);
    if (status < 0) process.nextTick(fail, this, getSystemErrorName(status));
  }

  cancel(): void {
    if (this.#handler === null) return;
    this.#handler = null;
    this.#handle?.close();
  }

  /** For libuv. */
  ended(status: number): void {
    try {
      if (status < 0) this.failed(getSystemErrorName(status));
      else this.#succeeded();
    } catch (error) {
      this.#bench.threw(error);
    }
  }

  failed(code: string): void {
    const handler = this.#handler;
    if (handler === null) return;
    this.#handler = null;
    this.#handle?.close();
    handler.dialFailed({ code, message: `connect ${code} ${place(this.#target)}` });
  }

  #succeeded(): void {
    const handler = this.#handler;
    if (handler === null || this.#handle === null) return;
    this.#handler = null;
    const target = this.#target;
    const socket = new HandleSocket(this.#bench, this.#handle);
    const nowMs = this.#bench.nowMs();
    handler.dialSucceeded(
      target.kind === 'tcp'
        ? new HandleConnection(socket, nowMs, { address: target.address, port: target.port }, null)
        : new HandleConnection(socket, nowMs, NOWHERE, NOWHERE),
    );
  }

  #dialTcp(target: TcpTarget): number {
    const { newTcp, newConnect } = this.#bench.internals;
    const { address, port, source } = target;
    const handle = newTcp();
    this.#handle = handle;
    const isIPv6 = this.#bench.familyOf(address) === 6;
    const status = source === null ? 0 : bindTo(handle, source, isIPv6);
    if (status < 0) return status;
    // Libuv remembers it until there is a socket.
    handle.setNoDelay(true);
    const request = this.#request(newConnect());
    return isIPv6 ? handle.connect6(request, address, port) : handle.connect(request, address, port);
  }

  #dialUnix(path: string): number {
    const { newPipe, newPipeConnect } = this.#bench.internals;
    const handle = newPipe();
    this.#handle = handle;
    return handle.connect(this.#request(newPipeConnect()), path) ?? 0;
  }

  #request(bare: HandleRequest): HandleRequest {
    const request = bare as DialRequest;
    request.dial = this;
    request.oncomplete = onConnected;
    return request;
  }
}

/** A source port in use is told by the connect that follows. */
function bindTo(handle: TcpHandle, { address, port }: Endpoint, isIPv6: boolean): number {
  if (address === '' && port === 0) return 0;
  return isIPv6 ? handle.bind6(address || '::', port, 0) : handle.bind(address || '0.0.0.0', port);
}

function onConnected(this: DialRequest, status: number): void {
  this.dial.ended(status);
}

function fail(dial: HandleDial, code: string): void {
  dial.failed(code);
}
