/**
 * Timers of the relay: the table of the reference's 5.7, row by row, with shorter times.
 *
 * Not here: timers before the relay (`connecting.ts`, `queueing.ts`).
 */
import type { Peer } from '../../help/peer.ts';
import type { Outcome, Scenario, Stage } from '../help/stage.ts';

/** Both stay silent and hold their own sides open: what comes to each, and the line. */
async function bothSilent(stage: Stage): Promise<Outcome> {
  const { client, server } = await stage.pair();
  const sides = await Promise.all([stage.endOf('client', client), stage.endOf('server', server)]);
  return { ...sides[0], ...sides[1], ...(await stage.line()) };
}

/** Sends a byte every 150 ms until `untilMs` of the stage's time, then is silent. */
async function streams(stage: Stage, from: Peer, untilMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (stage.nowMs < untilMs && from.state === 'open') return void from.send('.');
      clearInterval(timer);
      resolve();
    }, 150);
  });
}

/** Writes until the kernel takes no more and goes on whenever it does. */
function floods(from: Peer): void {
  const chunk = Buffer.alloc(256 * 1024);
  const more = (): void => {
    while (!from.socket.destroyed && from.socket.write(chunk));
  };
  from.socket.on('drain', more);
  more();
}

export const TIMING: readonly Scenario[] = [
  {
    title: 'idle, equal timeouts: both sides get FIN together',
    lines: ['timeout client 600', 'timeout server 600'],
    servers: ['live'],
    act: bothSilent,
    expected: { client: 'ended', clientMs: 600, serverMs: 600, flags: 'cD', totalMs: 600 },
  },
  {
    title: "idle, the client's timeout is shorter: FIN to the server only, the rest at the server's timeout",
    lines: ['timeout client 500', 'timeout server 1500'],
    servers: ['live'],
    act: bothSilent,
    expected: { client: 'ended', clientMs: 1500, serverMs: 500, flags: 'cD', totalMs: 1500 },
  },
  {
    title: 'and while the server keeps writing its bytes reach the client; the end counts from the last one',
    lines: ['timeout client 500', 'timeout server 1000'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      const finAtServer = stage.endOf('server', server);
      await streams(stage, server, 200);
      const fin = await finAtServer;
      await new Promise((resolve) => setTimeout(resolve, 200));
      const silentFromMs = Math.round(stage.nowMs);
      server.send('late');
      await client.expectCount(server.bytesSent);
      const end = await stage.endOf('client', client);
      return {
        ...fin,
        client: end['client'] ?? '',
        leftMs: Number(end['clientMs']) - silentFromMs,
        ...(await stage.line()),
      };
    },
    expected: { client: 'ended', leftMs: 1000, flags: 'cD' },
  },
  {
    title: "idle, the server's timeout is shorter: FIN to the client only, the rest at the client's timeout",
    lines: ['timeout client 1500', 'timeout server 500'],
    servers: ['live'],
    act: bothSilent,
    expected: { client: 'ended', clientMs: 500, serverMs: 1500, flags: 'sD', totalMs: 1500 },
  },
  {
    title: 'timeout server-fin bounds the second phase after the client timed out',
    lines: ['timeout client 500', 'timeout server 3s', 'timeout server-fin 400'],
    servers: ['live'],
    act: bothSilent,
    expected: { clientMs: 900, serverMs: 500, flags: 'cD', totalMs: 900 },
  },
  {
    title: 'timeout client-fin bounds the second phase after the server timed out',
    lines: ['timeout client 3s', 'timeout server 500', 'timeout client-fin 400'],
    servers: ['live'],
    act: bothSilent,
    expected: { clientMs: 500, serverMs: 900, flags: 'sD', totalMs: 900 },
  },
  {
    title: 'timeout tunnel replaces both',
    lines: ['timeout client 400', 'timeout server 400', 'timeout tunnel 1200'],
    servers: ['live'],
    act: bothSilent,
    expected: { clientMs: 1200, serverMs: 1200, flags: 'cD', totalMs: 1200 },
  },
  {
    title: 'timeout server-fin bounds a half-closed session after the client ended',
    lines: ['timeout server-fin 500'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      client.end();
      await server.expectEnd();
      return { ...(await stage.endOf('client', client)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 500, flags: 'sD' },
  },
  {
    title: 'timeout client-fin bounds a half-closed session after the server ended',
    lines: ['timeout client-fin 500'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      server.end();
      await client.expectEnd();
      return { ...(await stage.endOf('server', server)), ...(await stage.line()) };
    },
    expected: { server: 'ended', serverMs: 500, flags: 'cD' },
  },
  {
    title: 'a half-closed session under timeout tunnel ends with the fin timeout',
    lines: ['timeout tunnel 3s', 'timeout client-fin 500', 'timeout server-fin 500'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      client.end();
      await server.expectEnd();
      return { ...(await stage.endOf('client', client)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 500, flags: 'sD' },
  },
  {
    title: 'bytes written to a silent client keep it from timing out',
    lines: ['timeout client 500', 'timeout server 500'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      await streams(stage, server, 1500);
      const openAfterStreaming = client.state === 'open' && server.state === 'open';
      server.end();
      client.end();
      await Promise.all([client.over(), server.over()]);
      return { openAfterStreaming, ...(await stage.line()) };
    },
    expected: { openAfterStreaming: true, flags: '--' },
  },
  {
    title: 'bytes written to a silent server keep it from timing out, until the last one',
    lines: ['timeout client 3s', 'timeout server 500'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      await streams(stage, client, 1200);
      const openAfterStreaming = client.state === 'open' && server.state === 'open';
      const silentFromMs = Math.round(stage.nowMs);
      const { client: how = '', clientMs } = await stage.endOf('client', client);
      client.end();
      return {
        openAfterStreaming,
        client: how,
        leftMs: Number(clientMs) - silentFromMs,
        ...(await stage.line()),
      };
    },
    expected: { openAfterStreaming: true, client: 'ended', leftMs: 350, flags: 'sD' },
  },
  {
    title:
      'independent-streams: the silent client times out though it is written to, and its server gets FIN',
    lines: ['timeout client 500', 'timeout server 3s', 'option independent-streams'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      const fin = stage.endOf('server', server);
      await streams(stage, server, 1000);
      const outcome = await fin;
      server.end();
      await client.over();
      return { ...outcome, ...(await stage.line()) };
    },
    expected: { serverMs: 500, flags: 'cD' },
  },
  {
    title: 'a client that stops reading is cut when nothing could be written for its timeout',
    lines: ['timeout client 600', 'timeout server 10s'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      client.hold();
      server.count();
      floods(server);
      const end = await stage.endOf('server', server);
      return { ...end, ...(await stage.line()) };
    },
    expected: { flags: 'cD' },
  },
  {
    title: 'a server that stops reading is cut when nothing could be written for its timeout',
    lines: ['timeout client 10s', 'timeout server 600'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      server.hold();
      client.count();
      floods(client);
      const end = await stage.endOf('client', client);
      return { ...end, ...(await stage.line()) };
    },
    expected: { flags: 'sD' },
  },
];
