/**
 * Where sluice means to differ from HAProxy in mode http: for each matter the scenarios in which it shows, and what sluice does there,
 * given what HAProxy did. The reasons stand in docs/differences.md.
 *
 * Not here: what differs in every message that passes, and is not compared (`sameForm`).
 */
import type { Transcript } from '../../help/http-stage.ts';

/** One matter. */
export interface Difference {
  /** First cell of its row in docs/differences.md. */
  readonly matter: string;
  /** Titles of scenarios. */
  readonly titles: readonly string[];
  /** What sluice does. */
  readonly sluice: (haproxy: Transcript) => Transcript;
}

const BAD_REQUEST =
  'HTTP/1.1 400 Bad request\ncontent-length: 90\ncache-control: no-cache\ncontent-type: text/html\nconnection: close\n' +
  '[length] <html><body><h1>400 Bad request</h1>\nYour browser sent an invalid request.\n</body></html>\n';
const BAD_GATEWAY =
  'HTTP/1.1 502 Bad Gateway\ncontent-length: 107\ncache-control: no-cache\ncontent-type: text/html\n' +
  '[length] <html><body><h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response.\n</body></html>\n';
const BAD_REQUEST_LINE = '127.0.0.1 in in/<NOSRV> -1/-1/-1/-1/n 400 n - - PR-- 1/0/0/0 0/0 "<BADREQ>"';

/** The first client is refused, and nothing reaches a server. */
const refused = ({ servers }: Transcript): Transcript => ({
  clients: [`1 < ${BAD_REQUEST}`, '1 < ended'],
  servers: Object.fromEntries(Object.keys(servers).map((name) => [name, []])),
  log: [BAD_REQUEST_LINE],
});

/** The server's answer is refused. */
const answerRefused = ({ servers, log }: Transcript): Transcript => ({
  clients: [`1 < ${BAD_GATEWAY}`, '1 < ended'],
  servers,
  log: log.map((line) => line.replace(/n\/n\/n\/n\/n -?\d+ n - - ----/, 'n/n/n/-1/n 502 n - - PH--')),
});

function edited({ clients, servers, log }: Transcript, edit: (text: string) => string): Transcript {
  return {
    clients: clients.map(edit),
    servers: Object.fromEntries(Object.entries(servers).map(([name, texts]) => [name, texts.map(edit)])),
    log: log.map(edit),
  };
}

/** Replaces a text everywhere. */
function replacing(pattern: RegExp, by: string): (haproxy: Transcript) => Transcript {
  return (haproxy) => edited(haproxy, (text) => text.replaceAll(pattern, by));
}

const HOST_MISSING_OR_TWICE = ({ servers, log }: Transcript): Transcript => ({
  clients: [1, 2, 3].flatMap((client) => [`${client} < ${BAD_REQUEST}`, `${client} < ended`]),
  servers: { ...servers, a: [] },
  log: log.map(() => BAD_REQUEST_LINE),
});

/** What follows the first answer does not take place, and that answer says so. */
const onlyFirst = ({ clients, servers, log }: Transcript): Transcript => ({
  clients: [withClose(clients[0] ?? ''), '1 < ended'],
  servers: Object.fromEntries(
    Object.entries(servers).map(([name, texts]) => [name, texts.filter((text) => !text.includes('/next'))]),
  ),
  log: log.slice(0, 1),
});

/** As `sameForm` has it: the last field. */
function withClose(text: string): string {
  return text.includes('\n[') ? text.replace('\n[', '\nconnection: close\n[') : `${text}\nconnection: close`;
}

