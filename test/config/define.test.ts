import t from 'tap';
import { defineConfig } from '../../lib/config/define.ts';
import type { ConfigInput } from '../../lib/config/define.ts';
import type { Diagnostic } from '../../lib/config/diagnostic.ts';
import { parseConfig } from '../../lib/config/parse.ts';
import { ConfigError } from '../../lib/errors.ts';

/** Codes of the alerts that are thrown; none if the input is accepted. */
function faults(input: ConfigInput): string[] {
  try {
    defineConfig(input);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.diagnostics.filter((one) => one.severity === 'alert').map((one) => one.code);
  }
}

const TIMEOUTS = { timeoutClient: '1s', timeoutConnect: '1s', timeoutServer: '1s' };

void t.test('says the same as the text', (t) => {
  const text = `
global
  log 127.0.0.1:1514 local0 notice
  metrics 127.0.0.1:9404
  json-log stderr
frontend https
  bind *:443,[::]:8443
  bind /run/x.sock mode 660
  timeout client 30s
  log global
  option tcplog
  option clitcpka
  clitcpka-idle 1m
  default_backend realm
backend realm
  balance random(3)
  hash-type consistent crc32
  timeout connect 10s
  timeout server 30s
  source 10.0.0.9
  server a a.example:9443
  server b b.example:9443 weight 3 check inter 5s source 10.0.0.8
`;
  const config = defineConfig({
    global: { log: '127.0.0.1:1514 local0 notice', metrics: '127.0.0.1:9404', jsonLog: 'stderr' },
    frontends: {
      https: {
        bind: ['*:443,[::]:8443', { addresses: '/run/x.sock', mode: 0o660 }],
        timeoutClient: '30s',
        logGlobal: true,
        logFormat: 'tcplog',
        options: { clientKeepAlive: true, clientKeepAliveTuning: { idle: '1m' } },
        defaultBackend: 'realm',
      },
    },
    backends: {
      realm: {
        balance: 'random(3)',
        hashType: 'consistent crc32',
        timeoutConnect: 10_000,
        timeoutServer: '30s',
        source: '10.0.0.9',
        servers: {
          a: 'a.example:9443',
          b: { address: 'b.example:9443', weight: 3, check: { inter: '5s' }, source: '10.0.0.8' },
        },
      },
    },
  });
  t.strictSame(config, parseConfig([{ file: 'f', text }], { environment: {} }).config);
  t.end();
});

void t.test('lists with names do as well as records', (t) => {
  const servers = [{ name: 'a', address: '10.0.0.1:80' }];
  const asList = defineConfig({ backends: [{ name: 'b', timeoutConnect: 1, timeoutServer: 1, servers }] });
  const asRecord = defineConfig({
    backends: { b: { timeoutConnect: 1, timeoutServer: 1, servers: { a: '10.0.0.1:80' } } },
  });
  t.strictSame(asList, asRecord);
  t.end();
});

void t.test('values may be plain data, as Config holds them', (t) => {
  const [proxy] = defineConfig({
    listens: {
      l: {
        ...TIMEOUTS,
        bind: { addresses: [{ kind: 'ipv4', host: '127.0.0.1', port: 1, portEnd: 1 }] },
        balance: { algorithm: 'fn', name: 'mine' },
        logFormat: { kind: 'custom', format: '%ci' },
        log: {
          address: { kind: 'fd', fd: 1 },
          lengthBytes: 1024,
          format: 'raw',
          sample: null,
          facility: 'local0',
          maxLevel: 'debug',
          minLevel: 'emerg',
        },
      },
    },
  }).proxies;
  t.match(proxy?.frontend, { logFormat: { kind: 'custom', format: '%ci' } });
  t.match(proxy?.backend?.balance, { algorithm: 'fn', name: 'mine' });
  t.equal(proxy?.log.length, 1);
  t.end();
});

void t.test('nothing of the input is kept', (t) => {
  const addresses = [{ kind: 'ipv4' as const, host: '127.0.0.1', port: 1, portEnd: 1 }];
  const config = defineConfig({ listens: { l: { ...TIMEOUTS, bind: { addresses } } } });
  addresses.length = 0;
  t.equal(config.proxies[0]?.frontend?.binds[0]?.addresses.length, 1);
  t.end();
});

void t.test('all faults are thrown together, as ERR_CONFIG', (t) => {
  const input: ConfigInput = {
    listens: {
      l: { ...TIMEOUTS, bind: ':99999', timeoutClient: '1x', balance: 'nosuch', servers: { a: 'h:80-90' } },
    },
  };
  t.throws(() => defineConfig(input), { code: 'ERR_CONFIG' });
  t.strictSame(faults(input).sort(), [
    'invalid-port',
    'invalid-time',
    'unexpected-port-range',
    'unknown-balance',
  ]);
  t.end();
});

void t.test('the checks of the text hold here too', (t) => {
  t.strictSame(faults({ frontends: { f: { timeoutClient: 1, defaultBackend: 'x' } } }), ['unknown-backend']);
  t.strictSame(faults({ backends: { b: { servers: { a: { address: 'h:1', weight: 300 } } } } }), [
    'number-out-of-range',
  ]);
  t.strictSame(faults({ backends: [{ name: 'b' }, { name: 'b' }] }), ['duplicate-name']);
  t.end();
});

