/**
 * What the command's exit status means: one table, shown by `--help` and in `docs/manual/command.md`.
 *
 * Not here: deciding when to exit (`run.ts`, `start.ts`, `stop.ts`), ending the process (`main.ts`).
 */
import type { Diagnostic } from '../config/diagnostic.ts';
import type { ErrorCode } from '../errors.ts';
import { SluiceError } from '../errors.ts';

/** Every exit status with its meaning; 0, 1 and 2 are HAProxy's own. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'ended as asked, or the configuration is valid' },
  fault: {
    code: 1,
    meaning:
      'faults in the configuration or on the command line, or the start failed otherwise; with -cc: not true',
  },
  nothingToStart: { code: 2, meaning: 'with -c: valid but without any listener; with -cc: not understood' },
  addressInUse: { code: 3, meaning: 'another program listens on an address' },
  noRightToBind: { code: 4, meaning: 'no right to bind an address' },
  tooFewDescriptors: { code: 5, meaning: 'too few descriptors for maxconn' },
  nameNotResolved: { code: 6, meaning: 'a host name has no address' },
  cannotBind: { code: 7, meaning: 'an address cannot be bound for another reason' },
  interrupted: { code: 130, meaning: 'a second SIGINT ended it at once' },
  terminated: { code: 143, meaning: 'a second SIGTERM ended it at once' },
} as const;

const byErrorCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  ERR_ADDRESS_IN_USE: EXIT_CODES.addressInUse.code,
  ERR_NO_RIGHT_TO_BIND: EXIT_CODES.noRightToBind.code,
  ERR_DESCRIPTOR_LIMIT: EXIT_CODES.tooFewDescriptors.code,
  ERR_NAME_NOT_RESOLVED: EXIT_CODES.nameNotResolved.code,
  ERR_BIND: EXIT_CODES.cannotBind.code,
};

/** The exit status for a start that failed with `error`; 1 for every error without a status of its own. */
export function exitCodeOf(error: unknown): number {
  const own = error instanceof SluiceError ? byErrorCode[error.code] : undefined;
  return own ?? EXIT_CODES.fault.code;
}

/** The same for faults found before a start: names without address have a status of their own if they are all there is. */
export function exitCodeOfFaults(faults: readonly Diagnostic[]): number {
  const onlyNames = faults.every(({ code }) => code === 'unresolved-name');
  return onlyNames ? EXIT_CODES.nameNotResolved.code : EXIT_CODES.fault.code;
}

/** The table as lines for `--help`: `  0  ended as asked, ...`. */
export function exitCodeLines(): string[] {
  return Object.values(EXIT_CODES).map(({ code, meaning }) => `${String(code).padStart(5)}  ${meaning}`);
}