export const DIFFERENCES: readonly Difference[] = [
  {
    matter: 'two lengths in one message, a length twice',
    titles: [
      'both lengths in a request: the chunks count, and the connection is not used again',
      'the same length twice',
    ],
    sluice: refused,
  },
  {
    matter: 'two lengths in one answer, a status that is none',
    titles: ['both lengths in an answer', 'a status that is none'],
    sluice: answerRefused,
  },
  {
    matter: 'versions other than 1.0 and 1.1; quotes and the like in a target',
    titles: ['a version that does not exist', 'targets and quotes in the log'],
    sluice: refused,
  },
  {
    matter: 'HTTP/1.1 without Host, or with two',
    titles: ['no Host at all in HTTP/1.1; two of them'],
    sluice: HOST_MISSING_OR_TWICE,
  },
  {
    matter: 'a faulty first chunk of a request',
    titles: ['400: a chunk whose size is none'],
    sluice: (haproxy) => ({
      ...haproxy,
      log: ['127.0.0.1 in be/a n/n/-1/-1/n 400 n - - PR-- 1/0/0/0 0/0 "POST / HTTP/1.1"'],
    }),
  },
  {
    matter: 'a connection closed under a client that still sends',
    titles: ['400: a head that is too long'],
    sluice: replacing(/1 < reset/g, '1 < ended'),
  },
  {
    matter: 'an answer of our own to a request with a body',
    titles: ['a body that comes with a denied request'],
    sluice: onlyFirst,
  },
  {
    matter: 'an answer of our own to a request with a body',
    titles: ['monitor-uri: exact, any method, no line in the log'],
    sluice: (haproxy) => ({
      ...haproxy,
      clients: haproxy.clients.map((text) => (text.startsWith('2 < HTTP') ? withClose(text) : text)),
    }),
  },
  {
    matter: 'a client that has left',
    titles: ['a client that comes and says nothing and leaves'],
    sluice: () => ({
      clients: ['1 < ended'],
      servers: { a: [] },
      log: ['127.0.0.1 in in/<NOSRV> -1/-1/-1/-1/n -1 n - - CR-- 1/0/0/0 0/0 "<BADREQ>"'],
    }),
  },
  {
    matter: 'a client that has left',
    titles: ['a client that comes and says nothing and leaves; option dontlognull'],
    sluice: (haproxy) => ({ ...haproxy, clients: ['1 < ended', ...haproxy.clients.slice(1)] }),
  },
  {
    matter: 'a client that has left',
    titles: ['a client that ends while it waits for the answer: option abortonclose'],
    sluice: (haproxy) => ({
      ...haproxy,
      clients: ['1 < ended'],
      log: haproxy.log.map((line) => line.replace(' 400 ', ' -1 ')),
    }),
  },
  {
    matter: 'a client that resets while it waits',
    titles: ['a client that resets while it waits for the answer'],
    sluice: replacing(/ 504 n - - sH/g, ' -1 n - - CH'),
  },
  {
    matter: 'an answer that is complete before its request',
    titles: [
      'Expect: 100-continue refused: the answer comes, the body is never sent',
      'a server that answers before the body is there',
    ],
    sluice: ({ clients, servers, log }) => ({
      clients: clients.map((text) => (text.includes('HTTP/') ? withClose(text) : text)),
      servers,
      log: log.map((line) => line.replace(' CD-- ', ' ---- ')),
    }),
  },
  {
    matter: 'a client whose body stops',
    titles: ['a client’s body that stops'],
    sluice: (haproxy) =>
      edited(haproxy, (text) =>
        text
          .replaceAll('504 Gateway Time-out', '408 Request Time-out')
          .replace('content-length: 92', 'content-length: 110')
          .replace(
            "The server didn't respond in time.",
            "Your browser didn't send a complete request in time.",
          )
          .replace('504 n - - sH', '408 n - - cD'),
      ),
  },
  {
    matter: '`connection: close` for a client that has ended',
    titles: ['a client that ends behind its request gets its answer'],
    sluice: (haproxy) => ({
      ...haproxy,
      clients: haproxy.clients.map((text) => (text.includes('HTTP/') ? withClose(text) : text)),
    }),
  },
  {
    matter: '`connection: close` for a client that has ended',
    titles: ['a client that ends while it waits for the answer: it is waited for'],
    sluice: replacing(
      /content-type: text\/html\\r\\n/g,
      'content-type: text/html\\r\\nconnection: close\\r\\n',
    ),
  },
  {
    matter: '`option httpclose` in the backend alone',
    titles: ['option httpclose in the backend', 'the one that closes more holds'],
    sluice: ({ clients, servers, log }) => ({
      clients: [withClose(clients[0] ?? ''), '1 < ended'],
      servers: { a: servers['a']?.slice(0, 1) ?? [] },
      log: log.slice(0, 1),
    }),
  },
  {
    matter: '`connection: close` to a server of HTTP/1.0',
    titles: [
      'option httpclose with HTTP/1.0 that wants to stay',
      'option http-server-close with HTTP/1.0 that wants to stay',
    ],
    sluice: (haproxy) => ({
      ...haproxy,
      servers: { a: haproxy.servers['a']?.map((text) => `${text}\nconnection: close`) ?? [] },
    }),
  },
  {
    matter: 'fields for one hop',
    titles: ['Connection: its own words are used up, others pass with the fields they name'],
    sluice: (haproxy) => ({
      ...haproxy,
      servers: {
        a: ['1: GET / HTTP/1.1\nhost: h.example\nconnection: te\nte: trailers'],
      },
    }),
  },
  {
    matter: 'fields for one hop',
    titles: ['trailers, both ways'],
    sluice: replacing(/\nte: trailers/g, '\nconnection: te\nte: trailers'),
  },
  {
    matter: '`Upgrade` without `Connection: upgrade`, and the reverse',
    titles: ['Upgrade without Connection: upgrade', 'Upgrade chooses as the vendor page says'],
    sluice: replacing(/\n(upgrade: [^\n]*|connection: upgrade)/g, ''),
  },
  {
    matter: 'Host of CONNECT',
    titles: ['CONNECT refused by the server', 'CONNECT: 200 makes a tunnel'],
    sluice: replacing(/host: target\.example/g, 'host: target.example:443'),
  },
  {
    matter: 'a chunked answer to a client of HTTP/1.0',
    titles: ['a chunked answer to a client of HTTP/1.0'],
    sluice: (haproxy) => ({
      ...haproxy,
      clients: haproxy.clients.map((text) =>
        text
          .replace('\nconnection: keep-alive', '\nconnection: close')
          .replace('\ntransfer-encoding: chunked', '')
          .replace('[chunked]', '[until the end]'),
      ),
    }),
  },
  {
    matter: '`transfer-encoding` of an answer to HEAD',
    titles: ['HEAD with a chunked answer, and without any length'],
    sluice: replacing(/\ntransfer-encoding: chunked/g, ''),
  },
  {
    matter: 'version of an answer',
    titles: ['a server of HTTP/1.0, with and without a length'],
    sluice: (haproxy) => ({
      ...haproxy,
      clients: haproxy.clients.map((text) =>
        text
          .replace('HTTP/1.0 200', 'HTTP/1.1 200')
          .replace('\nconnection: keep-alive', '')
          .replace('\n[until', '\nconnection: close\n[until'),
      ),
    }),
  },
  {
    matter: '`errorfile 400` and 408 for requests that cannot be read',
    titles: ['errorfile of the frontend'],
    sluice: (haproxy) => ({
      ...haproxy,
      clients: [
        '1 < HTTP/1.1 400 Bad request\ncontent-type: text/plain\nconnection: close\n[until the end] own 400\n',
        ...haproxy.clients.slice(1),
      ],
    }),
  },
  {
    matter: 'after a 502',
    titles: ['502: the server ends without a word'],
    sluice: ({ clients, servers, log }) => ({
      clients: [clients[0] ?? '', clients[0] ?? '', '1 < ended'],
      servers,
      log: [...log, ...log.map((line) => line.replace('/1 ', '/2 '))],
    }),
  },
  {
    matter: 'times of a request in the tarpit',
    titles: ['tarpit'],
    sluice: replacing(/ -1\/n\/-1\/-1\/n /g, ' n/-1/-1/-1/n '),
  },
  {
    matter: 'which of several kept connections',
    titles: ['http-reuse safe: two clients in turn'],
    sluice: ({ clients, log }) => ({
      clients,
      servers: { a: [1, 1, 2, 2, 2].map((connection) => `${connection}: GET / HTTP/1.1\nhost: h.example`) },
      log,
    }),
  },
  {
    matter: 'which of several kept connections',
    titles: [
      'maxconn counts requests: the second waits for the first one’s answer, on a connection that stays',
    ],
    sluice: ({ clients, servers, log }) => ({
      clients,
      servers: { a: servers['a']?.map((text) => text.replace('1: GET /third', '2: GET /third')) ?? [] },
      // The place has gone to who waited before the line is written.
      log: log.map((line) => line.replace(/3\/1\/0\/0(.*hold)/, '3/1/1/0$1')),
    }),
  },
  {
    matter: 'an answer that is replaced by a rule',
    titles: ['an answer is denied, or another one is given'],
    sluice: (haproxy) => ({
      ...haproxy,
      servers: {
        a: haproxy.servers['a']?.map((text, index) => text.replace('1:', `${index + 1}:`)) ?? [],
      },
    }),
  },
  {
    matter: 'form of the stats page, and its line in the log',
    titles: ['stats: status and fields of the page, of the CSV, of what is not there', 'stats auth'],
    sluice: ({ clients, servers, log }) => ({
      clients: clients.map((text) => {
        const page = text
          .replace('\ntransfer-encoding: chunked', '')
          .replace(/(?<=200 OK[^]*content-type: text\/html)/, '; charset=utf-8');
        return page.startsWith('HTTP/1.1 401') ? withClose(page) : page;
      }),
      servers,
      log: log.map((line) =>
        line.replace(/(?<=<STATS> )n\/n\/n\/\S+ (\d+)/, (_whole, status: string) => {
          return `n/-1/-1/-1/n ${status === '400' ? '401' : status}`;
        }),
      ),
    }),
  },
];

