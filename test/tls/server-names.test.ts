/** Which certificate a name gets. */
import t from 'tap';
import { ServerNames } from '../../lib/tls/server-names.ts';

const names = new ServerNames([
  { names: ['a.test', 'Shared.test'.toLowerCase()], value: 'first' },
  { names: ['*.a.test', '!closed.a.test', 'shared.test'], value: 'wild' },
  { names: ['*.a.test', 'exact.a.test', '!*'], value: 'second' },
]);

for (const [name, value] of [
  ['a.test', 'first'],
  ['A.TEST', 'first'],
  ['shared.test', 'first'],
  ['exact.a.test', 'second'],
  ['any.a.test', 'wild'],
  ['closed.a.test', 'second'],
  ['two.labels.a.test', null],
  ['.a.test', null],
  ['test', null],
  ['b.test', null],
  ['', null],
] as const) {
  void t.test(`${name === '' ? 'no name' : name}: ${value ?? 'none'}`, (t) => {
    t.equal(names.find(name), value);
    t.end();
  });
}
