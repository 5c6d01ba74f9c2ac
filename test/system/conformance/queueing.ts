/**
 * Waiting for a place: the observed parts of the reference's 5.4.
 *
 * Not here: the order of queues (`test/backend`).
 */
import type { Peer } from '../../help/peer.ts';
import type { Outcome, Scenario, Stage } from '../help/stage.ts';

/** The only place is held by one client; gives it, its server side, and the one who waits. */
async function oneHoldsOneWaits(stage: Stage): Promise<{ holder: Peer; held: Peer; waiting: Peer }> {
  const { client: holder, server: held } = await stage.pair();
  return { holder, held, waiting: await stage.client() };
}

async function endWell(holder: Peer, held: Peer): Promise<void> {
  holder.end();
  await held.expectEnd();
  held.end();
  await holder.over();
}

/** The one who waits sends and ends; the holder stays until then and leaves afterwards. */
async function leavesWhileQueued(stage: Stage, bytes: string): Promise<Outcome> {
  const { waiting } = await oneHoldsOneWaits(stage);
  waiting.end(bytes);
  return { ...(await stage.endOf('client', waiting)), ...(await stage.line()) };
}

export const QUEUEING: readonly Scenario[] = [
  {
    title: 'who waits longer than timeout queue is closed',
    lines: ['timeout queue 500'],
    servers: ['live maxconn 1'],
    act: async (stage) => {
      const { waiting } = await oneHoldsOneWaits(stage);
      return { ...(await stage.endOf('client', waiting)), ...(await stage.line()) };
    },
    expected: {
      client: 'ended',
      clientMs: 500,
      flags: 'sQ',
      queuedMs: 500,
      connectMs: -1,
      serverName: '<NOSRV>',
    },
  },
  {
    title: 'without timeout queue, timeout connect counts',
    lines: ['timeout connect 700'],
    servers: ['live maxconn 1'],
    act: async (stage) => {
      const { waiting } = await oneHoldsOneWaits(stage);
      return { ...(await stage.endOf('client', waiting)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 700, flags: 'sQ', queuedMs: 700, connectMs: -1 },
  },
  {
    title: 'a client that leaves the queue without a byte is let go',
    lines: ['timeout queue 5s'],
    servers: ['live maxconn 1'],
    act: (stage) => leavesWhileQueued(stage, ''),
    expected: { client: 'ended', clientMs: 0, flags: 'CQ', connectMs: -1 },
  },
  {
    title: 'a client that sent bytes before its FIN keeps its place in the queue',
    lines: ['timeout queue 5s'],
    servers: ['live maxconn 1'],
    act: async (stage) => {
      const { holder, held, waiting } = await oneHoldsOneWaits(stage);
      waiting.end('a request');
      await endWell(holder, held);
      const served = await stage.server();
      await served.expect('a request');
      await served.expectEnd();
      served.end('an answer');
      await waiting.expect('an answer');
      return { ...(await stage.endOf('client', waiting)), ...(await stage.line(1)) };
    },
    expected: { client: 'ended', flags: '--', serverName: 'a', bytes: 9 },
  },
  {
    title: 'with abortonclose it does not',
    lines: ['timeout queue 5s', 'option abortonclose'],
    servers: ['live maxconn 1'],
    act: (stage) => leavesWhileQueued(stage, 'a request'),
    expected: { client: 'ended', clientMs: 0, flags: 'CQ', connectMs: -1 },
  },
  {
    title: 'a place given back goes to the one who waits',
    lines: ['timeout queue 5s'],
    servers: ['live maxconn 1'],
    act: async (stage) => {
      const { holder, held, waiting } = await oneHoldsOneWaits(stage);
      await endWell(holder, held);
      const served = await stage.server();
      served.send('.');
      await waiting.expect('.');
      await endWell(waiting, served);
      return await stage.line(1);
    },
    expected: { flags: '--', serverName: 'a', retries: '0' },
  },
  {
    title: "a server's full queue sends the next client away",
    lines: ['balance source', 'timeout queue 5s'],
    servers: ['live maxconn 1 maxqueue 1'],
    act: async (stage) => {
      await oneHoldsOneWaits(stage);
      const third = await stage.client();
      return { ...(await stage.endOf('client', third)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 0, flags: 'SQ', serverName: 'a', connectMs: -1 },
  },
  {
    title: 'the queue of an imposed server is bounded by its timeout too',
    lines: ['balance source', 'timeout queue 500'],
    servers: ['live maxconn 1', 'live maxconn 1'],
    act: async (stage) => {
      await stage.client();
      const waiting = await stage.client();
      return { ...(await stage.endOf('client', waiting)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 500, flags: 'sQ', queuedMs: 500, serverName: 'b' },
  },
];
