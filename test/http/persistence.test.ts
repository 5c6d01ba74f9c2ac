import t from 'tap';
import fc from 'fast-check';
import type { CookieConfig } from '../../lib/config/rules.ts';
import { cookiesOf, withoutCookies } from '../../lib/http/cookies.ts';
import { dateText, splitDated } from '../../lib/http/persistence-value.ts';
import { CookiePersistence } from '../../lib/http/persistence.ts';
import { linesOf, request, response } from '../help/rule-stage.ts';

const COOKIE: CookieConfig = {
  name: 'SRV',
  mode: 'insert',
  indirect: false,
  nocache: false,
  postonly: false,
  preserve: false,
  httpOnly: false,
  secure: false,
  domains: [],
  maxIdleMs: 0,
  maxLifeMs: 0,
  attributes: [],
  dynamic: false,
};
const SERVERS = [
  { name: 'd', cookie: 'dd' },
  { name: 'b', cookie: 'bb' },
  { name: 'a', cookie: 'aa' },
  { name: 'n', cookie: null },
];
/** 22 Nov 2026, 19:51:50. */
const NOW_S = 1_795_377_110;
const HOUR_MS = 3_600_000;
const INDIRECT = { indirect: true };

interface Turn {
  readonly cookie?: string;
  readonly set?: readonly string[];
  readonly method?: string;
  readonly imposed?: string;
  readonly persist?: boolean;
  /** Taken where nothing is asked for; `instead` whatever is asked for. */
  readonly free?: string;
  readonly instead?: string;
  readonly lines?: readonly string[];
  readonly status?: number;
}

/** `server letters | cookies the server sees | headers the client sees`; server d is down. */
function turn(options: Partial<CookieConfig>, turn: Turn = {}): string {
  const {
    cookie,
    set = [],
    method = 'GET',
    imposed = null,
    persist = false,
    free = 'a',
    status = 200,
  } = turn;
  const persistence = new CookiePersistence({ ...COOKIE, ...options }, SERVERS, persist);
  const head = request(`${method} /`, ...(cookie === undefined ? [] : [`cookie: ${cookie}`]));
  const wallMs = NOW_S * 1000 + 400;
  const state = persistence.onRequest(head, { imposed, serverUp: (name) => name !== 'd', wallMs });
  const answer = response(status, ...set.map((one) => `set-cookie: ${one}`), ...(turn.lines ?? []));
  const server = turn.instead ?? state.server ?? free;
  const letters = persistence.onResponse(answer, state, { server, method, wallMs });
  const seen = head.headers.all('cookie').join(' + ');
  return `${server} ${letters} | ${seen} | ${linesOf(answer).join(' + ')}`.replaceAll('set-cookie: ', '');
}

// All of it as observed on the real HAProxy 2.6, but for what says otherwise.
void t.test('insert: a client without a valid cookie gets one', async (t) => {
  t.equal(turn({}), 'a NI |  | SRV=aa; path=/');
  t.equal(turn({}, { cookie: 'x=1' }), 'a NI | x=1 | SRV=aa; path=/');
  t.equal(turn({}, { cookie: 'SRV=aa' }), 'a VN | SRV=aa | ');
  t.equal(turn({}, { cookie: 'x=1; SRV=bb; y=2' }), 'b VN | x=1; SRV=bb; y=2 | ');
  t.equal(turn({}, { cookie: 'SRV=dd' }), 'a DI | SRV=dd | SRV=aa; path=/');
  t.equal(turn({}, { cookie: 'SRV=zz' }), 'a II | SRV=zz | SRV=aa; path=/');
  t.equal(turn({}, { cookie: 'SRV=' }), 'a II | SRV= | SRV=aa; path=/');
  t.equal(turn({}, { cookie: 'srv=bb' }), 'a NI | srv=bb | SRV=aa; path=/');
  t.equal(turn({}, { cookie: 'SRV=zz; SRV=bb' }), 'b VN | SRV=zz; SRV=bb | ');
  t.equal(turn({}, { cookie: 'SRV=bb; SRV=aa' }), 'b VN | SRV=bb; SRV=aa | ');
  t.equal(turn({}, { cookie: 'SRV=dd; SRV=zz' }), 'a DI | SRV=dd; SRV=zz | SRV=aa; path=/');
});

