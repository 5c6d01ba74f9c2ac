/** Requests that want to leave HTTP. Not here: what is done with them (`run.ts`). */
import type { SmugglingCase } from './case.ts';

export const UPGRADES: readonly SmugglingCase[] = [
  {
    title: 'CONNECT',
    send: 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['CONNECT a.example:443 HTTP/1.1|host: a.example|'] },
    sluice: { answers: ['200 ok'], forwarded: ['CONNECT a.example:443 HTTP/1.1|host: a.example:443|'] },
    why: 'Host is forwarded as it came',
  },
  {
    title: 'CONNECT against Host',
    send: 'CONNECT a.example:443 HTTP/1.1\r\nHost: b.example:443\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-host',
  },
  {
    title: 'CONNECT without a port',
    send: 'CONNECT a.example HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-target',
  },
  {
    title: 'CONNECT with a path',
    send: 'CONNECT /x HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-target',
  },
  {
    title: 'CONNECT with a length',
    send: 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nContent-Length: 2\r\n\r\nhi',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['CONNECT a.example:443 HTTP/1.1|host: a.example|', 'rest: hi'],
    },
    sluice: { answers: ['400'], forwarded: [] },
    why: 'its body would be the first bytes of the tunnel',
    fault: 'bad-length',
  },
  {
    title: 'a WebSocket without a key',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-upgrade',
  },
  {
    title: 'a WebSocket without a version',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: [
        'GET / HTTP/1.1|connection: upgrade|host: a.example|sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==|upgrade: websocket|',
      ],
    },
  },
  {
    title: 'a WebSocket with a key that is too short',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n',
    haproxy: { answers: ['400'], forwarded: [] },
    fault: 'bad-upgrade',
  },
  {
    title: 'Upgrade without Connection',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|upgrade: websocket|'] },
    sluice: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    why: 'RFC 9110, 7.8: then it was not for us to pass on',
  },
  {
    title: 'Connection: upgrade without Upgrade',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\n\r\n',
    haproxy: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|connection: upgrade|host: a.example|'] },
    sluice: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    why: 'nothing to upgrade to',
  },
  {
    title: 'an upgrade that is refused, and a request behind it',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\nGET /second HTTP/1.1\r\nHost: a.example\r\n\r\n',
    haproxy: {
      answers: ['200 ok', '200 ok'],
      forwarded: [
        'GET / HTTP/1.1|connection: upgrade|host: a.example|upgrade: other|',
        'GET /second HTTP/1.1|host: a.example|',
      ],
    },
  },
  {
    title: 'an upgrade to h2c',
    send: 'GET / HTTP/1.1\r\nHost: a.example\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: [
        'GET / HTTP/1.1|connection: Upgrade, HTTP2-Settings|host: a.example|http2-settings: AAMAAABkAARAAAAAAAIAAAAA|upgrade: h2c|',
      ],
    },
    sluice: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.1|host: a.example|'] },
    why: 'rules would see nothing of what follows; RFC 9113 has no such upgrade any more. The request is served as HTTP/1.1',
  },
  {
    title: 'an upgrade with a body',
    send: 'POST / HTTP/1.1\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: other\r\nContent-Length: 2\r\n\r\nhi',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['POST / HTTP/1.1|connection: upgrade|content-length: 2|host: a.example|hi'],
    },
    sluice: { answers: ['200 ok'], forwarded: ['POST / HTTP/1.1|content-length: 2|host: a.example|hi'] },
    why: 'served without the upgrade by both; HAProxy leaves a part of it',
  },
  {
    title: 'an upgrade in HTTP/1.0',
    send: 'GET / HTTP/1.0\r\nHost: a.example\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n',
    haproxy: {
      answers: ['200 ok'],
      forwarded: ['GET / HTTP/1.0|connection: upgrade|host: a.example|upgrade: other|'],
    },
    sluice: { answers: ['200 ok'], forwarded: ['GET / HTTP/1.0|connection: keep-alive|host: a.example|'] },
    why: 'RFC 9110, 7.8: to be ignored',
  },
];
