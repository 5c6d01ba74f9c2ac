/**
 * Upgrades and CONNECT: when a connection becomes a tunnel, when it does not, and how tunnels end.
 *
 * Not here: what the `ws` package says through one (`websocket.system.test.ts`).
 */
import { get, type HttpScenario, type HttpStage, say, type StageClient } from '../../help/http-stage.ts';
import { answer, type OriginScript, raw } from '../../help/origin.ts';

const WANTS = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];
const SWITCHES = raw(
  'HTTP/1.1 101 Switching Protocols',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
);

/** Answers `/ws` by switching to an echo that ends when the client ends, everything else in the ordinary way. */
const switching = (): OriginScript => ({
  answer: ({ peer, server, target }) => {
    if (!target.startsWith('/ws')) return answer('200 OK', [], server);
    peer.send(SWITCHES);
    echo(peer.socket);
    peer.send(peer.take());
    return null;
  },
});

function echo(socket: NodeJS.ReadWriteStream): void {
  socket.on('data', (text: string) => socket.write(text, 'latin1'));
  socket.on('end', () => socket.end());
}

/** Asks for the tunnel, speaks through it and leaves. */
async function speak(stage: HttpStage, request = get('/ws', ...WANTS)): Promise<StageClient> {
  const client = await stage.client();
  client.send(request);
  await client.answer('GET');
  client.send('\x00\xff through');
  await client.bytes(10);
  return client;
}

async function speakAndLeave(stage: HttpStage): Promise<void> {
  const client = await speak(stage);
  client.end();
  await client.over();
}

export const UPGRADE: readonly HttpScenario[] = [
  { title: 'WebSocket: 101, then bytes as they are', origin: switching, act: speakAndLeave, lineCount: 1 },
  {
    title: 'WebSocket with option httpclose',
    frontend: ['option httpclose'],
    origin: switching,
    act: speakAndLeave,
    lineCount: 1,
  },
  {
    title: 'WebSocket with option http-server-close',
    backend: ['option http-server-close', 'server a {a}'],
    origin: switching,
    act: speakAndLeave,
    lineCount: 1,
  },
  {
    title: 'an upgrade as the second request of a connection',
    origin: switching,
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/first'));
      await client.answer();
      client.send(get('/ws', ...WANTS));
      await client.answer();
      client.send('tunnelled');
      await client.bytes(9);
      client.end();
      await client.over();
    },
    lineCount: 2,
  },
  {
    title: 'an upgrade that is refused: the connection goes on',
    origin: () => ({
      answer: ({ target }) =>
        target === '/ws' ? answer('403 Forbidden', [], 'no') : answer('200 OK', [], 'yes'),
    }),
    clients: [[get('/ws', ...WANTS), get('/next'), get('/ws', ...WANTS)]],
  },
  {
    title: 'an upgrade that is passed over with 200',
    clients: [[get('/', ...WANTS), get('/next')]],
  },
  {
    title: 'bytes behind the request wait for the 101',
    origin: switching,
    act: async (stage) => {
      const client = await stage.client();
      client.send(`${get('/ws', ...WANTS)}early`);
      await client.answer('GET');
      await client.bytes(5);
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'another protocol',
    origin: () => ({
      answer: ({ peer }) => {
        peer.send(raw('HTTP/1.1 101 Switching Protocols', 'Connection: upgrade', 'Upgrade: Other/1'));
        echo(peer.socket);
        return null;
      },
    }),
    act: async (stage) => {
      const client = await speak(stage, get('/', 'Connection: keep-alive, Upgrade', 'Upgrade: other/1'));
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: '502: 101 without having been asked',
    origin: () => ({ answer: () => SWITCHES }),
    clients: [[get('/')]],
  },
  {
    title: '502: 101 without Sec-WebSocket-Accept',
    origin: () => ({
      answer: () => raw('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', 'Upgrade: websocket'),
    }),
    clients: [[get('/ws', ...WANTS)]],
  },
  {
    title: '400: a WebSocket without a key',
    clients: [[get('/ws', 'Connection: Upgrade', 'Upgrade: websocket')]],
    lineCount: 1,
  },
  {
    title: 'Upgrade without Connection: upgrade',
    clients: [[get('/', 'Upgrade: websocket')], [get('/', 'Connection: upgrade')]],
  },
  {
    title: 'timeout tunnel ends a silent tunnel',
    backend: ['timeout tunnel 700', 'server a {a}'],
    origin: switching,
    act: async (stage) => {
      const client = await speak(stage);
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'timeout tunnel takes the place of the others',
    frontend: ['timeout client 400'],
    backend: ['timeout server 400', 'timeout tunnel 10s', 'server a {a}'],
    origin: switching,
    act: async (stage) => {
      const client = await speak(stage);
      await new Promise((resolve) => setTimeout(resolve, 900));
      client.send('still here');
      await client.bytes(10);
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'without timeout tunnel the client’s ends it',
    frontend: ['timeout client 700'],
    origin: switching,
    act: async (stage) => {
      const client = await speak(stage);
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'the server leaves a tunnel',
    origin: () => ({
      answer: ({ peer }) => {
        peer.send(SWITCHES);
        peer.end('bye');
        return null;
      },
    }),
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/ws', ...WANTS));
      await client.answer();
      await client.bytes(3);
      await client.peer.over();
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'a tunnel keeps its place on the server',
    backend: ['timeout queue 200', 'server a {a} maxconn 1'],
    origin: switching,
    act: async (stage) => {
      const client = await speak(stage);
      const other = await stage.client();
      other.send(get('/'));
      await other.answer();
      client.end();
      await client.over();
      other.send(get('/'));
      await other.answer();
      other.end();
      await other.over();
    },
    lineCount: 3,
  },
  {
    title: 'CONNECT: 200 makes a tunnel',
    origin: () => ({
      answer: ({ peer }) => {
        peer.send(raw('HTTP/1.1 200 Connected'));
        echo(peer.socket);
        return null;
      },
    }),
    act: async (stage) => {
      const client = await stage.client();
      client.send(say('CONNECT target.example:443 HTTP/1.1', 'Host: target.example:443'));
      await client.answer('CONNECT');
      client.send('tunnelled');
      await client.bytes(9);
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'CONNECT refused by the server',
    origin: () => ({ answer: () => answer('405 Method Not Allowed', [], 'no') }),
    act: async (stage) => {
      const client = await stage.client();
      client.send(say('CONNECT target.example:443 HTTP/1.1', 'Host: target.example:443'));
      await client.answer('CONNECT');
      client.send(get('/next'));
      await client.answer();
      client.end();
      await client.over();
    },
    lineCount: 2,
  },
];
