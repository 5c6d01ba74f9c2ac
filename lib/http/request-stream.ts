/**
 * One request of a client in mode http: rules, backend, server, answer, account. The only file that knows their order (reference 14.1):
 *
 *     begin      captures, rules of the frontend, its own pages, the choice of a backend, rules of the backend
 *     connect    persistence, headers for the next hop, CHOOSE, QUEUE, CONNECT (or a kept connection)
 *     exchange   the request goes out, the answer comes back through the response rules
 *     tunnel     after 101 or an answer to CONNECT: a relay as in mode tcp
 *     end        everything is given back, one record tells what happened
 *
 *     begun --> connecting --> exchanging -----> ended
 *       |          |   ^          |   |            ^
 *       |          |   +--again---+   +--> tunnel -+     (`again`: a kept connection was found dead)
 *       +----------+--> answering (by ourselves) --+
 *
 * What never happens: a request recorded twice or not at all; a slot or a server's connection held after `ended`; a second answer to a
 * client that has seen the beginning of one.
 *
 * Not here: the client's connection (`client-connection.ts`), bodies and their timers (`exchange.ts`), what rules do (`rules.ts`).
 */
import type { EndReason } from '../account/session.ts';
import type { BackendSession } from '../backend/backend.ts';
import { Connecting, type ConnectHandler, type ConnectRefusal } from '../backend/connect.ts';
import type { Server } from '../backend/server.ts';
import type { Slot } from '../backend/slot.ts';
import type { ClientConnection } from './client-connection.ts';
import { type SentAnswer, Exchange, type ExchangeFailure, type ExchangeOwner } from './exchange.ts';
import { interimText, planAnswer, prepareSwitch, type PreparedRequest } from './forwarding.ts';
import type { BodyKind } from './framing.ts';
import { failureEnding, leftReason, mayBeSentTwice } from './failures.ts';
import { type LocalReply, replyBytes } from './local-reply.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';
import type { HttpProxy } from './proxy.ts';
import { RequestAccount, type RequestParts, type RequestTimes } from './request-account.ts';
import { RequestBody } from './request-body.ts';
import type { RequestFraming } from './request-parser.ts';
import { type ReplacedAnswer, RequestMessages } from './request-messages.ts';
import { RequestSource } from './request-source.ts';
import type { HttpTarget } from './route.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerDialer } from './server-dialer.ts';
import { statsReply } from './stats.ts';
import { Tunnel, type TunnelOwner } from './tunnel.ts';
import { responseText } from './writer.ts';

/** Of what could not be read. */
const NO_FRAMING: RequestFraming = { body: { kind: 'none' }, keepAlive: false, upgrade: false };

/** Nothing is sent: an answer of our own has been. */
const REFUSED: SentAnswer = { head: '', body: 'as-is' };

type Phase = 'begun' | 'answering' | 'connecting' | 'exchanging' | 'tunnel' | 'ended';

