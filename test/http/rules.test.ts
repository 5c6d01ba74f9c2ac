import t from 'tap';
import { valueText } from '../../lib/message/byte-text.ts';
import type { HttpAction, HttpReply, HttpRule } from '../../lib/config/rules.ts';
import { httpProxy, linesOf, replyText, request, response, ruleStream } from '../help/rule-stage.ts';

function rule(action: HttpAction, ...condition: string[]): HttpRule {
  return { action, condition: condition.length === 0 ? null : condition };
}

const BARE: HttpReply = { status: 403, contentType: null, body: { kind: 'default-errorfiles' }, headers: [] };

/** What becomes of a request, as its first line and the headers behind `host`. */
function afterRequest(action: HttpAction, start = 'GET /a/b?c=d', ...lines: string[]): string {
  const head = request(start, ...lines);
  const stream = ruleStream(head);
  const outcome = httpProxy({ requestRules: [rule(action)] }).requestRules.apply(stream);
  if (outcome.kind === 'reply') return `${outcome.reply.status} ${outcome.reason} ${outcome.rewriteFailed}`;
  return [`${head.method} ${head.target}`, ...linesOf(head)].join(' | ').replace(' | host: a.example', '');
}

// What the real HAProxy 2.6 sends in each of these cases.
void t.test('a target changes in the part a rule names, and keeps the rest', async (t) => {
  const path = (format: string): HttpAction => ({ kind: 'set-path', format });
  t.equal(afterRequest(path('/new')), 'GET /new?c=d');
  t.equal(afterRequest(path('/%[req.hdr(host)]%[path]')), 'GET /a.example/a/b?c=d');
  t.equal(afterRequest(path('/new'), 'GET http://a.example/a?c=d'), 'GET http://a.example/new?c=d');
  t.equal(afterRequest(path('/new'), 'OPTIONS *'), 'OPTIONS /new');
  t.equal(afterRequest({ kind: 'set-pathq', format: '/new?z=1' }), 'GET /new?z=1');
  t.equal(afterRequest({ kind: 'set-pathq', format: '/new' }), 'GET /new');
  t.equal(afterRequest({ kind: 'set-query', format: 'a=b' }), 'GET /a/b?a=b');
  t.equal(afterRequest({ kind: 'set-query', format: 'a=b' }, 'GET /a'), 'GET /a?a=b');
  t.equal(afterRequest({ kind: 'set-query', format: '%[req.hdr(none)]' }), 'GET /a/b?', 'a mark stays');
  t.equal(
    afterRequest({ kind: 'set-query', format: '%[req.hdr(none)]' }, 'GET /a'),
    'GET /a',
    'none is made for nothing',
  );
  t.equal(afterRequest({ kind: 'set-uri', format: '/u?b' }, 'GET http://a.example/a'), 'GET /u?b');
  t.equal(afterRequest({ kind: 'set-method', format: 'PATCH' }), 'PATCH /a/b?c=d');
});

void t.test('patterns replace the whole part, with what their groups found', async (t) => {
  const part = (
    kind: 'replace-path' | 'replace-pathq' | 'replace-uri',
    pattern: string,
    format: string,
  ): HttpAction => ({
    kind,
    pattern,
    format,
  });
  t.equal(afterRequest(part('replace-path', '(.*)b(.*)', String.raw`/x\1-\2`)), 'GET /x/a/-?c=d');
  t.equal(afterRequest(part('replace-path', 'b', '/x')), 'GET /x?c=d');
  t.equal(afterRequest(part('replace-path', 'zzz', '/x')), 'GET /a/b?c=d');
  t.equal(
    afterRequest(part('replace-pathq', String.raw`([^?]*)(\?(.*))?`, String.raw`\1/foo\2`)),
    'GET /a/b/foo?c=d',
  );
  t.equal(
    afterRequest(part('replace-uri', '^http://(.*)', String.raw`https://\1`), 'GET http://a.example/a'),
    'GET https://a.example/a',
  );
});

void t.test('Host and the authority of an absolute target stay the same place', async (t) => {
  t.equal(
    afterRequest({ kind: 'set-uri', format: 'http://b.example/u' }),
    'GET http://b.example/u | host: b.example',
  );
  t.equal(
    afterRequest({ kind: 'set-header', name: 'Host', format: 'b.example:81' }, 'GET http://a.example/a'),
    'GET http://b.example:81/a | host: b.example:81',
  );
});

