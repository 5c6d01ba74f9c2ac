/**
 * What the command says to its operator: HAProxy's layout on standard error, or nothing at all with `-q`.
 *
 * Not here: faults in the configuration's text (`../config/render.ts`), the log (`../account/log/`).
 */

/** Where words go. */
export interface Terminal {
  /** Answers and whatever else another program may read. */
  out(text: string): void;
  /** Messages. */
  err(text: string): void;
  /** True if colours may be used for messages. */
  readonly color: boolean;
  /** True if a person reads what goes out. */
  readonly outIsTerminal: boolean;
}

/** One-line messages in HAProxy's layout: `[ALERT]    (4711) : text`. */
export class Messages {
  readonly #terminal: Terminal;
  readonly #quiet: boolean;
  readonly #pid: number;

  constructor(terminal: Terminal, options: { readonly quiet: boolean; readonly pid: number }) {
    this.#terminal = terminal;
    this.#quiet = options.quiet;
    this.#pid = options.pid;
  }

  get quiet(): boolean {
    return this.#quiet;
  }

  get pid(): number {
    return this.#pid;
  }

  get color(): boolean {
    return this.#terminal.color;
  }

  alert(text: string): void {
    this.#say('ALERT', text);
  }

  warning(text: string): void {
    this.#say('WARNING', text);
  }

  notice(text: string): void {
    this.#say('NOTICE', text);
  }

  /** Text that has its layout already. */
  raw(text: string): void {
    if (!this.#quiet && text !== '') this.#terminal.err(text);
  }

  /** An answer on standard output. */
  answer(line: string): void {
    if (!this.#quiet) this.#terminal.out(`${line}\n`);
  }

  #say(severity: string, text: string): void {
    this.raw(`${`[${severity}]`.padEnd(11)}(${this.#pid}) : ${text}\n`);
  }
}
