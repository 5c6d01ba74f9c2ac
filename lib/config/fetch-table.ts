/**
 * The sample fetches (manual 7.3.2 to 7.3.6; reference 8.3, 8.4), and the words that HAProxy has for a fetch together with a
 * matching method (`hdr_beg`).
 *
 * Not here: fetches that HAProxy has and this program has not (`fetch-names.ts`), reading (`expression.ts`), values
 * (`../sample/fetches.ts`).
 */
import { needs, takes } from './sample-arguments.ts';
import type { ArgumentShape } from './sample-arguments.ts';

/** Of a value. `int` is 64 bits wide in HAProxy, here exact up to 2^53; `any`: known only when it is taken (`var()`). */
export type SampleType = 'bool' | 'int' | 'ip' | 'str' | 'bin' | 'any';

/** What must be known for a fetch to have a value; a rule that is looked at earlier never has one. */
export type SampleStage = 'always' | 'request' | 'response';

export interface FetchRow {
  readonly name: string;
  /** Other words for it. */
  readonly aliases: readonly string[];
  readonly args: readonly ArgumentShape[];
  readonly type: SampleType;
  readonly stage: SampleStage;
  /**
   * Works in mode tcp. Fetches of a request do, on the bytes that have come so far (reference 8.4); of an answer nothing is
   * seen there.
   */
  readonly tcp: boolean;
  /** For the manual. */
  readonly text: string;
}

type More = Partial<Pick<FetchRow, 'aliases' | 'args'>>;

const name = takes('text', 'name', '');
const occurrence = takes('integer', 'occurrence', 0, { min: -10 });
const backend = takes('backend', 'backend', '');
const frontend = takes('frontend', 'frontend', '');
const server = needs('server', '[backend/]server');
const capture = { args: [needs('integer', 'index', { min: 0 })] };
const parameter = [name, takes('text', 'mark', '?')];
const dn = [
  name,
  takes('integer', 'occurrence', 0),
  takes('text', 'format', '', { choices: ['', 'rfc2253'] }),
];

function always(fetch: string, type: SampleType, text: string, more: More = {}): FetchRow {
  return { name: fetch, aliases: [], args: [], type, stage: 'always', tcp: true, text, ...more };
}

function request(fetch: string, type: SampleType, text: string, more: More = {}): FetchRow {
  return { name: fetch, aliases: [], args: [], type, stage: 'request', tcp: true, text, ...more };
}

function response(fetch: string, type: SampleType, text: string, more: More = {}): FetchRow {
  return { name: fetch, aliases: [], args: [], type, stage: 'response', tcp: false, text, ...more };
}

/** Headers and cookies are asked for in the same words on both sides. */
function messageRows(side: 'req' | 'res'): readonly FetchRow[] {
  const row = side === 'req' ? request : response;
  const whose = side === 'req' ? 'of the request' : 'of the answer';
  const letter = side === 'req' ? '' : 's';
  const field = [name, occurrence];
  const named = (suffix: string): readonly string[] => [`${letter}${suffix}`];
  // `hdr` and `cookie` mean the message the rule is about; `readExpression` knows the side.
  return [
    row(
      `${side}.hdr`,
      'str',
      `Value of a header ${whose}, split at commas; the last, or the occurrence asked for.`,
      { aliases: named('hdr'), args: field },
    ),
    row(`${side}.fhdr`, 'str', `Value of a header's line ${whose}, whole.`, { args: field }),
    row(`${side}.hdr_cnt`, 'int', `Number of values of a header ${whose}.`, {
      aliases: named('hdr_cnt'),
      args: [name],
    }),
    row(`${side}.fhdr_cnt`, 'int', `Number of lines of a header ${whose}.`, { args: [name] }),
    row(`${side}.hdr_ip`, 'ip', `Value of a header ${whose} as an address.`, {
      aliases: named('hdr_ip'),
      args: field,
    }),
    row(`${side}.hdr_val`, 'int', `Value of a header ${whose} as a number.`, {
      aliases: named('hdr_val'),
      args: field,
    }),
    row(
      `${side}.hdr_names`,
      'str',
      `Names of the headers ${whose}, joined by the text given, else by commas.`,
      { args: [takes('text', 'joint', ',')] },
    ),
    row(`${side}.cook`, 'str', `Value of a cookie ${whose}.`, {
      aliases: side === 'req' ? ['cook', 'cookie'] : ['scook'],
      args: [name],
    }),
    row(`${side}.cook_cnt`, 'int', `Number of cookies of that name ${whose}.`, {
      aliases: named('cook_cnt'),
      args: [name],
    }),
    row(`${side}.cook_val`, 'int', `Value of a cookie ${whose} as a number.`, {
      aliases: named('cook_val'),
      args: [name],
    }),
    row(`${side}.ver`, 'str', `Version of HTTP ${whose}: \`1.1\`.`, {
      aliases: [side === 'req' ? 'req_ver' : 'resp_ver'],
    }),
  ];
}