void t.test("insert: the server's own cookie of the name goes, unless it is preserved", async (t) => {
  const set = ['A=1; path=/', 'SRV=own; path=/x; HttpOnly'];
  t.equal(turn({}, { set }), 'a NI |  | A=1; path=/ + SRV=aa; path=/');
  t.equal(turn({}, { set, cookie: 'SRV=bb' }), 'b VD | SRV=bb | A=1; path=/');
  t.equal(turn({ preserve: true }, { set }), `a NP |  | ${set.join(' + ')}`);
  t.equal(turn({ preserve: true }, { set, cookie: 'SRV=bb' }), `b VP | SRV=bb | ${set.join(' + ')}`);
  t.equal(turn({ preserve: true }, { set: ['A=1'] }), 'a NI |  | A=1 + SRV=aa; path=/');
});

void t.test('insert indirect: servers never see the cookie', async (t) => {
  const seen: readonly [string, string][] = [
    ['SRV=bb', ''],
    ['x=1; SRV=bb; y=2', 'x=1; y=2'],
    ['SRV=bb;x=1', 'x=1'],
    ['x=1;SRV=bb', 'x=1'],
    [' SRV = bb ; x=1', 'x=1'],
    ['a=1, SRV=bb, c=2', 'a=1, c=2'],
    ['$Version=1; SRV=bb; $Path=/; x=2', '$Version=1; x=2'],
    ['SRV="b;b"; SRV=bb', ''],
    ['SRV=bb, SRV=bb; x', 'x'],
  ];
  for (const [cookie, left] of seen) t.equal(turn(INDIRECT, { cookie }), `b VN | ${left} | `, cookie);
  t.equal(turn(INDIRECT, { cookie: 'x="a, SRV=bb"' }), 'a NI | x="a, SRV=bb" | SRV=aa; path=/');
  t.equal(turn(INDIRECT, { cookie: 'SRV=bb; x=\u00c3\u00a0' }), 'b VN | x=\u00c3\u00a0 | ', 'bytes of UTF-8');
  t.equal(turn(INDIRECT, { cookie: 'SRV="bb"' }), 'a II |  | SRV=aa; path=/');
});

void t.test('insert: attributes come in one order; a server without a cookie takes it away', async (t) => {
  const attributes = {
    domains: ['.a.example', 'b.example'],
    secure: true,
    httpOnly: true,
    attributes: ['SameSite=None', 'foo'],
  };
  const all = 'domain=.a.example; domain=b.example; HttpOnly; Secure; SameSite=None; foo';
  t.equal(turn(attributes), `a NI |  | SRV=aa; path=/; ${all}`);
  t.equal(
    turn({ domains: ['.x.example'] }, { free: 'n' }),
    'n NI |  | SRV=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/; domain=.x.example',
  );
});

void t.test('insert postonly: only answers to POST get it', async (t) => {
  const postonly = { indirect: true, postonly: true };
  t.equal(turn(postonly), 'a NN |  | ');
  t.equal(turn(postonly, { method: 'POST' }), 'a NI |  | SRV=aa; path=/');
  t.equal(turn(postonly, { set: ['SRV=own'] }), 'a ND |  | ');
});

void t.test(
  'a server that was chosen otherwise, or in place of the one asked for, is told by the letters',
  async (t) => {
    t.equal(turn(INDIRECT, { cookie: 'SRV=aa', imposed: 'b' }), 'b UN |  | ');
    t.equal(turn(INDIRECT, { imposed: 'b' }), 'b NN |  | ');
    t.equal(turn(INDIRECT, { cookie: 'SRV=bb', instead: 'a' }), 'a DI |  | SRV=aa; path=/', 'redispatched');
    t.equal(turn(INDIRECT, { cookie: 'SRV=dd', persist: true }), 'd DN |  | ', 'option persist');
  },
);

