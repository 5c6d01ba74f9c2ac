import { openSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { reasonOf } from '../../lib/cli/reasons.ts';

void t.test("the system's errors lose what is meant for programs", async (t) => {
  const failure = (): unknown => {
    try {
      return openSync(join(t.testdir(), 'none'), 'r');
    } catch (error) {
      return error;
    }
  };
  t.equal(reasonOf(failure()), 'No such file or directory');
});

void t.test('whatever else is thrown speaks for itself', async (t) => {
  t.equal(reasonOf(new Error('because')), 'because');
  t.equal(reasonOf('because'), 'because');
});
