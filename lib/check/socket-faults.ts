/**
 * A socket's error as a check's status and text, in HAProxy's wording.
 *
 * Not here: sockets; how long a probe waits.
 */
import type { CheckStatus } from './result.ts';

/** How far the attempt had come when the error was seen. */
export type ConnectStage = 'connecting' | 'handshaking';

export interface SocketFault {
  readonly status: CheckStatus;
  readonly info: string;
}

/** Texts of errno as the C library has them, for the errors a connection attempt can meet. */
const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAGAIN: 'Resource temporarily unavailable',
  ECONNABORTED: 'Software caused connection abort',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTDOWN: 'Host is down',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
  EMFILE: 'Too many open files',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENFILE: 'Too many open files in system',
  ENOBUFS: 'No buffer space available',
  ENOENT: 'No such file or directory',
  ENOTSOCK: 'Socket operation on non-socket',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  ETIMEDOUT: 'Connection timed out',
};

/** What the peer or the path answers; every other error came from this machine before anything was sent. */
const ANSWERED = new Set(['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EHOSTDOWN', 'ETIMEDOUT']);

/** This machine had nothing to connect with: no fault of the server, and said so by a status of its own. */
const OUR_OWN = new Set(['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM']);

/** Error of a TCP connection attempt or of the TLS handshake on it; `overUnix`: of one to a unix socket. */
export function socketFault(error: Error, stage: ConnectStage, overUnix: boolean): SocketFault {
  if (stage === 'handshaking')
    return { status: 'L6RSP', info: `SSL handshake failure (${tlsReason(error)})` };
  const code = codeOf(error);
  const text = ERRNO_TEXTS[code] ?? (code === '' ? error.message : code);
  if (overUnix || OUR_OWN.has(code)) return { status: 'SOCKERR', info: `General socket error (${text})` };
  if (ANSWERED.has(code)) return { status: 'L4CON', info: text };
  if (code === 'EADDRNOTAVAIL') return { status: 'L4CON', info: `Can't bind to source address (${text})` };
  return { status: 'L4CON', info: `General socket error (${text})` };
}

/** HAProxy stops at "SSL handshake failure"; the reason is what an operator asks for next. */
function tlsReason(error: Error): string {
  const code = codeOf(error);
  if (code === 'ECONNRESET' && !('syscall' in error)) return 'connection closed';
  const errnoText = ERRNO_TEXTS[code];
  if (errnoText !== undefined) return errnoText.toLowerCase();
  // OpenSSL's own words, e.g. "wrong version number"; certificate faults have only a message.
  if ('reason' in error && typeof error.reason === 'string' && code !== 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return error.reason;
  }
  return error.message;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}
