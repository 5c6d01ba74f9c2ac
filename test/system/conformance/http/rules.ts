/**
 * `http-request` and `http-response` rules, in their order, and what they do to messages, answers and the log.
 *
 * Not here: conditions (`routing.ts`), answers without rules (`local.ts`).
 */
import { answering, get, type HttpScenario, post } from '../../help/http-stage.ts';
import { answer } from '../../help/origin.ts';

/** Rules of the frontend, and requests on one connection. */
function rules(
  title: string,
  frontend: readonly string[],
  requests: readonly string[],
  more: Partial<HttpScenario> = {},
): HttpScenario {
  return { title, frontend, clients: [requests], ...more };
}

export const RULES: readonly HttpScenario[] = [
  rules(
    'set, add and delete fields of a request',
    [
      'http-request set-header X-Set "%[src] %[path]"',
      'http-request add-header X-Add one',
      'http-request add-header X-Add two if { path /two }',
      'http-request del-header X-Gone',
      'http-request del-header ^x-p -m reg',
      'http-request set-header Host new.example if { path /host }',
    ],
    [
      get('/', 'X-Set: old', 'X-Set: older', 'X-Add: zero', 'X-Gone: 1', 'X-P1: 1', 'Y: 1'),
      get('/two'),
      get('/host'),
    ],
  ),
  rules(
    'del-header by beginning, end and part',
    [
      'http-request del-header X-B -m beg',
      'http-request del-header -end -m end',
      'http-request del-header mid -m sub',
    ],
    [get('/', 'X-Bad: 1', 'Y-X-B: 2', 'A-End: 3', 'End-B: 4', 'A-Mid-B: 5', 'Z: 6')],
  ),
  rules(
    'replace-header and replace-value',
    [
      'http-request replace-header X-L (.*)b(.*) \\1B\\2',
      'http-request replace-value X-V ^b$ B',
      'http-request replace-header Cookie sid=([^;]*) sid=x\\1',
    ],
    [get('/', 'X-L: a, b', 'X-L: bb', 'X-V: a, b,b', 'X-V: b', 'Cookie: a=1; sid=9; b=2')],
  ),
  rules(
    'set-method, set-path, set-query, set-uri, set-pathq',
    [
      'http-request set-method PUT if { path /method }',
      'http-request set-path /new%[path] if { path_beg /path }',
      'http-request set-query a=%[url_param(b)] if { path /query }',
      'http-request set-uri /u?%[query] if { path /uri }',
      'http-request set-pathq /pq?x=1 if { path /pathq }',
    ],
    [
      get('/method'),
      get('/path/1?q=2'),
      get('/query?b=7'),
      get('/query'),
      get('/uri?z'),
      get('/pathq?old'),
      get('http://h.example/path/abs'),
    ],
  ),
  rules(
    'replace-path, replace-pathq and replace-uri',
    [
      'http-request replace-path /old/(.*) /new/\\1 if { path_beg /old }',
      'http-request replace-pathq /q(.*)\\?(.*) /r\\1?\\2&more if { path_beg /q }',
      'http-request replace-uri ^/u/(.*) /v/\\1 if { path_beg /u }',
    ],
    [get('/old/a/b?c=d'), get('/q1?x=1'), get('/u/1?y'), get('/same')],
  ),
  rules(
    'deny: 403, another status, and the connection stays',
    [
      'http-request deny if { path /deny }',
      'http-request deny deny_status 429 if { path /429 }',
      'http-request deny deny_status 400 if { path /400 }',
      'http-request deny status 404 content-type text/plain string "not here" if { path /404 }',
      'http-request deny status 403 content-type text/plain lf-string "no %[path]" hdr X-Why "%[src]" if { path /why }',
    ],
    [get('/deny'), get('/429'), get('/400'), get('/404'), get('/why'), get('/fine')],
  ),
  rules(
    'return: with a string, a format, a file, fields, nothing',
    [
      'http-request return status 200 content-type text/plain string hello if { path /string }',
      'http-request return status 201 content-type "text/x" lf-string "%[method] %[path]" hdr X-A 1 hdr X-B "%[src]" if { path /format }',
      'http-request return status 200 content-type text/plain file {dir}/text if { path /file }',
      'http-request return status 404 if { path /none }',
      'http-request return if { path /plain }',
      'http-request return errorfile {dir}/whole.http status 503 if { path /whole }',
    ],
    [get('/string'), get('/format'), get('/file'), get('/none'), get('/plain'), get('/whole'), get('/fine')],
    { files: { text: 'a file\n', 'whole.http': 'HTTP/1.1 503 Whole\r\nX: 1\r\n\r\nwhole\n' } },
  ),
  rules(
    'a body that comes with a denied request',
    ['http-request deny if { path /deny }'],
    [post('/deny', 'some body'), get('/next')],
  ),
  rules(
    'allow ends the rules of its section',
    ['http-request allow if { path /in }', 'http-request deny if { path_beg /in }'],
    [get('/in'), get('/in2')],
  ),
  rules(
    'rules of the frontend come before those of the backend',
    ['http-request set-header X-Order front', 'http-request set-var(txn.v) str(front)'],
    [get('/'), get('/deny')],
    {
      backend: [
        'http-request set-header X-Order "%[req.hdr(x-order)] back %[var(txn.v)]"',
        'http-request deny if { path /deny }',
        'server a {a}',
      ],
    },
  ),
  rules(
    'variables: of a request, of a transaction, of a session; set-var-fmt; unset-var',
    [
      'http-request set-var(req.a) path',
      'http-request set-var-fmt(txn.b) "%[var(req.a)]-%[method]"',
      'http-request set-var(sess.c) path if { path /first }',
      'http-request set-var(txn.d) int(5),add(2)',
      'http-request unset-var(txn.d) if { path /unset }',
      'http-request set-header X-Vars "%[var(req.a)] %[var(txn.b)] %[var(sess.c)] %[var(txn.d)]"',
      'http-response set-header X-Txn "%[var(txn.b)] %[var(req.a)]"',
    ],
    [get('/first'), get('/second'), get('/unset')],
  ),
  rules(
    'redirect: location, prefix, scheme, codes, options',
    [
      'http-request redirect location /there if { path /location }',
      'http-request redirect prefix http://other.example if { path_beg /prefix }',
      'http-request redirect prefix / drop-query append-slash code 301 if { path_beg /slash }',
      'http-request redirect scheme https code 308 if { path_beg /scheme }',
      'http-request redirect location "http://%[req.hdr(host)]/x%[path]" code 307 if { path_beg /format }',
      'http-request redirect location /c set-cookie SEEN=1 if { path /set }',
      'http-request redirect location /c clear-cookie USER= if { path /clear }',
      'redirect location /old-word code 303 if { path /old }',
    ],
    [
      get('/location'),
      get('/prefix/a?b=c'),
      get('/slash?x'),
      get('/scheme/x?y=z'),
      get('/old'),
      get('/format/1'),
      get('/set'),
      get('/clear'),
      get('/fine'),
    ],
  ),
  rules(
    'redirect of a POST and its body',
    ['http-request redirect location /there'],
    [post('/', 'abc'), get('/')],
  ),
  rules(
    'fields of an answer: set, add, delete, replace',
    [
      'http-response set-header X-Set "%[status] %[res.hdr(x-from)]"',
      'http-response add-header X-Add 1',
      'http-response del-header Server',
      'http-response replace-header Location http://(.*) https://\\1',
      'http-response replace-value X-List b B',
    ],
    [get('/')],
    {
      origin: answering(() =>
        answer(
          '200 OK',
          ['Server: x', 'X-From: origin', 'X-Set: old', 'X-Add: 0', 'Location: http://a/b', 'X-List: a, b'],
          'x',
        ),
      ),
    },
  ),
  rules(
    'the status of an answer',
    [
      'http-response set-status 418 if { status 404 }',
      'http-response set-status 503 reason "Slow Down" if { status 500 }',
    ],
    [get('/404'), get('/500'), get('/200')],
    { origin: answering(({ target }) => answer(`${target.slice(1)} Whatever`, [], 'x')) },
  ),
  rules(
    'an answer is denied, or another one is given',
    [
      'http-response deny if { res.hdr(x-secret) -m found }',
      'http-response return status 200 content-type text/plain string instead if { status 404 }',
      'http-response redirect location /login if { status 401 }',
    ],
    [get('/secret'), get('/404'), get('/401'), get('/200')],
    {
      origin: answering(({ target }) =>
        target === '/secret'
          ? answer('200 OK', ['X-Secret: 1'], 'x')
          : answer(`${target.slice(1)} X`, [], 'x'),
      ),
    },
  ),
  rules(
    'http-response rules: the backend’s come before the frontend’s',
    ['http-response add-header X-Order front'],
    [get('/')],
    {
      backend: ['http-response add-header X-Order back', 'server a {a}'],
    },
  ),
  rules(
    'tarpit',
    [
      'timeout tarpit 100',
      'http-request tarpit if { path /tar }',
      'http-request tarpit deny_status 429 if { path /429 }',
    ],
    [get('/tar'), get('/429')],
  ),
  rules(
    'set-log-level silent',
    ['http-request set-log-level silent if { path /silent }'],
    [get('/silent'), get('/loud')],
    {
      lineCount: 1,
    },
  ),
];