export class RequestStream
  implements BackendSession, ConnectHandler<ServerConnection>, ExchangeOwner, TunnelOwner, RequestParts
{
  readonly source: RequestSource;
  readonly account: RequestAccount;
  target: HttpTarget | null = null;
  connecting: Connecting<ServerConnection> | null = null;
  slot: Slot | null = null;
  serverConnection: ServerConnection | null = null;
  exchange: Exchange | null = null;
  tunnel: Tunnel | null = null;
  readonly #client: ClientConnection;
  readonly #messages: RequestMessages;
  #phase: Phase = 'begun';
  #framing: RequestFraming = NO_FRAMING;
  body = new RequestBody(true);
  #prepared: PreparedRequest | null = null;
  #dialer: ServerDialer | null = null;
  /** Whom a tarpitted client is answered, and when. */
  #later: { readonly reply: LocalReply; readonly atMs: number } | null = null;
  #keepAlive = false;

  constructor(client: ClientConnection, times: Pick<RequestTimes, 'awaitedMs' | 'firstByteMs'>) {
    const { route } = client;
    const id = route.nextStreamId();
    this.#client = client;
    this.source = new RequestSource(id, client);
    this.account = new RequestAccount(id, this, client, this.source, times);
    this.source.captures = this.account;
    this.#messages = new RequestMessages(route, this.source, this.account);
  }

  // --- begin -------------------------------------------------------------------------------------------------------

  /** A request was read as far as its head. By the time it returns the stream may have ended. */
  begin(head: RequestHead, framing: RequestFraming): void {
    const { route } = this.#client;
    const nowMs = route.clock.nowMs();
    this.account.times.headMs = nowMs;
    this.#framing = framing;
    this.body = new RequestBody(framing.body.kind === 'none');
    this.source.request = head;
    this.account.startLine = { method: head.method, target: head.target, version: `HTTP/${head.version}` };
    const monitored = route.http.monitor?.(this.source) ?? null;
    if (monitored !== null) {
      this.#phase = 'ended';
      this.#client.answered(this.#send(this.#messages.page(monitored)));
      return;
    }
    this.#count(nowMs);
    this.#messages.noteRequest(head);
    this.#process();
  }

  /** What came is no request, or not all of one. `status` null: nobody is there to be answered. */
  neverRead(reason: EndReason, status: number | null): void {
    this.#count(this.#client.route.clock.nowMs());
    if (status === null) this.#end(reason);
    else this.#answer(this.#messages.page(status), reason);
  }

  #count(nowMs: number): void {
    const { route } = this.#client;
    route.counters.http?.requestStarted(nowMs);
    route.account.sessionStarted(this.account);
  }

  #process(): void {
    const { route } = this.#client;
    if (!this.#passes(route.http)) return;
    const target = route.targetOf(this.source, this.#messages.record);
    if (target === null) {
      this.#answer(this.#messages.page(503), 'no-server');
      return;
    }
    const { backend } = target;
    this.target = target;
    this.#messages.chose(target);
    backend.enter(this);
    backend.counters.sessionStarted(this.account.times.headMs, backend.sessionsNow);
    if (target.http !== route.http && !this.#passes(target.http)) return;
    this.#connect(target);
  }

  /** Applies the request rules of one proxy; false: an answer was given, or will be. */
  #passes(proxy: HttpProxy): boolean {
    const outcome = this.#messages.passRequest(proxy);
    if (outcome.kind === 'reply') {
      if (outcome.reason === 'tarpitted') this.#answerAfterTarpit(outcome.reply);
      else this.#answer(outcome.reply, outcome.reason);
      return false;
    }
    return !this.#answersStats(proxy);
  }

  #answersStats(proxy: HttpProxy): boolean {
    const { stats } = this.#client.route;
    const request = this.source.request;
    const page = request === null ? null : statsReply(proxy, request, stats);
    if (page === null) return false;
    this.#phase = 'answering';
    this.account.service = '<STATS>';
    void page.then((reply) => {
      if (!this.#hasEnded()) this.#answer(reply, 'answered-here');
    });
    return true;
  }

  // --- answers of our own ------------------------------------------------------------------------------------------

  #answerAfterTarpit(reply: LocalReply): void {
    const { clock, timeoutTarpitMs } = this.#client.route;
    this.#phase = 'answering';
    this.#later = { reply, atMs: clock.nowMs() + timeoutTarpitMs };
    this.#client.lookAt(this.#later.atMs);
  }

  #answer(reply: LocalReply, reason: EndReason): void {
    this.account.status = reply.status;
    // What the server has said is not what the client hears.
    this.account.times.answeredMs = 0;
    this.#keepAlive = this.#send(reply);
    this.#end(reason);
    if (reply.head === null) this.#client.cut();
    else this.#client.answered(this.#keepAlive);
  }

  /** True: another request may follow. */
  #send(reply: LocalReply): boolean {
    const mayKeep = this.body.complete && this.#framing.keepAlive && !this.#client.finishing;
    const { bytes, keepAlive } = replyBytes(reply, this.account.asker(mayKeep));
    if (bytes !== null) this.#client.write(bytes);
    return keepAlive;
  }

  // --- connect -----------------------------------------------------------------------------------------------------

  #connect(target: HttpTarget): void {
    const { route } = this.#client;
    const head = this.source.request;
    if (head === null) throw new Error('connecting without a request');
    const { prepared, server } = this.#messages.prepare(target, head, this.#framing);
    this.#prepared = prepared;
    this.#phase = 'connecting';
    this.#dialer = new ServerDialer(this.#client, target);
    this.connecting = new Connecting<ServerConnection>({
      backend: target.backend,
      context: this.source,
      imposed: server,
      dialer: this.#dialer,
      clock: route.clock,
      wheel: route.wheel,
      watcher: route.watcher,
      handler: this,
    });
    this.connecting.start();
  }

  connectRefused(reason: ConnectRefusal): void {
    this.#answer(this.#messages.page(reason === 'internal-error' ? 500 : 503), reason);
  }

  connected(server: ServerConnection, slot: Slot): void {
    const { target } = this;
    if (target === null || this.#prepared === null || this.#hasEnded()) {
      server.close();
      slot.give();
      return;
    }
    const again = this.slot?.server === slot.server;
    this.slot = slot;
    this.serverConnection = server;
    this.source.serverName = slot.server.name;
    this.account.connected(target, server, again);
    this.#phase = 'exchanging';
    this.#exchangeWith(server, this.#prepared, target);
  }

  #exchangeWith(server: ServerConnection, prepared: PreparedRequest, target: HttpTarget): void {
    const { route } = this.#client;
    const exchange = new Exchange({
      server,
      client: this.#client,
      owner: this,
      timeouts: { clientMs: route.timeoutClientMs, serverMs: target.timeoutServerMs },
      clock: route.clock,
      chunkedRequest: prepared.chunked,
    });
    this.exchange = exchange;
    exchange.begin(prepared.expected, prepared.text);
    this.body.sendBy(exchange);
    if (!this.body.complete && !server.blocked) this.#client.letRequestFlow(true);
    this.#client.lookAt(exchange.look(route.clock.nowMs()));
  }

  // --- what the client's connection tells ----------------------------------------------------------------------------

  requestBody(piece: Buffer): void {
    if (!this.body.add(piece)) this.#client.letRequestFlow(false);
  }

  /** All that came in one go was told. */
  clientReadDone(): void {
    this.exchange?.flushRequest();
  }

  clientDrained(): void {
    if (this.tunnel !== null) this.tunnel.sideDrained();
    else this.exchange?.clientDrained();
  }

  /** The rest of the request is no HTTP. */
  requestFaulty(): void {
    this.#giveUp('bad-request', 400);
  }

  /** `midRequest`: what is missing of it will not come any more. A complete request gets its answer, unless `option abortonclose`. */
  clientEnded(midRequest: boolean): void {
    const abort = this.target?.options.abortOnClose ?? false;
    if (!midRequest && !abort) return;
    if (this.exchange?.answerBegun === true) {
      if (midRequest) this.#giveUp('client-reset', null);
    } else if (midRequest && this.exchange !== null) this.#giveUp('client-reset', 400);
    else this.#giveUp(leftReason(this), midRequest ? 400 : null);
  }

  clientBroke(): void {
    if (this.#hasEnded()) return;
    const reason = leftReason(this);
    this.#letGo();
    this.#end(reason);
  }

  /** Ends with an answer if none has begun and `status` says one, else by closing. */
  #giveUp(reason: EndReason, status: number | null): void {
    if (this.#hasEnded()) return;
    const begun = this.exchange?.answerBegun ?? false;
    this.#letGo();
    if (begun || status === null) {
      this.#end(reason);
      this.#client.cut();
      return;
    }
    // Nobody could tell where the next request begins.
    this.#keepAlive = false;
    this.#framing = { ...this.#framing, keepAlive: false };
    this.#answer(this.#messages.page(status), reason);
  }

  /** Of everything that belongs to a server. */
  #letGo(): void {
    this.connecting?.cancel();
    this.exchange?.abandon();
    this.tunnel?.abandon();
  }

  // --- what the exchange tells -----------------------------------------------------------------------------------------

  informed(head: ResponseHead): string | null {
    // A client of 1.0 knows nothing of interim answers (RFC 9110, 15.2).
    return this.source.request?.version === '1.0' ? null : interimText(head);
  }

  answered(head: ResponseHead, body: BodyKind): SentAnswer {
    const refused = this.#passesResponse(head);
    if (refused !== null) {
      this.#letGo();
      this.#answer(refused.reply, refused.reason);
      return REFUSED;
    }
    // What a client makes of the rest of its request, as after `Expect`, is anybody's guess.
    const heardEnough = !this.body.complete && head.status >= 300;
    const closes = heardEnough || this.#client.finishing || this.target?.connection === 'close';
    const mayKeep = this.#framing.keepAlive && !closes;
    const plan = planAnswer(head, body, this.account.asker(mayKeep));
    this.#keepAlive = plan.keepAlive;
    return { head: responseText(head), body: plan.body };
  }

  /** What is answered in its place; null: it is let through. */
  #passesResponse(head: ResponseHead): ReplacedAnswer | null {
    this.account.times.answeredMs = this.#client.route.clock.nowMs();
    this.account.status = head.status;
    this.source.answered(head);
    this.#client.route.account.sessionConnected(this.account);
    const replaced = this.slot === null ? null : this.#messages.passResponse(head, this.slot.server);
    this.account.status = head.status;
    return replaced;
  }

  exchangeDone(reusable: boolean): void {
    const server = this.serverConnection;
    if (server !== null) {
      if (reusable && this.target?.connection === 'keep-alive') this.#dialer?.keep(server);
      else server.close();
    }
    this.#client.servedBefore = true;
    // What is still to come of the request is of no use to anybody.
    const keepAlive = this.#keepAlive && this.body.complete;
    this.#end('normal');
    this.#client.answered(keepAlive);
  }

  exchangeFailed(why: ExchangeFailure, begun: boolean): void {
    if (why.kind === 'server-left' && !begun && this.#tryAgain()) return;
    const [reason, status] = failureEnding(why, begun);
    if (why.kind === 'bad-response') {
      this.target?.backend.counters.http?.badResponse(why.fault.code);
      this.slot?.server.counters.http?.badResponse(why.fault.code);
    }
    if (begun) {
      this.#end(reason);
      // What the client has got is cut off: it must see that this is not the end of the body.
      this.#client.cutShort();
    } else if (why.kind === 'server-left' && this.#wasKept && this.#client.servedBefore) {
      // The kept connection may have ended by itself: a client that is told nothing sends its request again (RFC 9110, 9.2.2).
      this.#end(reason);
      this.#client.cut();
    } else this.#answer(this.#messages.page(status), reason);
  }

  get #wasKept(): boolean {
    const server = this.serverConnection;
    return server !== null && server.requestsTotal > 1 && !server.answered;
  }

  /** A kept connection that ended before a byte of the answer came says nothing about the request, if that may be sent twice. */
  #tryAgain(): boolean {
    const { slot } = this;
    if (!this.#wasKept || slot === null || !mayBeSentTwice(this.account.startLine.method, this.#framing))
      return false;
    this.exchange = null;
    this.#phase = 'connecting';
    this.#dialer?.onlyFresh();
    this.connecting?.again(slot);
    return true;
  }

  switched(head: ResponseHead): void {
    const { target, serverConnection: server } = this;
    if (target === null || server === null) return;
    const refused = this.#passesResponse(head);
    if (refused !== null) {
      server.reset();
      this.#answer(refused.reply, refused.reason);
      return;
    }
    this.#phase = 'tunnel';
    prepareSwitch(head);
    this.#client.write(responseText(head));
    this.tunnel = new Tunnel(this.#client, server, target, this);
    this.tunnel.sideDrained();
  }

  tunnelLookAt(atMs: number): void {
    this.#client.lookOnlyAt(atMs);
  }

  tunnelEnded(reason: EndReason): void {
    this.#end(reason);
    this.#client.tunnelEnded();
  }

  // --- time ------------------------------------------------------------------------------------------------------------

  /** Looks at whatever timer runs, and says when to look again. */
  look(nowMs: number): void {
    if (this.tunnel !== null) {
      this.tunnel.look(nowMs);
    } else if (this.#later !== null) {
      if (nowMs < this.#later.atMs) this.#client.lookAt(this.#later.atMs);
      else this.#answer(this.#later.reply, 'tarpitted');
    } else if (this.exchange !== null) {
      const nextMs = this.exchange.look(nowMs);
      if (!this.#hasEnded()) this.#client.lookAt(nextMs);
    }
  }

  // --- end -------------------------------------------------------------------------------------------------------------

  get placed(): boolean {
    return this.server !== null;
  }

  get server(): Server | null {
    return this.slot?.server ?? this.connecting?.heldServer ?? null;
  }

  /** Ends it from outside: the client gets FIN. */
  kill(reason: EndReason): void {
    if (this.#hasEnded()) return;
    this.#letGo();
    this.#end(reason);
    this.#client.cut();
  }

  /** A method, since the phase changes behind calls that the compiler cannot see through. */
  #hasEnded(): boolean {
    return this.#phase === 'ended';
  }

  #end(reason: EndReason): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'ended';
    const { route } = this.#client;
    const target = this.target;
    const server = this.#lastServer;
    this.connecting?.cancel();
    this.account.times.endedMs = route.clock.nowMs();
    this.account.countBytes();
    this.slot?.give();
    target?.backend.leave(this);
    const outcome = this.account.outcomeNow(reason);
    this.account.outcome = outcome;
    route.account.sessionEnded(this.account, outcome, {
      frontend: route.counters,
      backend: target?.backend.counters ?? null,
      server: server?.counters ?? null,
    });
  }

  get #lastServer(): Server | null {
    return this.slot?.server ?? this.connecting?.server ?? null;
  }

  get recordedServer(): Server | null {
    return this.#hasEnded() ? this.#lastServer : this.server;
  }

  noteAddresses(): void {
    this.serverConnection?.noteAddresses();
  }
}
