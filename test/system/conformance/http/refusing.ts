/**
 * Requests that never become one: those that cannot be read, those that come too slowly, clients that leave before.
 *
 * Not here: a table of hostile requests (`test/http`), what happens once a request is complete (`ending.ts`).
 */
import { get, type HttpScenario, say } from '../../help/http-stage.ts';

/** One request that cannot be read; the balancer answers and closes. */
function refused(title: string, request: string, more: Partial<HttpScenario> = {}): HttpScenario {
  return { title, clients: [[request]], lineCount: 1, ...more };
}

export const REFUSING: readonly HttpScenario[] = [
  refused('400: no request at all', say('nonsense')),
  refused('400: a blank in a field’s name', get('/', 'Bad Name: 1')),
  refused('400: a blank before the colon', get('/', 'Name : 1')),
  refused('400: a field without colon', get('/', 'nothing')),
  refused(
    '400: lengths that contradict each other',
    `${say('POST / HTTP/1.1', 'Host: h', 'Content-Length: 3', 'Content-Length: 4')}abcd`,
  ),
  refused('400: a length that is no number', `${say('POST / HTTP/1.1', 'Host: h', 'Content-Length: 3x')}abc`),
  refused('a version that does not exist', say('GET / HTTP/3.7', 'Host: h')),
  refused('400: a target with a blank', say('GET /a b HTTP/1.1', 'Host: h')),
  refused('400: a head that is too long', get('/', `X: ${'x'.repeat(20_000)}`)),
  {
    title: '400: a chunk whose size is none',
    clients: [[`${say('POST / HTTP/1.1', 'Host: h', 'Transfer-Encoding: chunked')}zz\r\nabc\r\n0\r\n\r\n`]],
    lineCount: 1,
  },
  {
    title: '408: nothing but silence',
    frontend: ['timeout http-request 200'],
    act: async (stage) => {
      const client = await stage.client();
      await client.answer('GET');
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: '408: half a request',
    frontend: ['timeout http-request 200'],
    act: async (stage) => {
      const client = await stage.client();
      client.send('GET / HTTP/1.1\r\nHost:');
      await client.answer('GET');
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: '408: half a request as the second',
    frontend: ['timeout http-request 200'],
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/'));
      await client.answer();
      client.send('GET / HTTP/1.1\r\nHost:');
      await client.answer('GET');
      await client.over();
    },
    lineCount: 2,
  },
  {
    title: '408 in silence by option http-ignore-probes and errorfile 408 /dev/null',
    frontend: ['timeout http-request 200', 'option http-ignore-probes', 'errorfile 408 /dev/null'],
    act: async (stage) => {
      const silent = await stage.client();
      await silent.over();
      const half = await stage.client();
      half.send('GET /');
      await half.over();
    },
    lineCount: 1,
  },
  {
    title: 'a client that leaves in the middle of a request',
    act: async (stage) => {
      const client = await stage.client();
      client.send('GET / HTTP/1.1\r\nHost:').end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'a client that comes and says nothing and leaves; option dontlognull',
    frontend: ['option dontlognull'],
    act: async (stage) => {
      const silent = await stage.client();
      silent.end();
      await silent.over();
      const client = await stage.client();
      client.send(get('/'));
      await client.answer();
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'a client that comes and says nothing and leaves',
    act: async (stage) => {
      const silent = await stage.client();
      silent.end();
      await silent.over();
    },
    lineCount: 1,
  },
];