void t.test('headers are set at the end, added, deleted and replaced', async (t) => {
  const lines = ['X-A: a1b, c1d', 'X-B: 1, "2,3" ;q=1,4', 'X-A: e1f'];
  const after = (action: HttpAction): string => afterRequest(action, 'GET /', ...lines).slice('GET /'.length);
  t.equal(after({ kind: 'set-header', name: 'X-A', format: 'new' }), ' | x-b: 1, "2,3" ;q=1,4 | x-a: new');
  t.equal(
    after({ kind: 'set-header', name: 'X-B', format: '<%[req.fhdr(x-b)]>' }).split(' | ').at(-1),
    'x-b: <1, "2,3" ;q=1,4>',
  );
  t.equal(after({ kind: 'add-header', name: 'X-A', format: 'new' }).split(' | ').at(-1), 'x-a: new');
  const gone: readonly [string, 'str' | 'beg' | 'end' | 'sub' | 'reg', string][] = [
    ['X-A', 'str', ' | x-b: 1, "2,3" ;q=1,4'],
    ['X-', 'beg', ''],
    ['-A', 'end', ' | x-b: 1, "2,3" ;q=1,4'],
    ['-B', 'sub', ' | x-a: a1b, c1d | x-a: e1f'],
    ['^x-.$', 'reg', ''],
    ['^X-.$', 'reg', ' | x-a: a1b, c1d | x-b: 1, "2,3" ;q=1,4 | x-a: e1f'],
  ];
  for (const [name, match, left] of gone)
    t.equal(after({ kind: 'del-header', name, match }), left, `${match} ${name}`);
  const replaced = (
    kind: 'replace-header' | 'replace-value',
    name: string,
    pattern: string,
    format: string,
  ): string => after({ kind, name, pattern, format });
  t.match(
    replaced('replace-header', 'X-A', '(.*)1(.*)', String.raw`\2<\0>`),
    /x-a: d<a1b, c1d>.*x-a: f<e1f>/,
  );
  t.match(
    replaced('replace-value', 'X-A', '(.*)1(.*)', String.raw`\2<\0>`),
    /x-a: b<a1b>,d<c1d>.*x-a: f<e1f>/,
  );
  t.match(replaced('replace-value', 'X-B', '(.*)', String.raw`[\1]`), 'x-b: [1],["2,3" ;q=1],[4]');
  t.match(replaced('replace-value', 'X-B', '4', 'four'), 'x-b: 1, "2,3" ;q=1,four');
  t.match(
    replaced('replace-header', 'X-A', 'a', String.raw`\1\x41\q\10`),
    'x-a: Aq0 |',
    'groups that are not there, bytes',
  );
});

void t.test('a value that a client has a hand in never ends a line', async (t) => {
  const evil = 'X-In: a%0d%0aEvil:%201%00';
  const clean = 'a%0D%0AEvil: 1%00';
  const format = '%[req.hdr(x-in),url_dec]';
  t.match(afterRequest({ kind: 'set-header', name: 'X-C', format }, 'GET /', evil), `x-c: ${clean}`);
  t.match(afterRequest({ kind: 'add-header', name: 'X-C', format }, 'GET /', evil), `x-c: ${clean}`);
  t.match(
    afterRequest({ kind: 'set-path', format: `/${format}` }, 'GET /', evil),
    'GET /a%0D%0AEvil:%201%00 |',
  );
  t.match(afterRequest({ kind: 'set-query', format }, 'GET /', evil), 'GET /?a%0D%0AEvil:%201%00 |');
  t.equal(afterRequest({ kind: 'set-method', format }, 'GET /', evil), '500 request-denied true');
  // HAProxy 2.6 puts a real line break into the header here.
  const slashed = String.raw`X-In: a\x0d\x0aEvil: 1`;
  const replacement: HttpAction = {
    kind: 'replace-header',
    name: 'X-D',
    pattern: '.*',
    format: '[%[req.hdr(x-in)]]',
  };
  t.match(afterRequest(replacement, 'GET /', 'X-D: d', slashed), 'x-d: [a%0D%0AEvil: 1]');
  t.equal(valueText('\u0001\t \u007f\u00ff'), '%01\t %7F\u00ff');
});

void t.test('what would be no request is answered with 500', async (t) => {
  const failed = '500 request-denied true';
  t.equal(afterRequest({ kind: 'set-path', format: '%[req.hdr(none)]' }), failed);
  t.equal(afterRequest({ kind: 'set-path', format: 'new' }), failed);
  t.equal(afterRequest({ kind: 'set-path', format: 'new' }, 'GET http://a.example/a'), failed);
  t.equal(afterRequest({ kind: 'set-uri', format: 'foo' }), failed);
  t.equal(afterRequest({ kind: 'set-method', format: 'A B' }), failed);
});

