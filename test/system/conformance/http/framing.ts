/**
 * How messages pass: fields and their names, versions, bodies of every framing, interim answers, trailers, pipelining.
 *
 * Not here: what closes connections (`connections.ts`), messages that are refused (`ending.ts`).
 */
import { answering, chunked, get, type HttpScenario, post, say } from '../../help/http-stage.ts';
import { answer, raw } from '../../help/origin.ts';

const CHUNKED = 'Transfer-Encoding: chunked';

export const FRAMING: readonly HttpScenario[] = [
  {
    title: 'names go on in lower case, in their order, values as they are',
    origin: answering(() =>
      answer('200 Fine Indeed', [
        'X-Odd-NAME:  spaced  value ',
        'Set-Cookie: A=1',
        'set-cookie: B=2',
        'Date: x',
      ]),
    ),
    clients: [
      [
        get(
          '/p?q#f',
          'X-Odd-NAME:   spaced   value  ',
          'Empty:',
          'ACCEPT: a',
          'Accept: b',
          'x-nonascii: caf\xe9',
        ),
      ],
    ],
  },
  {
    title: 'HTTP/1.0 without and with keep-alive',
    clients: [
      [say('GET / HTTP/1.0', 'X: 1')],
      [
        say('GET /1 HTTP/1.0', 'Connection: keep-alive'),
        say('GET /2 HTTP/1.0', 'Connection: Keep-Alive'),
        say('GET /3 HTTP/1.0'),
      ],
    ],
  },
  {
    title: 'a server of HTTP/1.0, with and without a length',
    origin: answering(({ target }) =>
      target === '/length'
        ? raw('HTTP/1.0 200 OK', 'Content-Length: 3') + 'abc'
        : raw('HTTP/1.0 200 OK', 'X: 1') + 'until the end',
    ),
    clients: [[get('/length'), get('/length')], [get('/end')]],
  },
  {
    title: 'a chunked request',
    clients: [[say('POST / HTTP/1.1', 'Host: h', CHUNKED) + chunked('abc', 'defgh'), get('/')]],
  },
  {
    title: 'a chunked answer',
    origin: answering(() => raw('HTTP/1.1 200 OK', CHUNKED) + chunked('abc', 'defgh')),
    clients: [[get('/1'), get('/2')]],
  },
  {
    title: 'a chunked answer to a client of HTTP/1.0',
    origin: answering(() => raw('HTTP/1.1 200 OK', CHUNKED) + chunked('abc', 'defgh')),
    clients: [[say('GET / HTTP/1.0')], [say('GET / HTTP/1.0', 'Connection: keep-alive')]],
  },
  {
    title: 'trailers, both ways',
    origin: answering(
      () => raw('HTTP/1.1 200 OK', CHUNKED, 'Trailer: X-Sum') + chunked('abc', '|X-Sum: 9', '|Y: 2'),
    ),
    clients: [
      [
        say('POST / HTTP/1.1', 'Host: h', CHUNKED, 'TE: trailers', 'Trailer: X-Count') +
          chunked('abc', '|X-Count: 3'),
        get('/'),
      ],
    ],
  },
  {
    title: 'an answer without any length ends with the connection',
    origin: answering(() => raw('HTTP/1.1 200 OK', 'X: 1') + 'until the end'),
    clients: [[get('/')], [say('GET / HTTP/1.0')]],
  },
  {
    title: 'HEAD: the length is told, no body comes, the connection stays',
    origin: answering(({ method }) =>
      method === 'HEAD' ? raw('HTTP/1.1 200 OK', 'Content-Length: 1000') : answer('200 OK', [], 'body'),
    ),
    clients: [[say('HEAD / HTTP/1.1', 'Host: h'), get('/'), say('HEAD / HTTP/1.1', 'Host: h')]],
  },
  {
    title: 'HEAD with a chunked answer, and without any length',
    origin: answering(({ target }) =>
      target === '/chunked' ? raw('HTTP/1.1 200 OK', CHUNKED) : raw('HTTP/1.1 200 OK', 'X: 1'),
    ),
    clients: [[say('HEAD /chunked HTTP/1.1', 'Host: h')], [say('HEAD /none HTTP/1.1', 'Host: h')]],
  },
  {
    title: '204 and 304 have no body',
    origin: answering(({ target }) =>
      target === '/204'
        ? raw('HTTP/1.1 204 No Content', 'X: 1')
        : raw('HTTP/1.1 304 Not Modified', 'Content-Length: 77', 'ETag: "x"'),
    ),
    clients: [[get('/204'), get('/304'), get('/204')]],
  },
  {
    title: 'Expect: 100-continue goes to the server, its 100 to the client, then the body',
    origin: () => ({
      early: ({ head }) =>
        head.fields.some((f) => /^expect/i.test(f)) ? raw('HTTP/1.1 100 Continue') : null,
    }),
    act: async (stage) => {
      const client = await stage.client();
      client.send(say('POST / HTTP/1.1', 'Host: h', 'Content-Length: 3', 'Expect: 100-continue'));
      await client.answer();
      client.send('abc');
      await client.answer('POST');
      client.send(get('/next'));
      await client.answer();
      client.end();
      await client.over();
    },
    lineCount: 2,
  },
  {
    title: 'Expect: 100-continue refused: the answer comes, the body is never sent',
    origin: () => ({ early: () => answer('417 Expectation Failed', ['Connection: close'], 'no') }),
    act: async (stage) => {
      const client = await stage.client();
      client.send(say('POST / HTTP/1.1', 'Host: h', 'Content-Length: 3', 'Expect: 100-continue'));
      await client.answer();
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'interim answers pass, several of them',
    origin: answering(
      () =>
        raw('HTTP/1.1 102 Processing', 'X: 1') +
        raw('HTTP/1.1 103 Early Hints', 'Link: </a.css>') +
        answer('200 OK', [], 'done'),
    ),
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/'));
      await client.answer();
      await client.answer();
      await client.answer();
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'pipelined requests are answered in their order, one after the other',
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/1') + post('/2', 'two') + say('HEAD /3 HTTP/1.1', 'Host: h') + get('/4'));
      for (const method of ['GET', 'POST', 'HEAD', 'GET']) await client.answer(method);
      client.end();
      await client.over();
    },
    lineCount: 4,
  },
  {
    title: 'pipelined behind one that closes: not answered',
    act: async (stage) => {
      const client = await stage.client();
      client.send(get('/1', 'Connection: close') + get('/2'));
      await client.answer();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'empty lines before a request are passed over',
    clients: [[`\r\n${get('/')}`, `\r\n\r\n${get('/')}`]],
  },
  {
    title: 'a request in small pieces',
    act: async (stage) => {
      const client = await stage.client();
      for (const character of post('/', 'abc', 'X: 1')) client.send(character);
      await client.answer('POST');
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'both lengths in a request: the chunks count, and the connection is not used again',
    clients: [
      [say('POST / HTTP/1.1', 'Host: h', 'Content-Length: 3', CHUNKED) + chunked('abcdef'), get('/')],
    ],
    lineCount: 1,
  },
  {
    title: 'both lengths in an answer',
    origin: answering(() => raw('HTTP/1.1 200 OK', 'Content-Length: 3', CHUNKED) + chunked('abcdef')),
    clients: [[get('/')]],
  },
  {
    title: 'the same length twice',
    clients: [
      [`${say('POST / HTTP/1.1', 'Host: h', 'Content-Length: 3', 'Content-Length: 3')}abc`, get('/')],
    ],
  },
  {
    title: 'Connection: its own words are used up, others pass with the fields they name',
    clients: [
      [
        get(
          '/',
          'Connection: keep-alive, X-Hop',
          'X-Hop: 1',
          'Keep-Alive: timeout=5',
          'Proxy-Connection: keep-alive',
          'TE: gzip, trailers',
        ),
      ],
    ],
  },
  {
    title: 'an absolute form with the same Host, and with another',
    clients: [
      [get('http://h.example/path?q', 'Host: h.example')],
      [get('http://other.example/', 'Host: h.example')],
    ],
    lineCount: 2,
  },
  {
    title: 'no Host at all in HTTP/1.1; two of them',
    clients: [
      [say('GET / HTTP/1.1')],
      [say('GET / HTTP/1.1', 'Host: a', 'Host: b')],
      [say('GET / HTTP/1.1', 'Host: a', 'Host: a')],
    ],
    lineCount: 3,
  },
  {
    title: 'OPTIONS *',
    clients: [[say('OPTIONS * HTTP/1.1', 'Host: h')]],
  },
  {
    title: 'a server that answers before the body is there',
    origin: () => ({
      early: ({ target }) =>
        target === '/early' ? answer('413 Too Large', ['Connection: close'], 'early') : null,
    }),
    act: async (stage) => {
      const client = await stage.client();
      client.send(`${say('POST /early HTTP/1.1', 'Host: h', 'Content-Length: 1000000')}abc`);
      await client.answer();
      client.end();
      await client.over();
    },
    lineCount: 1,
  },
  {
    title: 'bodies of 3 MB both ways',
    origin: answering(({ body }) => answer('200 OK', [`X-Got: ${body.length}`], 'd'.repeat(3_000_000))),
    clients: [[post('/', 'u'.repeat(3_000_000)), get('/')]],
  },
];
