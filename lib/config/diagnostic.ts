/**
 * What is wrong with an operator's text: collected, many per run, never thrown.
 *
 * Not here: errors a caller or a defect causes (`../errors.ts`), outcomes of traffic (values in their rooms).
 */

/** HAProxy's severities (manual 2.4): an `alert` stops the start, the others do not. */
export type Severity = 'alert' | 'warning' | 'notice' | 'diag';

/** Where in the text: 1-based line and column, the whole line, and how many columns the caret marks (at least 1). */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly width: number;
  readonly text: string;
}

export interface Diagnostic {
  readonly severity: Severity;
  /** Stable, kebab-case, listed in `codes.ts` with its meaning and in the manual; e.g. `unknown-keyword`. */
  readonly code: string;
  /** One sentence without a final stop, e.g. `unknown keyword 'blance' in 'listen' section`. */
  readonly message: string;
  /** Null when no line of text is to blame (a command-line value, an object written in code). */
  readonly place: Place | null;
  /** The way out, e.g. `did you mean 'balance'?`. */
  readonly hint: string | null;
}

/**
 * Collects the diagnostics of one run. As HAProxy stops at 50 alerts, nothing is taken after `alertLimit` of them but
 * the notice that there were more: whoever adds need not count.
 */
export class Diagnostics {
  static readonly alertLimit = 50;
  readonly #list: Diagnostic[] = [];
  #alertCount = 0;
  #full = false;

  add(diagnostic: Diagnostic): void {
    if (this.#full) return;
    if (diagnostic.severity === 'alert' && this.#alertCount === Diagnostics.alertLimit) {
      this.#full = true;
      const message = `more than ${Diagnostics.alertLimit} faults, stopping here`;
      this.#list.push({ severity: 'notice', code: 'too-many-faults', message, place: null, hint: null });
      return;
    }
    if (diagnostic.severity === 'alert') this.#alertCount++;
    this.#list.push(diagnostic);
  }

  /** True once an alert was left out: nothing more is taken. */
  get full(): boolean {
    return this.#full;
  }

  get list(): readonly Diagnostic[] {
    return this.#list;
  }

  /** Alerts in the list. */
  get alertCount(): number {
    return this.#alertCount;
  }

  get warningCount(): number {
    return this.#list.filter((one) => one.severity === 'warning').length;
  }
}
