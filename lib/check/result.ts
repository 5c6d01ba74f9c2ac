/**
 * What one attempt of a check came to: the closed set of statuses with HAProxy's names and descriptions, and the
 * record that logs, statistics and health are made from.
 *
 * Not here: how an attempt is made (`probe.ts`), what it means for the server (`health.ts`), log lines
 * (`messages.ts`).
 */

/** `none`: says nothing about health; `conditional`: passed, but no new sessions please (manual "disable-on-404"). */
export type CheckOutcome = 'none' | 'failed' | 'passed' | 'conditional';

export interface CheckStatusFacts {
  /** As in log lines and the CSV column `check_desc`. */
  readonly description: string;
  readonly outcome: CheckOutcome;
}

/**
 * Every status, by the name that the CSV column `check_status` holds (management guide 9.1).
 * `UNK` and `INI` stand where there has been no attempt yet: no check configured, or the first one still to come.
 */
export const CHECK_STATUSES = {
  UNK: { description: 'Unknown', outcome: 'none' },
  INI: { description: 'Initializing', outcome: 'none' },
  CHECKED: { description: 'No status change', outcome: 'none' },
  SOCKERR: { description: 'Socket error', outcome: 'failed' },
  L4OK: { description: 'Layer4 check passed', outcome: 'passed' },
  L4TOUT: { description: 'Layer4 timeout', outcome: 'failed' },
  L4CON: { description: 'Layer4 connection problem', outcome: 'failed' },
  L6OK: { description: 'Layer6 check passed', outcome: 'passed' },
  L6TOUT: { description: 'Layer6 timeout', outcome: 'failed' },
  L6RSP: { description: 'Layer6 invalid response', outcome: 'failed' },
  L7OK: { description: 'Layer7 check passed', outcome: 'passed' },
  L7OKC: { description: 'Layer7 check conditionally passed', outcome: 'conditional' },
  L7TOUT: { description: 'Layer7 timeout', outcome: 'failed' },
  L7RSP: { description: 'Layer7 invalid response', outcome: 'failed' },
  L7STS: { description: 'Layer7 wrong status', outcome: 'failed' },
  HANA: { description: 'Health analyze', outcome: 'failed' },
  PROCERR: { description: 'External check error', outcome: 'failed' },
  PROCTOUT: { description: 'External check timeout', outcome: 'failed' },
  PROCOK: { description: 'External check passed', outcome: 'passed' },
} as const satisfies Record<string, CheckStatusFacts>;

export type CheckStatus = keyof typeof CHECK_STATUSES;

export interface CheckResult {
  /** Follows from `status`; true for a conditional pass too. */
  readonly passed: boolean;
  readonly status: CheckStatus;
  /** From the start of the attempt to its result, with fractions; null where nothing was attempted (`HANA`). */
  readonly durationMs: number | null;
  /** One printable line for people, e.g. `Connection refused`; null if there is nothing to add. */
  readonly info: string | null;
  /** Number the server answered with, e.g. 200; null for checks below layer 7. */
  readonly code: number | null;
}

/** HAProxy keeps no more of a description than this. */
const INFO_LENGTH = 127;

/**
 * Makes a result. `info` may hold what a stranger sent: it is cut to 127 characters, and characters that could break
 * a log line (controls, double quotes) are replaced.
 */
export function checkResult(
  status: CheckStatus,
  facts: { durationMs: number | null; info?: string | null; code?: number | null },
): CheckResult {
  const { outcome } = CHECK_STATUSES[status];
  return {
    passed: outcome === 'passed' || outcome === 'conditional',
    status,
    durationMs: facts.durationMs,
    info: printable(facts.info ?? ''),
    code: facts.code ?? null,
  };
}

function printable(text: string): string | null {
  if (text === '') return null;
  return text
    .slice(0, INFO_LENGTH)
    .replace(/[\p{Cc}\u2028\u2029]/gu, ' ')
    .replace(/"/g, "'");
}
