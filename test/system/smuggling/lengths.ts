/** How long a body is, said in two ways, in odd ways, or not at all. Not here: what is done with them (`run.ts`). */
import type { SmugglingCase } from './case.ts';

export const LENGTHS: readonly SmugglingCase[] = [
  {
    title: 'Content-Length and Transfer-Encoding',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'one program goes by the length, another by the chunks: the classic of smuggling. RFC 9112, 6.1 lets us refuse it',
    fault: 'two-lengths',
  },
  {
    title: 'Transfer-Encoding, then Content-Length',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\nx\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|x'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'one program goes by the length, another by the chunks: the classic of smuggling. RFC 9112, 6.1 lets us refuse it',
    fault: 'two-lengths',
  },
  {
    title: 'two equal Content-Length lines',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi',
    haproxy: { answers: ['200 ok'], forwarded: ['POST / HTTP/1.1|content-length: 2|host: a.example|hi'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'a sender that says it twice is broken or probing; RFC 9112, 6.3 lets us refuse it',
    fault: 'bad-length',
  },
  {
    title: 'two different Content-Length lines',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'Content-Length as a list of equals',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2, 2\r\n\r\nhi',
    haproxy: { answers: ['200 ok'], forwarded: ['POST / HTTP/1.1|content-length: 2|host: a.example|hi'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'a sender that says it twice is broken or probing; RFC 9112, 6.3 lets us refuse it',
    fault: 'bad-length',
  },
  {
    title: 'Content-Length as a list of different ones',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2, 3\r\n\r\nhi!',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'Content-Length with a plus',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: +2\r\n\r\nhi',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'Content-Length with a minus',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: -2\r\n\r\nhi',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'Content-Length in hexadecimal',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0x2\r\n\r\nhi',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'Content-Length with leading zeros',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 002\r\n\r\nhi',
    haproxy: { answers: ['200 ok'], forwarded: ['POST / HTTP/1.1|content-length: 002|host: a.example|hi'] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'some read it as octal',
    fault: 'bad-length',
  },
  {
    title: 'Content-Length that is empty',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length:\r\n\r\nhi',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'Content-Length with a blank inside',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2 2\r\n\r\nhi',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'Content-Length beyond 64 bits',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 18446744073709551618\r\n\r\nhi',
    haproxy: {
      answers: ['504'],
      forwarded: [
        'rest: POST / HTTP/1.1\r\nhost: a.example\r\ncontent-length: 18446744073709551618\r\n\r\nhi',
      ],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'no such body will ever end',
    fault: 'bad-length',
  },
  {
    title: 'Content-Length that is no number',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: two\r\n\r\nhi',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-length',
  },
  {
    title: 'a body with GET',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\nhiGET /second HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: {
      answers: ['200 ok', '200 ok'],
      forwarded: [
        'GET / HTTP/1.1|content-length: 2|host: a.example|hi',
        'GET /second HTTP/1.1|host: a.example|',
      ],
    },
  },
  {
    title: 'no length with POST',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\n\r\nGET /second HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: {
      answers: ['200 ok', '200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|', 'GET /second HTTP/1.1|host: a.example|'],
    },
  },
  {
    title: 'Transfer-Encoding other than chunked',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding gzip, chunked',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['422'], forwarded: [] },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'one answer for all that cannot be read',
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding chunked, gzip',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding chunked, chunked',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'two Transfer-Encoding lines',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding chunked, then identity',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding identity',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'two-lengths',
  },
  {
    title: 'Transfer-Encoding in capitals',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: CHUNKED|'],
    },
    sluice: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|'],
    },
    why: 'framing is written anew',
  },
  {
    title: 'Transfer-Encoding with a tab before it',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|host: a.example|transfer-encoding: chunked|'],
    },
  },
  {
    title: 'Transfer-Encoding with a vertical tab',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-header',
  },
  {
    title: 'Transfer-Encoding in quotes',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding with a parameter',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding in HTTP/1.0',
    send: 'POST / HTTP/1.0\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.0|host: a.example|transfer-encoding: chunked|'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'RFC 9112, 6.1: its framing is faulty, even if the server takes it',
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding: xchunked',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
  {
    title: 'Transfer-Encoding that is empty',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding:\r\n\r\n0\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-coding',
  },
];
