/** Requests out of bytes: heads, bodies, one behind another, and who may stop the telling. */
import t from 'tap';
import { bytes, headReader, LIMITS, Requests } from './reading.ts';

const heads = headReader();
const HOST = 'Host: a.example\r\n';
const GET = `GET /a HTTP/1.1\r\n${HOST}\r\n`;

function toldOf(text: string): readonly string[] {
  const requests = new Requests(heads);
  requests.parser.read(bytes(text));
  return requests.told;
}

void t.test('tells head, body and end of a request', (t) => {
  const text = `POST /x?y HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhello`;
  t.same(toldOf(text), ['began', 'head POST /x?y length 5', 'body hello', 'end']);
  t.end();
});

void t.test(
  'gives header names in lower case, in their order, values without the blanks around them',
  (t) => {
    const requests = new Requests(heads);
    requests.parser.read(bytes(`GET / HTTP/1.1\r\nX-B: \t1 2 \r\n${HOST}X-b:3\r\nX-E:\r\nX-L: \xe9\r\n\r\n`));
    t.same(requests.head?.headers.lines, [
      'x-b',
      '1 2',
      'host',
      'a.example',
      'x-b',
      '3',
      'x-e',
      '',
      'x-l',
      '\xe9',
    ]);
    t.equal(requests.head?.version, '1.1');
    t.end();
  },
);

void t.test('reads more header lines than the parser tells in one go', (t) => {
  const lines = Array.from({ length: 99 }, (_, index) => `x${index}: ${index}\r\n`);
  const requests = new Requests(heads);
  requests.parser.read(bytes(`GET / HTTP/1.1\r\n${HOST}${lines.join('')}\r\n`));
  t.equal(requests.head?.headers.count, 100);
  t.equal(requests.head?.headers.get('x98'), '98');
  t.end();
});

void t.test('knows methods that nobody has registered', (t) => {
  t.same(toldOf(`BREW /pot HTTP/1.1\r\n${HOST}\r\n`), ['began', 'head BREW /pot none', 'end']);
  t.end();
});

