/**
 * A worker's sessions on their way to the control thread, where the log and the events are. Many go in one message, and only what
 * somebody listens to goes at all.
 *
 * Not here: what is done with them (`crew.ts` gives them to the accounts).
 */
import type { Session, SessionListener } from '../account/account.ts';
import type { LogWants } from '../account/log/session-log.ts';
import type { WantedEvents } from '../traffic.ts';
import type { SessionNews } from './messages.ts';

/** More are not kept for one message. */
const NEWS_MAX = 256;

export class Reporter {
  /** Set by the control thread's word. */
  wanted: WantedEvents = { connection: false, close: false };
  readonly #send: (news: readonly SessionNews[]) => void;
  #news: SessionNews[] = [];
  #flush: NodeJS.Immediate | null = null;

  constructor(send: (news: readonly SessionNews[]) => void) {
    this.#send = send;
  }

  /** The listener of one frontend's sessions; `frontend` is its position in the order of building. */
  listener(frontend: number, reports: LogWants): SessionListener {
    return new ReportedFrontend(this, frontend, reports);
  }

  add(news: SessionNews): void {
    this.#news.push(news);
    if (this.#news.length >= NEWS_MAX) this.flush();
    else this.#flush ??= setImmediate(() => this.flush());
  }

  /** Sends what there is; before a thread ends nothing may be left. */
  flush(): void {
    if (this.#flush !== null) clearImmediate(this.#flush);
    this.#flush = null;
    if (this.#news.length === 0) return;
    const news = this.#news;
    this.#news = [];
    this.#send(news);
  }
}

class ReportedFrontend implements SessionListener {
  readonly #reporter: Reporter;
  readonly #frontend: number;
  readonly #reports: LogWants;

  constructor(reporter: Reporter, frontend: number, reports: LogWants) {
    this.#reporter = reporter;
    this.#frontend = frontend;
    this.#reports = reports;
  }

  get asks(): boolean {
    const { started, connected, ended } = this.#reports;
    const { connection, close } = this.#reporter.wanted;
    return started || connected || ended || connection || close;
  }

  sessionStarted(session: Session): void {
    if (!this.#reports.started && !this.#reporter.wanted.connection) return;
    this.#reporter.add({ step: 'started', frontend: this.#frontend, start: session.start() });
  }

  sessionConnected(session: Session): void {
    if (!this.#reports.connected) return;
    this.#reporter.add({ step: 'connected', frontend: this.#frontend, record: session.record() });
  }

  sessionEnded(session: Session): void {
    if (!this.#reports.ended && !this.#reporter.wanted.close) return;
    this.#reporter.add({ step: 'ended', frontend: this.#frontend, record: session.record() });
  }
}
