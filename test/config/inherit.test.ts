import t from 'tap';
import type { ProxyConfig } from '../../lib/config/config.ts';
import { parseConfig } from '../../lib/config/parse.ts';

function proxies(text: string): readonly ProxyConfig[] {
  return parseConfig([{ file: 'f', text }], { environment: {} }).config?.proxies ?? [];
}

function codes(text: string): string[] {
  return parseConfig([{ file: 'f', text }], { environment: {} }).diagnostics.map((one) => one.code);
}

const QUIET = '  timeout client 1s\n  timeout connect 1s\n  timeout server 1s\n';

void t.test('a proxy copies from the latest defaults above it', (t) => {
  const [a, b] = proxies(`defaults\n${QUIET}  retries 1\nbackend a\ndefaults\n  retries 2\nbackend b\n`);
  t.equal(a?.backend?.retries, 1);
  t.equal(b?.backend?.retries, 2);
  t.equal(b?.backend?.timeoutServerMs, 0, 'a later defaults starts from the built-in values');
  t.end();
});

void t.test('from names a defaults section, whatever stands between', (t) => {
  const [a] = proxies(`defaults one\n${QUIET}  retries 1\ndefaults two\n  retries 2\nbackend a from one\n`);
  t.equal(a?.backend?.retries, 1);
  t.end();
});

void t.test('a defaults section may begin as a copy of another', (t) => {
  const [a] = proxies(
    `defaults one\n${QUIET}  retries 1\ndefaults two from one\n  fullconn 9\nbackend a from two\n`,
  );
  t.match(a?.backend, { retries: 1, fullconn: 9, timeoutServerMs: 1000 });
  t.end();
});

void t.test('what is written in a proxy does not reach the next one', (t) => {
  const [a, b] = proxies(
    `defaults\n${QUIET}  log 1.2.3.4 local0\nlisten a\n  bind :1\n  log 5.6.7.8 local0\n  option nolinger\nlisten b\n  bind :2\n`,
  );
  t.equal(a?.log.length, 2, 'log lines add up onto inherited ones');
  t.equal(b?.log.length, 1);
  t.equal(b?.options.nolinger, false);
  t.end();
});

void t.test('no log drops inherited targets', (t) => {
  const [a] = proxies(
    `defaults\n${QUIET}  log global\n  log 1.2.3.4 local0\nlisten a\n  bind :1\n  no log\n`,
  );
  t.match(a, { log: [], logGlobal: false });
  t.end();
});

void t.test('no option turns an inherited option off, default option as well', (t) => {
  const [a] = proxies(
    `defaults\n${QUIET}  option dontlognull\n  option logasap\nlisten a\n  bind :1\n  no option dontlognull\n  default option logasap\n`,
  );
  t.match(a?.frontend, { dontLogNull: false, logAsap: false });
  t.end();
});

void t.test('option tcpka reaches the sides that a proxy has', (t) => {
  const [f, b, l] = proxies(
    `defaults\n${QUIET}  option tcpka\n  clitcpka-cnt 3\n  srvtcpka-cnt 4\nfrontend f\n  bind :1\nbackend b\nlisten l\n  bind :2\n`,
  );
  t.match(f?.options, { clientKeepAlive: true, serverKeepAlive: false, serverKeepAliveTuning: { count: 0 } });
  t.match(b?.options, { clientKeepAlive: false, serverKeepAlive: true, clientKeepAliveTuning: { count: 0 } });
  t.match(l?.options, { clientKeepAliveTuning: { count: 3 }, serverKeepAliveTuning: { count: 4 } });
  t.end();
});

void t.test('default-server adds up, line by line, for the servers below', (t) => {
  const [b] = proxies(
    `defaults\n${QUIET}  default-server check inter 5s\nbackend b\n  server a h:1\n  default-server weight 7 no-check\n  server b h:1\n  server c h:1 check\n`,
  );
  const [a, second, c] = b?.backend?.servers ?? [];
  t.match(a, { weight: 1, check: { interMs: 5000 } });
  t.match(second, { weight: 7, check: null });
  t.match(c, { weight: 7, check: { interMs: 5000 } });
  t.end();
});

void t.test('default-server from none begins again', (t) => {
  const [b] = proxies(
    `backend b\n${QUIET.slice(20)}  default-server weight 7 check\n  default-server from none\n  server a h:1\n`,
  );
  t.match(b?.backend?.servers[0], { weight: 1, check: null });
  t.end();
});

void t.test('bind, server, id and description are not for defaults', (t) => {
  for (const line of ['bind :1', 'server a h:1', 'server-template a 2 h:1', 'id 4', 'description x']) {
    t.strictSame(codes(`defaults\n  ${line}\n`), ['keyword-in-wrong-section'], line);
  }
  t.end();
});

void t.test('a defaults section used by name and by position is told once', (t) => {
  const text = `defaults d\n${QUIET}backend a from d\nbackend b\nbackend c\nbackend e from d\n`;
  t.strictSame(codes(text), ['mixed-defaults']);
  t.end();
});

void t.test('disabled is inherited, and enabled undoes it', (t) => {
  const [a, b] = proxies(`defaults\n${QUIET}  disabled\nbackend a\nbackend b\n  enabled\n`);
  t.equal(a?.disabled, true);
  t.equal(b?.disabled, false);
  t.end();
});

void t.test('a mode said below decides, wherever the http words stand', (t) => {
  t.strictSame(codes(`listen l\n${QUIET}  bind :1\n  option forwardfor\n  mode tcp\n`), ['needs-mode-http']);
  t.strictSame(codes(`listen l\n${QUIET}  bind :1\n  mode http\n  mode tcp\n`), []);
  const [inHttp] = proxies(`listen l\n${QUIET}  bind :1\n  option forwardfor\n  mode http\n`);
  t.strictSame(inHttp?.http.forwardFor, { except: null, header: 'X-Forwarded-For', ifNone: false });
  t.end();
});
