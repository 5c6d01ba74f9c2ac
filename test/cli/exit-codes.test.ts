import t from 'tap';
import { EXIT_CODES, exitCodeLines, exitCodeOf } from '../../lib/cli/exit-codes.ts';
import { SluiceError } from '../../lib/errors.ts';

void t.test('failures with a remedy of their own have an exit code of their own', async (t) => {
  const codes = (
    [
      'ERR_CONFIG',
      'ERR_NO_LISTENER',
      'ERR_ADDRESS_IN_USE',
      'ERR_NO_RIGHT_TO_BIND',
      'ERR_DESCRIPTOR_LIMIT',
      'ERR_NAME_NOT_RESOLVED',
      'ERR_BIND',
    ] as const
  ).map((code) => exitCodeOf(new SluiceError(code, 'a sentence')));
  t.same(codes, [1, 1, 3, 4, 5, 6, 7]);
  t.equal(exitCodeOf(new Error('anything else')), 1);
});

void t.test('every code stands once in the table', async (t) => {
  const codes = Object.values(EXIT_CODES).map(({ code }) => code);
  t.equal(new Set(codes).size, codes.length);
  t.equal(exitCodeLines().length, codes.length);
});
