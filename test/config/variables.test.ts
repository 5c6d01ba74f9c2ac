/** The variables of a configuration: a copy of the environment that lines may change. */
import t from 'tap';
import { Variables } from '../../lib/config/variables.ts';

void t.test('starts as a copy of the environment', async (t) => {
  const environment: Record<string, string | undefined> = { A: '1', EMPTY: '', GONE: undefined };
  const variables = new Variables(environment);
  environment['A'] = '2';
  t.equal(variables.get('A'), '1');
  t.equal(variables.get('EMPTY'), '');
  t.equal(variables.get('GONE'), undefined);
  t.equal(variables.get('constructor'), undefined, 'nothing is inherited');
  variables.set('A', '3');
  t.equal(environment['A'], '2', 'and the environment is never written');
});

void t.test('changes as setenv, presetenv, unsetenv and resetenv say', async (t) => {
  const variables = new Variables({ A: '1', B: '', C: '3' });
  variables.setIfUnset('A', 'x');
  variables.setIfUnset('B', 'x');
  variables.setIfUnset('D', '4');
  t.strictSame(
    ['A', 'B', 'D'].map((name) => variables.get(name)),
    ['1', '', '4'],
  );
  variables.unset('A');
  t.equal(variables.get('A'), undefined);
  variables.unsetAllExcept(['C', 'NOT_THERE']);
  t.strictSame(variables.names(), ['C']);
});

void t.test('knows the predefined names, whatever the environment holds', async (t) => {
  const variables = new Variables({ HAPROXY_BRANCH: 'mine' });
  t.equal(variables.get('HAPROXY_BRANCH'), '2.6');
  t.equal(variables.get('HAPROXY_STARTUP_VERSION'), '2.6.0');
  t.match(variables.get('HAPROXY_TCP_LOG_FMT'), /^%ci:%cp \[%t\] %ft %b\/%s/);
  t.equal(variables.get('HAPROXY_CFGFILES'), undefined);
});
