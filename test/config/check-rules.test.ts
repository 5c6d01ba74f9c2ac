import t from 'tap';
import type { Diagnostic } from '../../lib/config/diagnostic.ts';
import { parseConfig } from '../../lib/config/parse.ts';

const TIMES = '  timeout client 1s\n  timeout connect 1s\n  timeout server 1s\n';

function diagnose(mode: 'tcp' | 'http', lines: string): readonly Diagnostic[] {
  const text = `listen l\n  mode ${mode}\n  bind :80\n${TIMES}  server a 10.0.0.1:80\n${lines}backend b\n  mode ${mode}\n`;
  return parseConfig([{ file: 'f', text }], { environment: {} }).diagnostics;
}

function found(mode: 'tcp' | 'http', lines: string): string[] {
  return diagnose(mode, lines).map((one) => `${one.place?.line ?? 0}:${one.place?.column ?? 0} ${one.code}`);
}

void t.test('in mode tcp conditions on content are one race, with one remedy', (t) => {
  const rules = '  acl ws hdr(Upgrade) -i WebSocket\n  acl ws hdr_beg(Host) -i ws\n  use_backend b if ws\n';
  const [race, ...rest] = diagnose('tcp', `${rules}  use_backend b if { path /x }\n`);
  t.match(race, { code: 'racy-condition', severity: 'warning', place: { line: 10, column: 15 } });
  t.match(race?.message, /'use_backend' and 1 more looks for 'req\.hdr'/);
  t.match(race?.hint, /^write 'mode http'/);
  t.strictSame(rest, []);
  t.strictSame(found('http', rules), []);
  t.match(diagnose('tcp', '  use_backend b if { req.len gt 0 }\n')[0]?.hint, /inspect-delay/);
  t.end();
});

void t.test('in mode tcp what is known of a connection is no race', (t) => {
  t.strictSame(found('tcp', '  use_backend b if { src 10.0.0.0/8 } or { nbsrv(b) gt 0 } or WAIT_END\n'), []);
  t.strictSame(found('tcp', '  balance hash src,ipmask(24)\n'), []);
  t.strictSame(found('tcp', '  balance hash path\n'), ['8:16 racy-condition']);
  t.end();
});

void t.test('faults are told at their word', (t) => {
  t.strictSame(found('tcp', '  acl a src 10.0.0.0/99\n  use_backend b if a\n'), ['8:13 invalid-acl']);
  t.strictSame(found('http', '  http-request deny if TRUE nosuch\n'), ['8:29 unknown-acl']);
  t.strictSame(found('http', '  http-response deny unless { path /x\n'), ['8:36 invalid-condition']);
  t.strictSame(found('http', '  monitor fail if { nbsrv(b) lt x }\n'), ['8:33 invalid-acl']);
  t.strictSame(found('http', '  use-server z if TRUE\n'), ['8:14 unknown-server']);
  t.end();
});

void t.test('what can never match is a warning', (t) => {
  t.strictSame(found('http', '  http-request deny if { status 200 }\n'), ['8:3 never-matches']);
  t.strictSame(found('http', '  http-response deny if { status 200 }\n'), []);
  t.strictSame(found('http', '  acl a path\n  acl b path --\n  acl c path -m found\n'), [
    '8:3 never-matches',
  ]);
  t.end();
});

void t.test('of a request nothing is left when its answer is looked at', (t) => {
  const [hdr] = diagnose('http', '  acl a hdr(x) y\n  http-request deny if a\n  http-response deny if a\n');
  t.match(hdr, { code: 'never-matches', severity: 'warning', place: { line: 10 } });
  t.match(hdr?.message, /'req\.hdr' of a request that is gone/);
  t.match(hdr?.hint, /'res\.hdr'/);
  t.strictSame(found('http', '  http-response deny if { path_beg /x }\n'), ['8:3 never-matches']);
  const lasting = '{ method GET } { src 10.0.0.1 } { var(txn.a) -m found } { cookie(a) b } HTTP';
  t.strictSame(found('http', `  http-response deny if ${lasting}\n`), []);
  t.end();
});

void t.test('rules about one message hold no expression about the other', (t) => {
  t.strictSame(found('http', '  http-response set-header X a-%[path]\n'), ['8:30 log-format-fault']);
  t.strictSame(found('http', '  http-request set-header X %[status]\n'), ['8:29 log-format-fault']);
  t.strictSame(found('http', '  http-response set-var(txn.a) req.hdr(b)\n'), ['8:32 invalid-expression']);
  t.strictSame(found('http', '  http-response set-header X "%[hdr(a)]%[cookie(b)]%[method]"\n'), []);
  t.strictSame(found('http', '  log-format "%[path]%[status]"\n  log 127.0.0.1 local0\n'), []);
  t.end();
});

void t.test('an ACL below its rule works here, and HAProxy refuses it', (t) => {
  const below = '  http-request deny if a\n  acl a path /x\n';
  t.strictSame(found('http', below), ['8:3 acl-below']);
  t.strictSame(found('http', `  acl a path /y\n${below}`), [], 'the first line of a name counts');
  t.end();
});

void t.test('a rule behind one that always ends the request is never reached', (t) => {
  t.strictSame(found('http', '  http-request deny\n  http-request set-path /x\n'), ['9:3 unreachable-rule']);
  t.strictSame(found('http', '  http-request deny if TRUE\n  http-request set-path /x\n'), []);
  t.end();
});
