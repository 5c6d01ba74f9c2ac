import t from 'tap';
import { acceptLine, closeLine } from '../../lib/cli/debug.ts';
import { badRequestRecord, httpRecord } from '../help/views.ts';

const start = {
  id: 26,
  acceptedWallMs: 0,
  clientAddress: '192.0.2.1',
  clientPort: 51234,
  frontendAddress: '::1',
  frontendPort: 443,
  frontendName: 'https_proxy',
  listenerName: 'sock-1',
};

void t.test('a client that was let in is one line', async (t) => {
  t.equal(acceptLine(start), '0000001a:https_proxy.accept from 192.0.2.1:51234 to [::1]:443\n');
});

void t.test('a session that ended is one line', async (t) => {
  const record = {
    ...start,
    backendName: 'nirvana',
    serverName: null,
    serverAddress: null,
    serverPort: 0,
    sourceAddress: null,
    sourcePort: 0,
    queueMs: -1,
    connectMs: -1,
    firstByteMs: -1,
    totalMs: 11.7,
    bytesIn: 517,
    bytesOut: 0,
    ending: { cause: 'server-abort', stage: 'connect', reason: 'no-server' },
    retries: 0,
    redispatched: false,
    processSessions: 1,
    frontendSessions: 1,
    backendSessions: 1,
    serverSessions: 0,
    serverQueuePosition: 0,
    backendQueuePosition: 0,
    http: null,
    tlsVersion: null,
    tlsCipher: null,
    samples: [],
  } as const;
  t.equal(
    closeLine(record),
    '0000001a:https_proxy.closed nirvana/<NOSRV> no-server, 517 bytes in, 0 out, 12 ms\n',
  );
  t.equal(
    closeLine({ ...record, http: httpRecord({ status: 503 }) }),
    '0000001a:https_proxy.closed GET /a?b=c 503 nirvana/<NOSRV> no-server, 517 bytes in, 0 out, 12 ms\n',
  );
  t.match(
    closeLine({ ...record, http: badRequestRecord({ status: -1 }) }),
    '.closed <BADREQ> - nirvana/<NOSRV> ',
  );
  t.match(closeLine({ ...record, http: httpRecord({ target: '/\u001b[2J' }) }), ' GET /?[2J 200 ');
});
