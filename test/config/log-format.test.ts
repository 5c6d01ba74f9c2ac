import fc from 'fast-check';
import t from 'tap';
import { compileLogFormat } from '../../lib/account/log/format.ts';
import { HTTP_ALIASES, logFormatFault, TCP_ALIASES } from '../../lib/config/log-format.ts';

void t.test('a format of known aliases has no fault', (t) => {
  t.equal(logFormatFault('%ci:%cp [%t] %ft %b/%s %Tw/%Tc/%Tt %B %ts %ac/%fc/%bc/%sc/%rc %sq/%bq'), null);
  t.equal(logFormatFault('%{+Q}o %(name)ci %{-Q,+E}b %% plain'), null);
  t.end();
});

void t.test('the first fault is told', (t) => {
  t.match(logFormatFault('%ci %zz'), { problem: "unknown alias '%zz'" });
  t.match(logFormatFault('%HM'), { problem: "alias '%HM' needs mode http" });
  t.match(logFormatFault('%[src]'), { problem: /sample expressions/ });
  t.match(logFormatFault('100% sure'), { problem: /no alias/ });
  t.match(logFormatFault('%{+Z}ci'), { problem: "unknown flag '+Z'" });
  t.end();
});

void t.test('what the configuration lets pass can be written, and the other way round', (t) => {
  for (const alias of TCP_ALIASES) t.equal(compileLogFormat(`%${alias}`).ok, true, alias);
  for (const alias of HTTP_ALIASES) t.equal(compileLogFormat(`%${alias}`).ok, false, alias);
  const piece = fc.constantFrom(
    '%',
    '%%',
    '%ci',
    '%zz',
    '{+Q}',
    '{+Z}',
    '{',
    '}',
    '(x)',
    '(',
    '[',
    'b',
    ' ',
    '%{+X}ts',
    'o',
  );
  const property = fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
    const format = pieces.join('');
    return (logFormatFault(format) === null) === compileLogFormat(format).ok;
  });
  fc.assert(property, { numRuns: 2000 });
  t.end();
});
