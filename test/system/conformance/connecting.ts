/**
 * Connecting, retries, redispatch: the rows of the reference's 5.6, as observed on HAProxy 2.6.
 *
 * Not here: waiting for a place (`queueing.ts`).
 */
import type { Outcome, Scenario, Stage } from '../help/stage.ts';

/** A client comes and only waits: how it ends, and the line. */
async function clientWaits(stage: Stage): Promise<Outcome> {
  const client = await stage.client();
  return { ...(await stage.endOf('client', client)), ...(await stage.line()) };
}

/** A client whose connection arrives at the live server of the given position, and both end well. */
function arrivesAt(index: number): (stage: Stage) => Promise<Outcome> {
  return async (stage) => {
    const client = await stage.client();
    const server = await stage.server(index);
    const arrivedMs = Math.round(stage.nowMs);
    // A byte proves that the balancer knows of its connection too: a client's end before that would be another scenario.
    server.send('.');
    await client.expect('.');
    client.end();
    await server.expectEnd();
    server.end();
    return { ...(await stage.endOf('client', client)), arrivedMs, ...(await stage.line()) };
  };
}

export const CONNECTING: readonly Scenario[] = [
  {
    title: 'refused: three retries at the same server, one second before each',
    lines: [],
    servers: ['dead'],
    act: clientWaits,
    expected: {
      client: 'ended',
      clientMs: 3000,
      flags: 'SC',
      retries: '3',
      serverName: 'a',
      connectMs: -1,
      bytes: 0,
    },
  },
  {
    title: 'refused: without retries it is over at once',
    lines: ['retries 0'],
    servers: ['dead'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 0, flags: 'SC', retries: '0' },
  },
  {
    title: 'refused: the pause is no longer than the time to connect',
    lines: ['retries 2', 'timeout connect 300'],
    servers: ['dead'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 600, flags: 'SC', retries: '2' },
  },
  {
    title: 'no answer: each attempt has the whole time to connect, and the next one comes at once',
    lines: ['retries 3', 'timeout connect 400'],
    servers: ['hole'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 1600, flags: 'sC', retries: '3' },
  },
  {
    title: 'redispatch: two dead servers are tried in turn without a pause',
    lines: ['option redispatch'],
    servers: ['dead', 'dead'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 0, flags: 'SC', retries: '+3' },
  },
  {
    title: 'redispatch: a dead server is left at once for a good one',
    lines: ['option redispatch'],
    servers: ['dead', 'live'],
    act: arrivesAt(1),
    expected: { client: 'ended', arrivedMs: 0, flags: '--', retries: '+1', serverName: 'b' },
  },
  {
    title: 'redispatch: a silent server is left for a good one after the time to connect',
    lines: ['option redispatch', 'timeout connect 400'],
    servers: ['hole', 'live'],
    act: arrivesAt(1),
    expected: { client: 'ended', arrivedMs: 400, flags: '--', retries: '+1', serverName: 'b' },
  },
  {
    title: 'redispatch: a single dead server is tried with pauses all the same',
    lines: ['option redispatch', 'timeout connect 200'],
    servers: ['dead'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 600, flags: 'SC', retries: '3' },
  },
  {
    title: 'without redispatch all retries go to the dead server though another one is fine',
    lines: ['timeout connect 200'],
    servers: ['dead', 'live'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 600, flags: 'SC', retries: '3', serverName: 'a' },
  },
  {
    title:
      'redispatch with the interval 0 leaves a dead server at once all the same; here it is off, as the manual says',
    lines: ['option redispatch 0', 'timeout connect 200'],
    servers: ['dead', 'live'],
    act: arrivesAt(1),
    expected: { client: 'ended', arrivedMs: 0, flags: '--', retries: '+1', serverName: 'b' },
    differently: {
      act: clientWaits,
      expected: { client: 'ended', clientMs: 600, flags: 'SC', retries: '3', serverName: 'a' },
    },
  },
  {
    title: 'with an interval of 2 the consistent hash leaves it on the second retry',
    lines: ['option redispatch 2', 'balance source', 'hash-type consistent', 'timeout connect 300'],
    servers: ['live', 'dead', 'live'],
    act: arrivesAt(2),
    expected: { arrivedMs: 300, flags: '--', retries: '+2', serverName: 'c' },
  },
  {
    title: 'a map-based hash chooses the dead server again in spite of redispatch',
    lines: ['option redispatch', 'balance source', 'timeout connect 200'],
    servers: ['live', 'live', 'dead'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 400, flags: 'SC', retries: '3', serverName: 'c' },
  },
  {
    title: 'a consistent hash leaves the dead server on the last retry',
    lines: ['option redispatch', 'balance source', 'hash-type consistent', 'timeout connect 200'],
    servers: ['live', 'dead', 'live'],
    act: arrivesAt(2),
    expected: { arrivedMs: 400, flags: '--', retries: '+3', serverName: 'c' },
  },
  {
    title: 'no server is left: the client is closed at once',
    lines: [],
    servers: ['dead disabled'],
    act: clientWaits,
    expected: {
      client: 'ended',
      clientMs: 0,
      flags: 'SC',
      serverName: '<NOSRV>',
      retries: '0',
      connectMs: -1,
    },
  },
  {
    title: "the client's timeout does not abort connecting, but names the end",
    lines: ['timeout client 400', 'timeout connect 900', 'retries 0'],
    servers: ['hole'],
    act: clientWaits,
    expected: { client: 'ended', clientMs: 900, flags: 'cC' },
  },
  {
    title: 'a client that leaves without a byte while connecting ends it',
    lines: ['timeout connect 3s'],
    servers: ['hole'],
    act: async (stage) => {
      const client = await stage.client();
      // A FIN that HAProxy sees together with the client itself does not wake it while it connects.
      await stage.turn();
      client.end();
      return { ...(await stage.endOf('client', client)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 0, flags: 'CC', connectMs: -1 },
  },
  {
    title: 'a client that resets while connecting ends it',
    lines: ['timeout connect 3s'],
    servers: ['hole'],
    act: async (stage) => {
      (await stage.client()).reset();
      const { connectMs, totalMs, flags } = await stage.line();
      // HAProxy says `CC` or `CD`, by whether it saw the reset at its first look or later.
      return { connectMs, totalMs, cause: flags.slice(0, 1) };
    },
    expected: { totalMs: 0, cause: 'C', connectMs: -1 },
  },
  {
    title: 'connecting goes on for a client that sent bytes before its FIN',
    lines: ['timeout connect 600', 'retries 0'],
    servers: ['hole'],
    act: async (stage) => {
      const client = (await stage.client()).end('a request');
      return { ...(await stage.endOf('client', client)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 600, flags: 'sC', connectMs: -1 },
  },
  {
    title: 'with abortonclose it does not',
    lines: ['option abortonclose', 'timeout connect 3s'],
    servers: ['hole'],
    act: async (stage) => {
      const client = (await stage.client()).end('a request');
      return { ...(await stage.endOf('client', client)), ...(await stage.line()) };
    },
    expected: { client: 'ended', clientMs: 0, flags: 'CC', connectMs: -1 },
  },
];
