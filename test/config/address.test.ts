/** Addresses of bind, server, source and log lines (reference 1.9, 7.1). */
import t from 'tap';
import {
  parseBindAddresses,
  parseLogAddress,
  parseServerAddress,
  parseSourceAddress,
  printBindAddresses,
  printLogAddress,
  printServerAddress,
  printSourceAddress,
} from '../../lib/config/address.ts';
import type { Parsed } from '../../lib/config/units.ts';

/** The value, or `code: problem`. */
function outcome<T>(parsed: Parsed<T>): T | string {
  return parsed.ok ? parsed.value : `${parsed.code}: ${parsed.problem}`;
}

function inet(kind: 'ipv4' | 'ipv6' | 'name', host: string, port: number, portEnd = port): object {
  return { kind, host, port, portEnd };
}

void t.test('bind takes every way to write an address, and prints one of them', async (t) => {
  const cases: [string, object, string][] = [
    ['*:80', inet('ipv4', '0.0.0.0', 80), '*:80'],
    [':80', inet('ipv4', '0.0.0.0', 80), '*:80'],
    ['0.0.0.0:80', inet('ipv4', '0.0.0.0', 80), '*:80'],
    ['ipv4@*:80', inet('ipv4', '0.0.0.0', 80), '*:80'],
    ['127.0.0.1:080', inet('ipv4', '127.0.0.1', 80), '127.0.0.1:80'],
    ['127.0.0.1:0', inet('ipv4', '127.0.0.1', 0), '127.0.0.1:0'],
    ['127.0.0.1:80-90', inet('ipv4', '127.0.0.1', 80, 90), '127.0.0.1:80-90'],
    ['tcp@127.0.0.1:80', inet('ipv4', '127.0.0.1', 80), '127.0.0.1:80'],
    ['stream+ipv4@127.0.0.1:80', inet('ipv4', '127.0.0.1', 80), '127.0.0.1:80'],
    ['stream+127.0.0.1:80', inet('ipv4', '127.0.0.1', 80), '127.0.0.1:80'],
    ['[::]:80', inet('ipv6', '::', 80), '[::]:80'],
    [':::80', inet('ipv6', '::', 80), '[::]:80'],
    ['ipv6@:80', inet('ipv6', '::', 80), '[::]:80'],
    ['tcp6@*:80', inet('ipv6', '::', 80), '[::]:80'],
    ['::1:80', inet('ipv6', '::1', 80), '[::1]:80'],
    ['[2001:DB8:0::01]:80', inet('ipv6', '2001:db8::1', 80), '[2001:db8::1]:80'],
    ['localhost:80', inet('name', 'localhost', 80), 'localhost:80'],
    ['ip@my_host-1.example.:80', inet('name', 'my_host-1.example.', 80), 'my_host-1.example.:80'],
    ['/run/x.sock', { kind: 'unix', path: '/run/x.sock' }, '/run/x.sock'],
    ['unix@/run/x:1', { kind: 'unix', path: '/run/x:1' }, '/run/x:1'],
    ['uxst@x.sock', { kind: 'unix', path: 'x.sock' }, 'unix@x.sock'],
    ['fd@3', { kind: 'fd', fd: 3 }, 'fd@3'],
  ];
  for (const [text, data, printed] of cases) {
    const result = parseBindAddresses(text);
    t.strictSame(outcome(result), [data], text);
    if (result.ok) t.equal(printBindAddresses(result.value), printed);
  }
});

void t.test('bind takes a list, also with a comma at the end', async (t) => {
  const expected = [inet('ipv4', '127.0.0.1', 1), inet('ipv6', '::', 2), { kind: 'unix', path: '/x' }];
  t.strictSame(outcome(parseBindAddresses('127.0.0.1:1,[::]:2,/x')), expected);
  t.strictSame(outcome(parseBindAddresses('127.0.0.1:1,[::]:2,/x,')), expected);
  t.equal(outcome(parseBindAddresses('127.0.0.1:1,,:2')), 'invalid-address: the address is empty');
});

