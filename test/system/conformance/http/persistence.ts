/**
 * Cookies that keep a client with its server: insert, rewrite, prefix, and their options.
 *
 * Not here: balancing (`balancing.ts`).
 */
import { answering, get, type HttpScenario, post } from '../../help/http-stage.ts';
import { answer } from '../../help/origin.ts';

const SERVERS = ['server a {a} cookie va', 'server b {b} cookie vb', 'server c {c}'];

/** One backend with a `cookie` line, three servers, and clients of one request each. */
function persistent(
  title: string,
  cookie: string,
  requests: readonly string[],
  more: Partial<HttpScenario> = {},
): HttpScenario {
  return {
    title: `cookie ${cookie}: ${title}`,
    backend: ['balance roundrobin', `cookie ${cookie}`, ...SERVERS],
    clients: requests.map((request) => [request]),
    ...more,
  };
}

const HAS = (value: string): string => get('/', `Cookie: x=1; SRV=${value}; y=2`);

/** The server sets a cookie of its own by that name. */
const setting = answering(({ server, target }) =>
  answer('200 OK', target === '/set' ? ['Set-Cookie: SRV=own; path=/'] : [], server),
);

export const PERSISTENCE: readonly HttpScenario[] = [
  persistent('a known value, an unknown one, none', 'SRV insert', [
    get('/'),
    HAS('vb'),
    HAS('va'),
    HAS('zz'),
    get('/'),
    get('/'),
    get('/'),
  ]),
  persistent('is not shown to the server', 'SRV insert indirect nocache', [
    get('/'),
    HAS('vb'),
    get('/', 'Cookie: SRV=va'),
    HAS('zz'),
  ]),
  persistent('only behind a POST', 'SRV insert indirect postonly', [get('/'), post('/', 'x')]),
  persistent('the server’s own is kept', 'SRV insert preserve indirect', [get('/set'), get('/'), HAS('va')], {
    origin: setting,
  }),
  persistent('the server’s own is replaced', 'SRV insert indirect', [get('/set'), get('/set')], {
    origin: setting,
  }),
  persistent('attributes', 'SRV insert httponly secure domain .example domain .test attr SameSite=Strict', [
    get('/'),
  ]),
  persistent('only what the server sets', 'SRV rewrite', [get('/set'), get('/'), HAS('vb')], {
    origin: setting,
  }),
  persistent(
    'before the server’s own value',
    'SRV prefix',
    [get('/set'), get('/'), HAS('vb~own'), HAS('vb'), HAS('zz~own')],
    { origin: setting },
  ),
  {
    title: 'a cookie of a dead server: another one, and a new cookie',
    backend: [
      'balance roundrobin',
      'cookie SRV insert',
      'option redispatch',
      'retries 1',
      'server a {a} cookie va',
      'server x {dead} cookie vx',
    ],
    clients: [[HAS('vx')]],
  },
  {
    title: 'a cookie of a disabled server',
    backend: ['cookie SRV insert', 'server a {a} cookie va', 'server x {dead} cookie vx disabled'],
    clients: [[HAS('vx')]],
  },
  {
    title: 'a cookie of a server of weight 0 is still honoured',
    backend: ['cookie SRV insert', 'server a {a} cookie va', 'server b {b} cookie vb weight 0'],
    clients: [[HAS('vb')], [get('/')]],
  },
  {
    title: 'the cookie keeps all requests of a connection with one server',
    backend: ['balance roundrobin', 'cookie SRV insert indirect nocache', ...SERVERS],
    clients: [[HAS('vb'), HAS('vb'), HAS('va'), HAS('vb')]],
  },
];