/** Every fetch, by group. */
export const FETCHES: readonly FetchRow[] = [
  // Values that are the same for everybody (7.3.2).
  always('always_true', 'bool', 'True.'),
  always('always_false', 'bool', 'False.'),
  always('str', 'str', 'The text itself.', { args: [takes('text', 'text', '')] }),
  always('int', 'int', 'The number itself.', { args: [needs('integer', 'number')] }),
  always('bool', 'bool', 'The truth itself.', { args: [needs('bool', 'bool')] }),
  always('ipv4', 'ip', 'The address itself.', { args: [needs('ipv4', 'address')] }),
  always('ipv6', 'ip', 'The address itself.', { args: [needs('ipv6', 'address')] }),
  always('bin', 'bin', 'The bytes that the digits stand for.', { args: [takes('hex', 'hex', '')] }),
  always('env', 'str', 'An environment variable of the process at start.', {
    args: [takes('text', 'name', '')],
  }),
  always('var', 'any', 'A variable, or the default if it is not set.', {
    args: [needs('variable', 'name'), takes('text', 'default', null)],
  }),
  always('rand', 'int', 'A random number from 0, below the one given.', {
    args: [takes('integer', 'below', 2 ** 32, { min: 0 })],
  }),
  always('date', 'int', 'The time in seconds since 1970, or in the unit given, moved by the offset.', {
    args: [takes('integer', 'offset', 0), takes('text', 'unit', 's', { choices: ['s', 'ms', 'us'] })],
  }),
  always('hostname', 'str', "The machine's name."),
  always('stopping', 'bool', 'True while the process is about to stop.'),
  always('uptime', 'int', 'Seconds since the start.'),
  // Figures of proxies and servers (7.3.2).
  always('nbsrv', 'int', 'Number of usable servers.', { args: [backend] }),
  always('queue', 'int', "Number of streams waiting in the backend's queues.", { args: [backend] }),
  always('avg_queue', 'int', 'The same, for each usable server.', { args: [backend] }),
  always('connslots', 'int', 'Free places and room in queues of all usable servers; -1: without limit.', {
    args: [backend],
  }),
  always('be_conn', 'int', 'Number of streams of a backend.', { args: [backend] }),
  always('be_sess_rate', 'int', 'Streams that a backend got in the last second.', { args: [backend] }),
  always('fe_conn', 'int', 'Number of connections of a frontend.', { args: [frontend] }),
  always('fe_sess_rate', 'int', 'Connections that a frontend got in the last second.', { args: [frontend] }),
  always('srv_is_up', 'bool', 'True if a server is up, or has no check.', { args: [server] }),
  always('srv_conn', 'int', 'Number of streams on a server.', { args: [server] }),
  always('srv_queue', 'int', 'Number of streams waiting for a server.', { args: [server] }),
  always('srv_weight', 'int', "A server's weight now.", { args: [server] }),
  always('srv_sess_rate', 'int', 'Streams that a server got in the last second.', { args: [server] }),
  // The connection (7.3.3).
  always('src', 'ip', "The client's address."),
  always('src_port', 'int', "The client's port."),
  always('src_is_local', 'bool', 'True if the client has an address of this machine.'),
  always('dst', 'ip', 'The address the client connected to.'),
  always('dst_port', 'int', 'The port the client connected to.'),
  always('so_name', 'str', "The listening socket's name."),
  always('so_id', 'int', "The listening socket's id."),
  always('fe_name', 'str', "The frontend's name."),
  always('be_name', 'str', "The backend's name; nothing before one is chosen."),
  always('srv_name', 'str', "The server's name; nothing before one is chosen."),
  always('fc_err', 'int', "What is wrong with the client's connection, as a number; 0: nothing."),
  // TLS of the client's connection (7.3.4).
  always('ssl_fc', 'bool', 'True if the client speaks TLS with us.'),
  always('ssl_fc_sni', 'str', 'The name the client asked for.'),
  always('ssl_fc_has_sni', 'bool', 'True if the client asked for a name.'),
  always('ssl_fc_alpn', 'str', 'The protocol agreed upon.'),
  always('ssl_fc_protocol', 'str', 'The version of TLS: `TLSv1.3`.'),
  always('ssl_fc_cipher', 'str', "The cipher's name."),
  always('ssl_fc_is_resumed', 'bool', 'True if the session was resumed.'),
  always('ssl_fc_has_crt', 'bool', 'True if the client has shown a certificate on this connection.'),
  always('ssl_fc_err', 'int', "OpenSSL's number of what went wrong in the handshake; 0: nothing."),
  always('ssl_c_used', 'bool', 'True if the client has shown a certificate.'),
  always(
    'ssl_c_verify',
    'int',
    "OpenSSL's number of what is wrong with the client's certificate; 0: nothing.",
  ),
  always('ssl_c_err', 'int', 'The same, of the certificate itself.'),
  always('ssl_c_ca_err', 'int', 'The same, of the certificates above it.'),
  always('ssl_c_s_dn', 'str', "Subject of the client's certificate, or one entry of it (`CN`).", {
    args: dn,
  }),
  always('ssl_c_i_dn', 'str', 'Issuer of it, or one entry.', { args: dn }),
  always('ssl_c_sha1', 'bin', 'SHA-1 of it.'),
  always('ssl_c_serial', 'bin', 'Serial number of it.'),
  always('ssl_c_notbefore', 'str', 'When its time begins: `YYMMDDhhmmss[Z]`.'),
  always('ssl_c_notafter', 'str', 'When its time ends.'),
  // Bytes of the client (7.3.5).
  request('req.len', 'int', 'Number of bytes that have come and are not forwarded.', {
    aliases: ['req_len'],
  }),
  request('req.proto_http', 'bool', 'True if these look like a request of HTTP.', {
    aliases: ['req_proto_http'],
  }),
  request('wait_end', 'bool', 'True once no more bytes are waited for.'),
  // Requests (7.3.6).
  request('method', 'str', 'Method of the request.'),
  request('path', 'str', 'Path of the request, without query.'),
  request('pathq', 'str', 'Path with query.'),
  request('query', 'str', 'What follows the question mark.'),
  request('url', 'str', 'Target of the request as it was sent.'),
  request('url_ip', 'ip', 'Address in an absolute target.'),
  request('url_port', 'int', 'Port in an absolute target.'),
  request('base', 'str', "First `Host` header's value and the path, as one text."),
  request('url_param', 'str', 'Value of a parameter of the query; the mark says where parameters begin.', {
    aliases: ['urlp'],
    args: parameter,
  }),
  request('urlp_val', 'int', 'The same, as a number.', { args: parameter }),
  ...messageRows('req'),
  // What is noted before rules change it (7.3.6).
  request('capture.req.hdr', 'str', 'What `capture request header` has kept: of the first line 0.', capture),
  request('capture.req.method', 'str', 'Method of the request as it came.'),
  request('capture.req.uri', 'str', 'Target of the request as it came.'),
  request('capture.req.ver', 'str', 'Version of the request: `HTTP/1.1`.'),
  response(
    'capture.res.hdr',
    'str',
    'What `capture response header` has kept: of the first line 0.',
    capture,
  ),
  response('capture.res.ver', 'str', 'Version of the answer: `HTTP/1.1`.'),
  // Answers (7.3.6).
  response('status', 'int', 'Status of the answer.'),
  ...messageRows('res'),
];