void t.test('bind refuses the rest', async (t) => {
  const cases: [string, string][] = [
    ['', 'invalid-address: the address is empty'],
    ['127.0.0.1', "missing-port: missing port specification in '127.0.0.1'"],
    ['127.0.0.1:', "missing-port: missing port specification in '127.0.0.1:'"],
    ['[::1]', "missing-port: missing port specification in '[::1]'"],
    ['localhost', "missing-port: missing port specification in 'localhost'"],
    ['127.0.0.1:99999', "invalid-port: invalid port '99999' in '127.0.0.1:99999'"],
    ['127.0.0.1:http', "invalid-port: invalid port 'http' in '127.0.0.1:http'"],
    ['127.0.0.1:80-', "invalid-port: invalid port '80-' in '127.0.0.1:80-'"],
    ['127.0.0.1:80-81-82', "invalid-port: invalid port '80-81-82' in '127.0.0.1:80-81-82'"],
    ['127.0.0.1:90-80', "invalid-port: invalid port range '90-80' in '127.0.0.1:90-80'"],
    ['127.0.0.1:0-3', "invalid-port: invalid port range '0-3' in '127.0.0.1:0-3'"],
    ['127.0.0.1:+80', "unexpected-port-offset: port offset not permitted here in '127.0.0.1:+80'"],
    ['::1', "invalid-address: invalid address ':' in '::1'"],
    ['[::1]80', "invalid-address: invalid address '[::1]80' in '[::1]80'"],
    ['[127.0.0.1]:80', "invalid-address: invalid address '127.0.0.1' in '[127.0.0.1]:80'"],
    ['10.0.0.256:80', "invalid-address: invalid address '10.0.0.256' in '10.0.0.256:80'"],
    ['127.1:80', "invalid-address: invalid address '127.1' in '127.1:80'"],
    ['a b:80', "invalid-address: invalid address 'a b' in 'a b:80'"],
    ['a..b:80', "invalid-address: invalid address 'a..b' in 'a..b:80'"],
    ['fe80::1%lo:80', "invalid-address: invalid address 'fe80::1%lo' in 'fe80::1%lo:80'"],
    ['ipv6@127.0.0.1:80', "invalid-address: the address in 'ipv6@127.0.0.1:80' is not of the family 'ipv6@'"],
    ['ipv4@[::1]:80', "invalid-address: the address in 'ipv4@[::1]:80' is not of the family 'ipv4@'"],
    ['foo@x:80', "invalid-address: unknown address family 'foo@' in 'foo@x:80'"],
    ['unix@', "invalid-address: 'unix@' names no usable socket path"],
    ['fd@x', "invalid-address: 'fd@x' names no descriptor"],
  ];
  for (const [text, problem] of cases) t.equal(outcome(parseBindAddresses(text)), problem, text);
  t.match(outcome(parseBindAddresses(`/${'x'.repeat(107)}`)), /^path-too-long: /);
  t.type(outcome(parseBindAddresses(`/${'x'.repeat(106)}`)), 'object');
  t.match(
    outcome(parseBindAddresses(`${'a'.repeat(1_000_000)}!:80`)),
    /^invalid-address/,
    'a megabyte of host',
  );
});

void t.test('what HAProxy has and we have not is said to be so', async (t) => {
  const texts = [
    'udp@:80',
    'dgram+:80',
    'abns@x',
    'abnsz@x',
    'sockpair@3',
    'quic4@:80',
    'mptcp@:80',
    'uxdg@/x',
  ];
  for (const text of [...texts, 'quic+ipv4@:80', 'ipv4@localhost:80', 'udp4@:80']) {
    t.match(outcome(parseBindAddresses(text)), /^unsupported-address: address '.*' is not supported: /, text);
  }
  for (const text of ['ring@x', 'backend@x', 'tcp@127.0.0.1', 'stream+127.0.0.1']) {
    t.match(outcome(parseLogAddress(text)), /^unsupported-address: /, text);
  }
  t.match(outcome(parseServerAddress('fd@3')), /^unsupported-address: /);
});