void t.test('rules are asked in their order until one answers or allows', async (t) => {
  const proxy = httpProxy({
    acls: [{ name: 'local', words: ['src', '192.0.2.0/24'] }],
    requestRules: [
      rule({ kind: 'deny', reply: BARE }, 'unless', 'local'),
      rule({ kind: 'set-log-level', level: 'silent' }),
      rule({ kind: 'allow' }, 'if', '{', 'path', '/free', '}'),
      rule({ kind: 'add-header', name: 'x', format: '1' }),
      rule({ kind: 'tarpit', reply: { ...BARE, status: 500 } }, 'if', '{', 'path', '/slow', '}'),
      rule({ kind: 'deny', reply: { ...BARE, status: 429 } }),
    ],
  });
  const free = ruleStream(request('GET /free'));
  t.same(proxy.requestRules.apply(free), { kind: 'continue' });
  t.same(linesOf(free.source.request), ['host: a.example']);
  t.equal(free.logLevel, 'silent');
  const other = proxy.requestRules.apply(ruleStream(request('GET /')));
  t.match(other, { kind: 'reply', reason: 'request-denied', reply: { status: 429 } });
  t.match(proxy.requestRules.apply(ruleStream(request('GET /slow'))), {
    reason: 'tarpitted',
    reply: { status: 500 },
  });
  t.ok(httpProxy({}).requestRules.empty);
});

void t.test('variables are set, kept where there is no value, and unset', async (t) => {
  const proxy = httpProxy({
    requestRules: [
      rule({ kind: 'set-var', variable: 'txn.a', expression: 'path' }),
      rule({ kind: 'set-var', variable: 'txn.a', expression: 'req.hdr(none)' }),
      rule({ kind: 'set-var-fmt', variable: 'txn.b', format: '%[src]:%[src_port]' }),
      rule({ kind: 'set-var', variable: 'txn.c', expression: 'int(1)' }),
      rule({ kind: 'unset-var', variable: 'txn.c' }),
    ],
  });
  const stream = ruleStream(request('GET /p?q'));
  proxy.requestRules.apply(stream);
  t.same(
    [...stream.variables],
    [
      ['txn.a', '/p'],
      ['txn.b', '192.0.2.1:40000'],
    ],
  );
});

void t.test('a named condition asks the message that its rule is about', async (t) => {
  const acls = [{ name: 'ours', words: ['cookie(a)', 'b'] }];
  const mark: HttpAction = { kind: 'add-header', name: 'X', format: '1' };
  const proxy = httpProxy({
    acls,
    requestRules: [rule(mark, 'if', 'ours')],
    responseRules: [rule(mark, 'if', 'ours')],
  });
  const asks = request('GET /', 'Cookie: a=b');
  const sets = response(200, 'Set-Cookie: a=b; path=/');
  proxy.requestRules.apply(ruleStream(asks));
  proxy.responseRules.apply(ruleStream(request('GET /'), sets));
  t.same([asks.headers.get('x'), sets.headers.get('x')], ['1', '1']);
  const silent = response(200);
  proxy.responseRules.apply(ruleStream(asks, silent));
  t.notOk(silent.headers.has('x'));
});

void t.test('a response has its status, headers and answers changed', async (t) => {
  const apply = (action: HttpAction): string => {
    const head = response(200, 'X-S: o, p ,q');
    const outcome = httpProxy({ responseRules: [rule(action)] }).responseRules.apply(
      ruleStream(request('GET /'), head),
    );
    if (outcome.kind === 'reply') return `${outcome.reason} ${replyText(outcome.reply)}`;
    return [`${head.status} ${head.reason}`, ...linesOf(head)].join(' | ');
  };
  t.equal(
    apply({ kind: 'set-status', status: 431, reason: null }),
    '431 Request Header Fields Too Large | x-s: o, p ,q',
  );
  t.equal(apply({ kind: 'set-status', status: 503, reason: 'Slow Down' }), '503 Slow Down | x-s: o, p ,q');
  t.equal(apply({ kind: 'set-status', status: 999, reason: null }), '999 Other | x-s: o, p ,q');
  t.equal(
    apply({ kind: 'set-header', name: 'X-S', format: '%[status] %[res.hdr_cnt(x-s)]' }),
    '200 x | x-s: 200 3',
  );
  t.equal(
    apply({ kind: 'replace-value', name: 'X-S', pattern: '[oq]', format: String.raw`(\0)` }),
    '200 x | x-s: (o), p ,(q)',
  );
  t.match(
    apply({ kind: 'deny', reply: { ...BARE, status: 502 } }),
    'response-denied HTTP/1.1 502 Bad Gateway\r\n',
  );
});

void t.test('what cannot be compiled names the proxy and the rule', async (t) => {
  const compile = (action: HttpAction) => () =>
    httpProxy({ requestRules: [rule({ kind: 'allow' }), rule(action)] });
  const place = 'listen web, http-request rule 2';
  t.throws(compile({ kind: 'replace-path', pattern: '(', format: '' }), {
    code: 'ERR_CONFIG',
    message: `${place} (replace-path): '(' is no regular expression`,
  });
  t.throws(compile({ kind: 'set-header', name: 'a b', format: '' }), {
    code: 'ERR_CONFIG',
    message: `${place} (set-header): 'a b' is no name of a header`,
  });
  t.throws(compile({ kind: 'set-path', format: '%[nothing_of_that_name]' }), {
    code: 'ERR_CONFIG',
    message: /^listen web, http-request rule 2 \(set-path\): /,
  });
});
