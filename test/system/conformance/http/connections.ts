/**
 * Connections: what keeps and what closes them, on both sides, and which requests share one to a server.
 *
 * Not here: ends that are faults (`ending.ts`), tunnels (`upgrade.ts`).
 */
import { answering, get, type HttpScenario, type HttpStage, post, say } from '../../help/http-stage.ts';
import { answer } from '../../help/origin.ts';

const TWICE = [[get('/1'), get('/2')]];

/** Two clients one after the other, both stay until the end, then the first one once more. */
async function twoClients(stage: HttpStage): Promise<void> {
  const first = await stage.client();
  const second = await stage.client();
  for (const client of [first, first, second, second, first]) {
    client.send(get('/'));
    await client.answer();
  }
  for (const client of [first, second]) {
    client.end();
    await client.over();
  }
}

function reuse(mode: string): HttpScenario {
  return {
    title: `http-reuse ${mode}: two clients in turn`,
    backend: [`http-reuse ${mode}`, 'server a {a}'],
    act: twoClients,
    lineCount: 5,
  };
}

export const CONNECTIONS: readonly HttpScenario[] = [
  { title: 'keep-alive is the default, on both sides', clients: TWICE },
  { title: 'the client asks for the end', clients: [[get('/1'), get('/2', 'Connection: close')]] },
  {
    title: 'the server asks for the end: the client’s connection stays',
    origin: answering(({ server }) => answer('200 OK', ['Connection: close'], server)),
    clients: TWICE,
  },
  { title: 'option http-server-close', frontend: ['option http-server-close'], clients: TWICE },
  {
    title: 'option http-server-close in the backend',
    backend: ['option http-server-close', 'server a {a}'],
    clients: TWICE,
  },
  { title: 'option httpclose', frontend: ['option httpclose'], clients: TWICE },
  {
    title: 'option httpclose in the backend',
    backend: ['option httpclose', 'server a {a}'],
    clients: TWICE,
  },
  {
    title: 'the one that closes more holds',
    frontend: ['option http-server-close'],
    backend: ['option httpclose', 'server a {a}'],
    clients: TWICE,
  },
  {
    title: 'option httpclose with HTTP/1.0 that wants to stay',
    frontend: ['option httpclose'],
    clients: [[say('GET / HTTP/1.0', 'Connection: keep-alive')]],
  },
  {
    title: 'option http-server-close with HTTP/1.0 that wants to stay',
    frontend: ['option http-server-close'],
    clients: [
      [say('GET /1 HTTP/1.0', 'Connection: keep-alive'), say('GET /2 HTTP/1.0', 'Connection: keep-alive')],
    ],
  },
  reuse('never'),
  reuse('safe'),
  reuse('aggressive'),
  reuse('always'),
  {
    title: 'a kept connection belongs to its server: balancing goes on',
    backend: ['balance roundrobin', 'server a {a}', 'server b {b}'],
    clients: [[get('/1'), get('/2'), get('/3'), get('/4')]],
  },
  {
    title: 'option prefer-last-server stays with the server',
    backend: ['balance roundrobin', 'option prefer-last-server', 'server a {a}', 'server b {b}'],
    clients: [[get('/1'), get('/2'), get('/3')], [get('/4')]],
  },
  {
    title: 'a server that closed its kept connection meanwhile: a new one is made',
    origin: () => ({
      answer: ({ server, peer, target }) => {
        if (target !== '/leave') return answer('200 OK', [], server);
        peer.send(answer('200 OK', [], 'left'));
        peer.end();
        return null;
      },
    }),
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/leave'));
      await client.answer();
      // A round trip of another client comes behind the server's FIN.
      const other = await stage.client();
      other.send(get('/other'));
      await other.answer();
      client.send(get('/again'));
      await client.answer();
      client.end();
      await client.over();
      other.end();
      await other.over();
    },
    lineCount: 3,
  },
  {
    title: 'timeout http-keep-alive closes in silence',
    frontend: ['timeout http-keep-alive 200'],
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/'));
      await client.answer();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'without timeout http-keep-alive, timeout http-request holds between requests',
    frontend: ['timeout http-request 200'],
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/'));
      await client.answer();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'a client that ends behind its request gets its answer',
    act: async (stage) => {
      const client = await stage.client();
      client.send(post('/', 'abc')).end();
      await client.answer();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'option forwardfor adds a line behind those that are there',
    frontend: ['option forwardfor'],
    clients: [{ from: '127.0.0.7', requests: [get('/'), get('/', 'X-Forwarded-For: 1.2.3.4')] }],
  },
  {
    title: 'option forwardfor except a network',
    frontend: ['option forwardfor except 127.0.0.0/24'],
    clients: [
      { from: '127.0.0.7', requests: [get('/')] },
      { from: '127.0.1.7', requests: [get('/')] },
    ],
  },
  {
    title: 'option forwardfor with another name, the backend’s wins',
    frontend: ['option forwardfor header X-Client'],
    backend: ['option forwardfor header X-Real', 'server a {a}'],
    more: ['backend @b', 'option forwardfor', 'server b {b}'],
    clients: [[get('/')]],
  },
  {
    title: 'option forwardfor if-none',
    frontend: ['option forwardfor if-none'],
    clients: [[get('/'), get('/', 'X-Forwarded-For: 1.2.3.4'), get('/', 'X-Forwarded-For:')]],
  },
  {
    title: 'option forwardfor if-none in the frontend, without in the backend',
    frontend: ['option forwardfor if-none'],
    backend: ['option forwardfor', 'server a {a}'],
    clients: [[get('/', 'X-Forwarded-For: 1.2.3.4')]],
  },
];