void t.test('server has fixed ports and ports relative to the client', async (t) => {
  const fixed = (port: number): object => ({ kind: 'fixed', port });
  const client = (offset: number): object => ({ kind: 'client', offset });
  const cases: [string, object, string][] = [
    ['nirvanahost:9443', { kind: 'name', host: 'nirvanahost', port: fixed(9443) }, 'nirvanahost:9443'],
    ['ipv4@name:80', { kind: 'name', host: 'name', port: fixed(80), family: 'ipv4' }, 'ipv4@name:80'],
    ['tcp6@name', { kind: 'name', host: 'name', port: client(0), family: 'ipv6' }, 'ipv6@name'],
    ['ip@name:80', { kind: 'name', host: 'name', port: fixed(80) }, 'name:80'],
    ['ipv6@*:80', { kind: 'ipv6', host: '::', port: fixed(80) }, '[::]:80'],
    ['10.0.0.1:80', { kind: 'ipv4', host: '10.0.0.1', port: fixed(80) }, '10.0.0.1:80'],
    ['10.0.0.1', { kind: 'ipv4', host: '10.0.0.1', port: client(0) }, '10.0.0.1'],
    ['10.0.0.1:', { kind: 'ipv4', host: '10.0.0.1', port: client(0) }, '10.0.0.1'],
    ['10.0.0.1:0', { kind: 'ipv4', host: '10.0.0.1', port: client(0) }, '10.0.0.1'],
    ['10.0.0.1:+1000', { kind: 'ipv4', host: '10.0.0.1', port: client(1000) }, '10.0.0.1:+1000'],
    ['10.0.0.1:-1000', { kind: 'ipv4', host: '10.0.0.1', port: client(-1000) }, '10.0.0.1:-1000'],
    ['10.0.0.1:-0', { kind: 'ipv4', host: '10.0.0.1', port: client(0) }, '10.0.0.1'],
    ['[::1]', { kind: 'ipv6', host: '::1', port: client(0) }, '[::1]'],
    ['::1:80', { kind: 'ipv6', host: '::1', port: fixed(80) }, '[::1]:80'],
    ['*', { kind: 'ipv4', host: '0.0.0.0', port: client(0) }, '*'],
    ['/run/x', { kind: 'unix', path: '/run/x' }, '/run/x'],
  ];
  for (const [text, data, printed] of cases) {
    const result = parseServerAddress(text);
    t.strictSame(outcome(result), data, text);
    if (result.ok) t.equal(printServerAddress(result.value), printed);
  }
  t.equal(
    outcome(parseServerAddress('a:80-90')),
    "unexpected-port-range: port range not permitted here in 'a:80-90'",
  );
  t.equal(outcome(parseServerAddress('a:+x')), "invalid-port: invalid port '+x' in 'a:+x'");
  t.equal(outcome(parseServerAddress('::1')), "invalid-address: invalid address ':' in '::1'");
});

void t.test('source is a numeric address with an optional range of ports', async (t) => {
  const cases: [string, object, string][] = [
    ['10.0.0.1', { host: '10.0.0.1', port: 0, portEnd: 0 }, '10.0.0.1'],
    ['10.0.0.1:1000-2000', { host: '10.0.0.1', port: 1000, portEnd: 2000 }, '10.0.0.1:1000-2000'],
    [':1000', { host: '0.0.0.0', port: 1000, portEnd: 1000 }, '*:1000'],
    ['*', { host: '0.0.0.0', port: 0, portEnd: 0 }, '*'],
    ['[::1]', { host: '::1', port: 0, portEnd: 0 }, '[::1]'],
  ];
  for (const [text, data, printed] of cases) {
    const result = parseSourceAddress(text);
    t.strictSame(outcome(result), data, text);
    if (result.ok) t.equal(printSourceAddress(result.value), printed);
  }
  t.match(outcome(parseSourceAddress('localhost')), /^unsupported-address/);
  t.match(outcome(parseSourceAddress('/x')), /^unsupported-address/);
  t.match(outcome(parseSourceAddress('10.0.0.1:')), /^invalid-port/);
});

void t.test('log goes to UDP, a unix socket or a descriptor', async (t) => {
  const udp = (host: string, port: number): object => ({ kind: 'udp', host, port });
  const cases: [string, object, string][] = [
    ['127.0.0.1', udp('127.0.0.1', 514), '127.0.0.1'],
    ['127.0.0.1:5140', udp('127.0.0.1', 5140), '127.0.0.1:5140'],
    ['127.0.0.1:0', udp('127.0.0.1', 514), '127.0.0.1'],
    ['udp@[::1]:515', udp('::1', 515), '[::1]:515'],
    ['dgram+loghost', udp('loghost', 514), 'loghost'],
    ['udp4@127.0.0.1:514', udp('127.0.0.1', 514), '127.0.0.1'],
    ['/dev/log', { kind: 'unix', path: '/dev/log' }, '/dev/log'],
    ['uxdg@/dev/log', { kind: 'unix', path: '/dev/log' }, '/dev/log'],
    ['stdout', { kind: 'fd', fd: 1 }, 'stdout'],
    ['stderr', { kind: 'fd', fd: 2 }, 'stderr'],
    ['fd@7', { kind: 'fd', fd: 7 }, 'fd@7'],
    ['fd@1', { kind: 'fd', fd: 1 }, 'stdout'],
  ];
  for (const [text, data, printed] of cases) {
    const result = parseLogAddress(text);
    t.strictSame(outcome(result), data, text);
    if (result.ok) t.equal(printLogAddress(result.value), printed);
  }
  t.match(outcome(parseLogAddress('127.0.0.1:514-515')), /^unexpected-port-range/);
});
