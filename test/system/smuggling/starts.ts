/** Request lines, methods and versions; one request behind another. Not here: what is done with them (`run.ts`). */
import type { SmugglingCase } from './case.ts';

export const STARTS: readonly SmugglingCase[] = [
  {
    title: 'two blanks before the target',
    send: 'GET  / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9112, 3: one blank; leniency here has hidden parts of targets',
    fault: 'bad-start-line',
  },
  {
    title: 'two blanks before the version',
    send: 'GET /  HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9112, 3: one blank; leniency here has hidden parts of targets',
    fault: 'bad-start-line',
  },
  {
    title: 'a blank behind the version',
    send: 'GET / HTTP/1.1 \r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'a blank before the method',
    send: ' GET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'a tab between the parts',
    send: 'GET\t/\tHTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9112, 3: one blank; leniency here has hidden parts of targets',
    fault: 'bad-start-line',
  },
  {
    title: 'no version (HTTP/0.9)',
    send: 'GET /\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'HTTP/0.9 said',
    send: 'GET / HTTP/0.9\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/0.9|connection: keep-alive|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'not spoken here',
    fault: 'bad-version',
  },
  {
    title: 'HTTP/1.2',
    send: 'GET / HTTP/1.2\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'there is none',
    fault: 'bad-version',
  },
  {
    title: 'HTTP/2.0 in a request line',
    send: 'GET / HTTP/2.0\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'not spoken here; HAProxy forwards it as HTTP/1.1',
    fault: 'bad-version',
  },
  {
    title: 'HTTP/1.10',
    send: 'GET / HTTP/1.10\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'http/1.1 in lower case',
    send: 'GET / http/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'HTTP/1,1',
    send: 'GET / HTTP/1,1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'the preface of HTTP/2',
    send: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    haproxy: {
      answers: [
        'rest: \x00\x00\x0c\x04\x00\x00\x00\x00\x00\x00\x08\x00\x00\x00\x01\x00\x03\x00\x00\x00d\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00',
      ],
      forwarded: [],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'HTTP/2 is not spoken here; HAProxy answers in it',
    fault: 'bad-version',
  },
  {
    title: 'a method that is no token',
    send: 'G(T / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-method',
  },
  {
    title: 'a method in lower case',
    send: 'get / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['get / HTTP/1.1|host: a.example|'] },
  },
  {
    title: 'a method nobody knows',
    send: 'BREW / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['BREW / HTTP/1.1|host: a.example|'] },
  },
  {
    title: 'TRACE',
    send: 'TRACE / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['TRACE / HTTP/1.1|host: a.example|'] },
  },
  {
    title: 'TRACE with a body',
    send: 'TRACE / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\nhi',
    haproxy: { answers: ['200 ok'], forwarded: ['TRACE / HTTP/1.1|content-length: 2|host: a.example|hi'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9110, 9.3.8: there is none',
    fault: 'bad-length',
  },
  {
    title: 'bytes of TLS',
    send: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03xxxxxxxxxxxxxxxxxxxx\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'a PROXY line that nobody expects',
    send: 'PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-start-line',
  },
  {
    title: 'two requests at once',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\nGET /second HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: {
      answers: ['200 ok', '200 ok'],
      forwarded: ['GET / HTTP/1.1|host: a.example|', 'GET /second HTTP/1.1|host: a.example|'],
    },
  },
  {
    title: 'a bad request behind a good one',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\nGET /second HTTP/1.1\r\nX : 1\r\n\r\n',
    haproxy: { answers: ['200 ok', '400'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    fault: 'bad-header',
  },
  {
    title: 'a request behind Connection: close',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\nGET /second HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
  },
  {
    title: 'a request behind HTTP/1.0',
    send: 'GET / HTTP/1.0\r\n\r\nGET /second HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.0|connection: keep-alive|'] },
  },
  {
    title: 'Connection that names Host and lengths',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nConnection: host, content-length, x-secret\r\nX-Secret: 1\r\nContent-Length: 2\r\n\r\nhi',
    haproxy: {
      answers: ['200 ok'],
      forwarded: [
        'POST / HTTP/1.1|connection: host, content-length, x-secret|content-length: 2|host: a.example|x-secret: 1|hi',
      ],
    },
    sluice: { answers: ['200 ok'], forwarded: ['POST / HTTP/1.1|content-length: 2|host: a.example|hi'] },
    why: 'RFC 9110, 7.6.1: what is named ends here, unless it is meant for the server',
  },
];