/** By name and alias. */
export const FETCH_BY_WORD: ReadonlyMap<string, FetchRow> = new Map(
  FETCHES.flatMap((row) => [row.name, ...row.aliases].map((word) => [word, row] as const)),
);

/** Fetches with a matching method in their name, for ACLs only (manual 7.1): `hdr_beg(host)` is `req.hdr(host) -m beg`. */
export type SuffixMethod = 'beg' | 'end' | 'sub' | 'dir' | 'dom' | 'len' | 'reg';

const SUFFIXES: readonly SuffixMethod[] = ['beg', 'end', 'sub', 'dir', 'dom', 'len', 'reg'];

/** Words that take each suffix. */
const SUFFIXED: readonly string[] = ['base', 'cook', 'hdr', 'path', 'scook', 'shdr', 'url', 'urlp'];

/** The word a suffix was taken from, and the method it stands for. */
export const ACL_VARIANTS: ReadonlyMap<string, { readonly word: string; readonly match: SuffixMethod }> =
  new Map([
    ...SUFFIXED.flatMap((word) => SUFFIXES.map((match) => [`${word}_${match}`, { word, match }] as const)),
    ['ssl_fc_sni_end', { word: 'ssl_fc_sni', match: 'end' }] as const,
    ['ssl_fc_sni_reg', { word: 'ssl_fc_sni', match: 'reg' }] as const,
  ]);
