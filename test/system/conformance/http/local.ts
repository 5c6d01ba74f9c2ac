/**
 * Answers that need no server and no rule, and what the log keeps: monitor, stats, captures, formats.
 *
 * Not here: error answers (`ending.ts`), the contents of the stats page.
 */
import {
  answering,
  get,
  type HttpScenario,
  type HttpStage,
  post,
  say,
  type StageClient,
} from '../../help/http-stage.ts';
import { answer } from '../../help/origin.ts';

/** Head of an answer whose body only one of the two can give. */
async function headOnly(stage: HttpStage, client: StageClient, request: string): Promise<void> {
  client.send(request);
  const head = await client.peer.head();
  stage.note(
    head === null
      ? client.peer.state
      : [head.start, ...head.fields.filter((line) => !/^content-length/i.test(line))].join('\n'),
  );
  if (head !== null) await client.peer.body(head, request.split(' ')[0] ?? '');
}

/** Requests on connections of their own, of which only the heads count. */
function heads(requests: readonly string[]): NonNullable<HttpScenario['act']> {
  return async (stage) => {
    for (const request of requests) {
      const client = await stage.client();
      await headOnly(stage, client, request);
      client.end();
      await client.peer.over();
    }
  };
}

const basic = (text: string): string => `Authorization: Basic ${Buffer.from(text).toString('base64')}`;

export const LOCAL: readonly HttpScenario[] = [
  {
    title: 'monitor-uri: exact, any method, no line in the log',
    frontend: ['monitor-uri /alive'],
    clients: [
      [get('/alive'), say('HEAD /alive HTTP/1.1', 'Host: h'), get('/alive/'), get('/alive?x'), get('/')],
      [post('/alive', 'abc')],
    ],
    lineCount: 3,
  },
  {
    title: 'monitor fail',
    frontend: ['monitor-uri /alive', 'acl none nbsrv(@gone) lt 1', 'monitor fail if none'],
    more: ['backend @gone', 'server x {dead} disabled'],
    clients: [[get('/alive'), get('/')]],
    lineCount: 1,
  },
  {
    title: 'stats: status and fields of the page, of the CSV, of what is not there',
    frontend: ['stats enable', 'stats uri /stats', 'stats refresh 5s'],
    act: heads([
      get('/stats'),
      get('/stats;csv'),
      get('/stats;norefresh'),
      get('/stats/'),
      get('/statsx'),
      get('/'),
      say('HEAD /stats HTTP/1.1', 'Host: h'),
    ]),
    lineCount: 7,
  },
  {
    title: 'stats auth',
    frontend: [
      'stats enable',
      'stats uri /stats',
      'stats realm My\\ Realm',
      'stats auth admin:secret',
      'stats auth joe:two',
    ],
    act: heads([
      get('/stats'),
      get('/stats', basic('admin:secret')),
      get('/stats', basic('joe:two')),
      get('/stats', basic('admin:wrong')),
      get('/stats;csv', basic('admin:secret')),
      get('/other'),
    ]),
    lineCount: 6,
  },
  {
    title: 'captures in the log',
    frontend: [
      'capture request header Host len 20',
      'capture request header X-Long len 5',
      'capture request header Missing len 5',
      'capture response header Server len 10',
      'capture response header X-None len 3',
    ],
    origin: answering(() => answer('200 OK', ['Server: origin one', 'X: 1'], 'x')),
    clients: [[get('/', 'X-Long: abcdefghij'), get('/', 'Host: other.example', 'Missing: a|b{c}"')]],
  },
  {
    title: 'capture cookie',
    frontend: ['capture cookie SID len 8'],
    origin: answering(({ target }) =>
      answer('200 OK', target === '/set' ? ['Set-Cookie: SID=server123; path=/'] : [], 'x'),
    ),
    clients: [[get('/', 'Cookie: a=1; SID=client12345; b=2'), get('/set'), get('/', 'Cookie: SIDE=1')]],
  },
  {
    title: 'log-format with samples and aliases',
    frontend: [
      'http-request set-var(txn.path) path',
      'http-request set-var(txn.query) query',
      'capture request header Host len 12',
      'log-format "@ %HM %HP %HU %HQ %HV %ST %b %s %ts %tsc %hr %CC %[var(txn.path),upper] %{+Q}[var(txn.query)] %[src]"',
    ],
    origin: answering(() => answer('200 OK', ['X: 1'], 'x')),
    clients: [[get('/a/b?c=d'), post('/p', 'abc'), get('/none')]],
  },
  {
    title: 'targets and quotes in the log',
    clients: [[get('/a"b\\c'), get('/%22'), get(`/${'x'.repeat(1500)}`)]],
  },
];
