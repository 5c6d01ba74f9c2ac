import t from 'tap';
import { ErrorPages, errorReply } from '../../lib/http/error-pages.ts';
import { readsFrom, replyText } from '../help/rule-stage.ts';

const NONE = { errorFiles: [], errorLocations: [] };
const DEFAULTS = new ErrorPages(NONE, 'frontend web', readsFrom({}));

function page(text: string, path = '/e'): ErrorPages {
  return new ErrorPages(
    { ...NONE, errorFiles: [{ status: 503, path: '/e' }] },
    'frontend web',
    readsFrom({ [path]: text }),
  );
}

// As the real HAProxy 2.6 sends them; `connection` is written by the connection.
void t.test('the pages are those of HAProxy, to the byte', async (t) => {
  const html = 'cache-control: no-cache\r\ncontent-type: text/html\r\n\r\n<html><body><h1>';
  t.equal(
    replyText(DEFAULTS.of(503)),
    `HTTP/1.1 503 Service Unavailable\r\ncontent-length: 107\r\n${html}503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n`,
  );
  t.equal(
    replyText(DEFAULTS.of(400)),
    `HTTP/1.1 400 Bad request\r\ncontent-length: 90\r\n${html}400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n`,
  );
  const lengths = {
    200: 58,
    400: 90,
    401: 112,
    403: 93,
    404: 83,
    405: 146,
    407: 112,
    408: 110,
    410: 114,
    413: 106,
    421: 104,
    422: 116,
    425: 80,
    429: 117,
    500: 97,
    501: 136,
    502: 107,
    503: 107,
    504: 92,
  };
  for (const [status, length] of Object.entries(lengths)) {
    const reply = DEFAULTS.of(Number(status));
    t.equal(reply.head?.headers.get('content-length'), String(length), status);
    t.equal(reply.body.length, length);
    t.equal(reply.close, status === '400' || status === '408', `${status} closes`);
  }
  t.equal(DEFAULTS.of(417).status, 500, 'a status without a page');
});

void t.test('an error file is the whole response', async (t) => {
  const stated = page(
    'HTTP/1.1 503 Mine\r\nContent-Length: 4\r\nConnection: keep-alive\r\nX-Custom: A\r\n\r\nbody',
  ).of(503);
  t.equal(replyText(stated), 'HTTP/1.1 503 Mine\r\ncontent-length: 4\r\nx-custom: A\r\n\r\nbody');
  t.notOk(stated.close);
  const loose = page('HTTP/1.1 200 Weird\nX-Custom: A\n\nbody\n').of(503);
  t.equal(replyText(loose), 'HTTP/1.1 200 Weird\r\nx-custom: A\r\n\r\nbody\n');
  t.equal(loose.status, 503, 'the log tells what went wrong');
  t.ok(loose.close, 'the end of the body is the end of the connection');
  t.ok(page('HTTP/1.0 503 Old\r\nContent-Length: 0\r\n\r\n').of(503).close);
  t.ok(page('HTTP/1.1 503 X\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n').of(503).close);
});

void t.test('an empty error file closes without a word', async (t) => {
  const silent = page('').of(503);
  t.equal(silent.head, null);
  t.ok(silent.close);
  t.equal(silent.status, 503);
});

void t.test('a file that is no response is refused, with its name', async (t) => {
  const bad: readonly [string, string][] = [
    ['hello', 'no empty line ends its headers'],
    ['hello\r\n\r\n', "its first line is no status line: 'hello'"],
    ['HTTP/1.1 101 X\r\n\r\n', "its first line is no status line: 'HTTP/1.1 101 X'"],
    ['HTTP/1.1 503 X\r\nA: b\r\n', 'no empty line ends its headers'],
    ['HTTP/1.1 503 X\r\nA : b\r\n\r\n', "no header: 'A : b'"],
    ['HTTP/1.1 503 X\r\nA: b\r\n folded\r\n\r\n', "no header: ' folded'"],
    ['HTTP/1.1 503 X\r\nContent-Length: 5\r\n\r\nabc', 'its content-length is 5, and its body has 3 bytes'],
    ['HTTP/1.1 503 X\r\nContent-Length: x\r\n\r\nabc', 'its content-length is NaN, and its body has 3 bytes'],
    ['HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'it is in chunks'],
    [`HTTP/1.1 503 X\r\n\r\n${'x'.repeat(16_384)}`, 'it is longer than 16384 bytes'],
  ];
  for (const [text, fault] of bad) {
    t.throws(() => page(text), {
      code: 'ERR_CONFIG',
      message: `frontend web: errorfile 503: '/e' is no response: ${fault}`,
    });
  }
  t.throws(() => page('', '/other'), {
    code: 'ERR_CONFIG',
    message: "frontend web: errorfile 503: '/e' cannot be read: no such file",
  });
});

void t.test('errorloc sends elsewhere', async (t) => {
  const errorLocations = [
    { status: 429, code: 302, url: '/too/many' },
    { status: 504, code: 303, url: 'http://e/x' },
  ] as const;
  const pages = new ErrorPages({ ...NONE, errorLocations }, 'frontend web', readsFrom({}));
  t.equal(
    replyText(pages.of(429)),
    'HTTP/1.1 302 Found\r\ncache-control: no-cache\r\ncontent-length: 0\r\nlocation: /too/many\r\n\r\n',
  );
  t.equal(pages.of(429).status, 429);
  t.match(replyText(pages.of(504)), 'HTTP/1.1 303 See Other\r\n');
});

void t.test("the backend's own page comes before the frontend's, and that before HAProxy's", async (t) => {
  const own = page('HTTP/1.1 503 Back\r\nContent-Length: 0\r\n\r\n');
  const front = page('HTTP/1.1 503 Front\r\nContent-Length: 0\r\n\r\n');
  t.equal(errorReply(503, front, own).head?.reason, 'Back');
  t.equal(errorReply(503, front, DEFAULTS).head?.reason, 'Front');
  t.equal(errorReply(503, front, null).head?.reason, 'Front');
  t.equal(errorReply(504, front, own).head?.reason, 'Gateway Time-out');
});
