import t from 'tap';
import type { HttpReply, HttpReplyBody, Redirect } from '../../lib/config/rules.ts';
import type { RuleOutcome } from '../../lib/http/rule.ts';
import { httpProxy, linesOf, replyText, request, ruleStream } from '../help/rule-stage.ts';

const EMPTY: HttpReply = { status: 200, contentType: null, body: { kind: 'none' }, headers: [] };

function answer(outcome: RuleOutcome): string {
  return outcome.kind === 'reply' ? replyText(outcome.reply) : outcome.kind;
}

function returned(reply: Partial<HttpReply>, kind: 'return' | 'deny' = 'return', files = {}): string {
  const action = { kind, reply: { ...EMPTY, ...reply } };
  const proxy = httpProxy({ requestRules: [{ action, condition: null }], files });
  return answer(proxy.requestRules.apply(ruleStream(request('GET /p', 'x: a%0ab'))));
}

// The bytes are those of the real HAProxy 2.6.
void t.test('return gives a status, a body and headers', async (t) => {
  const text = (kind: 'string' | 'lf-string', body: string): HttpReplyBody => ({ kind, text: body });
  t.equal(returned({}), 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  t.equal(returned({ status: 204 }), 'HTTP/1.1 204 No Content\r\n\r\n');
  t.equal(returned({ status: 302 }), 'HTTP/1.1 302 Moved Temporarily\r\ncontent-length: 0\r\n\r\n');
  t.equal(returned({ status: 299 }), 'HTTP/1.1 299 Success\r\ncontent-length: 0\r\n\r\n');
  t.equal(
    returned({ contentType: 'text/plain', body: text('string', 'h\u00e9') }),
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-type: text/plain\r\n\r\nh\u00c3\u00a9',
  );
  const headers = [
    { name: 'X-A', format: '%[req.hdr(x),url_dec]' },
    { name: 'Content-Length', format: '3' },
    { name: 'Content-Type', format: 'a/b' },
  ];
  t.equal(
    returned({ status: 404, contentType: 'text/plain', body: text('lf-string', '%[src] \u00e9'), headers }),
    'HTTP/1.1 404 Not Found\r\nx-a: a%0Ab\r\ncontent-length: 12\r\ncontent-type: text/plain\r\n\r\n192.0.2.1 \u00c3\u00a9',
  );
  t.equal(
    returned({ contentType: 'text/plain', body: text('lf-string', '%[req.hdr(none)]') }),
    'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  );
});

void t.test('bodies and whole responses come from files', async (t) => {
  const files = {
    '/lf': 'path=%[path] "q"\nsecond %[src]\n',
    '/raw': '%[path]',
    '/e': 'HTTP/1.1 503 Back\nX: B\n\nback\n',
  };
  const given = (kind: 'file' | 'lf-file' | 'errorfile', path: string, status = 200): string =>
    returned({ status, contentType: 'text/plain', body: { kind, path } }, 'return', files);
  t.match(given('lf-file', '/lf'), /\r\n\r\npath=\/p "q"\nsecond 192\.0\.2\.1\n$/);
  t.match(given('file', '/raw'), /\r\n\r\n%\[path\]$/);
  t.equal(given('errorfile', '/e'), 'HTTP/1.1 503 Back\r\nx: B\r\n\r\nback\n');
  t.throws(() => given('file', '/none'), {
    code: 'ERR_CONFIG',
    message: "listen web, http-request rule 1 (return): '/none' cannot be read: no such file",
  });
});

void t.test('deny gives the page of its status, or what stands behind it', async (t) => {
  const page: HttpReplyBody = { kind: 'default-errorfiles' };
  t.match(returned({ status: 403, body: page }, 'deny'), /^HTTP\/1\.1 403 Forbidden\r\n.*Request forbidden/s);
  t.match(returned({ body: page }), /^HTTP\/1\.1 200 OK\r\n.*Service ready/s, 'a return may give it, too');
  t.equal(returned({ status: 403 }, 'deny'), 'HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
  const why = [{ name: 'x-why', format: 'path' }];
  t.equal(
    returned({ status: 403, headers: why }, 'deny'),
    'HTTP/1.1 403 Forbidden\r\nx-why: path\r\ncontent-length: 0\r\n\r\n',
  );
});

void t.test('a reply closes the connection if its headers say so', async (t) => {
  const reply: HttpReply = { ...EMPTY, headers: [{ name: 'Connection', format: 'close' }] };
  const proxy = httpProxy({ requestRules: [{ action: { kind: 'return', reply }, condition: null }] });
  const outcome = proxy.requestRules.apply(ruleStream(request('GET /')));
  t.match(outcome, { reply: { close: true } });
  t.equal(
    answer(outcome),
    'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
    'the header itself is for the connection to write',
  );
});

void t.test('each reply is its own, whatever was added to the last one', async (t) => {
  const proxy = httpProxy({
    requestRules: [
      {
        action: { kind: 'deny', reply: { ...EMPTY, status: 403, body: { kind: 'default-errorfiles' } } },
        condition: null,
      },
    ],
  });
  const apply = (): RuleOutcome => proxy.requestRules.apply(ruleStream(request('GET /')));
  const first = apply();
  if (first.kind === 'reply') first.reply.head?.headers.add('connection', 'close');
  t.notMatch(answer(apply()), 'connection');
});

const TO: Redirect = {
  kind: 'location',
  format: '/',
  code: 302,
  dropQuery: false,
  appendSlash: false,
  ignoreEmpty: false,
  setCookie: null,
  clearCookie: null,
};

function redirected(redirect: Partial<Redirect>, start = 'GET /a/b?c=d', ...lines: string[]): string {
  const rule = { action: { kind: 'redirect' as const, redirect: { ...TO, ...redirect } }, condition: null };
  const outcome = httpProxy({ requestRules: [rule] }).requestRules.apply(
    ruleStream(request(start, ...lines)),
  );
  if (outcome.kind === 'continue') return outcome.kind;
  t.equal(outcome.reason, 'answered-here');
  t.equal(outcome.reply.body.length, 0);
  return [String(outcome.reply.head?.reason), ...linesOf(outcome.reply.head)].join(' | ');
}

void t.test('a redirection states its status, place and cookie', async (t) => {
  const plain = (reason: string, location: string, rest = ' | cache-control: no-cache'): string =>
    `${reason} | content-length: 0 | location: ${location}${rest}`;
  t.equal(redirected({ format: 'http://x.example/y' }), plain('Found', 'http://x.example/y'));
  t.equal(redirected({ format: '/y', code: 301 }), plain('Moved Permanently', '/y', ''));
  t.equal(redirected({ format: '/y', code: 303 }), plain('See Other', '/y'));
  t.equal(redirected({ format: '/y', code: 307 }), plain('Temporary Redirect', '/y'));
  t.equal(redirected({ format: '/y', code: 308 }), plain('Permanent Redirect', '/y', ''));
  t.match(redirected({ setCookie: 'SEEN=1' }), / \| set-cookie: SEEN=1; path=\/;$/);
  t.match(redirected({ clearCookie: 'USERID=' }), / \| set-cookie: USERID=; path=\/; Max-Age=0;$/);
  t.match(
    redirected({ format: '%[req.hdr(x),url_dec]' }, 'GET /', 'x: /a%0d%0ab'),
    '| location: /a%0D%0Ab |',
  );
  t.equal(redirected({ format: '%[req.hdr(none)]', ignoreEmpty: true }), 'continue');
  t.match(redirected({ format: '%[req.hdr(none)]' }), '| location:  |');
});

void t.test('prefix and scheme keep path and query', async (t) => {
  const place = (redirect: Partial<Redirect>, start?: string, ...lines: string[]): string =>
    /location: (.*?) \|/.exec(redirected(redirect, start, ...lines))?.[1] ?? '';
  const prefix = { kind: 'prefix', format: 'http://p.example' } as const;
  const scheme = { kind: 'scheme', format: 'https' } as const;
  t.equal(place(prefix), 'http://p.example/a/b?c=d');
  t.equal(place({ ...prefix, dropQuery: true }), 'http://p.example/a/b');
  t.equal(place({ ...prefix, dropQuery: true, appendSlash: true }), 'http://p.example/a/b/');
  t.equal(place({ ...prefix, dropQuery: true, appendSlash: true }, 'GET /a/'), 'http://p.example/a/');
  t.equal(place({ ...prefix, appendSlash: true }), 'http://p.example/a/b?c=d/');
  t.equal(place({ ...prefix, format: '/' }), '/a/b?c=d');
  t.equal(place({ ...prefix, format: 'http://p.example/' }), 'http://p.example//a/b?c=d');
  t.equal(place(prefix, 'OPTIONS *'), 'http://p.example/');
  t.equal(place(prefix, 'GET http://a.example'), 'http://p.example/');
  t.equal(place(scheme), 'https://a.example/a/b?c=d');
  t.equal(place(scheme, 'GET http://a.example/x?y'), 'https://a.example/x?y');
  t.equal(place({ ...scheme, dropQuery: true }, 'GET /a?'), 'https://a.example/a');
  t.equal(place(scheme, 'GET /a?'), 'https://a.example/a?');
});