void t.test("rewrite: the server's cookie gets our value", async (t) => {
  const rewrite = { mode: 'rewrite' } as const;
  t.equal(turn(rewrite), 'a NN |  | ');
  t.equal(turn(rewrite, { cookie: 'SRV=bb' }), 'b VN | SRV=bb | ');
  t.equal(turn(rewrite, { set: ['SRV=1', ' SRV = 3 ; path=/'] }), 'a NR |  | SRV=aa + SRV=aa ; path=/');
  t.equal(turn(rewrite, { set: ['SRV="a;b"; path=/'], cookie: 'SRV=bb' }), 'b VR | SRV=bb | SRV=bb; path=/');
  t.equal(turn(rewrite, { set: ['SRV', '"SRV"=1', 'C=1, SRV=x'] }), 'a NN |  | SRV + "SRV"=1 + C=1, SRV=x');
});

void t.test(
  "prefix: the server's cookie gets our value before its own, and loses it on the way back",
  async (t) => {
    const prefix = { mode: 'prefix' } as const;
    t.equal(
      turn(prefix, { set: ['SRV=own; path=/', 'SRV=; d', 'SRV'] }),
      'a NR |  | SRV=aa~own; path=/ + SRV=aa~; d + SRV',
    );
    t.equal(turn(prefix, { cookie: 'SRV=bb~val; x=1' }), 'b VN | SRV=val; x=1 | ');
    t.equal(turn(prefix, { cookie: 'x=1; SRV=zz~val' }), 'a IN | x=1; SRV=val | ');
    t.equal(turn(prefix, { cookie: 'SRV=bb~val~ue' }), 'b VN | SRV=val~ue | ');
    t.equal(turn(prefix, { cookie: 'SRV=bb' }), 'b VN | SRV=bb | ');
    t.equal(turn(prefix, { cookie: 'SRV=aa~1; SRV=bb~2' }), 'a VN | SRV=1; SRV=2 | ');
    const own = { set: ['SRV=new'], cookie: 'SRV=aa~v' };
    t.equal(turn({ ...prefix, indirect: true }, own), 'a VD | SRV=v | ');
    t.equal(turn({ ...prefix, indirect: true, preserve: true }, own), 'a VP | SRV=v | SRV=new');
  },
);

void t.test('passive: the cookie is read, and no more', async (t) => {
  const passive = { mode: 'passive' } as const;
  t.equal(turn(passive, { cookie: 'SRV=bb', set: ['SRV=own'] }), 'b -- | SRV=bb | SRV=own');
  t.equal(turn({ ...passive, indirect: true }, { cookie: 'SRV=bb', set: ['SRV=own'] }), 'b VD | SRV=bb | ');
  t.equal(turn({ ...passive, indirect: true }, { set: ['SRV=own'] }), 'a NP |  | SRV=own');
});

void t.test('a request that no server has answered has the letter of its cookie alone', async (t) => {
  const persistence = new CookiePersistence(COOKIE, SERVERS, false);
  const state = persistence.onRequest(request('GET /', 'cookie: SRV=zz'), {
    imposed: null,
    serverUp: () => true,
    wallMs: 0,
  });
  t.equal(persistence.unanswered(state), 'I-');
});

