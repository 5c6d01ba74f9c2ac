/**
 * What the two proxies on its way do to one request and its answer: captures, rules, persistence, headers for the next hop.
 *
 *     noteRequest   captures, before any rule
 *     passRequest   request rules of the frontend, then of the backend
 *     prepare       cookies, `option forwardfor`, the head as it goes out
 *     passResponse  captures, cookies, response rules of the backend, then of the frontend
 *
 * Not here: what a rule does (`rules.ts`), when it is asked (`request-stream.ts`).
 */
import type { EndReason, SessionRecord } from '../account/session.ts';
import type { Server } from '../backend/server.ts';
import { captureHeaders, captureRequestCookie, captureResponseCookie } from './captures.ts';
import { errorReply } from './error-pages.ts';
import { addForwardFor } from './forward-for.ts';
import { prepareRequest, type PreparedRequest } from './forwarding.ts';
import type { LocalReply } from './local-reply.ts';
import type { RequestHead, ResponseHead } from '../message/message.ts';
import type { PersistenceState } from './persistence.ts';
import type { HttpProxy } from './proxy.ts';
import type { RequestAccount } from './request-account.ts';
import type { RequestFraming } from './request-parser.ts';
import type { RequestSource } from './request-source.ts';
import type { HttpRoute, HttpTarget } from './route.ts';
import type { RuleContext, RuleOutcome } from './rule.ts';

/** What a client gets in place of what the server has sent. */
export interface ReplacedAnswer {
  readonly reply: LocalReply;
  readonly reason: Extract<EndReason, 'response-denied' | 'answer-replaced'>;
}

export class RequestMessages implements RuleContext {
  readonly source: RequestSource;
  /** As a value, for formats that ask for it. */
  readonly record = (): SessionRecord => this.#account.record();
  readonly #route: HttpRoute;
  readonly #account: RequestAccount;
  #target: HttpTarget | null = null;
  #persistence: PersistenceState | null = null;

  constructor(route: HttpRoute, source: RequestSource, account: RequestAccount) {
    this.#route = route;
    this.source = source;
    this.#account = account;
  }

  get logLevel(): string | null {
    return this.#account.logLevel;
  }
  set logLevel(level: string | null) {
    this.#account.logLevel = level;
  }

  /** The backend's where one is chosen. */
  readonly page = (status: number): LocalReply =>
    errorReply(status, this.#route.http.pages, this.#target?.http.pages ?? null);

  noteRequest(head: RequestHead): void {
    const { captureRequestHeaders } = this.#route.http;
    if (captureRequestHeaders.length > 0)
      this.#account.requestHeaders = captureHeaders(captureRequestHeaders, head.headers);
  }

  passRequest(proxy: HttpProxy): RuleOutcome {
    const outcome = proxy.requestRules.apply(this);
    if (outcome.kind === 'reply' && outcome.rewriteFailed) this.#route.counters.http?.rewriteFailed();
    return outcome;
  }

  /** From here on it is this backend's request. */
  chose(target: HttpTarget): void {
    this.#target = target;
    this.source.backendName = target.backend.name;
  }

  /** Changes the head; `server`: the one that a cookie or a rule wants, null: any. */
  prepare(
    target: HttpTarget,
    head: RequestHead,
    framing: RequestFraming,
  ): { readonly prepared: PreparedRequest; readonly server: Server | null } {
    const { captureCookie, forwardFor } = this.#route.http;
    if (captureCookie !== null)
      this.#account.requestCookie = captureRequestCookie(captureCookie, head.headers);
    const server = this.#imposedServer(target, head);
    const own = target.http === this.#route.http ? null : target.http.forwardFor;
    addForwardFor(head, this.source.sourceAddress, forwardFor, own);
    return { prepared: prepareRequest(head, framing, target.connection), server };
  }

  #imposedServer(target: HttpTarget, head: RequestHead): Server | null {
    const ruled = target.imposed(this.source, this.record);
    const { persistence } = target.http;
    if (persistence === null) return ruled;
    const byName = (name: string): Server | null =>
      target.backend.servers.find((server) => server.name === name) ?? null;
    this.#persistence = persistence.onRequest(head, {
      imposed: ruled?.name ?? null,
      serverUp: (name) => byName(name)?.running ?? false,
      wallMs: this.#route.clock.wallMs(),
    });
    this.#account.persistence = persistence.unanswered(this.#persistence);
    return this.#persistence.server === null ? null : byName(this.#persistence.server);
  }

  /** Changes the head; what is answered in its place, or null. */
  passResponse(head: ResponseHead, server: Server): ReplacedAnswer | null {
    const { captureResponseHeaders, captureCookie } = this.#route.http;
    const target = this.#target;
    if (captureResponseHeaders.length > 0)
      this.#account.responseHeaders = captureHeaders(captureResponseHeaders, head.headers);
    if (target === null) return null;
    this.#persist(target, head, server);
    if (captureCookie !== null)
      this.#account.responseCookie = captureResponseCookie(captureCookie, head.headers);
    const refused = this.#passRules(target.http);
    if (refused !== null || target.http === this.#route.http) return refused;
    return this.#passRules(this.#route.http);
  }

  #persist(target: HttpTarget, head: ResponseHead, server: Server): void {
    const { persistence } = target.http;
    if (persistence === null || this.#persistence === null) return;
    this.#account.persistence = persistence.onResponse(head, this.#persistence, {
      server: server.name,
      method: this.#account.startLine.method,
      wallMs: this.#route.clock.wallMs(),
    });
  }

  #passRules(proxy: HttpProxy): ReplacedAnswer | null {
    const outcome = proxy.responseRules.apply(this);
    if (outcome.kind === 'continue') return null;
    if (outcome.rewriteFailed) this.#target?.backend.counters.http?.rewriteFailed();
    const { reply } = outcome;
    return { reply, reason: outcome.reason === 'response-denied' ? outcome.reason : 'answer-replaced' };
  }
}
