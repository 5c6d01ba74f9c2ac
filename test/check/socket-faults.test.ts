/** Errors of sockets in HAProxy's words; those over TCP and unix sockets were taken from HAProxy 2.6.12. */
import t from 'tap';
import type { ConnectStage } from '../../lib/check/socket-faults.ts';
import { socketFault } from '../../lib/check/socket-faults.ts';

/** As Node makes it for a failed system call. */
function systemError(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' });
}

void t.test('a failed connection says what HAProxy says', async (t) => {
  const rows: [Error, ConnectStage, boolean, string, string][] = [
    [systemError('ECONNREFUSED'), 'connecting', false, 'L4CON', 'Connection refused'],
    [systemError('ECONNRESET'), 'connecting', false, 'L4CON', 'Connection reset by peer'],
    [systemError('EHOSTUNREACH'), 'connecting', false, 'L4CON', 'No route to host'],
    [systemError('ETIMEDOUT'), 'connecting', false, 'L4CON', 'Connection timed out'],
    [
      systemError('ENETUNREACH'),
      'connecting',
      false,
      'L4CON',
      'General socket error (Network is unreachable)',
    ],
    [
      systemError('EADDRNOTAVAIL'),
      'connecting',
      false,
      'L4CON',
      "Can't bind to source address (Cannot assign requested address)",
    ],
    [
      systemError('ENOENT'),
      'connecting',
      true,
      'SOCKERR',
      'General socket error (No such file or directory)',
    ],
    [systemError('ECONNREFUSED'), 'connecting', true, 'SOCKERR', 'General socket error (Connection refused)'],
    [systemError('EMFILE'), 'connecting', false, 'SOCKERR', 'General socket error (Too many open files)'],
    [systemError('ENEW'), 'connecting', false, 'L4CON', 'General socket error (ENEW)'],
    [new Error('odd'), 'connecting', false, 'L4CON', 'General socket error (odd)'],
    [
      systemError('ECONNRESET'),
      'handshaking',
      false,
      'L6RSP',
      'SSL handshake failure (connection reset by peer)',
    ],
    [new Error('odd'), 'handshaking', false, 'L6RSP', 'SSL handshake failure (odd)'],
  ];
  for (const [error, stage, overUnix, status, info] of rows) {
    t.same(socketFault(error, stage, overUnix), { status, info });
  }
});

void t.test('a failed handshake gives the reason of the TLS library', async (t) => {
  const openssl = Object.assign(new Error('00:error:0A00010B:SSL routines::wrong version number'), {
    code: 'ERR_SSL_WRONG_VERSION_NUMBER',
    reason: 'wrong version number',
  });
  t.equal(socketFault(openssl, 'handshaking', false).info, 'SSL handshake failure (wrong version number)');
  // Node's own, without a system call: the peer closed in the middle.
  const closed = Object.assign(new Error('Client network socket disconnected'), { code: 'ECONNRESET' });
  t.equal(socketFault(closed, 'handshaking', false).info, 'SSL handshake failure (connection closed)');
});
