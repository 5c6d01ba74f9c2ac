/** Ends of lines, names, values, sizes of heads. Not here: what is done with them (`run.ts`). */
import type { SmugglingCase } from './case.ts';

/** That many header lines: `x0: 1`, ... */
function numberedLines(count: number): string {
  return Array.from({ length: count }, (_, index) => `x${index}: 1\r\n`).join('');
}

export const LINES: readonly SmugglingCase[] = [
  {
    title: 'lines that end in LF alone',
    send: 'GET / HTTP/1.1\nHost: a.example\n\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'what is a line end for us is none for a stricter program, and the other way round',
    fault: 'bad-line-end',
  },
  {
    title: 'one header line that ends in LF alone',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\nY: 2\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: 1|y: 2|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'what is a line end for us is none for a stricter program, and the other way round',
    fault: 'bad-line-end',
  },
  {
    title: 'an empty line of LF alone',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\n\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'what is a line end for us is none for a stricter program, and the other way round',
    fault: 'bad-line-end',
  },
  {
    title: 'a CR inside a value',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\rY: 2\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-line-end',
  },
  {
    title: 'CR CR LF',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\r\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-line-end',
  },
  {
    title: 'a NUL inside a value',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\x002\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: 1\x002|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'the value ends there for programs written in C',
    fault: 'bad-header',
  },
  {
    title: 'a NUL inside a name',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX\x00: 1\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a folded header line',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\r\n 2\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: 1   2|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9112, 5.2: refuse it',
    fault: 'folded-header',
  },
  {
    title: 'a folded Transfer-Encoding',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9112, 5.2: refuse it; many do not see the folded value',
    fault: 'folded-header',
  },
  {
    title: 'a first header line with a blank before',
    send: 'GET / HTTP/1.1\r\n Host: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'folded-header',
  },
  {
    title: 'a blank before the colon',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX : 1\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a blank before the colon of Transfer-Encoding',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a blank inside a name',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX Y: 1\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a header line without a colon',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a header line without a name',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\n: 1\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a name with brackets',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX(1): 1\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a name with an underscore',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX_Y: 1\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x_y: 1|'] },
  },
  {
    title: 'a name beyond ASCII',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX\xe9: 1\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'a value beyond ASCII',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: \xe9\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: \xe9|'] },
  },
  {
    title: 'a control character in a value',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\x012\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: 1\x012|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9110, 5.5',
    fault: 'bad-header',
  },
  {
    title: 'a DEL in a value',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\x7f2\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: 1\x7f2|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9110, 5.5',
    fault: 'bad-header',
  },
  {
    title: 'a tab inside a value',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: 1\t2\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: 1\t2|'] },
  },
  {
    title: 'an empty value',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX:\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|x: |'] },
  },
  {
    title: 'empty lines before the request',
    send: '\r\n\r\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
  },
  {
    title: 'an LF before the request',
    send: '\nGET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'what is a line end for us is none for a stricter program; CR LF is taken',
    fault: 'bad-line-end',
  },
  {
    title: 'headers of 15,360 bytes',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: ' + 'x'.repeat(15320) + '\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    sluice: {
      answers: ['200 ok'],
      forwarded: ['GET / HTTP/1.1|host: a.example|x: ' + 'x'.repeat(15320) + '|'],
    },
    why: 'HAProxy needs part of its buffer for itself; ours is the documented limit, `tune.bufsize` less `tune.maxrewrite`',
  },
  {
    title: 'headers of 15,361 bytes',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nX: ' + 'x'.repeat(15321) + '\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'head-too-large',
  },
  {
    title: '101 header lines',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\n' + numberedLines(100) + '\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'too-many-headers',
  },
  {
    title: '102 header lines',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\n' + numberedLines(101) + '\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'too-many-headers',
  },
  {
    title: 'headers that do not come to an end',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\n',
    haproxy: { answers: ['408'], forwarded: [] },
  },
];
