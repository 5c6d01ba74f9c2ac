/**
 * Ends that are faults: servers that are dead, slow, silent or wrong, ends before time on either side, limits.
 *
 * Not here: requests that are not understood (`refusing.ts`), answers that rules give (`rules.ts`).
 */
import { answering, get, type HttpScenario, post, say } from '../../help/http-stage.ts';
import { answer, raw } from '../../help/origin.ts';

export const ENDING: readonly HttpScenario[] = [
  {
    title: '503: the server refuses; the client’s connection stays',
    backend: ['retries 0', 'server x {dead}'],
    clients: [[get('/1'), get('/2')]],
  },
  {
    title: '503: retries are counted',
    backend: ['retries 2', 'timeout connect 100', 'server x {dead}'],
    clients: [[get('/1')]],
  },
  {
    title: '503: a server that never answers the SYN',
    backend: ['retries 0', 'timeout connect 200', 'server x {hole}'],
    clients: [[get('/1')]],
  },
  {
    title: 'redispatch takes a request with its body to another server',
    backend: ['option redispatch', 'balance roundrobin', 'server x {dead}', 'server a {a}'],
    clients: [[post('/', 'the body')]],
  },
  {
    title: '503: all servers are disabled',
    backend: ['server x {dead} disabled'],
    clients: [[get('/1'), say('HEAD / HTTP/1.1', 'Host: h')]],
  },
  {
    title: '503: the time in the queue is over',
    backend: ['timeout queue 200', 'server a {a} maxconn 1'],
    origin: (stage) => ({
      answer: async ({ target }) => {
        if (target === '/hold') await stage.gate('held').passed();
        return answer('200 OK', [], 'x');
      },
    }),
    act: async (stage) => {
      const [first, second] = [await stage.client(), await stage.client()];
      first.send(get('/hold'));
      await stage.received('a', 1);
      second.send(get('/late'));
      await second.answer();
      stage.gate('held').open();
      await first.answer();
      for (const client of [first, second]) {
        client.end();
        await client.over();
      }
    },
    lineCount: 2,
  },
  {
    title: 'maxconn counts requests: the second waits for the first one’s answer, on a connection that stays',
    frontend: ['monitor-uri /turn'],
    backend: ['server a {a} maxconn 1'],
    origin: (stage) => ({
      answer: async ({ target }) => {
        if (target === '/hold') await stage.gate('held').passed();
        return answer('200 OK', [], target);
      },
    }),
    act: async (stage) => {
      const [first, second] = [await stage.client(), await stage.client()];
      first.send(get('/hold'));
      await stage.received('a', 1);
      second.send(get('/second'));
      // One that is answered without a server has come behind the second.
      const turn = await stage.client();
      turn.send(get('/turn'));
      await turn.answer();
      stage.gate('held').open();
      await first.answer();
      await second.answer();
      first.send(get('/third'));
      await first.answer();
      for (const client of [first, second, turn]) {
        client.end();
        await client.over();
      }
    },
    lineCount: 3,
  },
  {
    title: '502: the server ends without a word',
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.end();
      },
    }),
    clients: [[get('/1'), get('/2')]],
  },
  {
    title: '502: the server resets',
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.reset();
      },
    }),
    clients: [[get('/1')]],
  },
  {
    title: '502: the server ends within the head',
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.end('HTTP/1.1 200 OK\r\nX: 1\r\nY');
      },
    }),
    clients: [[get('/1')]],
  },
  {
    title: '502: garbage for an answer',
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.end('garbage\r\n\r\n');
      },
    }),
    clients: [[get('/1')]],
  },
  {
    title: 'a status that is none',
    origin: answering(() => raw('HTTP/1.1 99999 What', 'Content-Length: 0')),
    clients: [[get('/1')]],
  },
  {
    title: '502: a field with a blank in its name',
    origin: answering(() => raw('HTTP/1.1 200 OK', 'Bad Name: 1', 'Content-Length: 0')),
    clients: [[get('/1')]],
  },
  {
    title: '502: a head that is too long',
    origin: answering(() => answer('200 OK', [`X: ${'x'.repeat(20_000)}`])),
    clients: [[get('/1')]],
  },
  {
    title: '502: lengths of an answer that contradict each other',
    origin: answering(() => `${raw('HTTP/1.1 200 OK', 'Content-Length: 3', 'Content-Length: 4')}abcd`),
    clients: [[get('/1')]],
  },
  {
    title: '504: the server does not answer in time',
    backend: ['timeout server 200', 'server a {a}'],
    origin: answering(() => null),
    clients: [[get('/1'), get('/2')]],
  },
  {
    title: '504 of a request with a body',
    backend: ['timeout server 200', 'server a {a}'],
    origin: answering(() => null),
    clients: [[post('/', 'abc')]],
  },
  {
    title: 'a client’s body that stops',
    frontend: ['timeout client 200'],
    backend: ['timeout server 600', 'server a {a}'],
    act: async (stage) => {
      const client = await stage.client();
      client.send(`${say('POST / HTTP/1.1', 'Host: h', 'Content-Length: 10')}abc`);
      await client.answer();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'a body of the server that is cut',
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.end(`${raw('HTTP/1.1 200 OK', 'Content-Length: 10')}abc`);
      },
    }),
    clients: [[get('/1')]],
  },
  {
    title: 'a chunked body of the server that is cut',
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.end(`${raw('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}3\r\nabc\r\n`);
      },
    }),
    clients: [[get('/1')]],
  },
  {
    title: 'a chunked body of the server with a bad size',
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.send(`${raw('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')}3\r\nabc\r\nzz\r\n`);
      },
    }),
    clients: [[get('/1')]],
  },
  {
    title: 'a server that stops in the middle of its body',
    backend: ['timeout server 200', 'server a {a}'],
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.send(`${raw('HTTP/1.1 200 OK', 'Content-Length: 10')}abc`);
      },
    }),
    clients: [[get('/1')]],
  },
  {
    title: 'a client that ends while it waits for the answer: it is waited for',
    backend: ['timeout server 400', 'server a {a}'],
    origin: answering(() => null),
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/'));
      await stage.received('a', 1);
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'a client that ends while it waits for the answer: option abortonclose',
    listen: ['option abortonclose', 'timeout server 900', 'server a {a}'],
    origin: answering(() => null),
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/'));
      await stage.received('a', 1);
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'a client that resets while it waits for the answer',
    backend: ['timeout server 400', 'server a {a}'],
    origin: answering(() => null),
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/'));
      await stage.received('a', 1);
      client.reset();
    },
    lineCount: 1,
  },
  {
    title: 'a server that says more than its length',
    origin: answering(() => `${answer('200 OK', [], 'abc')}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`),
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/1'));
      await client.answer();
      client.send(get('/2'));
      await client.answer();
      client.end();
      await client.over();
    },
    lineCount: 2,
  },
  {
    title: 'retry-on by default does not repeat a request that has reached a server',
    backend: ['retries 3', 'server a {a}'],
    origin: () => ({
      raw: async (peer) => {
        await peer.head();
        peer.end();
      },
    }),
    clients: [[post('/', 'abc')]],
  },
  {
    title: 'errorfile, errorloc302 and errorloc303',
    backend: [
      'errorfile 503 {dir}/503.http',
      'errorloc302 502 /sorry',
      'errorloc303 504 /late',
      'timeout server 700',
      'retries 0',
      'server x {dead}',
      'server a {a}',
      'use-server a if { path_beg /a }',
      'use-server x if { path /x }',
    ],
    files: {
      '503.http': 'HTTP/1.1 503 Sorry\r\nX-Custom: 1\r\nContent-Type: text/plain\r\n\r\nsorry, later\n',
    },
    origin: () => ({
      raw: async (peer) => {
        const head = await peer.head();
        if (head?.start.includes('/a-dead') === true) peer.end();
      },
    }),
    clients: [[get('/x')], [get('/a-dead')], [get('/a-late')]],
  },
  {
    title: 'errorfile of the frontend',
    frontend: [
      'errorfile 400 {dir}/400.http',
      'errorfile 403 {dir}/403.http',
      'http-request deny if { path /deny }',
    ],
    files: {
      '400.http':
        'HTTP/1.0 400 Bad request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nown 400\n',
      '403.http': 'HTTP/1.1 403 No\r\nContent-Length: 8\r\nX: 1\r\n\r\nown 403\n',
    },
    clients: [[say('bad')], [get('/deny'), get('/')]],
    lineCount: 3,
  },
];
