/**
 * Closing: the rules of the reference's 5.8.
 *
 * Not here: ends by timers (`timing.ts`).
 */
import type { Outcome, Scenario, Stage } from '../help/stage.ts';

/** Both are connected and have exchanged a byte each way. */
async function talking(stage: Stage): Promise<Awaited<ReturnType<Stage['pair']>>> {
  const { client, server } = await stage.pair();
  client.send('>');
  await server.expect('>');
  server.send('<');
  await client.expect('<');
  return { client, server };
}

/** The client ends, the server answers and ends. */
async function clientEndsFirst(stage: Stage): Promise<Outcome> {
  const { client, server } = await talking(stage);
  client.end('last words');
  await server.expect('last words');
  await server.expectEnd();
  server.send('an answer ');
  await client.expect('an answer ');
  server.end('and more');
  await client.expect('and more');
  const ends = { client: await client.over(), serverSaw: server.state };
  return { ...ends, ...(await stage.line()) };
}

export const CLOSING: readonly Scenario[] = [
  {
    title: 'the client ends first: the server hears it and goes on sending',
    lines: [],
    servers: ['live'],
    act: clientEndsFirst,
    expected: { client: 'ended', serverSaw: 'ended', flags: '--', bytes: 20 },
  },
  {
    title: 'the server ends first: the client hears it and goes on sending',
    lines: [],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await talking(stage);
      server.end('last words');
      await client.expect('last words');
      await client.expectEnd();
      client.send('more ');
      await server.expect('more ');
      client.end('and more');
      await server.expect('and more');
      return { server: await server.over(), ...(await stage.line()) };
    },
    expected: { flags: '--', bytes: 12 },
  },
  {
    title: 'the server speaks first and ends before the client says anything',
    lines: [],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await stage.pair();
      server.end('a banner');
      await client.expect('a banner');
      const end = await stage.endOf('client', client);
      client.end();
      await server.expectEnd();
      return { ...end, ...(await stage.line()) };
    },
    expected: { client: 'ended', flags: '--', bytes: 9 },
  },
  {
    title: 'a reset by the client becomes a reset at the server',
    lines: [],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await talking(stage);
      client.reset();
      return { serverSaw: await server.over(), ...(await stage.line()) };
    },
    expected: { serverSaw: 'reset', flags: 'CD' },
  },
  {
    title: 'a reset by the server becomes a FIN at the client',
    lines: [],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await talking(stage);
      server.reset();
      return { client: await client.over(), ...(await stage.line()) };
    },
    expected: { client: 'ended', flags: 'SD' },
  },
  {
    title: 'a client that closes with unread bytes is a reset too',
    lines: [],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await talking(stage);
      client.hold();
      // More than Node reads ahead of a paused reader, less than the kernel holds: some stays unread.
      await server.flush('unread'.repeat(50_000));
      await stage.turn();
      client.close();
      return { serverSaw: await server.over(), ...(await stage.line()) };
    },
    expected: { serverSaw: 'reset', flags: 'CD' },
  },
  {
    title: 'a reset by the client after its FIN ends the half-closed session',
    lines: [],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await talking(stage);
      client.end();
      await server.expectEnd();
      client.reset();
      server.send('into the void');
      return await stage.line();
    },
    expected: { flags: 'CD' },
  },
  {
    title: 'nolinger: the FIN of one side becomes a reset at the other',
    lines: ['option nolinger'],
    servers: ['live'],
    act: async (stage) => {
      const { client, server } = await talking(stage);
      client.end();
      return { serverSaw: await server.over(), client: await client.over(), ...(await stage.line()) };
    },
    expected: { serverSaw: 'reset', client: 'reset', flags: '--' },
  },
];
