/**
 * Every error class and code of the library: a caller's misuse, a start that cannot succeed, or our own defect.
 *
 * Not here: faults in the operator's text (`config/diagnostic.ts`) and outcomes of traffic (values).
 */
import type { Diagnostic } from './config/diagnostic.ts';

/**
 * Stable codes, each with its meaning; `docs/manual/errors.md` explains them.
 * Keys are what `error.code` holds.
 */
export const ERROR_CODES = {
  ERR_CONFIG: 'the configuration has faults; see `diagnostics`',
  ERR_ADDRESS_IN_USE: 'another program listens on the address',
  ERR_NO_RIGHT_TO_BIND: 'the process may not bind the address',
  ERR_BIND: 'the address cannot be bound for another reason',
  ERR_NAME_NOT_RESOLVED: "a server's or listener's host name has no address",
  ERR_DESCRIPTOR_LIMIT: 'the process may open too few descriptors for the configured maxconn',
  ERR_LOG_TARGET: 'a `log` line names a descriptor that is not open',
  ERR_NO_LISTENER: 'nothing to listen on: no frontend has an enabled bind line',
  ERR_UNKNOWN_BALANCE_FUNCTION: '`balance fn:NAME` names a function that is not registered',
  ERR_BALANCE_FUNCTION:
    'a function used as `balance fn:NAME` threw, or returned none of the servers it was given',
  ERR_UNKNOWN_ACCOUNT: 'no user or group of that name on this system',
  ERR_UNKNOWN_NAME: 'no frontend, backend or server of that name',
  ERR_STATIC_WEIGHT: 'a static algorithm takes no weights but 0 and the configured one',
  ERR_OUT_OF_RANGE: 'a number is outside of its range',
  ERR_THREAD: 'a worker thread could not be started',
  ERR_NOT_FOR_THREADS: 'an option that cannot be handed to worker threads, with `nbthread` above 1',
  ERR_HTTP_PARSER: 'the Node at hand does not give its HTTP parser, which `mode http` needs',
  ERR_CLOSED: 'the load balancer is closed',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Base of every error thrown on purpose; `retryable` says whether the same call can succeed later. */
export class SluiceError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SluiceError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/**
 * Why `place` (`127.0.0.1:80 (frontend web)`) could not be bound: ERR_ADDRESS_IN_USE, ERR_NO_RIGHT_TO_BIND or ERR_BIND, by the
 * code of the system's error.
 */
export function bindError(place: string, cause: unknown): SluiceError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return new SluiceError('ERR_ADDRESS_IN_USE', `cannot bind ${place}: another program listens there`, {
        cause,
        retryable: true,
      });
    case 'EACCES':
    case 'EPERM':
      return new SluiceError(
        'ERR_NO_RIGHT_TO_BIND',
        `cannot bind ${place}: no right to; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE`,
        { cause },
      );
    default: {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return new SluiceError('ERR_BIND', `cannot bind ${place}: ${reason}`, { cause });
    }
  }
}

/** The configuration was refused; `diagnostics` holds every fault found, not only the first. */
export class ConfigError extends SluiceError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const alerts = diagnostics.filter((one) => one.severity === 'alert');
    const first = alerts[0];
    const rest = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : '';
    super('ERR_CONFIG', first === undefined ? 'the configuration has faults' : `${first.message}${rest}`);
    this.name = 'ConfigError';
    this.diagnostics = diagnostics;
  }
}