void t.test('an unknown or mistyped field is a fault, with the closest name', (t) => {
  const input = { backends: { b: { retires: 4, fullconn: 'many' } } } as unknown as ConfigInput;
  t.strictSame(faults(input), ['unknown-keyword', 'invalid-value']);
  try {
    defineConfig(input);
    t.fail('it is refused');
  } catch (error) {
    t.ok(error instanceof ConfigError);
    if (error instanceof ConfigError) t.equal(error.diagnostics[0]?.hint, "did you mean 'retries'?");
  }
  t.strictSame(faults({ frontend: {} } as unknown as ConfigInput), ['unknown-keyword']);
  t.strictSame(faults({ backends: { b: { bind: ':1' } } } as unknown as ConfigInput), ['unknown-keyword']);
  t.strictSame(faults({ backends: [{}] } as unknown as ConfigInput), ['invalid-name', 'invalid-name']);
  t.end();
});

void t.test('warnings go to whoever asks', (t) => {
  const heard: Diagnostic[] = [];
  defineConfig({ frontends: { f: {} } }, { onDiagnostic: (one) => heard.push(one) });
  t.strictSame(
    heard.map((one) => one.code),
    ['missing-bind', 'missing-timeout'],
  );
  t.end();
});

void t.test('rules and mode http as in the text, or as plain data', (t) => {
  const text = `
frontend www
  mode http
  bind :80
  log 10.0.0.9 local0
  timeout client 30s
  option httplog
  option forwardfor except 10.0.0.0/8
  option httpclose
  timeout http-request 10s
  acl is_ws hdr(Upgrade) -i WebSocket
  http-request deny deny_status 429 if { path /x }
  http-request set-header X-Tls %[ssl_fc]
  http-response del-header Server
  stats uri /stats
  monitor-uri /up
  monitor fail if { nbsrv(app) lt 1 }
  capture request header Host len 64
  use_backend app if is_ws
backend app
  mode http
  timeout connect 1s
  timeout server 1s
  balance hdr(host)
  cookie SRV insert indirect nocache
  http-reuse always
  use-server a if { path /a }
  server a 10.0.0.1:80 cookie a
`;
  const config = defineConfig({
    frontends: {
      www: {
        mode: 'http',
        bind: ':80',
        log: '10.0.0.9 local0',
        timeoutClient: '30s',
        logFormat: 'httplog',
        acls: ['is_ws hdr(Upgrade) -i WebSocket'],
        http: {
          forwardFor: 'except 10.0.0.0/8',
          connection: 'close',
          timeoutHttpRequest: '10s',
          requestRules: [
            'deny deny_status 429 if { path /x }',
            {
              action: { kind: 'set-header', name: 'X-Tls', format: '%[ssl_fc]' },
              condition: null,
            },
          ],
          responseRules: ['del-header Server'],
          stats: { uri: '/stats' },
        },
        httpFrontend: {
          monitorUri: '/up',
          monitorFail: ['if { nbsrv(app) lt 1 }'],
          captureRequestHeaders: [{ name: 'Host', lengthBytes: 64 }],
        },
        useBackend: ['app if is_ws'],
      },
    },
    backends: {
      app: {
        mode: 'http',
        timeoutConnect: '1s',
        timeoutServer: '1s',
        balance: 'hdr(host)',
        httpBackend: { cookie: 'SRV insert indirect nocache', reuse: 'always' },
        useServer: ['a if { path /a }'],
        servers: { a: { address: '10.0.0.1:80', cookie: 'a' } },
      },
    },
  });
  t.strictSame(config, parseConfig([{ file: 'f', text }], { environment: {} }).config);
  t.end();
});

void t.test('what only mode http has is left out of a proxy in mode tcp, with a warning', (t) => {
  const heard: Diagnostic[] = [];
  const config = defineConfig(
    { listens: { l: { ...TIMEOUTS, bind: ':80', balance: 'uri', http: { forwardFor: true, stats: true } } } },
    { onDiagnostic: (one) => heard.push(one) },
  );
  t.strictSame(
    heard.map((one) => one.code),
    ['needs-mode-http'],
  );
  t.match(config.proxies[0], {
    http: { forwardFor: null, stats: null },
    backend: { balance: { algorithm: 'roundrobin' } },
  });
  t.end();
});

void t.test('faults of rules that are plain data are found too', (t) => {
  const action = { kind: 'set-path', format: '%[nosuch]' } as const;
  const rule = { action, condition: ['if', 'nosuch'] };
  const http = { requestRules: [rule, 'deny deny_status 299'], errorFiles: [{ status: 299, path: '/x' }] };
  t.strictSame(faults({ listens: { l: { ...TIMEOUTS, mode: 'http', bind: ':80', http } } }).sort(), [
    'invalid-value',
    'invalid-value',
    'invalid-value',
    'unknown-acl',
  ]);
  t.end();
});
