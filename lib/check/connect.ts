/**
 * The plain check: can a TCP connection, or a TLS session on one, be opened?
 *
 *                  +--(TCP only) L4OK, reset--------------------> ended
 *     connecting --+                                                ^
 *         |        +--(TLS)--> handshaking --L6OK--> closing -------+
 *         |                        |                    peer's end, |
 *         +--L4CON, L4TOUT         +--L6RSP, L6TOUT     or too late |
 *         |________________________|________________________________|
 *
 * A TCP connection that proved what it should is reset: nothing was sent, so the server's application need not see
 * more than a client that left, and no port is kept in TIME_WAIT here. A TLS session is closed as a polite client
 * does, with close_notify and an end, because TLS servers write a log line about every reset.
 *
 * HAProxy manual 5.2 "check", "check-ssl", "check-sni", "check-alpn".
 *
 * Not here: which server and when (`check.ts`); exchanges after the connection stands (probes to come).
 */
import net from 'node:net';
import tls from 'node:tls';
import type { Clock, Timer } from '../time/clock.ts';
import type { Probe, ProbeAddress, ProbeTimeouts, RunningProbe } from './probe.ts';
import type { CheckResult, CheckStatus } from './result.ts';
import { checkResult } from './result.ts';
import { socketFault } from './socket-faults.ts';

/** How long a peer may take to answer our close_notify with its own end. */
const CLOSE_MS = 1000;

export interface ConnectProbeTls {
  /** Server name to send, and to hold the certificate against if it is verified; null: none. */
  readonly sni: string | null;
  /** Protocols to offer, most wanted first; empty: no ALPN. */
  readonly alpn: readonly string[];
  /** False: any certificate will do. */
  readonly verify: boolean;
  /** Trusted certificates as PEM text; null: those that Node trusts. */
  readonly ca: string | null;
}

/** Opens the socket of one attempt; `tlsOptions` is null for plain TCP. */
export type CheckDial = (options: net.NetConnectOpts, tlsOptions: tls.ConnectionOptions | null) => net.Socket;

export interface ConnectProbeOptions {
  readonly clock: Clock;
  /** Null: TCP alone. */
  readonly tls: ConnectProbeTls | null;
  /** Local IP address to connect from; null: the system's choice. */
  readonly sourceAddress: string | null;
  /** Default: the system's sockets. */
  readonly dial?: CheckDial;
}

export class ConnectProbe implements Probe {
  readonly #clock: Clock;
  readonly #tls: tls.ConnectionOptions | null;
  readonly #sourceAddress: string | null;
  readonly #dial: CheckDial;

  constructor(options: ConnectProbeOptions) {
    this.#clock = options.clock;
    this.#tls = options.tls === null ? null : handshakeOptions(options.tls);
    this.#sourceAddress = options.sourceAddress;
    this.#dial = options.dial ?? dialSystem;
  }

  run(address: ProbeAddress, timeouts: ProbeTimeouts, done: (result: CheckResult) => void): RunningProbe {
    const source =
      this.#sourceAddress === null || 'path' in address ? {} : { localAddress: this.#sourceAddress };
    const socket = this.#dial({ ...address, ...source }, this.#tls);
    return new ConnectAttempt({
      socket,
      clock: this.#clock,
      overTls: this.#tls !== null,
      overUnix: 'path' in address,
      connectMs: timeouts.connectMs,
      done,
    });
  }
}

interface AttemptOptions {
  readonly socket: net.Socket;
  readonly clock: Clock;
  readonly overTls: boolean;
  readonly overUnix: boolean;
  readonly connectMs: number;
  readonly done: (result: CheckResult) => void;
}

class ConnectAttempt implements RunningProbe {
  readonly #options: AttemptOptions;
  readonly #startedMs: number;
  #stage: 'connecting' | 'handshaking' | 'closing' | 'ended' = 'connecting';
  #timer: Timer;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#timer = options.clock.after(options.connectMs, () => this.#expire());
    const { socket } = options;
    // Stays on the socket to its end: an error that comes after the result must not become an uncaught one.
    socket.on('error', (error) => this.#fail(error));
    socket.once('connect', () => this.#connected());
    if (options.overTls) socket.once('secureConnect', () => this.#secured());
    socket.once('close', () => this.#closed());
  }

  cancel(): void {
    this.#letGo();
  }

  #connected(): void {
    if (this.#stage !== 'connecting') return;
    if (this.#options.overTls) {
      this.#stage = 'handshaking';
      return;
    }
    // A unix socket knows no reset.
    if (!this.#options.overUnix) this.#options.socket.resetAndDestroy();
    this.#end('L4OK', null);
  }

  #secured(): void {
    if (this.#stage !== 'handshaking') return;
    const { socket, clock, done } = this.#options;
    this.#stage = 'closing';
    this.#timer.cancel();
    this.#timer = clock.after(CLOSE_MS, () => this.#letGo());
    // Unread bytes (session tickets, a banner) would turn the close into a reset.
    socket.resume();
    socket.end();
    done(this.#result('L6OK', null));
  }

  #fail(error: Error): void {
    if (this.#stage !== 'connecting' && this.#stage !== 'handshaking') return;
    const fault = socketFault(error, this.#stage, this.#options.overUnix);
    this.#end(fault.status, fault.info);
  }

  #expire(): void {
    this.#end(this.#stage === 'handshaking' ? 'L6TOUT' : 'L4TOUT', null);
  }

  /** The socket is gone; without a result only if it was closed with no word of an error. */
  #closed(): void {
    if (this.#stage === 'connecting') this.#end('L4CON', 'Connection closed');
    else if (this.#stage === 'handshaking') this.#end('L6RSP', 'SSL handshake failure (connection closed)');
    else this.#letGo();
  }

  #end(status: CheckStatus, info: string | null): void {
    const result = this.#result(status, info);
    this.#letGo();
    this.#options.done(result);
  }

  #letGo(): void {
    this.#stage = 'ended';
    this.#timer.cancel();
    this.#options.socket.destroy();
  }

  #result(status: CheckStatus, info: string | null): CheckResult {
    return checkResult(status, { durationMs: this.#options.clock.nowMs() - this.#startedMs, info });
  }
}

function dialSystem(options: net.NetConnectOpts, tlsOptions: tls.ConnectionOptions | null): net.Socket {
  return tlsOptions === null ? net.connect(options) : tls.connect({ ...options, ...tlsOptions });
}

function handshakeOptions({ sni, alpn, verify, ca }: ConnectProbeTls): tls.ConnectionOptions {
  return {
    secureContext: tls.createSecureContext(ca === null ? {} : { ca }),
    rejectUnauthorized: verify,
    // RFC 6066 3: an IP address is no server name.
    ...(sni !== null && net.isIP(sni) === 0 ? { servername: sni } : {}),
    ...(alpn.length > 0 ? { ALPNProtocols: [...alpn] } : {}),
    // As HAProxy: without a name there is nothing to hold the certificate against but its signature.
    checkServerIdentity: (_, certificate) =>
      sni === null ? undefined : tls.checkServerIdentity(sni, certificate),
  };
}
