/** When a silent session is cut, from stamps alone. */
import t from 'tap';
import {
  NEVER_MS,
  nextLookMs,
  receiveDeadlineMs,
  relayTimeouts,
  sendDeadlineMs,
  type RelayTimeouts,
} from '../../lib/stream/timeouts.ts';
import { DrySide } from '../help/dry-balancer.ts';

const START_MS = 1000;

interface Row {
  readonly name: string;
  readonly client?: Partial<DrySide>;
  readonly server?: Partial<DrySide>;
  readonly clientMs?: number;
  readonly serverMs?: number;
  readonly clientFinMs?: number;
  readonly serverFinMs?: number;
  readonly tunnelMs?: number;
  readonly independent?: boolean;
  /** receive client, send client, receive server, send server. */
  readonly wanted: readonly [number, number, number, number];
}

const ROWS: readonly Row[] = [
  {
    name: 'idle: each side by its own timeout',
    clientMs: 1000,
    serverMs: 4000,
    wanted: [2000, NEVER_MS, 5000, NEVER_MS],
  },
  { name: 'no timeouts: never', clientMs: 0, serverMs: 0, wanted: [NEVER_MS, NEVER_MS, NEVER_MS, NEVER_MS] },
  {
    name: 'timeout tunnel replaces both',
    tunnelMs: 2000,
    wanted: [3000, NEVER_MS, 3000, NEVER_MS],
  },
  {
    name: 'bytes from the server refresh the client, who takes them',
    server: { lastReadMs: 1700 },
    client: { lastWriteMs: 1700 },
    wanted: [2700, NEVER_MS, 2700, NEVER_MS],
  },
  {
    name: 'independent streams: only what is read counts',
    server: { lastReadMs: 1700 },
    client: { lastWriteMs: 1700 },
    independent: true,
    wanted: [2000, NEVER_MS, 2700, NEVER_MS],
  },
  {
    name: 'bytes from the client refresh the server, who takes them',
    client: { lastReadMs: 1600 },
    server: { lastWriteMs: 1600 },
    wanted: [2600, NEVER_MS, 2600, NEVER_MS],
  },
  {
    name: 'after the FIN of the client only the server is waited for',
    client: { readEnded: true },
    server: { writeEndedMs: 1500 },
    wanted: [NEVER_MS, NEVER_MS, 2000, NEVER_MS],
  },
  {
    name: 'server-fin replaces the timeout of the server then, from the FIN on',
    client: { readEnded: true },
    server: { writeEndedMs: 1500 },
    serverFinMs: 300,
    wanted: [NEVER_MS, NEVER_MS, 1800, NEVER_MS],
  },
  {
    name: 'server-fin leaves the client alone',
    server: { readEnded: true },
    client: { writeEndedMs: 1500 },
    serverFinMs: 300,
    wanted: [2000, NEVER_MS, NEVER_MS, NEVER_MS],
  },
  {
    name: 'client-fin after the FIN of the server',
    server: { readEnded: true },
    client: { writeEndedMs: 1500 },
    clientFinMs: 300,
    wanted: [1800, NEVER_MS, NEVER_MS, NEVER_MS],
  },
  {
    name: 'client-fin holds even against timeout tunnel',
    server: { readEnded: true },
    client: { writeEndedMs: 1500 },
    clientFinMs: 300,
    tunnelMs: 9000,
    wanted: [1800, NEVER_MS, NEVER_MS, NEVER_MS],
  },
  {
    name: 'what comes after the FIN refreshes its timer',
    client: { readEnded: true, lastWriteMs: 1900 },
    server: { writeEndedMs: 1500, lastReadMs: 1900 },
    serverFinMs: 300,
    wanted: [NEVER_MS, NEVER_MS, 2200, NEVER_MS],
  },
  {
    name: 'a client that does not read: its send timer runs, the receive timer of the paused server rests',
    client: { blockedSinceMs: 1400 },
    server: { readPaused: true, lastReadMs: 1400 },
    wanted: [2000, 2400, NEVER_MS, NEVER_MS],
  },
  {
    name: 'a server that does not read',
    server: { blockedSinceMs: 1400 },
    client: { readPaused: true, lastReadMs: 1400 },
    wanted: [NEVER_MS, NEVER_MS, 2000, 2400],
  },
  {
    name: 'when reading goes on its timer starts anew',
    server: { lastWriteMs: 1990 },
    client: { lastReadMs: 1100 },
    independent: true,
    wanted: [2990, NEVER_MS, 2000, NEVER_MS],
  },
  {
    name: 'the last bytes of a FIN are stuck: client-fin is the send timer',
    client: { blockedSinceMs: 1400, writeEndedMs: 0, readEnded: true },
    server: { readEnded: true },
    clientFinMs: 200,
    wanted: [NEVER_MS, 1600, NEVER_MS, NEVER_MS],
  },
];

function timeoutsOf(row: Row): RelayTimeouts {
  const { clientMs = 1000, serverMs = 1000, independent = false } = row;
  return relayTimeouts(
    { timeoutClientMs: clientMs, timeoutClientFinMs: row.clientFinMs ?? 0 },
    {
      timeoutServerMs: serverMs,
      timeoutServerFinMs: row.serverFinMs ?? 0,
      timeoutTunnelMs: row.tunnelMs ?? 0,
    },
    { client: independent, server: independent },
  );
}

for (const row of ROWS) {
  void t.test(row.name, async (t) => {
    const client = Object.assign(new DrySide(START_MS), row.client);
    const server = Object.assign(new DrySide(START_MS), row.server);
    const timeouts = timeoutsOf(row);
    const deadlines = [
      receiveDeadlineMs(client, server, timeouts.client),
      sendDeadlineMs(client, timeouts.client),
      receiveDeadlineMs(server, client, timeouts.server),
      sendDeadlineMs(server, timeouts.server),
    ];
    t.same(deadlines, row.wanted);
    t.ok(nextLookMs(START_MS, client, server, timeouts) <= Math.min(...deadlines), 'is looked at in time');
  });
}

void t.test('the next look is no later than a timer that starts now could strike', async (t) => {
  const [client, server] = [new DrySide(START_MS), new DrySide(START_MS)];
  client.readEnded = true;
  server.readPaused = true;
  const timeouts = timeoutsOf({ name: '', clientMs: 700, serverMs: 5000, wanted: [0, 0, 0, 0] });
  t.equal(nextLookMs(START_MS, client, server, timeouts), START_MS + 700);
  const none = timeoutsOf({ name: '', clientMs: 0, serverMs: 0, wanted: [0, 0, 0, 0] });
  t.equal(nextLookMs(START_MS, client, server, none), NEVER_MS);
});
