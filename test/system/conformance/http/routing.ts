/**
 * Which backend and which server a request goes to: conditions, matching methods, names made by a format.
 *
 * Not here: rules that change messages (`rules.ts`).
 */
import { get, type HttpScenario, post, say } from '../../help/http-stage.ts';

/** A backend besides the default one. */
function backend(name: string): readonly string[] {
  return [`backend @${name}`, `server ${name} {${name}}`];
}

/** Requests, each on a connection of its own: what one does must not show in the next. */
function apart(...requests: readonly string[]): HttpScenario['clients'] {
  return requests.map((request) => [request]);
}

export const ROUTING: readonly HttpScenario[] = [
  {
    title: 'Host: exact, without regard to case, beginning, end, part, domain',
    frontend: [
      'use_backend @b if { hdr(host) -i one.example }',
      'use_backend @c if { hdr_beg(Host) -i ws. }',
      'use_backend @d if { hdr_end(host) .test }',
      'use_backend @e if { hdr_dom(host) -i middle }',
    ],
    more: ['b', 'c', 'd', 'e'].flatMap(backend),
    clients: [
      [
        'one.example',
        'ONE.example',
        'ws.example',
        'WS.x',
        'a.test',
        'a.TEST',
        'a.middle.b',
        'amiddle.b',
        'one.example:80',
      ].map((host) => get('/', `Host: ${host}`)),
    ],
  },
  {
    title: 'path: exact, beginning, end, directory, part, pattern, length',
    frontend: [
      'use_backend @b if { path /exact }',
      'use_backend @b if { path_beg /api/ /v2 }',
      'use_backend @c if { path_end .png .jpg }',
      'use_backend @d if { path_dir static }',
      'use_backend @e if { path_sub secret }',
      'use_backend @f if { path_reg ^/n[0-9]+$ }',
      'use_backend @f if { path_len gt 30 }',
    ],
    more: ['b', 'c', 'd', 'e', 'f'].flatMap(backend),
    clients: [
      [
        '/exact',
        '/exact?query',
        '/exact/',
        '/api/x',
        '/apix',
        '/v2',
        '/a.png',
        '/a.png?x=.gif',
        '/a/static/b',
        '/a/statics/b',
        '/my-secrets',
        '/n123',
        '/n12a',
        `/${'l'.repeat(40)}`,
        'http://h.example/exact',
        '/%65xact',
      ].map((path) => get(path)),
    ],
  },
  {
    title: 'url, query and its parameters',
    frontend: [
      'use_backend @b if { url_beg /u? }',
      'use_backend @c if { query -m found } { query a=1 }',
      'use_backend @d if { url_param(k) v }',
      'use_backend @e if { urlp(n) -m int 5:9 }',
      'use_backend @f if { url_sub sub= }',
    ],
    more: ['b', 'c', 'd', 'e', 'f'].flatMap(backend),
    clients: [
      [
        '/u?x',
        '/p?a=1',
        '/p?a=12',
        '/p?x=y&k=v',
        '/p?kk=v',
        '/p?n=7',
        '/p?n=10',
        '/p?n=x',
        '/x?y&sub=1',
        '/p;k=v',
      ].map((path) => get(path)),
    ],
  },
  {
    title: 'method, version, predefined names',
    frontend: [
      'use_backend @b if METH_POST',
      'use_backend @c if { method PUT DELETE }',
      'use_backend @d if HTTP_1.0',
      'use_backend @e if METH_HEAD',
      'use_backend @f if METH_GET { path /f } HTTP_1.1 HTTP LOCALHOST TRUE !FALSE',
    ],
    more: ['b', 'c', 'd', 'e', 'f'].flatMap(backend),
    clients: apart(
      post('/', 'abc'),
      say('PUT / HTTP/1.1', 'Host: h', 'Content-Length: 0'),
      say('DELETE / HTTP/1.1', 'Host: h'),
      say('GET / HTTP/1.0'),
      say('HEAD / HTTP/1.1', 'Host: h'),
      get('/f'),
      say('OPTIONS * HTTP/1.1', 'Host: h'),
      say('BREW / HTTP/1.1', 'Host: h'),
    ),
  },
  {
    title: 'Upgrade chooses as the vendor page says',
    frontend: [
      'acl is_websocket hdr(Upgrade) -i WebSocket',
      'acl is_websocket hdr_beg(Host) -i ws',
      'use_backend @b if is_websocket',
    ],
    more: backend('b'),
    clients: apart(
      get('/', 'Upgrade: websocket'),
      get('/', 'Upgrade: h2c, WebSocket'),
      get('/', 'Host: WS.example'),
      get('/', 'Upgrade: h2c'),
      get('/', 'Host: aws.example'),
    ),
  },
  {
    title: 'and binds closer than or; not; several lines of one name',
    frontend: [
      'acl x path_beg /x',
      'acl y hdr(y) yes',
      'acl z path_beg /z1',
      'acl z path_beg /z2',
      'use_backend @b if x y or z !y',
      'use_backend @c unless x || y || z',
      'use_backend @d if ! y { path /x }',
    ],
    more: ['b', 'c', 'd'].flatMap(backend),
    clients: [
      [
        get('/x', 'y: yes'),
        get('/x'),
        get('/xx'),
        get('/z1'),
        get('/z2', 'Y: yes'),
        get('/other'),
        get('/other', 'y: yes'),
      ],
    ],
  },
  {
    title: 'values of a list are tested one by one; fhdr takes the line whole; occurrences; counts',
    frontend: [
      'use_backend @b if { hdr(x-list) two }',
      'use_backend @c if { req.fhdr(x-list) -m str three,four }',
      'use_backend @d if { req.hdr(x-n,2) second }',
      'use_backend @e if { hdr_cnt(x-c) ge 3 }',
      'use_backend @f if { req.hdr(x-n,-1) last }',
    ],
    more: ['b', 'c', 'd', 'e', 'f'].flatMap(backend),
    clients: [
      [
        get('/', 'X-List: one, two'),
        get('/', 'X-List: one', 'X-List: two'),
        get('/', 'X-List: three,four'),
        get('/', 'X-N: first', 'X-N: second'),
        get('/', 'X-N: first, second'),
        get('/', 'X-N: first, last'),
        get('/', 'X-C: 1, 2', 'X-C: 3'),
        get('/', 'X-C: 1, 2'),
        get('/', 'X-List: "a, two"'),
      ],
    ],
  },
  {
    title: 'cookies: found, exact, beginning, counted',
    frontend: [
      'use_backend @b if { cook(who) alice }',
      'use_backend @c if { cook_beg(who) bo }',
      'use_backend @d if { req.cook_cnt(n) 2 }',
      'use_backend @e if { req.cook(any) -m found }',
    ],
    more: ['b', 'c', 'd', 'e'].flatMap(backend),
    clients: [
      [
        get('/', 'Cookie: who=alice'),
        get('/', 'Cookie: a=1; who=alice; b=2'),
        get('/', 'Cookie: who=bob'),
        get('/', 'Cookie: n=1; n=2'),
        get('/', 'Cookie: any='),
        get('/', 'Cookie: who=carol'),
        get('/', 'Cookie: a=1', 'Cookie: who=alice'),
      ],
    ],
  },
  {
    title: 'the client’s address and networks',
    frontend: [
      'use_backend @b if { src 127.0.0.5 }',
      'use_backend @c if { src 127.0.1.0/24 127.0.2.0/255.255.255.0 }',
      'use_backend @d if { src -f {dir}/networks }',
    ],
    files: { networks: '# ours\n\n127.0.3.0/25\n127.0.9.9\n' },
    more: ['b', 'c', 'd'].flatMap(backend),
    clients: [
      '127.0.0.5',
      '127.0.0.6',
      '127.0.1.77',
      '127.0.2.1',
      '127.0.3.1',
      '127.0.3.200',
      '127.0.9.9',
    ].map((from) => ({
      from,
      requests: [get('/')],
    })),
  },
  {
    title: 'a file of values, -i before it, values after it, and -- before a value that looks like a flag',
    frontend: [
      'use_backend @b if { hdr(host) -i -f {dir}/hosts extra.example }',
      'use_backend @c if { hdr(x) -- -i }',
      'use_backend @d if { hdr(x) -m beg pre }',
    ],
    files: { hosts: 'one.example\n  two.example\n#comment\n' },
    more: ['b', 'c', 'd'].flatMap(backend),
    clients: [
      [
        get('/', 'Host: ONE.example'),
        get('/', 'Host: two.example'),
        get('/', 'Host: comment'),
        get('/', 'Host: EXTRA.example'),
        get('/', 'X: -i'),
        get('/', 'X: prefix'),
        get('/', 'X: Prefix'),
      ],
    ],
  },
  {
    title: 'numbers: comparisons and ranges',
    frontend: [
      'use_backend @b if { req.hdr_val(n) eq 5 }',
      'use_backend @c if { req.hdr_val(n) ge 10 } { req.hdr_val(n) lt 20 }',
      'use_backend @d if { req.hdr_val(n) 30:40 50: }',
    ],
    more: ['b', 'c', 'd'].flatMap(backend),
    clients: [
      ['5', '6', '10', '19', '20', '30', '40', '41', '99', 'x', '-1'].map((n) => get('/', `N: ${n}`)),
    ],
  },
  {
    title: 'a missing value matches nothing, and its negation everything',
    frontend: [
      'use_backend @b if !{ hdr(missing) x } { path /not }',
      'use_backend @c if { hdr(missing) -m found }',
    ],
    more: ['b', 'c'].flatMap(backend),
    clients: [[get('/not'), get('/yes', 'Missing: y'), get('/not', 'Missing: x')]],
  },
  {
    title: 'converters before the test',
    frontend: [
      'use_backend @b if { req.hdr(host),lower,field(1,:) one.example }',
      'use_backend @c if { path,word(2,/) -m str second }',
      'use_backend @d if { req.hdr(n),add(3) 10 }',
      'use_backend @e if { req.hdr(t),regsub(a,b,g) bbb }',
      'use_backend @f if { path,length 4 }',
    ],
    more: ['b', 'c', 'd', 'e', 'f'].flatMap(backend),
    clients: [
      [
        get('/', 'Host: One.Example:8080'),
        get('/first/second'),
        get('/', 'N: 7'),
        get('/', 'T: aba'),
        get('/abc'),
        get('/first/other'),
      ],
    ],
  },
  {
    title: 'backends by a format; a name that is none falls to the default',
    frontend: ['use_backend @%[req.hdr(x-backend),lower] if { req.hdr(x-backend) -m found }'],
    more: ['b', 'c'].flatMap(backend),
    clients: [[get('/', 'X-Backend: B'), get('/', 'X-Backend: c'), get('/', 'X-Backend: nothing'), get('/')]],
  },
  {
    title: 'use-server before balancing, by conditions and by name',
    backend: [
      'server a {a}',
      'server b {b}',
      'server c {c} weight 0',
      'use-server b if { path /b }',
      'use-server c if { path_beg /c }',
      'use-server %[req.hdr(x-server)] if { req.hdr(x-server) -m found }',
    ],
    clients: [
      [
        get('/b'),
        get('/b'),
        get('/c1'),
        get('/'),
        get('/'),
        get('/', 'X-Server: a'),
        get('/', 'X-Server: b'),
        get('/', 'X-Server: z'),
      ],
    ],
  },
  {
    title: 'use-server to a dead server is left for another one',
    backend: [
      'server a {a}',
      'server b {dead}',
      'use-server b if { path /b }',
      'option redispatch',
      'retries 1',
    ],
    clients: [[get('/b'), get('/')]],
  },
  {
    title: 'the first use_backend whose condition holds; variables; nbsrv',
    frontend: [
      'http-request set-var(txn.where) path,word(1,/)',
      'use_backend @b if { var(txn.where) -m str one }',
      'use_backend @c if { var(txn.where) -m beg o }',
      'use_backend @d if { nbsrv(@empty) 0 } { path /empty }',
      'use_backend @e if { srv_is_up(@b/b) } { path /up }',
    ],
    more: [...['b', 'c', 'd', 'e'].flatMap(backend), 'backend @empty', 'server x {dead} disabled'],
    clients: [[get('/one'), get('/other'), get('/empty'), get('/up'), get('/zzz')]],
  },
  {
    title: 'no backend for a request: 503, and the connection stays',
    frontend: ['use_backend @b if { path /b }', 'use_backend @empty if { path /empty }'],
    more: [...backend('b'), 'backend @empty'],
    clients: [[get('/empty'), get('/b'), get('/empty')]],
  },
  {
    title: 'each request of a connection is routed by itself',
    frontend: ['use_backend @b if { path /b }'],
    more: backend('b'),
    clients: [[get('/'), get('/b'), get('/'), get('/b')]],
  },
];
