import t from 'tap';
import type { Config, ProxyConfig } from '../../lib/config/config.ts';
import { HTTP_DEFAULTS, HTTP_FRONTEND_DEFAULTS } from '../../lib/config/defaults.ts';
import { parseConfig } from '../../lib/config/parse.ts';

const TIMES = '  timeout client 1s\n  timeout connect 1s\n  timeout server 1s\n';

function read(text: string): { config: Config | null; found: string[] } {
  const { config, diagnostics } = parseConfig([{ file: 'f', text }], { environment: {} });
  return { config, found: diagnostics.map((one) => `${one.severity} ${one.code}`) };
}

/** The one `listen` in mode http that holds the lines. */
function listen(lines: string, defaults = ''): ProxyConfig | undefined {
  const { config } = read(
    `defaults\n  mode http\n${TIMES}${defaults}listen l\n  bind :80\n${lines}  server a 10.0.0.1:80\n`,
  );
  return config?.proxies[0];
}

void t.test('of the lines about one status the last one holds', (t) => {
  const inherited = '  errorfile 503 /a\n  errorfile 404 /b\n';
  const { http } = listen('  errorloc303 503 /c\n  errorfile 404 /d\n', inherited) ?? {};
  t.strictSame(http?.errorFiles, [{ status: 404, path: '/d' }]);
  t.strictSame(http?.errorLocations, [{ status: 503, code: 303, url: '/c' }]);
  t.end();
});

void t.test('of the modes of connection the last one holds, and no takes back its own only', (t) => {
  const mode = (lines: string, defaults = ''): string | undefined => listen(lines, defaults)?.http.connection;
  t.equal(mode(''), 'keep-alive');
  t.equal(mode('  option httpclose\n  option http-server-close\n'), 'server-close');
  t.equal(mode('  no option httpclose\n', '  option http-server-close\n'), 'server-close');
  t.equal(mode('  no option http-server-close\n', '  option http-server-close\n'), 'keep-alive');
  t.equal(mode('  option http-keep-alive\n', '  option httpclose\n'), 'keep-alive');
  t.end();
});

void t.test('the first stats line of a section starts anew, whatever defaults said', (t) => {
  const defaults = '  stats uri /all\n  stats hide-version\n';
  t.match(listen('', defaults)?.http.stats, { uri: '/all', hideVersion: true });
  const own = listen('  stats refresh 500ms\n  stats auth a:b\n  stats auth c:d\n', defaults)?.http.stats;
  t.match(own, { uri: '/haproxy?stats', hideVersion: false, refreshS: 1, auth: ['a:b', 'c:d'] });
  t.end();
});

void t.test('stats takes name and description from global, wherever it stands', (t) => {
  const { config } = read(
    `frontend f\n  mode http\n  bind :80\n${TIMES}  stats show-node\n  stats show-desc\nglobal\n  node n1\n  description two words\n`,
  );
  t.match(config?.proxies[0]?.http.stats, { showNode: 'n1', showDescription: 'two words' });
  t.end();
});

void t.test('redirect lines stand behind all http-request rules', (t) => {
  const text = `frontend f\n  mode http\n  bind :80\n${TIMES}  redirect scheme https\n  http-request set-path /x\n  acl x path /x\n`;
  const { config, found } = read(text);
  t.strictSame(
    config?.proxies[0]?.http.requestRules.map((rule) => rule.action.kind),
    ['set-path', 'redirect'],
  );
  t.ok(found.includes('warning rule-order'));
  t.end();
});

void t.test('a redirect line is no format, unlike the rule', (t) => {
  const to = (lines: string): unknown =>
    listen(lines)?.http.requestRules.map(
      ({ action }) => action.kind === 'redirect' && action.redirect.format,
    );
  t.strictSame(to('  redirect location /a%20b%[src]\n'), ['/a%%20b%%[src]']);
  t.strictSame(to('  http-request redirect location /%[src]\n'), ['/%[src]']);
  t.end();
});

