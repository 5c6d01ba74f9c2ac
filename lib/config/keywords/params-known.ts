/**
 * Parameters of `bind` and `server` lines that are known and answered, without an effect of their own here.
 *
 * Not here: the supported ones (`bind.ts`, `server-params.ts`), TLS (`bind-tls.ts`, `server-tls.ts`).
 */
import type { BindDraft, ServerDraft } from '../draft.ts';
import { noEffect, noEffectWarning, unsupported } from './entry.ts';
import type { Entry } from './entry.ts';

const NODE = 'Node cannot set this on a socket';
const PROXY_HEADER = 'the PROXY protocol is not in this version';

/** HAProxy manual 5.1 and later versions. */
export const BIND_KNOWN_ROWS: readonly Entry<BindDraft>[] = [
  ...unsupported<BindDraft>(PROXY_HEADER, { manual: '5.1' }, ['accept-proxy']),
  ...unsupported<BindDraft>(PROXY_HEADER, { manual: '5.1' }, ['accept-netscaler-cip MAGIC']),
  ...unsupported<BindDraft>('start the program inside the namespace', { manual: '5.1' }, ['namespace NAME']),
  ...unsupported<BindDraft>('only TCP is served', { manual: 'HAProxy 3.1' }, [
    'quic-cc-algo NAME',
    'quic-socket WORD',
    'tcp-md5sig KEY',
  ]),
  ...unsupported<BindDraft>('only TCP is served', { manual: 'HAProxy 3.1' }, ['quic-force-retry']),
  ...noEffectWarning<BindDraft>(`${NODE}; name the interface's address`, { manual: '5.1' }, [
    'interface NAME',
  ]),
  ...noEffectWarning<BindDraft>(`${NODE}; route and redirect outside`, { manual: '5.1' }, ['transparent']),
  ...noEffect<BindDraft>(NODE, { manual: '5.1' }, [
    'mss N',
    'tcp-ut TIME',
    'tcp-ss N',
    'cc NAME',
    'idle-ping TIME',
  ]),
  ...noEffect<BindDraft>(NODE, { manual: '5.1' }, ['defer-accept', 'tfo']),
  ...noEffect<BindDraft>("Node's event loop does the scheduling", { manual: '5.1' }, [
    'nice N',
    'process SET',
    'thread SET',
    'shards N|by-thread|by-group',
    'guid-prefix TEXT',
    'label TEXT',
  ]),
  ...noEffect<BindDraft>('there is no operator socket in this version', { manual: '5.1' }, [
    'level user|operator|admin',
    'severity-output none|number|string',
    'expose-fd WORD',
  ]),
  ...noEffectWarning<BindDraft>('clients are spoken to in TCP or HTTP/1', { manual: '5.1' }, ['proto NAME']),
];

/** HAProxy manual 5.2 and later versions. */
export const SERVER_KNOWN_ROWS: readonly Entry<ServerDraft>[] = [
  ...unsupported<ServerDraft>(PROXY_HEADER, { manual: '5.2' }, [
    'send-proxy',
    'send-proxy-v2',
    'send-proxy-v2-ssl',
    'send-proxy-v2-ssl-cn',
    'check-send-proxy',
  ]),
  ...unsupported<ServerDraft>(PROXY_HEADER, { manual: '5.2' }, [
    'proxy-v2-options LIST',
    'set-proxy-v2-tlv-fmt FORMAT',
  ]),
  ...unsupported<ServerDraft>("agent checks are not in this version; use 'check'", { manual: '5.2' }, [
    'agent-check',
  ]),
  ...noEffect<ServerDraft>("it belongs to 'agent-check', which is not in this version", { manual: '5.2' }, [
    'agent-addr ADDR',
    'agent-inter TIME',
    'agent-port N',
    'agent-send TEXT',
  ]),
  ...noEffectWarning<ServerDraft>(
    "a name is resolved once, at start, as the system does it; see 'init-addr'",
    { manual: '5.2' },
    ['resolvers ID', 'resolve-net NETS', 'resolve-opts LIST', 'resolve-prefer ipv4|ipv6'],
  ),
  ...unsupported<ServerDraft>('connect directly', { manual: '5.2' }, [
    'socks4 ADDR',
    'namespace NAME',
    'usesrc ADDR',
    'tcp-md5sig KEY',
    'healthcheck NAME',
  ]),
  ...unsupported<ServerDraft>('connect directly', { manual: '5.2' }, ['check-via-socks4']),
  ...unsupported<ServerDraft>('only traffic to TCP servers is carried', { manual: '5.2' }, [
    'log-proto WORD',
    'log-bufsize N',
  ]),
  ...noEffect<ServerDraft>(NODE, { manual: '5.2' }, ['tcp-ut TIME', 'cc NAME', 'idle-ping TIME']),
  ...noEffect<ServerDraft>(NODE, { manual: '5.2' }, ['tfo']),
  ...noEffect<ServerDraft>(
    'how many connections to servers are kept is not configurable',
    { manual: '5.2' },
    ['max-reuse N', 'pool-conn-name EXPR', 'pool-low-conn N', 'pool-max-conn N', 'pool-purge-delay TIME'],
  ),
  ...noEffect<ServerDraft>('it concerns nothing that this program does', { manual: '5.2' }, [
    'guid TEXT',
    'shard N',
  ]),
  ...noEffect<ServerDraft>('there are no stick tables in this version', { manual: '5.2' }, ['non-stick']),
  ...noEffect<ServerDraft>('maxconn is always strict here', { manual: 'HAProxy 3.1' }, ['strict-maxconn']),
  ...noEffect<ServerDraft>('a check connects by itself', { manual: '5.2' }, ['check-reuse-pool']),
  ...noEffectWarning<ServerDraft>('a check connects, and says nothing', { manual: '5.2' }, [
    'check-proto NAME',
  ]),
  ...noEffectWarning<ServerDraft>('servers are spoken to in TCP or HTTP/1', { manual: '5.2' }, [
    'proto NAME',
    'ws WORD',
  ]),
  ...unsupported<ServerDraft>("use 'redirect prefix'", { manual: '5.2' }, ['redir PREFIX']),
];
