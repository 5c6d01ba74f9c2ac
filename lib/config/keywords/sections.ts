/**
 * Sections other than `global`, `defaults`, `frontend`, `backend` and `listen`: which there are, what words they
 * hold, and what becomes of them here. None has an effect of its own; what would refer to them is refused where
 * it refers (`resolvers NAME` on a server line, `filter cache NAME`).
 *
 * Not here: the sections that have an effect (`global.ts`, `proxy.ts`).
 */

export interface OtherSection {
  readonly name: string;
  /** Section of the HAProxy 2.6 manual, or `HAProxy 3.1`, the version that brought it. */
  readonly manual: string;
  /** `notice`: what it holds has no effect; whoever refers to it is told more. `alert`: ignoring it would leave something undone. */
  readonly severity: 'notice' | 'alert';
  readonly why: string;
  /** First words of the statements it may hold. */
  readonly keywords: readonly string[];
}

const LOG = ['log', 'log-tag'];

export const OTHER_SECTIONS: readonly OtherSection[] = [
  {
    name: 'userlist',
    manual: '3.4',
    severity: 'notice',
    why: 'nothing here asks for passwords',
    keywords: ['group', 'user'],
  },
  {
    name: 'peers',
    manual: '3.5',
    severity: 'notice',
    why: 'there are no stick tables to share',
    keywords: [
      'bind',
      'default-bind',
      'default-server',
      'disabled',
      'enabled',
      'peer',
      'server',
      'shards',
      'table',
      ...LOG,
    ],
  },
  {
    name: 'mailers',
    manual: '3.6',
    severity: 'notice',
    why: 'no mail is sent; alert rules are under deploy/',
    keywords: ['mailer', 'timeout'],
  },
  {
    name: 'program',
    manual: '3.7',
    severity: 'alert',
    why: 'no other program is started from here; leave that to systemd',
    keywords: ['command', 'group', 'no', 'option', 'user'],
  },
  {
    name: 'http-errors',
    manual: '3.8',
    severity: 'notice',
    why: "error pages are named where they are used: 'errorfile CODE PATH'",
    keywords: ['errorfile'],
  },
  {
    name: 'ring',
    manual: '3.9',
    severity: 'notice',
    why: 'logs are not kept in rings',
    keywords: ['backing-file', 'description', 'format', 'maxlen', 'server', 'size', 'timeout', ...LOG],
  },
  {
    name: 'log-forward',
    manual: '3.10',
    severity: 'alert',
    why: 'messages of others are not forwarded; run a syslog daemon',
    keywords: ['backlog', 'bind', 'dgram-bind', 'maxconn', 'option', 'timeout', ...LOG],
  },
  {
    name: 'resolvers',
    manual: '5.3.2',
    severity: 'notice',
    why: "names are resolved once, at start; see 'init-addr'",
    keywords: [
      'accepted_payload_size',
      'hold',
      'nameserver',
      'parse-resolv-conf',
      'resolve_retries',
      'timeout',
    ],
  },
  {
    name: 'cache',
    manual: '6.2.1',
    severity: 'notice',
    why: 'answers are not kept; rules that would use them are refused',
    keywords: ['max-age', 'max-object-size', 'max-secondary-entries', 'process-vary', 'total-max-size'],
  },
  {
    name: 'fcgi-app',
    manual: '10.1.1',
    severity: 'notice',
    why: 'servers are spoken to in HTTP/1',
    keywords: [
      'acl',
      'docroot',
      'index',
      'log-stderr',
      'no',
      'option',
      'pass-header',
      'path-info',
      'set-param',
    ],
  },
  {
    name: 'log-profile',
    manual: 'HAProxy 3.1',
    severity: 'notice',
    why: "log profiles are not in this version; see 'log-format'",
    keywords: ['log-tag', 'on'],
  },
  {
    name: 'crt-store',
    manual: 'HAProxy 3.0',
    severity: 'notice',
    why: 'TLS is not terminated in this version',
    keywords: ['crt-base', 'key-base', 'load'],
  },
  {
    name: 'traces',
    manual: 'HAProxy 3.1',
    severity: 'notice',
    why: 'traces are not available; see the log and the metrics',
    keywords: ['trace'],
  },
  {
    name: 'healthcheck',
    manual: 'HAProxy 3.4',
    severity: 'notice',
    why: 'scripted checks are not in this version',
    keywords: ['http-check', 'option', 'tcp-check', 'type'],
  },
  {
    name: 'acme',
    manual: 'HAProxy 3.2',
    severity: 'notice',
    why: 'TLS is not terminated in this version',
    keywords: [
      'account-key',
      'acme-vars',
      'bits',
      'challenge',
      'contact',
      'curves',
      'directory',
      'keytype',
      'map',
      'profile',
      'provider-name',
      'reuse-key',
    ],
  },
];

/** First words that begin a section, wherever they stand. */
export const SECTION_NAMES: readonly string[] = [
  'global',
  'defaults',
  'frontend',
  'backend',
  'listen',
  ...OTHER_SECTIONS.map((section) => section.name),
];