/** The matter of which some scenario's transcript is, if any. */
export function differenceOf(title: string): Difference | null {
  return DIFFERENCES.find(({ titles }) => titles.includes(title)) ?? null;
}

/** In which the two never agree in every message: not compared. */
export const EVERYWHERE: readonly string[] = ['form of messages that pass', '`%B` and `%U` in mode http'];

const HOP_FIELD = /^(connection|te|transfer-encoding|upgrade): /;

/**
 * A transcript in the form that both have: fields of the hop behind all others, the word `upgrade` and the names in answers to
 * unreadable requests in lower case.
 */
export function sameForm(transcript: Transcript): Transcript {
  return edited(transcript, (text) => {
    if (!text.includes('HTTP/')) return text;
    const lower = text
      .replaceAll(/(Content-length|Cache-Control|Connection|Content-Type)(?=: )/g, (name) =>
        name.toLowerCase(),
      )
      .replaceAll(/(?<=connection: )Upgrade/g, 'upgrade')
      .replaceAll(
        'connection: close\\r\\ncontent-type: text/html\\r\\n',
        'content-type: text/html\\r\\nconnection: close\\r\\n',
      );
    const lines = lower.split('\n');
    const bodyAt = lines.findIndex((line) => line.startsWith('['));
    const head = lines.slice(0, bodyAt < 0 ? lines.length : bodyAt);
    const hop = head.filter((line) => HOP_FIELD.test(line)).toSorted();
    return [...head.filter((line) => !HOP_FIELD.test(line)), ...hop, ...lines.slice(head.length)].join('\n');
  });
}