void t.test('takes chunks apart, drops their extensions, and tells trailers', (t) => {
  const body = '5;a=b;c="d"\r\nhello\r\n000A\r\n 123456789\r\n0;x\r\nX-Sum: 9\r\nX-More: 1\r\n\r\n';
  t.same(toldOf(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${body}`), [
    'began',
    'head POST / chunked',
    'body hello 123456789',
    'end x-sum 9 x-more 1',
  ]);
  t.end();
});

void t.test('leaves framing and routing out of trailers', (t) => {
  const body = '0\r\nContent-Length: 9\r\nHost: b.example\r\nConnection: x\r\nX-Sum: 1\r\n\r\n';
  const told = toldOf(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${body}`);
  t.equal(told.at(-1), 'end x-sum 1');
  t.end();
});

void t.test('keeps what follows a request until it is asked for the next', (t) => {
  const requests = new Requests(heads);
  requests.goesOn = false;
  requests.parser.read(bytes(GET + GET.replace('/a', '/b')));
  t.same(requests.told, ['began', 'head GET /a none', 'end']);
  t.equal(requests.parser.unreadBytes, GET.length);
  t.equal(requests.parser.midMessage, false);
  requests.parser.next();
  t.same(requests.told.slice(3), ['began', 'head GET /b none', 'end']);
  t.end();
});

void t.test('gives what follows an upgrade to whoever has the connection next', (t) => {
  const requests = new Requests(heads);
  requests.goesOn = false;
  requests.parser.read(
    bytes(`GET / HTTP/1.1\r\n${HOST}Connection: upgrade\r\nUpgrade: other\r\n\r\n\x01\x02`),
  );
  requests.parser.read(bytes('\x03'));
  t.same(requests.told, ['began', 'head GET / none upgrade', 'end']);
  t.same(requests.parser.takeUnread(), bytes('\x01\x02\x03'));
  t.equal(requests.parser.takeUnread(), null);
  t.end();
});

void t.test('says which request is the last', (t) => {
  const told = (line: string, version = '1.1'): string =>
    toldOf(`GET / HTTP/${version}\r\n${HOST}${line}\r\n`)[1] ?? '';
  t.equal(told('Connection: close\r\n'), 'head GET / none last');
  t.equal(told('Connection: x, Close\r\n'), 'head GET / none last');
  t.equal(told('Connection: closed\r\n'), 'head GET / none');
  t.equal(told('', '1.0'), 'head GET / none last');
  t.equal(told('Connection: Keep-Alive\r\n', '1.0'), 'head GET / none');
  t.equal(told('Connection: keep-alive, close\r\n', '1.0'), 'head GET / none last');
  t.end();
});

void t.test('tells nothing while paused, and what was kept when resumed', (t) => {
  const requests = new Requests(heads);
  requests.onHead = () => requests.parser.pause();
  requests.parser.read(bytes(`POST / HTTP/1.1\r\n${HOST}Content-Length: 4\r\n\r\nab`));
  t.same(requests.told, ['began', 'head POST / length 4']);
  requests.parser.read(bytes('c'));
  t.same(requests.told.length, 2);
  t.equal(requests.parser.unreadBytes, 3);
  requests.parser.resume();
  requests.parser.read(bytes('d'));
  t.same(requests.told.slice(2), ['body abcd', 'end']);
  t.end();
});

void t.test('does not tell the end of a request without a body while paused', (t) => {
  const requests = new Requests(heads);
  requests.onHead = () => requests.parser.pause();
  requests.parser.read(bytes(GET));
  t.same(requests.told, ['began', 'head GET /a none']);
  requests.parser.resume();
  t.equal(requests.told.at(-1), 'end');
  t.end();
});

void t.test('tells nothing after it was closed from within', (t) => {
  const requests = new Requests(heads);
  requests.onHead = () => requests.parser.close();
  requests.parser.read(bytes(`POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\n\r\nab${GET}`));
  requests.parser.read(bytes(GET));
  requests.parser.finish();
  t.same(requests.told, ['began', 'head POST / length 2']);
  t.end();
});

void t.test('passes over empty lines before a request, and does not take them for its beginning', (t) => {
  const requests = new Requests(heads);
  for (const piece of ['\r', '\n\r\n', '\r']) requests.parser.read(bytes(piece));
  t.same(requests.told, []);
  t.equal(requests.parser.midMessage, false);
  requests.parser.read(bytes(`\n${GET}`));
  t.same(requests.told, ['began', 'head GET /a none', 'end']);
  t.end();
});

void t.test('refuses at once what can only become wrong', (t) => {
  const begun = `GET / HTTP/1.1\r\n${HOST}`;
  t.equal(toldOf(`${begun}X: 1\n`).at(-1), 'bad bad-line-end');
  t.equal(toldOf(`${begun}X: 1\rY`).at(-1), 'bad bad-line-end');
  t.equal(toldOf('\n').at(-1), 'bad bad-line-end');
  t.equal(toldOf(`${begun} folded\r\n`).at(-1), 'bad folded-header');
  t.equal(toldOf(`${begun}X: ${'x'.repeat(LIMITS.bytes)}`).at(-1), 'bad head-too-large');
  t.equal(toldOf('x'.repeat(LIMITS.bytes + 1)).at(-1), 'bad head-too-large');
  t.equal(toldOf(begun + 'X: 1\r\n'.repeat(LIMITS.lines)).at(-1), 'bad too-many-headers');
  t.end();
});

void t.test('allows heads up to the limits and not beyond', (t) => {
  const sized = (count: number): string => {
    const text = `GET / HTTP/1.1\r\n${HOST}X: `;
    return `${text}${'x'.repeat(count - text.length - 4)}\r\n\r\n`;
  };
  t.equal(toldOf(sized(LIMITS.bytes)).at(-1), 'end');
  t.equal(toldOf(sized(LIMITS.bytes + 1)).at(-1), 'bad head-too-large');
  const counted = (count: number): string => `GET / HTTP/1.1\r\n${HOST}${'X: 1\r\n'.repeat(count - 1)}\r\n`;
  t.equal(toldOf(counted(LIMITS.lines)).at(-1), 'end');
  t.equal(toldOf(counted(LIMITS.lines + 1)).at(-1), 'bad too-many-headers');
  t.end();
});

void t.test('bounds what can stand around chunks', (t) => {
  const chunked = `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n`;
  const extended = `1;${'x'.repeat(1000)}\r\na\r\n`;
  t.equal(toldOf(chunked + extended.repeat(15)).at(-1), `body ${'a'.repeat(15)}`);
  t.equal(toldOf(chunked + extended.repeat(16)).at(-1), 'bad bad-chunk');
  t.equal(toldOf(`${chunked}0\r\n${'X: 1\r\n'.repeat(3000)}`).at(-1), 'bad bad-trailer');
  t.end();
});

void t.test('a client that leaves cuts a request short, but not the pause between two', (t) => {
  const left = (text: string): string | undefined => {
    const requests = new Requests(heads);
    requests.parser.read(bytes(text));
    requests.parser.finish();
    return requests.told.at(-1);
  };
  t.equal(left('G'), 'bad cut-short');
  t.equal(left(GET.slice(0, -1)), 'bad cut-short');
  t.equal(left(`POST / HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nab`), 'bad cut-short');
  t.equal(
    left(`POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n`),
    'bad cut-short',
  );
  t.equal(left(GET), 'end');
  t.equal(left('\r\n'), undefined);
  t.end();
});

void t.test('a client that has left is served what it sent before', (t) => {
  const requests = new Requests(heads);
  requests.goesOn = false;
  requests.parser.read(bytes(GET + GET + GET.slice(0, 5)));
  requests.parser.finish();
  t.same(requests.told, ['began', 'head GET /a none', 'end']);
  requests.parser.next();
  requests.parser.next();
  t.same(requests.told.slice(3), ['began', 'head GET /a none', 'end', 'began', 'bad cut-short']);
  t.end();
});

void t.test('gives bodies as views of what was read', (t) => {
  const requests = new Requests(heads);
  const pieces: Buffer[] = [];
  requests.requestBody = (piece) => pieces.push(piece);
  requests.parser.read(bytes(`POST / HTTP/1.1\r\n${HOST}Content-Length: 200000\r\n\r\n`));
  const chunk = Buffer.alloc(100_000);
  requests.parser.read(chunk);
  t.equal(pieces[0], chunk);
  t.end();
});

void t.test('one reader serves many connections, and forgets a head that was wrong', (t) => {
  t.equal(toldOf(`GET / HTTP/1.1\r\n${HOST}X Y: 1\r\n\r\n`).at(-1), 'bad bad-header');
  t.equal(toldOf(`GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`).at(-1), 'end');
  t.equal(toldOf(GET).at(-1), 'end');
  t.end();
});
