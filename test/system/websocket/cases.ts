/**
 * What is said through a balancer by WebSocket: every kind of frame, every length class, fragments, pings, closes, compression,
 * protocols. Each case gives what the client saw, and must see the same without a balancer.
 *
 * Not here: many sockets at once (`websocket.system.test.ts`).
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { within } from '../../help/gate.ts';
import { HOST } from '../help/network.ts';
import type { Owner } from '../help/process.ts';
import { EchoClient, type Echo } from '../help/web-socket-echo.ts';

/** Where a case takes place. */
export interface Place {
  readonly owner: Owner;
  /** Where clients connect to. */
  readonly port: number;
  readonly echo: Echo;
}

export interface Case {
  readonly title: string;
  readonly run: (place: Place) => Promise<readonly string[]>;
  readonly expected: readonly string[];
}

/** Around every length that is written differently in a frame's head. */
const LENGTHS = [0, 1, 125, 126, 127, 128, 65_535, 65_536, 65_537];
const LARGE_BYTES = 16 * 1024 * 1024;

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes that repeat nowhere near, the same in every run. */
function bytesOf(length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let state = length + 1;
  for (let at = 0; at < length; at += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** Text of about that length with characters of one to four bytes. */
function textOf(length: number): string {
  return 'aé€😀'.repeat(Math.ceil(length / 10)).slice(0, length);
}

function shown(bytes: Uint8Array, isBinary: boolean): string {
  return `${isBinary ? 'binary' : 'text'} ${bytes.length} ${digest(bytes)}`;
}

/** Messages go out all at once, and come back in their order. */
function echoed(title: string, messages: readonly (string | Buffer)[], deflate = false): Case {
  return {
    title,
    async run({ owner, port }) {
      const client = await EchoClient.open(owner, port, { perMessageDeflate: deflate });
      for (const message of messages) client.socket.send(message);
      const seen: string[] = [];
      while (seen.length < messages.length) {
        const { bytes, isBinary } = await client.next();
        seen.push(shown(bytes, isBinary));
      }
      client.socket.close();
      return seen;
    },
    expected: messages.map((message) => shown(Buffer.from(message as Buffer), typeof message !== 'string')),
  };
}

const CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];

const closing: readonly Case[] = [
  {
    title: 'close codes and reasons from the client',
    async run({ owner, port, echo }) {
      const seen: string[] = [];
      for (const code of CODES) {
        const client = await EchoClient.open(owner, port);
        client.socket.close(code, `reason${code}`);
        await client.closes.reached(1);
        await echo.closes.until(`${code} reason${code}`);
        seen.push(`${client.closes.entries[0]}`);
      }
      return seen;
    },
    expected: CODES.map((code) => `${code} reason${code}`),
  },
  {
    title: 'close codes and reasons from the server',
    async run({ owner, port }) {
      const seen: string[] = [];
      for (const code of CODES) {
        const client = await EchoClient.open(owner, port);
        client.socket.send(`close ${code} from${code}`);
        await client.closes.reached(1);
        seen.push(`${client.closes.entries[0]}`);
      }
      return seen;
    },
    expected: CODES.map((code) => `${code} from${code}`),
  },
  {
    title: 'a close without a code',
    async run({ owner, port, echo }) {
      const client = await EchoClient.open(owner, port);
      client.socket.close();
      await client.closes.reached(1);
      await echo.closes.until('1005');
      return client.closes.entries;
    },
    expected: ['1005'],
  },
  {
    title: 'a frame that is none: the server’s verdict comes through',
    async run({ owner, port }) {
      const client = await EchoClient.open(owner, port);
      // A reserved kind of frame, masked and empty.
      (client.socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(
        Buffer.from([0x83, 0x80, 1, 2, 3, 4]),
      );
      await client.closes.reached(1);
      return client.closes.entries;
    },
    expected: ['1002'],
  },
];

const controlling: readonly Case[] = [
  {
    title: 'pings of every length, and their pongs',
    async run({ owner, port, echo }) {
      const client = await EchoClient.open(owner, port);
      const payloads = [0, 1, 64, 125].map((length) => bytesOf(length));
      for (const payload of payloads) client.socket.ping(payload);
      await client.pongs.reached(payloads.length);
      for (const payload of payloads) await echo.pings.until(payload.toString('hex'));
      client.socket.close();
      return client.pongs.entries;
    },
    expected: [0, 1, 64, 125].map((length) => bytesOf(length).toString('hex')),
  },
  {
    title: 'a pong that nobody asked for is passed over',
    async run({ owner, port }) {
      const client = await EchoClient.open(owner, port);
      client.socket.pong('unasked');
      client.socket.send('still here');
      const { bytes } = await client.next();
      client.socket.close();
      return [bytes.toString()];
    },
    expected: ['still here'],
  },
  {
    title: 'fragments, with a ping between them',
    async run({ owner, port }) {
      const client = await EchoClient.open(owner, port);
      client.socket.send('one ', { fin: false });
      client.socket.ping('between');
      client.socket.send('', { fin: false });
      client.socket.send('two ', { fin: false });
      client.socket.send('three', { fin: true });
      const { bytes, isBinary } = await client.next();
      client.socket.close();
      return [`${isBinary} ${bytes.toString()}`, ...client.pongs.entries];
    },
    expected: ['false one two three', Buffer.from('between').toString('hex')],
  },
  {
    title: 'a message of 1,000 fragments',
    async run({ owner, port }) {
      const client = await EchoClient.open(owner, port);
      for (let part = 0; part < 1000; part += 1) {
        client.socket.send(bytesOf(part), { binary: true, fin: part === 999 });
      }
      const { bytes, isBinary } = await client.next();
      client.socket.close();
      return [shown(bytes, isBinary)];
    },
    expected: [shown(Buffer.concat(Array.from({ length: 1000 }, (_, part) => bytesOf(part))), true)],
  },
];

const opening: readonly Case[] = [
  {
    title: 'a protocol is chosen among those offered, or none',
    async run({ owner, port }) {
      const chosen = await EchoClient.open(owner, port, { protocols: ['first', 'second'] });
      chosen.socket.close();
      return [chosen.socket.protocol];
    },
    expected: ['second'],
  },
  {
    title: 'compression is agreed on where it is offered',
    async run({ owner, port }) {
      const [plain, packed] = [
        await EchoClient.open(owner, port),
        await EchoClient.open(owner, port, { perMessageDeflate: true }),
      ];
      for (const { socket } of [plain, packed]) socket.close();
      return [plain.socket.extensions, packed.socket.extensions];
    },
    expected: ['', 'permessage-deflate'],
  },
  {
    title: 'a refusal comes through',
    async run({ owner, port }) {
      const socket = new WebSocket(`ws://${HOST}:${port}/refused`);
      // Leaving before it was open is one.
      socket.on('error', () => {});
      owner.teardown(() => socket.terminate());
      const refused = once(socket, 'unexpected-response') as Promise<[unknown, { statusCode: number }]>;
      const [, { statusCode }] = await within(refused, () => 'a refusal');
      return [`${statusCode}`];
    },
    expected: ['403'],
  },
];

export const CASES: readonly Case[] = [
  echoed('texts of every length class', LENGTHS.map(textOf)),
  echoed('binary messages of every length class', LENGTHS.map(bytesOf)),
  echoed('a frame of 16 MiB, binary', [bytesOf(LARGE_BYTES)]),
  echoed('a frame of 16 MiB, text', ['x'.repeat(LARGE_BYTES)]),
  echoed(
    '5,000 small messages in their order',
    Array.from({ length: 5000 }, (_, index) => `message ${index}`),
  ),
  echoed(
    'compressed messages of every length class',
    [...LENGTHS.map(textOf), ...LENGTHS.map(bytesOf)],
    true,
  ),
  echoed('2 MiB that compress well', ['y'.repeat(2 * 1024 * 1024)], true),
  ...controlling,
  ...closing,
  ...opening,
];
