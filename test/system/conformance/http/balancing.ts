/**
 * Which server gets which request: what is hashed, and per request instead of per connection.
 *
 * Not here: the algorithms of mode tcp (`sequences.system.test.ts`).
 */
import { get, type HttpScenario } from '../../help/http-stage.ts';

const SERVERS = ['server a {a}', 'server b {b}', 'server c {c}'];

/** Requests on connections of their own, so that nothing but the algorithm decides. */
function balanced(
  lines: readonly string[],
  requests: readonly string[],
  servers: readonly string[] = SERVERS,
): HttpScenario {
  return {
    title: `${lines.join(', ')}${servers === SERVERS ? '' : ', weights'}`,
    backend: [...lines, ...servers],
    clients: requests.map((request) => [request]),
  };
}

const PATHS = [
  '/',
  '/a',
  '/a/b',
  '/a/b/c',
  '/img/1.png',
  '/img/2.png',
  '/?q=1',
  '/a?q=1',
  '/A',
  '/long/path/with/many/parts?and=query&x=y',
];
const BY_PATH = PATHS.map((path) => get(path));
const USERS = ['alice', 'bob', 'carol', 'dave', 'eve', 'frank', '', '42', 'Alice'];

export const BALANCING: readonly HttpScenario[] = [
  balanced(['balance uri'], BY_PATH),
  balanced(['balance uri whole'], BY_PATH),
  balanced(['balance uri depth 1'], BY_PATH),
  balanced(['balance uri len 4'], BY_PATH),
  balanced(['balance uri path-only'], [...BY_PATH, get('http://h.example/a/b')]),
  balanced(['balance uri', 'hash-type consistent'], BY_PATH),
  balanced(['balance uri'], BY_PATH, [
    'server a {a} weight 5',
    'server b {b} weight 1',
    'server c {c} weight 2',
  ]),
  balanced(
    ['balance hdr(X-User)'],
    [...USERS.map((user) => get('/', `X-User: ${user}`)), get('/'), get('/')],
  ),
  balanced(
    ['balance hdr(host) use_domain_only'],
    ['www.one.example', 'img.one.example', 'one.example', 'a.two.test:8080', 'localhost'].map((host) =>
      get('/', `Host: ${host}`),
    ),
  ),
  balanced(
    ['balance hdr(X-User)', 'hash-type consistent sdbm avalanche'],
    USERS.map((user) => get('/', `X-User: ${user}`)),
  ),
  balanced(
    ['balance url_param user'],
    [...USERS.map((user) => get(`/?x=1&user=${user}`)), get('/?x=1'), get('/')],
  ),
  balanced(['balance hash path,lower'], BY_PATH),
  balanced(
    ['balance hash req.hdr(x-user)', 'hash-type consistent'],
    [...USERS.map((user) => get('/', `X-User: ${user}`)), get('/')],
  ),
  balanced(['balance roundrobin'], BY_PATH, ['server a {a} weight 3', 'server b {b} weight 1']),
  {
    title: 'roundrobin per request of one connection',
    backend: ['balance roundrobin', ...SERVERS],
    clients: [[get('/1'), get('/2'), get('/3'), get('/4')]],
  },
  {
    title: 'a backup server when the others are out',
    backend: ['server a {a} disabled', 'server b {b} backup', 'server c {c} backup'],
    clients: [[get('/1'), get('/2')]],
  },
];