// What HAProxy 2.6 says to each of these, and answers.
void t.test('deny is the page of its status until something else is said; return is empty', (t) => {
  const reply = (rule: string): unknown =>
    listen(`  http-request ${rule}\n`)?.http.requestRules.map(
      ({ action }) => 'reply' in action && action.reply,
    );
  const page = { kind: 'default-errorfiles' };
  for (const [rule, status, body] of [
    ['deny', 403, page],
    ['deny deny_status 429', 429, page],
    ['deny status 503 default-errorfiles', 503, page],
    ['deny status 402', 402, { kind: 'none' }],
    ['deny deny_status 402 hdr X 1', 402, { kind: 'none' }],
    ['tarpit', 500, page],
    ['return', 200, { kind: 'none' }],
    ['return default-errorfiles', 200, page],
    ['return status 204 hdr X 1', 204, { kind: 'none' }],
    ['deny deny_status 402 content-type a/b string x', 402, { kind: 'string', text: 'x' }],
  ] as const) {
    t.match(reply(rule), [{ status, body }], rule);
  }
  t.end();
});

void t.test('answers that cannot be are refused, headers that say how a body is sent are left out', (t) => {
  const said = (rule: string): string[] =>
    read(
      `listen l\n  mode http\n  bind :80\n${TIMES}  http-request ${rule} if TRUE\n  server a 10.0.0.1:80\n`,
    ).found;
  for (const [rule, found] of [
    ['deny deny_status 402', 'alert invalid-value'],
    ['return status 402 default-errorfiles', 'alert invalid-value'],
    ['return status 204 content-type a/b string x', 'alert invalid-value'],
    ['return status 304 content-type a/b file /x', 'alert invalid-value'],
    ['return status 199', 'alert number-out-of-range'],
    ['return string x', 'alert missing-argument'],
    ['return content-type a/b string x string y', 'alert unexpected-argument'],
    ['return content-type a/b string ""', 'alert empty-argument'],
    ['return content-type a/b', 'warning no-effect'],
    ['return default-errorfiles hdr X 1', 'warning no-effect'],
    ['return content-type a/b string x hdr Content-Length 5', 'warning no-effect'],
    ['return content-type a/b string x hdr content-type c/d', 'warning no-effect'],
    ['return content-type a/b string x hdr Transfer-Encoding x', 'warning no-effect'],
  ] as const) {
    t.strictSame(said(rule), [found], rule);
  }
  t.strictSame(said('return content-type a/b string x hdr Connection close'), []);
  const kept = listen('  http-request return content-type a/b string x hdr Content-Length 5 hdr X 1\n');
  t.match(kept?.http.requestRules, [{ action: { reply: { headers: [{ name: 'X' }] } } }]);
  t.end();
});

void t.test('a use_backend without condition goes before default_backend, behind the rules above it', (t) => {
  const text = `frontend f\n  bind :80\n${TIMES}  use_backend a if { src ::1 }\n  use_backend b\n  default_backend a\nbackend a\nbackend b\n`;
  const { frontend } = read(text).config?.proxies[0] ?? {};
  t.strictSame(frontend?.useBackend, [{ backend: 'a', condition: ['if', '{', 'src', '::1', '}'] }]);
  t.equal(frontend?.defaultBackend, 'b');
  t.end();
});

void t.test('rules of a named defaults come first, and its ACLs are seen by them alone', (t) => {
  const base = `defaults d\n  mode http\n${TIMES}  acl lan src 10.0.0.0/8\n  http-request deny unless lan or { path lan }\n`;
  const { config } = read(
    `${base}frontend f from d\n  bind :80\n  acl lan path /lan\n  http-request allow if !lan\n`,
  );
  const [proxy] = config?.proxies ?? [];
  t.strictSame(
    proxy?.acls.map((acl) => acl.name),
    ['defaults:lan', 'lan'],
  );
  t.strictSame(
    proxy?.http.requestRules.map((rule) => rule.condition?.join(' ')),
    ['unless defaults:lan or { path lan }', 'if !lan'],
  );
  const unseen = read(`${base}frontend f from d\n  bind :80\n  http-request allow if lan\n`);
  t.strictSame(unseen.found, ['alert unknown-acl']);
  t.end();
});

void t.test('who cannot take rules of a defaults section is told, as in HAProxy', (t) => {
  const base = `defaults d\n  mode http\n${TIMES}  http-request deny if { path /x }\n`;
  t.strictSame(read(`${base}frontend f from d\n  bind :80\nfrontend g from d\n  bind :81\n`).found, []);
  t.strictSame(read(`${base}backend b from d\n`).found, []);
  const refused = ['alert defaults-with-rules'];
  t.strictSame(read(`${base}frontend f from d\n  bind :80\nbackend b from d\n`).found, refused);
  t.strictSame(read(`${base}listen l from d\n  bind :80\n`).found, refused);
  t.strictSame(read(`${base}defaults e from d\n`).found, refused);
  t.end();
});

