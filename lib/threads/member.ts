/**
 * One worker thread as its control thread sees it: what it is told, asked, and that it ends.
 *
 *     starting --ready--> serving --+--> dead   (it threw, or was stopped)
 *         +---------failed----------+
 *
 * Not here: what follows from its death (`crew.ts`), what it does (`worker.ts`).
 */
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type MessagePort } from 'node:worker_threads';
import type { SessionRecord } from '../account/session.ts';
import { SluiceError, type ErrorCode } from '../errors.ts';
import type { FromWorker, Question, ToWorker, WorkerStart } from './messages.ts';

/** What a worker says without being asked. */
export type News = Extract<FromWorker, { kind: 'news' | 'notice' | 'connect' | 'stats' }>;

export interface MemberHandler {
  heard(news: News, from: Member): void;
  /** It is gone; `reason` is its last word, for people. Told once, after `ready` has settled. */
  died(member: Member, reason: string): void;
}

type Answer = number | readonly SessionRecord[];

/** The file a new thread begins with, if this process may not read it, as after it has given up its privileges; null: it may. */
export function unreadableProgram(): string | null {
  try {
    accessSync(PROGRAM, constants.R_OK);
    return null;
  } catch {
    return fileURLToPath(PROGRAM);
  }
}

const PROGRAM = new URL('./worker.js', import.meta.url);

export class Member {
  readonly thread: number;
  readonly startedMs: number;
  /** Everything is bound. Rejects with what went wrong if it comes to nothing. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #handler: MemberHandler;
  readonly #questions = new Map<number, (answer: Answer | null) => void>();
  #questionCount = 0;
  #dead = false;
  #reason = 'it ended by itself';
  #settle: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null;

  /** Throws ERR_THREAD where the system has no thread to give. */
  constructor(start: WorkerStart, nowMs: number, handler: MemberHandler) {
    this.thread = start.thread;
    this.startedMs = nowMs;
    this.#handler = handler;
    this.ready = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Where another thread has failed nobody waits for this one any more.
    this.ready.catch(() => {});
    this.#worker = startWorker(start);
    this.#worker.on('message', (message: FromWorker) => this.#heard(message));
    this.#worker.on('error', (error) => {
      this.#reason = error instanceof Error ? error.message : String(error);
    });
    this.#worker.on('exit', () => this.#ended());
  }

  get dead(): boolean {
    return this.#dead;
  }

  tell(message: ToWorker, ports: readonly MessagePort[] = []): void {
    this.#worker.postMessage(message, ports);
  }

  /** Null: it died before it answered. */
  ask(question: Question): Promise<Answer | null> {
    if (this.#dead) return Promise.resolve(null);
    this.#questionCount += 1;
    const id = this.#questionCount;
    return new Promise((resolve) => {
      this.#questions.set(id, resolve);
      this.tell({ kind: 'question', id, question });
    });
  }

  /** Ends it, whatever it is doing. */
  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #heard(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#settle?.resolve();
        this.#settle = null;
        return;
      case 'failed':
        this.#settle?.reject(new SluiceError(message.code as ErrorCode, message.message));
        this.#settle = null;
        // Sockets and timers of a half-built thread would keep it, and it answers nobody.
        void this.stop();
        return;
      case 'answer':
        this.#questions.get(message.id)?.(message.answer);
        this.#questions.delete(message.id);
        return;
      default:
        this.#handler.heard(message, this);
    }
  }

  #ended(): void {
    this.#dead = true;
    this.#settle?.reject(new SluiceError('ERR_THREAD', `a thread could not be started: ${this.#reason}`));
    this.#settle = null;
    for (const answer of this.#questions.values()) answer(null);
    this.#questions.clear();
    this.#handler.died(this, this.#reason);
  }
}

function startWorker(start: WorkerStart): Worker {
  try {
    return new Worker(PROGRAM, { workerData: start, name: `sluice-${start.thread + 1}` });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SluiceError('ERR_THREAD', `a thread could not be started: ${reason}`, { cause });
  }
}
