/** The public door: what is behind it, and that names which are promised stay. */
import t from 'tap';
import * as door from '../../lib/index.ts';
import { Consumer, readText } from './consumer.ts';

const VALUES = [
  'ConfigError',
  'ERROR_CODES',
  'LoadBalancer',
  'SluiceError',
  'createLoadBalancer',
  'defineConfig',
  'parseConfig',
  'printConfig',
  'renderDiagnostic',
  'renderDiagnostics',
];

/** Types a program may write down; `config.ts` adds those of the configuration. */
const TYPES = [
  'AclConfig',
  'AclInput',
  'AdminState',
  'BackendConfig',
  'BackendInput',
  'BackendStats',
  'BackendView',
  'BalanceConfig',
  'BalanceFunction',
  'BalanceFunctionServer',
  'BindAddress',
  'BindConfig',
  'BindInput',
  'BindTls',
  'CheckInput',
  'ChoiceContext',
  'Clock',
  'CloseOptions',
  'CloseOutcome',
  'ConditionWords',
  'Config',
  'ConfigInput',
  'ConfigText',
  'CookieConfig',
  'DefineOptions',
  'Diagnostic',
  'EndCause',
  'EndReason',
  'EndStage',
  'Ending',
  'ErrorCode',
  'ErrorFile',
  'ErrorLocation',
  'ForwardFor',
  'FrontendConfig',
  'FrontendInput',
  'FrontendStats',
  'FrontendView',
  'GlobalConfig',
  'GlobalInput',
  'HeaderCapture',
  'HeaderMatch',
  'HttpAction',
  'HttpBackendInput',
  'HttpBackendOptions',
  'HttpFrontendInput',
  'HttpFrontendOptions',
  'HttpInput',
  'HttpOptions',
  'HttpRecord',
  'HttpReply',
  'HttpReplyBody',
  'HttpRule',
  'HttpRuleInput',
  'ListenInput',
  'ListenerStats',
  'ListenerView',
  'ListeningAddress',
  'LoadBalancerEvents',
  'LoadBalancerOptions',
  'LogInput',
  'LogMethod',
  'LogTarget',
  'Logger',
  'Lookup',
  'OptionsInput',
  'ParseOptions',
  'ParseResult',
  'Path',
  'Place',
  'Places',
  'ProcessView',
  'ProxyConfig',
  'Redirect',
  'ServerAddress',
  'ServerCheckConfig',
  'ServerCheckView',
  'ServerConfig',
  'ServerInput',
  'ServerStateEvent',
  'ServerStats',
  'ServerStatus',
  'ServerTls',
  'ServerView',
  'SessionRecord',
  'SessionStart',
  'Severity',
  'Stats',
  'StatsConfig',
  'TargetStats',
  'TimeInput',
  'Timer',
  'TlsVersion',
  'TrafficStats',
  'UseBackendInput',
  'UseBackendRule',
  'UseServerInput',
  'UseServerRule',
];

/** Lines under `@ts-expect-error` fail the compilation if they are NOT refused. */
const USE = `
import { createLoadBalancer, defineConfig, ERROR_CODES, SluiceError } from 'sluice';
import type { Config, ErrorCode, LoadBalancerOptions, ServerStatus } from 'sluice';
import { pino } from 'pino';

const options: LoadBalancerOptions = { logger: pino({ enabled: false }), sessionLog: true };
const config: Config = defineConfig({ listens: { a: { bind: '127.0.0.1:0', servers: { b: '127.0.0.1:1' } } } });

// @ts-expect-error a configuration is read-only
config.proxies.push(config.proxies[0]);
// @ts-expect-error a typo in a name
const typo = () => defineConfig({ listens: { a: { bind: '127.0.0.1:0', timeoutCleint: '1s' } } });
// @ts-expect-error bind takes an address
const wrong = () => defineConfig({ listens: { a: { bind: 80 } } });

const balancer = await createLoadBalancer(defineConfig({ listens: { a: { bind: '127.0.0.1:0', servers: { b: '127.0.0.1:1' } } } }), options);
balancer.on('close', (record) => {
  const total: number = record.totalMs;
  // @ts-expect-error reasons are a closed set
  if (record.ending.reason === 'bored') console.log(total);
});
balancer.on('serverState', ({ to }) => {
  const status: ServerStatus = to;
  console.log(status);
});
// @ts-expect-error no such event
balancer.on('conection', () => {});
// @ts-expect-error no such state
const asleep = () => balancer.setServerState('a', 'b', 'asleep');

const codes = Object.keys(ERROR_CODES) as ErrorCode[];
if (!codes.includes(new SluiceError('ERR_BIND', 'x').code)) throw new Error('codes');
// @ts-expect-error no such code
const unknown = () => new SluiceError('ERR_NOTHING', 'x');
await balancer.close();
export { asleep, typo, unknown, wrong };
`;

await t.test('values', (t) => {
  t.same(Object.keys(door).toSorted(), VALUES.toSorted());
  t.end();
});

await t.test("types, from a consumer's side", async (t) => {
  const consumer = await Consumer.make();
  t.teardown(() => consumer.remove());
  await consumer.write(
    'types.ts',
    `import type { ${TYPES.join(', ')} } from 'sluice';\nexport type All = [${TYPES.join(', ')}];\n`,
  );
  await consumer.write('use.ts', USE);
  const { code, output } = await consumer.compile();
  t.equal(code, 0, output);
  const said = await consumer.run('use.js');
  t.equal(said.code, 0, said.output);
});

await t.test('the manual explains every error code, and no other', async (t) => {
  const page = await readText('docs/manual/errors.md');
  const explained = [...page.matchAll(/^### (ERR_[A-Z_]+)$/gm)].map(([, code = '']) => code);
  t.same(explained.toSorted(), Object.keys(door.ERROR_CODES).toSorted());
});
