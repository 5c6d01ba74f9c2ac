import t from 'tap';
import type { ForwardFor } from '../../lib/config/rules.ts';
import { captureHeaders, captureRequestCookie, captureResponseCookie } from '../../lib/http/captures.ts';
import { addForwardFor, compileForwardFor } from '../../lib/http/forward-for.ts';
import { httpProxy, linesOf, replyText, request, response, ruleStream } from '../help/rule-stage.ts';

const FORWARD: ForwardFor = { except: null, header: 'X-Forwarded-For', ifNone: false };

/** The lines a server gets behind `host`. */
function forwarded(
  frontend: Partial<ForwardFor> | null,
  backend: Partial<ForwardFor> | null,
  address = '192.0.2.1',
  ...lines: string[]
): string {
  const head = request('GET /', ...lines);
  const rule = (option: Partial<ForwardFor> | null) =>
    compileForwardFor(option === null ? null : { ...FORWARD, ...option }, 'frontend web');
  addForwardFor(head, address, rule(frontend), rule(backend));
  return linesOf(head).slice(1).join(' | ');
}

// As observed on the real HAProxy 2.6.
void t.test('forwardfor adds a line of its own behind all others', async (t) => {
  t.equal(forwarded(null, null), '');
  t.equal(forwarded({}, null), 'x-forwarded-for: 192.0.2.1');
  t.equal(forwarded(null, {}, '2001:db8::1'), 'x-forwarded-for: 2001:db8::1');
  t.equal(
    forwarded({}, {}, '192.0.2.1', 'x-forwarded-for: 9.9.9.9', 'x: y'),
    'x-forwarded-for: 9.9.9.9 | x: y | x-forwarded-for: 192.0.2.1',
  );
  t.equal(forwarded({}, null, ''), '', 'a client without an address');
});

void t.test("forwardfor: the backend's name holds, both must say if-none", async (t) => {
  t.equal(forwarded({ header: 'X-Front' }, { header: 'X-Back' }), 'x-back: 192.0.2.1');
  t.equal(
    forwarded({ header: 'X-Front', ifNone: true }, { ifNone: true }, '192.0.2.1', 'x-front: a'),
    'x-front: a | x-forwarded-for: 192.0.2.1',
  );
  const given = 'x-forwarded-for: 9.9.9.9';
  t.equal(forwarded({ ifNone: true }, { ifNone: true }, '192.0.2.1', given), given);
  t.equal(forwarded({ ifNone: true }, null, '192.0.2.1', given), given);
  t.equal(forwarded({ ifNone: true }, {}, '192.0.2.1', given), `${given} | x-forwarded-for: 192.0.2.1`);
});

void t.test('forwardfor: either side excepts networks', async (t) => {
  t.equal(forwarded({}, { except: '192.0.2.0/24' }), '');
  t.equal(forwarded({ except: '192.0.2.1' }, {}), '');
  t.equal(forwarded({ except: '192.0.2.0/255.255.255.0' }, null), '');
  t.equal(forwarded({ except: '2001:db8::/32' }, null, '2001:db8::1'), '');
  t.equal(forwarded({ except: '10.0.0.0/8' }, null), 'x-forwarded-for: 192.0.2.1');
  t.equal(forwarded({ except: '2001:db8::/32' }, null), 'x-forwarded-for: 192.0.2.1');
  for (const except of ['a.example', '10.0.0.0/33', '10.0.0.0/255.0.255.0', '10.0.0.0/']) {
    t.throws(() => forwarded({ except }, null), {
      code: 'ERR_CONFIG',
      message: `frontend web: option forwardfor: '${except}' is no network`,
    });
  }
});

void t.test(
  'captures keep the start of the last header, and of the first cookie whose name begins so',
  async (t) => {
    const { headers } = request(
      'GET /',
      'X-Multi: one',
      'X-Multi: two, three',
      'Cookie: x=1; ASPSESS=abcdefghijk; ASP2=q',
    );
    const captures = [
      { name: 'Host', lengthBytes: 5 },
      { name: 'X-Multi', lengthBytes: 20 },
      { name: 'X-None', lengthBytes: 20 },
    ];
    t.same(captureHeaders(captures, headers), ['a.exa', 'two, three', null]);
    const asp = { name: 'ASP', lengthBytes: 9 };
    t.equal(captureRequestCookie(asp, headers), 'ASPSESS=a');
    t.equal(
      captureRequestCookie(asp, request('GET /', 'Cookie: XASP=1;ASP=2', 'Cookie: ASPB=3').headers),
      'ASP=2',
    );
    t.equal(captureRequestCookie(asp, request('GET /', 'Cookie: ASP').headers), null);
    const answer = response(200, 'set-cookie: A=b; path=/', 'set-cookie: ASPX=longvalue12345; path=/');
    t.equal(captureResponseCookie(asp, answer.headers), 'ASPX=long');
    t.equal(captureResponseCookie({ ...asp, name: 'B' }, answer.headers), null);
  },
);

void t.test('monitor-uri tells whether we are well', async (t) => {
  const { monitor } = httpProxy({
    acls: [{ name: 'on', words: ['path_end', 'on'] }],
    frontend: {
      monitorUri: '/mon',
      monitorFail: [
        ['unless', 'on'],
        ['if', '{', 'req.hdr(x)', '1', '}'],
      ],
    },
  });
  const asked = (start: string, ...lines: string[]) => monitor?.(ruleStream(request(start, ...lines)).source);
  t.equal(asked('GET /mon'), 200);
  t.equal(asked('POST /mon'), 200);
  t.equal(asked('GET http://a.example/mon'), 200);
  t.equal(asked('GET /mon', 'x: 1'), 503);
  for (const other of ['/mon?x', '/monx', '/MON']) t.equal(asked(`GET ${other}`), null, other);
  t.equal(httpProxy({}).monitor, null);
});

const STATS = {
  uri: '/s',
  realm: 'My "Realm"',
  auth: ['u:p', 'v:q:r'],
  refreshS: 0,
  hideVersion: false,
  scope: [],
  showDescription: null,
  showLegends: false,
  showNode: null,
};

void t.test('statistics are for those who know a password', async (t) => {
  const { statsAuth, pages } = httpProxy({ stats: STATS });
  const basic = (pair: string, scheme = 'Basic'): string =>
    `authorization: ${scheme} ${Buffer.from(pair).toString('base64')}`;
  const admits = (...lines: string[]) => statsAuth?.admits(request('GET /s', ...lines));
  t.ok(admits(basic('u:p')));
  t.ok(admits(basic('v:q:r', 'basic')));
  for (const pair of ['u:x', 'u', '', 'u:p ', 'v:q']) t.notOk(admits(basic(pair)), pair);
  t.notOk(admits());
  t.notOk(admits('authorization: Bearer dTpw'));
  t.ok(httpProxy({ stats: { ...STATS, auth: [] } }).statsAuth?.admits(request('GET /s')), 'nobody is asked');
  const challenge = statsAuth?.challenge(pages);
  t.equal(challenge?.close, true);
  t.match(
    challenge === undefined ? '' : replyText(challenge),
    /^HTTP\/1\.1 401 .*\r\nwww-authenticate: Basic realm="My \\"Realm\\""\r\n/s,
  );
  t.equal(httpProxy({}).statsAuth, null);
});