void t.test('maxidle and maxlife: old cookies are not followed, others are kept young', async (t) => {
  const at = (ageS: number): string => dateText(NOW_S - ageS);
  const both = { indirect: true, maxIdleMs: HOUR_MS / 2, maxLifeMs: HOUR_MS };
  const idle = { indirect: true, maxIdleMs: HOUR_MS / 2 };
  const life = { indirect: true, maxLifeMs: HOUR_MS };
  const now = at(0);
  const cases: readonly [Partial<CookieConfig>, string, string][] = [
    [idle, 'bb', `b VU |  | SRV=bb|${now}; path=/`],
    [idle, `bb|${now}`, 'b VN |  | '],
    [idle, `bb|${at(1700)}|${at(1700)}`, `b VU |  | SRV=bb|${now}; path=/`],
    [idle, `bb|${at(1900)}|${at(1900)}`, `a EI |  | SRV=aa|${now}; path=/`],
    [idle, `bb|${at(-90_000)}`, `a EI |  | SRV=aa|${now}; path=/`],
    [idle, `zz|${now}`, `a II |  | SRV=aa|${now}; path=/`],
    [idle, 'bb|!!!!!', `b VU |  | SRV=bb|${now}; path=/`],
    [life, `bb|${at(10)}|${at(10)}`, `b VU |  | SRV=bb|${now}|${at(10)}; path=/`],
    [life, `bb|${at(10)}|${at(3700)}`, `a OI |  | SRV=aa|${now}|${now}; path=/`],
    [life, `bb|${at(-1000)}|${at(-1000)}`, 'b VN |  | '],
    [life, `dd|${now}|${at(20)}`, `a DI |  | SRV=aa|${now}|${at(20)}; path=/`],
    [life, `bb|${at(10)}|`, `b VU |  | SRV=bb|${now}|${now}; path=/`],
    [both, `bb|${at(1900)}|${at(1900)}`, `a EI |  | SRV=aa|${now}|${now}; path=/`],
    [both, `bb|${at(10)}|${at(3700)}`, `a OI |  | SRV=aa|${now}|${now}; path=/`],
    [both, `bb||${at(10)}`, `b VU |  | SRV=bb|${now}|${at(10)}; path=/`],
    [INDIRECT, `bb|${at(10)}|${at(10)}`, 'b VU |  | SRV=bb; path=/'],
    [INDIRECT, 'bb|x|y', 'b VN |  | '],
  ];
  for (const [options, value, expected] of cases)
    t.equal(turn(options, { cookie: `SRV=${value}` }), expected, value);
});

void t.test('dates are five digits of four seconds', async (t) => {
  t.equal(dateText(1_795_377_110), 'awNH2');
  t.equal(dateText(1_795_377_139), 'awNH9');
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (atS) => {
      const { lastS } = splitDated(`a|${dateText(atS)}`).seen;
      return lastS >= atS && lastS < atS + 4;
    }),
  );
});

void t.test('nocache: what a shared cache may keep is made private', async (t) => {
  const nocache = { indirect: true, nocache: true };
  const marked = (line: string, method = 'GET', status = 200): boolean =>
    turn(nocache, { lines: [line], method, status }).endsWith(' + cache-control: private');
  const cases: readonly [string, boolean][] = [
    ['x: y', false],
    ['etag: x', true],
    ['last-modified: x', true],
    ['expires: 0', true],
    ['cache-control: private', false],
    ['cache-control: no-cache', false],
    ['cache-control: no-store, max-age=5', false],
    ['cache-control: max-age=0', false],
    ['cache-control: s-maxage=1', true],
    ['cache-control: max-age=5, no-cache="set-cookie"', true],
    ['cache-control: public, max-age=0', false],
    // Here HAProxy lets the cookie be shared.
    ['cache-control: public', true],
  ];
  for (const [line, expected] of cases) t.equal(marked(line), expected, line);
  t.notOk(marked('etag: x', 'POST'));
  t.ok(marked('etag: x', 'HEAD'));
  for (const status of [302, 500, 201]) t.notOk(marked('etag: x', 'GET', status));
  for (const status of [203, 301, 404, 501]) t.ok(marked('etag: x', 'GET', status));
  t.equal(
    turn(nocache, { cookie: 'SRV=aa', lines: ['etag: x'] }),
    'a VN |  | etag: x',
    'no cookie, no secret',
  );
});

void t.test('taking cookies out of any header leaves none of the name, and all others', async () => {
  const piece = fc.oneof(
    fc.constantFrom('SRV=bb', ' SRV = "b;b" ', 'SRV', 'x=1', ' y="a,b"', '$Path=/', '', ' ', '=', '"', '\\'),
    fc.string({ maxLength: 5 }),
  );
  const header = fc
    .array(fc.tuple(piece, fc.constantFrom(';', ',')))
    .map((pairs) => pairs.map((pair) => pair.join('')).join(''));
  fc.assert(
    fc.property(header, (text) => {
      const own = cookiesOf(text).filter(({ name }) => name === 'SRV');
      const left = cookiesOf(withoutCookies(text, own));
      if (left.some(({ name }) => name === 'SRV')) return false;
      const others = cookiesOf(text).filter(({ name }) => name !== 'SRV');
      return (
        left.map(({ name, value }) => `${name}=${value}`).join() ===
        others.map(({ name, value }) => `${name}=${value}`).join()
      );
    }),
  );
});
