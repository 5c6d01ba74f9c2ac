/** Bodies in chunks that are not quite as they should be. Not here: what is done with them (`run.ts`). */
import type { SmugglingCase } from './case.ts';

export const CHUNKS: readonly SmugglingCase[] = [
  {
    title: 'a chunk extension',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi'],
    },
  },
  {
    title: 'a chunk extension with a bare LF',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2;a\nhi\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'a server may see another end of the line',
    fault: 'bad-chunk',
  },
  {
    title: 'a chunk size that overflows',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000002\r\nhi\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-chunk',
  },
  {
    title: 'a chunk size with 0x',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-chunk',
  },
  {
    title: 'a chunk size with a minus',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-chunk',
  },
  {
    title: 'a chunk size with a blank behind',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2 \r\nhi\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'the grammar has none there',
    fault: 'bad-chunk',
  },
  {
    title: 'a chunk size with a blank before',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n 2\r\nhi\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-chunk',
  },
  {
    title: 'no chunk size',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n\r\nhi\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-chunk',
  },
  {
    title: 'a chunk size that ends in LF alone',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'a server may see another end of the line',
    fault: 'bad-chunk',
  },
  {
    title: 'chunk data that ends in LF alone',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'a server may see another end of the line',
    fault: 'bad-chunk',
  },
  {
    title: 'chunk data longer than its size',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhigh\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-chunk',
  },
  {
    title: 'a chunk size with many zeros',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0000000002\r\nhi\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi'],
    },
  },
  {
    title: 'a trailer',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi + x-sum: 1'],
    },
  },
  {
    title: 'a trailer that gives a length',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nContent-Length: 9\r\nHost: b.example\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: [
        'POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi + content-length: 9\r\nhost: b.example',
      ],
    },
    sluice: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|hi'],
    },
    why: 'RFC 9110, 6.5.1: framing and routing cannot follow the body; they are left out',
  },
  {
    title: 'a trailer without a colon',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nnothing\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-trailer',
  },
  {
    title: 'chunks that stop coming',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi',
    haproxy: {
      answers: ['504'],
      forwarded: [
        'rest: POST / HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n',
      ],
    },
    sluice: {
      answers: ['408'],
      forwarded: [
        'rest: POST / HTTP/1.1\r\nhost: a.example\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n',
      ],
    },
    why: '`timeout client` holds for a body that does not come; HAProxy waits for `timeout server` and blames the server',
  },
];
