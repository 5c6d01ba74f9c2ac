/** Times, sizes and integers as operators write them (reference 1.8). */
import t from 'tap';
import {
  isSuspiciouslySmallTime,
  parseInteger,
  parseSizeBytes,
  parseTimeMs,
  printTimeMs,
} from '../../lib/config/units.ts';
import type { Parsed } from '../../lib/config/units.ts';

/** The value, or `code: problem`. */
function outcome<T>(parsed: Parsed<T>): T | string {
  return parsed.ok ? parsed.value : `${parsed.code}: ${parsed.problem}`;
}

void t.test('reads times with and without unit', async (t) => {
  const cases: [string, number][] = [
    ['0', 0],
    ['30', 30],
    ['30ms', 30],
    ['10s', 10_000],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['24d', 2_073_600_000],
    ['007s', 7000],
    ['2147483647', 2_147_483_647],
    ['2147483647000us', 2_147_483_647],
  ];
  for (const [text, ms] of cases) t.equal(outcome(parseTimeMs(text, 'ms')), ms, text);
  t.equal(outcome(parseTimeMs('30', 's')), 30_000, 'default unit s');
  t.equal(outcome(parseTimeMs('3000', 'us')), 3, 'default unit us');
});

void t.test('rounds times up, so that a short time never becomes none', async (t) => {
  t.equal(outcome(parseTimeMs('1us', 'ms')), 1);
  t.equal(outcome(parseTimeMs('1001us', 'ms')), 2);
  t.equal(outcome(parseTimeMs('0us', 'ms')), 0);
});

void t.test('refuses what is no time, naming the character', async (t) => {
  const cases: [string, string][] = [
    ['5x', "invalid-time: unexpected character 'x' in '5x'"],
    ['1.5s', "invalid-time: unexpected character '.' in '1.5s'"],
    ['1h30m', "invalid-time: unexpected character '3' in '1h30m'"],
    ['5S', "invalid-time: unexpected character 'S' in '5S'"],
    ['5sx', "invalid-time: unexpected character 'x' in '5sx'"],
    ['5 s', "invalid-time: unexpected character ' ' in '5 s'"],
    ['-5', "invalid-time: '-5' is not a time"],
    ['+5', "invalid-time: '+5' is not a time"],
    ['', "invalid-time: '' is not a time"],
    ['s', "invalid-time: 's' is not a time"],
    ['5constructor', "invalid-time: unexpected character 'c' in '5constructor'"],
    ['25d', "time-overflow: timer overflow in '25d' (maximum value is 2147483647 ms or ~24.8 days)"],
    [
      '2147483648',
      "time-overflow: timer overflow in '2147483648' (maximum value is 2147483647 ms or ~24.8 days)",
    ],
  ];
  for (const [text, problem] of cases) t.equal(outcome(parseTimeMs(text, 'ms')), problem, text);
  t.match(outcome(parseTimeMs('9'.repeat(1_000_000), 'ms')), /^time-overflow/, 'a megabyte of digits');
});

void t.test('says what to write instead', async (t) => {
  const hint = (text: string): string | null => {
    const parsed = parseTimeMs(text, 'ms');
    return parsed.ok ? null : parsed.hint;
  };
  t.match(hint('1.5s'), /no decimals/);
  t.match(hint('1h30m'), /'90m'/);
  t.match(hint('5S'), /'5s'/);
  t.match(hint('5min'), /did you mean '5m'/);
  t.match(hint('5sec'), /did you mean '5s'/);
  t.match(hint('5x'), /us, ms, s, m, h and d/);
  t.match(hint('-5'), /cannot be negative/);
});

void t.test('prints times with the largest unit that divides them', async (t) => {
  t.strictSame(
    [0, 1, 50, 1500, 1000, 30_000, 60_000, 90_000, 3_600_000, 86_400_000, 2_147_483_647].map(printTimeMs),
    ['0', '1ms', '50ms', '1500ms', '1s', '30s', '1m', '90s', '1h', '1d', '2147483647ms'],
  );
});

void t.test('suspects unit-less times below 100', async (t) => {
  t.strictSame(['1', '50', '99', '050'].map(isSuspiciouslySmallTime), [true, true, true, true]);
  t.strictSame(['0', '100', '50ms', '5s', '', 'x'].map(isSuspiciouslySmallTime), Array(6).fill(false));
});

void t.test('reads sizes', async (t) => {
  t.equal(outcome(parseSizeBytes('0')), 0);
  t.equal(outcome(parseSizeBytes('1024')), 1024);
  t.equal(outcome(parseSizeBytes('16k')), 16_384);
  t.equal(outcome(parseSizeBytes('1M')), 1_048_576);
  t.equal(outcome(parseSizeBytes('3g')), 3_221_225_472);
  t.equal(outcome(parseSizeBytes('4294967295')), 4_294_967_295);
});

void t.test('refuses what is no size', async (t) => {
  t.equal(outcome(parseSizeBytes('16kb')), "invalid-size: unexpected character 'b' in '16kb'");
  t.equal(outcome(parseSizeBytes('16x')), "invalid-size: unexpected character 'x' in '16x'");
  t.equal(outcome(parseSizeBytes('1.5k')), "invalid-size: unexpected character '.' in '1.5k'");
  t.equal(outcome(parseSizeBytes('k')), "invalid-size: 'k' is not a size");
  t.equal(outcome(parseSizeBytes('-1')), "invalid-size: '-1' is not a size");
  t.equal(outcome(parseSizeBytes('4g')), "size-overflow: '4g' is above the largest size, 4294967295 bytes");
  t.match(outcome(parseSizeBytes('9'.repeat(500))), /^size-overflow/);
});

void t.test('reads integers strictly, where HAProxy takes anything', async (t) => {
  const range = { min: 0, max: 256 };
  t.equal(outcome(parseInteger('0', range)), 0);
  t.equal(outcome(parseInteger('256', range)), 256);
  t.equal(outcome(parseInteger('-5', { min: -10, max: 10 })), -5);
  t.ok(Object.is(outcome(parseInteger('-0', { min: -10, max: 10 })), 0), 'minus zero is zero');
  t.equal(outcome(parseInteger('abc', range)), "invalid-number: 'abc' is not a whole number");
  t.equal(outcome(parseInteger('', range)), "invalid-number: '' is not a whole number");
  t.equal(outcome(parseInteger('5x', range)), "invalid-number: unexpected character 'x' in '5x'");
  t.equal(outcome(parseInteger('1.5', range)), "invalid-number: unexpected character '.' in '1.5'");
  t.equal(outcome(parseInteger('1e3', range)), "invalid-number: unexpected character 'e' in '1e3'");
  t.equal(outcome(parseInteger('-1', range)), "number-out-of-range: '-1' is not within 0 and 256");
  t.equal(outcome(parseInteger('257', range)), "number-out-of-range: '257' is not within 0 and 256");
  const open = { min: 1, max: Number.MAX_SAFE_INTEGER };
  t.equal(outcome(parseInteger('0', open)), "number-out-of-range: '0' is not a number from 1 upwards");
  t.match(outcome(parseInteger('9'.repeat(400), open)), /^number-out-of-range/, 'beyond exact integers');
});
