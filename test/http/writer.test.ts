/** Messages as bytes, and back. */
import t from 'tap';
import { Headers } from '../../lib/message/headers.ts';
import { CHUNK_END, chunkHead, lastChunk, requestText, responseText } from '../../lib/http/writer.ts';
import { bytes, headReader, Requests } from './reading.ts';

void t.test('writes heads with names in lower case, in their order', (t) => {
  const headers = new Headers(['Host', 'a.example', 'X-B', '\xe9', 'X-Empty', '']);
  t.equal(
    requestText({ method: 'GET', target: '/a?b', version: '1.1', headers }),
    'GET /a?b HTTP/1.1\r\nhost: a.example\r\nx-b: \xe9\r\nx-empty: \r\n\r\n',
  );
  t.equal(
    responseText({ status: 404, reason: 'Not Found', version: '1.0', headers: new Headers() }),
    'HTTP/1.1 404 Not Found\r\n\r\n',
  );
  t.equal(
    responseText({ status: 200, reason: '', version: '1.1', headers: new Headers(['X', '1']) }),
    'HTTP/1.1 200 \r\nx: 1\r\n\r\n',
  );
  t.end();
});

void t.test('a request goes on in the version it came in', (t) => {
  t.equal(
    requestText({ method: 'GET', target: '/', version: '1.0', headers: new Headers() }),
    'GET / HTTP/1.0\r\n\r\n',
  );
  t.end();
});

void t.test('chunks and trailers are read back as they were', (t) => {
  const head = { method: 'POST', target: '/', version: '1.1' } as const;
  const headers = new Headers(['host', 'a.example', 'transfer-encoding', 'chunked']);
  const piece = 'x'.repeat(300);
  const text = [
    requestText({ ...head, headers }),
    chunkHead(300),
    piece,
    CHUNK_END,
    chunkHead(1),
    'y',
    CHUNK_END,
  ];
  const requests = new Requests(headReader());
  requests.parser.read(
    bytes(text.join('') + lastChunk(new Headers(['x-sum', '1'])) + text.join('') + lastChunk(null)),
  );
  const once = ['began', 'head POST / chunked', `body ${piece}y`];
  t.same(requests.told, [...once, 'end x-sum 1', ...once, 'end']);
  t.end();
});