void t.test('in mode tcp nothing of mode http is left, and what defaults hand down is no fault', (t) => {
  const defaults = `defaults\n  mode http\n${TIMES}  option forwardfor\n  cookie S insert\n  errorfile 503 /x\n  monitor-uri /m\n  option checkcache\n  balance source\n`;
  const { config, found } = read(`${defaults}listen l\n  mode tcp\n  bind :80\n  server a 10.0.0.1:80\n`);
  const [proxy] = config?.proxies ?? [];
  t.strictSame(found, []);
  t.strictSame(proxy?.http, HTTP_DEFAULTS);
  t.strictSame(proxy?.frontend?.httpFrontend, HTTP_FRONTEND_DEFAULTS);
  t.equal(proxy?.backend?.httpBackend.cookie, null);
  t.end();
});

void t.test('a word that is not supported is refused where the section is in mode http, once', (t) => {
  const defaults = `defaults\n  mode http\n${TIMES}  option checkcache\n`;
  const listens = 'listen l\n  bind :80\nlisten m\n  bind :81\n';
  t.strictSame(read(`${defaults}${listens}`).found, ['alert unsupported-keyword']);
  t.strictSame(read(`${defaults}listen l\n  bind :80\n  no option checkcache\n`).found, []);
  t.strictSame(read(`${defaults}listen l\n  disabled\n  bind :80\n`).found, ['notice unsupported-keyword']);
  t.end();
});

void t.test('each http word of a tcp section is told once', (t) => {
  const text = `listen l\n  bind :80\n${TIMES}  http-request deny\n  http-request allow\n  option httpclose\n  no option httpclose\n  stats enable\n  stats uri /x\n`;
  t.strictSame(read(text).found, ['warning needs-mode-http', 'warning needs-mode-http']);
  t.end();
});

void t.test('a bare cookie is only read; each way of writing it is printed', (t) => {
  const cookie = (text: string): unknown => listen(`  cookie ${text}\n`)?.backend?.httpBackend.cookie;
  for (const mode of ['passive', 'rewrite', 'insert', 'prefix']) {
    t.match(cookie(mode === 'passive' ? 'S nocache' : `S ${mode} nocache`), { mode }, mode);
  }
  t.match(cookie('S indirect preserve'), { mode: 'passive', indirect: true, preserve: true });
  t.equal(cookie('S preserve'), undefined, 'preserves nothing');
  t.end();
});

void t.test("a cookie's life counts seconds and may be longer than any timer", (t) => {
  const cookie = (text: string): unknown => listen(`  cookie ${text}\n`)?.backend?.httpBackend.cookie;
  t.match(cookie('S insert maxidle 90 maxlife 400d'), { maxIdleMs: 90_000, maxLifeMs: 400 * 86_400_000 });
  t.match(cookie('S insert maxidle 1500ms'), { maxIdleMs: 2000 });
  t.end();
});

void t.test('a frontend and the backend it leads to are in one mode', (t) => {
  const found = (front: string, back: string, rule: string): string[] =>
    read(
      `defaults\n${TIMES}frontend f\n  mode ${front}\n  bind :80\n  ${rule}\nbackend b\n  mode ${back}\n  server a 10.0.0.1:80\n`,
    ).found;
  for (const rule of ['default_backend b', 'use_backend b', 'use_backend b if TRUE']) {
    t.strictSame(found('http', 'http', rule), []);
    t.strictSame(found('http', 'tcp', rule), ['alert mode-mismatch']);
    t.strictSame(found('tcp', 'http', rule), ['alert mode-mismatch']);
  }
  t.strictSame(found('http', 'tcp', 'use_backend %[path]'), [], 'a computed name is not followed');
  t.end();
});

void t.test('a log may ask for what its mode has', (t) => {
  const said = (mode: 'tcp' | 'http', format: string): string[] =>
    read(
      `listen l\n  mode ${mode}\n  bind :80\n${TIMES}  log 127.0.0.1 local0\n  log-format "${format}"\n  server a 10.0.0.1:80\n`,
    ).found;
  t.strictSame(said('http', '%HM %[path] %[req.hdr(host),lower] %[status] %[src]'), []);
  t.strictSame(said('tcp', '%ci %[src,ipmask(24)] %[be_name]'), []);
  t.strictSame(said('tcp', '%HM'), ['alert log-format-fault']);
  t.strictSame(said('http', '%[nosuch]'), ['alert log-format-fault']);
  t.end();
});
