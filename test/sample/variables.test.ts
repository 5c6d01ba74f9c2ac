import t from 'tap';
import { StreamVariables, VariableScope } from '../../lib/sample/variables.ts';

void t.test('scopes: the process and the connection are shared, the rest is the own', async (t) => {
  const [process, session] = [new VariableScope(), new VariableScope()];
  const one = new StreamVariables(process, session);
  const next = new StreamVariables(process, session);
  for (const scope of ['proc', 'sess', 'txn', 'req', 'res']) one.set(`${scope}.x`, scope);
  t.same(
    ['proc', 'sess', 'txn', 'req', 'res'].map((scope) => [one.get(`${scope}.x`), next.get(`${scope}.x`)]),
    [
      ['proc', 'proc'],
      ['sess', 'sess'],
      ['txn', null],
      ['req', null],
      ['res', null],
    ],
  );
  one.requestEnded();
  t.equal(one.get('req.x'), null, 'gone with the request');
  t.equal(one.get('txn.x'), 'txn');
});

void t.test('a value is replaced, and unset by null', async (t) => {
  const variables = new StreamVariables(new VariableScope(), new VariableScope());
  variables.set('txn.x', 1);
  variables.set('txn.x', false);
  t.equal(variables.get('txn.x'), false);
  variables.set('txn.x', null);
  t.equal(variables.get('txn.x'), null);
  variables.set('res.never', null);
  t.equal(variables.get('res.never'), null);
});

void t.test('a value that no longer fits is not kept', async (t) => {
  const scope = new VariableScope(200);
  scope.set('sess.a', 'x'.repeat(100));
  scope.set('sess.b', 'x');
  t.equal(scope.get('sess.b'), null, 'full');
  scope.set('sess.a', 'x'.repeat(20));
  scope.set('sess.b', 'x');
  t.equal(scope.get('sess.b'), 'x', 'room was made');
  scope.set('sess.b', 'x'.repeat(1000));
  t.equal(scope.get('sess.b'), null, 'the value before is gone, too');
  scope.clear();
  scope.set('sess.c', 'x'.repeat(136));
  t.equal(scope.get('sess.c'), 'x'.repeat(136), 'all of the room');
});
